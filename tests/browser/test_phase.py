"""The phase plane in a real JupyterLab, beside the controls of its model. The tests share one page, in this order."""

import io

import numpy as np
import pandas as pd
import pytest
from browser.kit import names, overhang, pictured

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

MODEL = """\
import numpy as np
import bouton as bp
import bouton_widgets as bw

model = bp.modules.FromStep(bp.neurons.FHN(5), dt=1e-4)
drive = np.linspace(0.0, 1.0, 5, dtype=np.float32)[None]
simulation = bp.run.LiveSimulation(model, inputs=drive, record="system.*", window=0.2, speed=0.05)
simulation.step(1000)
"""
CELLS = ["bw.parameters(simulation)", 'plane = bw.phase_plane(simulation, "system.V", "system.w", unit=2)\nplane']


@pytest.fixture(scope="module")
def opened(notebook):
    return notebook("phase", [MODEL, *CELLS], ".bt-phase canvas", 1150, 1500)


@pytest.fixture
def page(opened):
    return opened[0].page


@pytest.fixture
def plane(page):
    return page.locator(".bt-phase")


@pytest.fixture
def kernel(opened, ask):
    return lambda expression: ask(opened[1], expression)


@pytest.fixture
def head(plane):
    """The head of the frame painted last."""
    return lambda: plane.evaluate("element => element.bouton?.head ?? {now: -1, change: -1, status: '', unit: -1}")


def lines(plane, k):
    """Points of the nullcline of x (0) or y (1) as they are drawn, without the gaps."""
    drawn = plane.evaluate("(e, k) => Array.from(e.bouton.data.lines[k], (v) => Number.isNaN(v) ? null : v)", k)
    points = np.array(drawn, float).reshape(-1, 2)
    return points[~np.isnan(points[:, 0])]


def test_play_moves_the_point_along_the_path(plane, head, until):
    plane.get_by_role("button", name="Play").click()
    until(lambda: head()["now"] > 0.11, 90)
    before = head()["at"]
    until(lambda: head()["at"] != before)
    assert plane.evaluate("e => [e.bouton.data.xs.at(-1), e.bouton.data.ys.at(-1)].join() === e.bouton.data.at.join()")


def test_the_nullclines_are_those_of_the_equations(plane):
    V, w = lines(plane, 0).T
    assert len(V) > 20
    np.testing.assert_allclose(w, V - V**3 / 3 + 0.5, atol=0.03)
    V, w = lines(plane, 1).T
    np.testing.assert_allclose(w, (V + 0.7) / 0.8, atol=0.01)


def test_a_key_on_a_slider_moves_the_nullcline(page, plane, head, until, kernel):
    shown = head()["change"]
    page.get_by_role("slider", name="system.a", exact=True).or_(page.get_by_role("slider", name="a", exact=True)).first.focus()
    page.keyboard.press("PageUp")
    until(lambda: head()["change"] > shown)
    a = kernel("float(simulation.model.system.a)")
    assert a > 0.7
    V, w = lines(plane, 1).T
    np.testing.assert_allclose(w, (V + a) / 0.8, atol=0.01)
    assert kernel("simulation.compilations") <= 2
    assert kernel("plane.view.plane._pure.traces") <= 2


def test_another_unit_has_its_own_input_and_its_own_nullcline(plane, head, until):
    field = plane.get_by_role("spinbutton", name="Unit, 0 to 4")
    field.fill("4")
    field.press("Enter")
    until(lambda: head()["unit"] == 4)
    V, w = lines(plane, 0).T
    np.testing.assert_allclose(w, V - V**3 / 3 + 1.0, atol=0.03)


