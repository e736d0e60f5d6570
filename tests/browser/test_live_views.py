"""Traces, rates and a histogram in a real JupyterLab, linked and apart. The tests share one page, in this order."""

import io

import numpy as np
import pandas as pd
import pytest
from browser.kit import names, overhang, pictured
from PIL import Image

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

MODEL = """\
import numpy as np
import bouton as bp
import bouton_widgets as bw

first = bp.modules.LIF((300, 300), bias=0.05, noise_std=0.3)
second = bp.modules.LIF((300, 100), bias=0.06, noise_std=0.2)
model = bp.modules.Sequential(first, bp.modules.Linear((300, 300), weight=np.full((300, 300), 2e-4, np.float32)), second)
record = ["0_LIF.spikes", "2_LIF.spikes", "2_LIF.vmem"]
simulation = bp.run.LiveSimulation(model, record=record)

neurons = bp.modules.FromStep(bp.neurons.LIF(500, noise=2.0), dt=1e-4)
drive = np.linspace(5, 35, 500, dtype=np.float32)[None]
other = bp.run.LiveSimulation(neurons, inputs=drive, record="system.V", window=0.2, speed=0.2)
"""
CELLS = [
    'traces = bw.traces(simulation, ["2_LIF.vmem", "2_LIF.spikes"], units=3)\ntraces',
    "rates = bw.rates(simulation, transport=False)\nrates",
    'histogram = bw.histogram(other, "system.V")\nhistogram',
]


@pytest.fixture(scope="module")
def opened(notebook):
    return notebook("live", [MODEL, *CELLS], ".bt-histogram canvas", 1150, 1700)


@pytest.fixture
def page(opened):
    return opened[0].page


@pytest.fixture
def view(page):
    return lambda kind: page.locator(f".bt-{kind}")


@pytest.fixture
def head(view):
    return lambda kind: view(kind).evaluate("e => e.bouton?.head ?? {now: -1, step: -1, status: '', kernel: null, type: ''}")


@pytest.fixture
def kernel(opened, ask):
    return lambda expression: ask(opened[1], expression)


def paused(view, head, until, kernel, kind, steers, simulation):
    """Pause, and wait for the picture of the last step."""
    view(steers).get_by_role("button", name="Pause").click()
    until(lambda: head(steers)["status"] == "paused")
    steps = kernel(f"{simulation}.steps")
    until(lambda: head(kind)["status"] == "paused" and head(kind)["step"] == steps)


RATES = "e => e.bouton.lines.map((l) => Array.from(l.rate, (v) => Number.isNaN(v) ? null : v))"


def test_play_draws_rates_that_are_the_simulations_own(view, head, until, kernel):
    view("traces").get_by_role("button", name="Play").click()
    until(lambda: head("rates")["now"] > 2.5, 90)
    paused(view, head, until, kernel, "rates", "traces", "simulation")
    drawn = view("rates").evaluate(RATES)
    count = len(drawn[0])
    spikes = kernel(f"[[None if v != v else float(v) for v in c] for c in rates.view.rates(bins={count}).rates.values()]")
    np.testing.assert_allclose(np.array(drawn, float), np.array(spikes, float), rtol=1e-5)
    assert np.nanmean(np.array(drawn, float)) > 1


def test_the_kernel_is_chosen_on_the_page(view, head, until):
    rates = view("rates")
    rates.get_by_role("combobox", name="Kernel that smooths the rates").select_option("")
    until(lambda: head("rates")["kernel"] == "")
    assert rates.get_by_role("spinbutton", name="Width of the kernel in ms").is_disabled()
    rates.get_by_role("combobox", name="Kernel that smooths the rates").select_option("gaussian")
    until(lambda: head("rates")["kernel"] == "gaussian")
    field = rates.get_by_role("spinbutton", name="Width of the kernel in ms")
    field.fill("10")
    field.press("Enter")
    until(lambda: head("rates")["width"] == 0.01)


def test_keys_move_a_pointer_that_is_told_and_stands_in_all_linked_views(view, page, until):
    view("rates").locator("canvas").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    text = view("rates").locator(".bt-told").text_content()
    assert " s, 0_LIF.spikes " in text
    assert text.count("Hz") == 2
    time = view("rates").evaluate("e => e.bouton.link.time")
    assert view("traces").evaluate("e => e.bouton.link.time") == time
    until(lambda: view("traces").locator(".bt-clock").text_content() == f"{time:.3f} s")
    page.keyboard.press("Escape")
    assert view("traces").evaluate("e => e.bouton.link.time") is None


