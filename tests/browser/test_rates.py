"""Population rates in a real JupyterLab. The tests share one page, in this order."""

import numpy as np
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

MODEL = """\
import numpy as np
import bouton as bp
import bouton_widgets as bw

first = bp.modules.LIF((300, 300), bias=0.05, noise_std=0.3)
second = bp.modules.LIF((300, 100), bias=0.06, noise_std=0.2)
model = bp.modules.Sequential(first, bp.modules.Linear((300, 300), weight=np.full((300, 300), 2e-4, np.float32)), second)
simulation = bp.run.LiveSimulation(model, record=["0_LIF.spikes", "2_LIF.spikes"])
"""
THEME = "apputils:change-theme"


@pytest.fixture(scope="module")
def opened(lab, open_page):
    lab.write("rates.ipynb", [MODEL, "rates = bw.rates(simulation)\nrates"])
    watched = open_page()
    client = lab.show(watched.page, "rates.ipynb")
    watched.page.wait_for_selector(".bt-rates canvas", timeout=120_000)
    watched.page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
    watched.page.set_viewport_size({"width": 1150, "height": 1000})
    return watched, client


@pytest.fixture
def page(opened):
    return opened[0].page


@pytest.fixture
def rates(page):
    return page.locator(".bt-rates")


@pytest.fixture
def kernel(opened, ask):
    return lambda expression: ask(opened[1], expression)


@pytest.fixture
def head(rates):
    return lambda: rates.evaluate("element => element.bouton?.head ?? {now: -1, status: '', kernel: null}")


def test_play_draws_rates_that_are_the_simulations_own(rates, head, until, kernel):
    rates.get_by_role("button", name="Play").click()
    until(lambda: head()["now"] > 2.5, 90)
    rates.get_by_role("button", name="Pause").click()
    steps = kernel("simulation.steps")
    until(lambda: head()["status"] == "paused" and head()["step"] == steps)
    drawn = rates.evaluate("e => e.bouton.lines.map((l) => Array.from(l.rate, (v) => Number.isNaN(v) ? null : v))")
    count = len(drawn[0])
    spikes = kernel(f"[[None if v != v else float(v) for v in c] for c in rates.view.rates(bins={count}).rates.values()]")
    np.testing.assert_allclose(np.array(drawn, float), np.array(spikes, float), rtol=1e-5)
    assert np.nanmean(np.array(drawn, float)) > 1


def test_the_kernel_is_chosen_on_the_page(rates, head, until):
    rates.get_by_role("combobox", name="Kernel that smooths the rates").select_option("")
    until(lambda: head()["kernel"] == "")
    assert rates.get_by_role("spinbutton", name="Width of the kernel in ms").is_disabled()
    rates.get_by_role("combobox", name="Kernel that smooths the rates").select_option("gaussian")
    until(lambda: head()["kernel"] == "gaussian")
    field = rates.get_by_role("spinbutton", name="Width of the kernel in ms")
    field.fill("10")
    field.press("Enter")
    until(lambda: head()["width"] == 0.01)


def test_keys_move_a_pointer_that_is_told(rates, page, until):
    rates.locator("canvas").focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    text = rates.locator(".bt-told").text_content()
    assert " s, 0_LIF.spikes " in text
    assert text.count("Hz") == 2
    page.keyboard.press("Escape")


def test_every_control_has_a_name(rates):
    controls = rates.locator("button, input, select, canvas, [role=timer]").all()
    snapshots = [control.aria_snapshot() for control in controls if control.is_visible()]
    assert len(snapshots) >= 8
    assert [line for line in snapshots if '"' not in line.splitlines()[0]] == []


def test_pictures_in_light_dark_and_narrow(page, rates, head, until, pictures):
    rates.get_by_role("button", name="Play").click()
    until(lambda: head()["status"] == "running")
    for theme, name in (("JupyterLab Light", "light"), ("JupyterLab Dark", "dark")):
        page.evaluate("([command, theme]) => jupyterapp.commands.execute(command, {theme})", [THEME, theme])
        until(lambda: rates.get_attribute("data-theme") == name)  # noqa: B023
        shown = head()["step"]
        until(lambda: head()["step"] > shown)  # noqa: B023
        rates.screenshot(path=pictures / f"rates-{name}.png")
    page.set_viewport_size({"width": 560, "height": 1000})
    until(lambda: rates.evaluate("element => element.clientWidth") < 560)
    edge = rates.evaluate("element => element.getBoundingClientRect().right")
    inside = rates.evaluate("element => [...element.querySelectorAll('*')].map((x) => x.getBoundingClientRect().right)")
    rates.screenshot(path=pictures / "rates-narrow.png")
    assert max(inside) <= edge


def test_nothing_was_asked_for_outside_this_machine_and_nothing_went_wrong(opened):
    watched, _ = opened
    assert watched.strayed == []
    assert watched.complaints == []
