"""The tutorial on exploring a network, run from top to bottom in a real JupyterLab, and its page worked by keys."""

import shutil
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TUTORIAL = Path(__file__).parents[2] / "notebooks" / "07_exploring_live.ipynb"
CODE_CELLS = "jupyterapp.shell.currentWidget.content.widgets.filter((cell) => cell.model.type === 'code')"
STRENGTH = "float(mine.model.system.E2I.g_max)"
# Of each raster that is drawn, the part of its cells that has a spike.
SHARES = """element => Object.fromEntries(element.bouton.plots.filter((plot) => plot.kind === 'events').map((plot) => {
  const ones = (byte) => byte.toString(2).replaceAll('0', '').length;
  const {bits, rows, columns} = plot.data;
  return [plot.path, bits.reduce((sum, byte) => sum + ones(byte), 0) / (rows * columns)];
}))"""


@pytest.fixture(scope="module")
def opened(lab, open_page):
    shutil.copy(TUTORIAL, lab.folder / "notebooks" / TUTORIAL.name)
    watched = open_page()
    client = lab.show(watched.page, TUTORIAL.name)
    return watched, client


@pytest.fixture
def page(opened):
    return opened[0].page


@pytest.fixture
def view(page):
    return page.locator(".bt-explore .bt-traces")


@pytest.fixture
def slider(page):
    return page.locator(".bt-explore [data-path='system.E2I.g_max'] input[type=range]")


def test_every_cell_runs_and_none_fails(page, until):
    until(
        lambda: page.evaluate(f"{CODE_CELLS}.every((cell) => cell.model.executionState === 'idle' && cell.model.executionCount)"),
        200,
    )
    failed = f"{CODE_CELLS}.filter((cell) => cell.model.outputs.toJSON().some((output) => output.output_type === 'error')).length"
    assert page.evaluate(failed) == 0
    assert "Predicted from a slope" in page.evaluate(f"JSON.stringify({CODE_CELLS}.at(-1).model.outputs.toJSON())")


def test_a_number_with_a_unit_wakes_the_inhibitory_neurons(opened, page, view, ask, until):
    view.scroll_into_view_if_needed()
    page.locator(".bt-explore").get_by_role("button", name="Play", exact=True).press("Enter")
    until(lambda: view.evaluate("element => element.bouton?.head.status") == "running")
    until(lambda: view.evaluate(SHARES)["system.E.spike"] > 0)
    assert view.evaluate(SHARES)["system.I.spike"] == 0
    field = page.get_by_role("textbox", name="system.E2I.g_max, type a number")
    field.fill("0.4 nS")
    field.press("Enter")
    until(lambda: ask(opened[1], STRENGTH) > 0.3e-3)
    # A cycle of the rhythm is 27 ms, and the window half a second: I fires in it, whenever one looks.
    until(lambda: view.evaluate(SHARES)["system.I.spike"] > 0.005)


def test_a_key_on_the_slider_puts_them_to_sleep(opened, page, view, slider, ask, until):
    slider.focus()
    page.keyboard.press("Home")
    until(lambda: ask(opened[1], STRENGTH) < 0.03e-3)
    until(lambda: view.evaluate(SHARES)["system.I.spike"] == 0)
    assert view.evaluate(SHARES)["system.E.spike"] > 0
    assert ask(opened[1], "mine.status") == "running"


def test_ctrl_z_brings_the_rhythm_back(opened, page, view, slider, ask, until, pictures):
    slider.focus()
    page.keyboard.press("Control+z")
    until(lambda: ask(opened[1], STRENGTH) > 0.3e-3)
    until(lambda: view.evaluate(SHARES)["system.I.spike"] > 0.005)
    for theme, name in (("JupyterLab Light", "light"), ("JupyterLab Dark", "dark")):
        page.evaluate(f"jupyterapp.commands.execute('apputils:change-theme', {{theme: '{theme}'}})")
        until(lambda: view.get_attribute("data-theme") == name)  # noqa: B023
        view.scroll_into_view_if_needed()
        page.screenshot(path=pictures / f"tutorial-explore-{name}.png")


def test_nothing_was_asked_for_outside_this_machine_and_nothing_went_wrong(opened):
    watched, _ = opened
    assert watched.strayed == []
    assert watched.complaints == []