VALUES = """(e, k) => {
  const { data } = e.bouton.plots[0];
  const { columns, rows, span } = data;
  return { span, columns, low: Array.from(data.values.slice(k * columns, (k + 1) * columns)) };
}"""


def test_frozen_views_zoom_together_down_to_the_steps_while_the_model_runs_on(view, head, page, until, kernel):
    traces = view("traces")
    traces.get_by_role("button", name="Play").click()
    until(lambda: head("traces")["status"] == "running")
    traces.get_by_role("button", name="Freeze").click()
    until(lambda: head("traces")["type"] == head("rates")["type"] == "standing")
    # The key goes wherever in the view the focus is, here on a button.
    page.keyboard.press("f")
    until(lambda: head("traces")["type"] == head("rates")["type"] == "frame")
    page.keyboard.press("f")
    until(lambda: head("traces")["type"] == head("rates")["type"] == "standing")
    window = head("traces")["window"]
    assert head("rates")["window"] == window
    box = traces.locator("canvas").first.bounding_box()
    page.mouse.move(box["x"] + 400, box["y"] + 60)
    for _ in range(5):
        page.mouse.wheel(0, -400)
    until(lambda: traces.evaluate("e => e.bouton.link.span && e.bouton.link.span[1] - e.bouton.link.span[0] < 0.05"))
    shown = traces.evaluate("e => e.bouton.link.span")
    assert view("rates").evaluate("e => e.bouton.link.span") == shown
    # What is drawn are the steps themselves, as the frozen recording has them.
    until(lambda: (found := traces.evaluate(VALUES, 1))["span"][1] - found["span"][0] == pytest.approx(found["columns"] * 1e-3))
    found = traces.evaluate(VALUES, 1)
    first = round(found["span"][0] / 1e-3)
    held = "traces.view._shelf.window(next(iter(traces.view._shelf._windows)))"
    steps = np.array(kernel(f"{held}.values['2_LIF.vmem'][:, [0, 33, 66]].tolist()"))
    start = kernel(f"{held}.first")
    np.testing.assert_array_equal(np.array(found["low"]), steps[first - start :][: len(found["low"]), 1])
    told = traces.locator(".bt-legend .bt-reading").all_inner_texts()[:3]
    at = traces.evaluate("e => e.bouton.link.time")
    here = steps[int(np.floor(at / 1e-3 + 1e-6)) - start]
    until(
        lambda: (
            [float(t.replace("−", "-")) for t in traces.locator(".bt-legend .bt-reading").all_inner_texts()[:3]]
            == [float(f"{v:.4g}") for v in here]
        )
    )
    assert len(told) == 3
    # Drag, keys, and back.
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 60, steps=3)
    page.mouse.up()
    until(lambda: traces.evaluate("e => e.bouton.link.span[0]") > shown[0])
    page.keyboard.press("0")
    until(lambda: traces.evaluate("e => e.bouton.link.span") is None)
    page.keyboard.press("+")
    page.keyboard.press("Shift+ArrowLeft")
    until(
        lambda: (
            traces.evaluate("e => e.bouton.link.span")[1] - traces.evaluate("e => e.bouton.link.span")[0] == pytest.approx(1.0)
        )
    )
    page.mouse.dblclick(box["x"] + 300, box["y"] + 60)
    until(lambda: traces.evaluate("e => e.bouton.link.span") is None)
    until(lambda: kernel("simulation.time") > window[1] + 0.2)
    page.keyboard.press("f")
    until(lambda: head("traces")["type"] == head("rates")["type"] == "frame")


