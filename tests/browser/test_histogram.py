"""The histogram of a state in a real JupyterLab. The tests share one page, in this order."""

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

MODEL = """\
import numpy as np
import bouton as bp
import bouton_widgets as bw

model = bp.modules.FromStep(bp.neurons.LIF(500, noise=2.0), dt=1e-4)
drive = np.linspace(5, 35, 500, dtype=np.float32)[None]
simulation = bp.run.LiveSimulation(model, inputs=drive, record="system.V", window=0.2, speed=0.2)
"""
THEME = "apputils:change-theme"


@pytest.fixture(scope="module")
def opened(lab, open_page):
    lab.write("histogram.ipynb", [MODEL, 'histogram = bw.histogram(simulation, "system.V")\nhistogram'])
    watched = open_page()
    client = lab.show(watched.page, "histogram.ipynb")
    watched.page.wait_for_selector(".bt-histogram canvas", timeout=120_000)
    watched.page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    watched.page.set_viewport_size({"width": 1150, "height": 1000})
    return watched, client


@pytest.fixture
def page(opened):
    return opened[0].page


@pytest.fixture
def histogram(page):
    return page.locator(".bt-histogram")


@pytest.fixture
def kernel(opened, ask):
    return lambda expression: ask(opened[1], expression)


@pytest.fixture
def head(histogram):
    return lambda: histogram.evaluate("element => element.bouton?.head ?? {now: -1, step: -1, status: ''}")


def test_play_draws_the_simulations_own_numbers(histogram, head, until, kernel):
    histogram.get_by_role("button", name="Play").click()
    until(lambda: head()["now"] > 0.3, 90)
    histogram.get_by_role("button", name="Pause").click()
    histogram.get_by_role("button", name="Fit").click()
    steps = kernel("simulation.steps")
    until(lambda: head()["status"] == "paused" and head()["step"] == steps)
    drawn = np.array(histogram.evaluate("e => [[...e.bouton.data.now], [...e.bouton.data.kept]]"))
    ends = histogram.evaluate("e => e.bouton.data.ends")
    V = np.array(kernel("np.asarray(simulation.model.system.V, float).tolist()"))
    np.testing.assert_allclose(drawn[0], 100 * np.histogram(V, 60, ends)[0] / 500, atol=1e-4)
    assert drawn[1].sum() == pytest.approx(100, abs=0.1)


def test_keys_move_a_pointer_that_is_told(histogram, page):
    histogram.locator("canvas").focus()
    for _ in range(25):
        page.keyboard.press("ArrowRight")
    text = histogram.locator(".bt-told").text_content()
    assert " mV to " in text
    assert text.count("%") == 2
    page.keyboard.press("Escape")


def test_every_control_has_a_name(histogram):
    controls = histogram.locator("button, input, select, canvas, [role=timer]").all()
    snapshots = [control.aria_snapshot() for control in controls if control.is_visible()]
    assert len(snapshots) >= 8
    assert [line for line in snapshots if '"' not in line.splitlines()[0]] == []


def test_pictures_in_light_dark_and_narrow(page, histogram, head, until, pictures):
    histogram.get_by_role("button", name="Play").click()
    until(lambda: head()["status"] == "running")
    for theme, name in (("JupyterLab Light", "light"), ("JupyterLab Dark", "dark")):
        page.evaluate("([command, theme]) => jupyterapp.commands.execute(command, {theme})", [THEME, theme])
        until(lambda: histogram.get_attribute("data-theme") == name)  # noqa: B023
        shown = head()["step"]
        until(lambda: head()["step"] > shown)  # noqa: B023
        histogram.screenshot(path=pictures / f"histogram-{name}.png")
    page.set_viewport_size({"width": 560, "height": 1000})
    until(lambda: histogram.evaluate("element => element.clientWidth") < 560)
    edge = histogram.evaluate("element => element.getBoundingClientRect().right")
    inside = histogram.evaluate("element => [...element.querySelectorAll('*')].map((x) => x.getBoundingClientRect().right)")
    assert max(inside) <= edge


def test_nothing_was_asked_for_outside_this_machine_and_nothing_went_wrong(opened):
    watched, _ = opened
    assert watched.strayed == []
    assert watched.complaints == []