def test_keys_move_a_pointer_that_tells_where_the_point_would_go_and_zoom(plane, page, head, until):
    canvas = plane.locator("canvas")
    canvas.focus()
    page.keyboard.press("ArrowUp")
    told = plane.locator(".bt-told")
    assert "V changes by" in told.text_content()
    until(lambda: plane.locator(".bt-facts-list").last.text_content().count("–") == 0)
    before = head()["x"]
    page.keyboard.press("+")
    until(lambda: head()["x"][1] - head()["x"][0] < 0.85 * (before[1] - before[0]))
    outside = plane.locator(".bt-legend").get_by_text("(not in view)")
    assert len(lines(plane, 0)) > 0
    for _ in range(40):
        if len(lines(plane, 0)) == 0 == len(lines(plane, 1)):
            break
        x = head()["x"]
        page.keyboard.press("+")
        until(lambda: head()["x"] != x)  # noqa: B023
    until(lambda: [outside.nth(k).is_visible() for k in (0, 1)] == [True, True])
    page.keyboard.press("Escape")
    plane.get_by_role("button", name="Fit the plane").click()
    until(lambda: head()["x"][1] - head()["x"][0] > 0.9 * (before[1] - before[0]))
    until(lambda: not outside.first.is_visible() and not outside.last.is_visible())


def test_a_kept_run_leaves_its_path_and_its_nullcline_under_the_next(page, plane, head, until, kernel, pictures):
    a = kernel("float(simulation.model.system.a)")
    plane.get_by_role("button", name="Keep").click()
    until(lambda: plane.evaluate("e => e.bouton.kept?.length") == 1)
    kept = plane.evaluate("e => Array.from(e.bouton.kept[0].path)")
    expected = kernel(
        "(lambda p: [[float(v) for v in c] for c in (p.x, p.y)])"
        "(plane.view.plane.path(plane.view.seconds, 2400, of=plane.kept['Run 1']))"
    )
    np.testing.assert_array_equal(np.reshape(kept, (-1, 2)).T, np.array(expected))
    shown = head()["change"]
    page.get_by_role("slider", name="system.a", exact=True).or_(page.get_by_role("slider", name="a", exact=True)).first.focus()
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    until(lambda: head()["change"] > shown + 1)
    line = plane.evaluate("e => Array.from(e.bouton.kept[0].lines[1], (v) => Number.isNaN(v) ? null : v)")
    V, w = np.array(line, float).reshape(-1, 2)[:-1].T
    np.testing.assert_allclose(w, (V + a) / 0.8, atol=0.01)
    plane.screenshot(path=pictures / "phase-kept.png")


def test_what_stands_can_be_zoomed_and_saved_as_it_stands(page, plane, head, until, kernel):
    plane.get_by_role("button", name="Freeze").click()
    until(lambda: head()["type"] == "standing")
    before, at = head()["x"], head()["at"]
    plane.get_by_role("button", name="Show less of the plane").click()
    until(lambda: head()["x"][1] - head()["x"][0] < 0.85 * (before[1] - before[0]))
    assert head()["at"] == at
    assert kernel("simulation.status") == "running"
    plane.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        plane.get_by_role("group", name="Save as").get_by_role("button", name="CSV").click()
    table = pd.read_csv(io.BytesIO(download.value.path().read_bytes()), index_col=0)
    assert list(table) == ["system.V", "system.w"]
    np.testing.assert_allclose(table.to_numpy()[-1], at, rtol=1e-6)
    plane.get_by_role("button", name="Fit the plane").click()
    until(lambda: head()["x"][1] - head()["x"][0] > 0.9 * (before[1] - before[0]))
    plane.get_by_role("button", name="Freeze").click()
    until(lambda: head()["type"] == "frame")
    plane.get_by_role("button", name="Remove Run 1").click()
    until(lambda: plane.evaluate("e => e.bouton.kept.length") == 0)


def test_every_control_has_a_name(plane):
    snapshots, nameless = names(plane)
    assert len(snapshots) >= 10
    assert nameless == []


def test_in_a_narrow_notebook_nothing_is_cut_off(page, plane, until, pictures):
    page.set_viewport_size({"width": 560, "height": 1500})
    until(lambda: plane.evaluate("element => element.clientWidth") < 560)
    assert overhang(plane) <= 0
    plane.screenshot(path=pictures / "phase-narrow.png")
    page.set_viewport_size({"width": 1150, "height": 1500})


@pytest.mark.long
def test_pictures_in_light_and_dark(page, plane, head, until, pictures):
    pictured(page, plane, head, until, pictures, "phase")


def test_nothing_was_asked_for_outside_this_machine_and_nothing_went_wrong(opened):
    watched, _ = opened
    assert watched.strayed == []
    assert watched.complaints == []