def test_a_kept_run_lies_under_what_runs_in_all_views_until_it_is_removed(view, head, until, kernel, page):
    paused(view, head, until, kernel, "rates", "traces", "simulation")
    view("traces").get_by_role("button", name="Keep").click()
    runs = "e => e.bouton.runs.map((run) => run.name)"
    until(lambda: view("traces").evaluate(runs) == view("rates").evaluate(runs) == ["Run 1"])
    kept = view("traces").evaluate("e => Array.from(e.bouton.plots[0].kept[0].data.values)")
    drawn = view("traces").evaluate("e => Array.from(e.bouton.plots[0].data.values)")
    assert kept == drawn
    assert kernel("list(rates.kept['Run 1'].to_xarray().sizes.values())")[0] == 2000
    when = view("rates").locator(".bt-when")
    assert when.is_hidden()
    page.get_by_role("group", name="Kept runs").first.get_by_role("combobox").select_option("time")
    assert view("rates").get_by_role("combobox", name="Kept runs are laid by").input_value() == "time"
    # By time it may lie where nobody looks.
    window = view("rates").evaluate("e => e.bouton.runs[0].window")
    assert [float(edge) for edge in when.text_content().removesuffix(" s").split(" to ")] == pytest.approx(window, rel=1e-3)
    view("rates").get_by_role("button", name="Remove Run 1").click()
    until(lambda: view("traces").evaluate(runs) == [])
    assert kernel("list(rates.kept)") == []


def test_answers_to_what_is_no_longer_frozen_are_passed_over(view, head, until, kernel, page):
    traces, clicks = view("traces"), "(b, n) => { for (let k = 0; k < n; k += 1) b.click(); }"
    freeze = traces.get_by_role("button", name="Freeze")
    # Frozen, let go and frozen again, all of it before Python can have answered once.
    freeze.evaluate(clicks, 5)
    token = traces.evaluate("e => e.bouton.link.token")
    until(lambda: all((now := head(kind))["type"] == "standing" and now["token"] == token for kind in ("traces", "rates")))
    assert head("traces")["window"] == head("rates")["window"]
    assert freeze.get_attribute("aria-pressed") == "true"
    until(lambda: kernel("list(traces.view._shelf._windows)") == [token])
    # And let go before the answer: the simulation rests, so that no frame would hide a picture that comes too late.
    freeze.evaluate(clicks, 3)
    until(lambda: kernel("len(traces.view._shelf._windows)") == 0)
    page.wait_for_timeout(500)
    assert head("traces")["type"] == head("rates")["type"] == "frame"
    assert freeze.get_attribute("aria-pressed") == "false"


def test_a_run_that_is_kept_while_a_closer_look_is_under_way_stays(view, head, until):
    traces = view("traces")
    traces.get_by_role("button", name="Freeze").click()
    until(lambda: head("traces")["type"] == head("rates")["type"] == "standing")
    traces.evaluate("""e => {
      const closer = () => e.querySelector("canvas").dispatchEvent(new KeyboardEvent("keydown", { key: "+", bubbles: true }));
      closer();
      [...e.querySelectorAll("button")].find((b) => b.textContent === "Keep").click();
      closer();
    }""")
    span = traces.evaluate("e => e.bouton.link.span")
    runs = "e => e.bouton.runs.map((run) => run.name)"
    until(lambda: len(traces.evaluate(runs)) == len(view("rates").evaluate(runs)) == 1)
    # Also when the look has come, and the one after it, in which the run has its part.
    until(lambda: traces.evaluate("e => e.bouton.plots[0].kept[0]?.data.span[0] > 0"))
    assert traces.evaluate("e => e.bouton.link.span") == span
    assert len(traces.evaluate(runs)) == len(view("rates").evaluate(runs)) == 1
    traces.get_by_role("button", name="Remove Run").click()
    traces.get_by_role("button", name="Freeze").click()
    until(lambda: traces.evaluate(runs) == [] and head("traces")["type"] == "frame")


def test_files_hold_what_is_shown(view, page, kernel):
    rates = view("rates")
    menu = rates.get_by_role("group", name="Save as")
    found = {}
    for form in ("CSV", "PNG", "HTML"):
        rates.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            menu.get_by_role("button", name=form).click()
        found[form] = download.value.path().read_bytes()
        assert menu.is_hidden()
    table = pd.read_csv(io.BytesIO(found["CSV"]), index_col=0)
    expected = np.array(
        kernel("[[None if v != v else float(v) for v in r.values] for r in rates.to_xarray().data_vars.values()]"), float
    )
    np.testing.assert_allclose(table.values.T, expected, rtol=1e-6)
    assert list(table.columns) == ["0_LIF.spikes (Hz)", "2_LIF.spikes (Hz)"]
    with Image.open(io.BytesIO(found["PNG"])) as picture:
        assert picture.size == (1120, 572)
    assert b"<svg" in found["HTML"]
    assert b"<script" not in found["HTML"]


def test_the_menu_of_files_moves_nothing_and_closes_by_a_key_and_by_a_press_elsewhere(view, page, pictures):
    rates = view("rates")
    menu, export = rates.get_by_role("group", name="Save as"), rates.get_by_role("button", name="Export")
    place = rates.locator("canvas").first.bounding_box()
    export.press("Enter")
    menu.wait_for()
    assert rates.locator("canvas").first.bounding_box() == place
    page.screenshot(path=pictures / "export.png")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    menu.wait_for(state="hidden")
    assert export.evaluate("e => e.getRootNode().activeElement === e")
    export.click()
    menu.wait_for()
    rates.locator("canvas").first.click()
    menu.wait_for(state="hidden")


def test_play_draws_the_histogram_of_the_simulations_own_numbers(view, head, until, kernel):
    histogram = view("histogram")
    histogram.get_by_role("button", name="Play").click()
    until(lambda: head("histogram")["now"] > 0.3, 90)
    histogram.get_by_role("button", name="Fit axis").click()
    paused(view, head, until, kernel, "histogram", "histogram", "other")
    drawn = np.array(histogram.evaluate("e => [[...e.bouton.data.now], [...e.bouton.data.kept]]"))
    ends = histogram.evaluate("e => e.bouton.data.ends")
    V = np.array(kernel("np.asarray(other.model.system.V, float).tolist()"))
    np.testing.assert_allclose(drawn[0], 100 * np.histogram(V, 60, ends)[0] / 500, atol=1e-4)
    assert drawn[1].sum() == pytest.approx(100, abs=0.1)


def test_keys_move_a_pointer_over_the_bars_that_is_told(view, page):
    view("histogram").locator("canvas").focus()
    for _ in range(25):
        page.keyboard.press("ArrowRight")
    text = view("histogram").locator(".bt-told").text_content()
    assert " mV to " in text
    assert text.count("%") == 2
    page.keyboard.press("Escape")


@pytest.mark.parametrize("kind, least", [("traces", 9), ("rates", 6), ("histogram", 8)])
def test_every_control_has_a_name(view, kind, least):
    snapshots, nameless = names(view(kind))
    assert len(snapshots) >= least
    assert nameless == []


@pytest.mark.long
def test_pictures_in_light_dark_and_narrow(page, view, head, until, pictures):
    for kind in ("traces", "histogram"):
        view(kind).get_by_role("button", name="Play").click()
        until(lambda: head(kind)["status"] == "running")  # noqa: B023
    for kind in ("rates", "histogram"):
        pictured(page, view(kind), lambda: head(kind), until, pictures, kind)  # noqa: B023
    page.set_viewport_size({"width": 560, "height": 1700})
    for kind in ("traces", "rates", "histogram"):
        until(lambda: view(kind).evaluate("element => element.clientWidth") < 560)  # noqa: B023
        view(kind).screenshot(path=pictures / f"{kind}-narrow.png")
        assert overhang(view(kind)) <= 0


def test_a_view_that_hears_nothing_of_what_runs_says_so_until_it_does(view, head, until, kernel):
    histogram = view("histogram")
    kernel("other.start()")
    until(lambda: head("histogram")["status"] == "running")
    kernel("setattr(histogram.view, 'publish', lambda *message: None)")
    told = histogram.locator(".bt-status")
    until(lambda: (told.text_content() or "").startswith("No answer for "), 30)
    kernel("delattr(histogram.view, 'publish')")
    # Nothing that was sent has been answered, and Python has given the page up: it asks again by itself.
    until(lambda: told.text_content() == "Running", 30)
    histogram.get_by_role("button", name="Pause").click()


def test_views_of_a_simulation_that_has_given_way_say_why(view, until, kernel):
    kernel("bp.run.LiveSimulation(model, record=record).status")
    for kind in ("traces", "rates"):
        said = view(kind).locator(".bt-banner:not(.bt-gone)")
        until(lambda said=said: "Another live simulation moves this model now" in said.text_content(), 30)
        assert said.is_visible()
    assert view("traces").locator(".bt-status").text_content() == "Closed"


def test_nothing_was_asked_for_outside_this_machine_and_nothing_went_wrong(opened):
    watched, _ = opened
    assert watched.strayed == []
    assert watched.complaints == []
