"""The first tutorial, run from top to bottom in a real JupyterLab, and its live view touched."""

import shutil
from pathlib import Path

import pytest
from browser.kit import COMPILED_ONCE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

TUTORIAL = Path(__file__).parents[2] / "notebooks" / "01_first_light.ipynb"
CODE_CELLS = "jupyterapp.shell.currentWidget.content.widgets.filter((cell) => cell.model.type === 'code')"
SHARE = """element => {
  const {bits, rows, columns} = element.bouton.plots.find((plot) => plot.kind === 'events').data;
  const ones = (byte) => byte.toString(2).replaceAll('0', '').length;
  return bits.reduce((sum, byte) => sum + ones(byte), 0) / (rows * columns);
}"""


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
    return page.locator(".bt-traces")


@pytest.fixture
def slider(page):
    return page.locator("[data-path='1_ExpSyn.tau'] input[type=range]")


def test_every_cell_runs_and_none_fails(page, until):
    until(
        lambda: page.evaluate(f"{CODE_CELLS}.every((cell) => cell.model.executionState === 'idle' && cell.model.executionCount)"),
        120,
    )
    failed = f"{CODE_CELLS}.filter((cell) => cell.model.outputs.toJSON().some((output) => output.output_type === 'error')).length"
    assert page.evaluate(failed) == 0
    assert "it is still in the spikes" in page.evaluate(f"JSON.stringify({CODE_CELLS}.at(-1).model.outputs.toJSON())")


def test_a_key_on_the_slider_changes_the_kernel_and_the_picture(opened, page, view, slider, ask, until):
    slider.scroll_into_view_if_needed()
    until(lambda: view.evaluate("element => element.bouton?.head.status") == "running")
    before = ask(opened[1], "float(simulation.model[1].tau)")
    change = view.evaluate("element => element.bouton.head.change")
    slider.focus()
    page.keyboard.press("ArrowRight")
    until(lambda: view.evaluate("element => element.bouton.head.change") > change)
    assert ask(opened[1], "float(simulation.model[1].tau)") > before


def test_synapses_that_remember_fill_the_raster(opened, page, view, slider, ask, until, pictures):
    slider.focus()
    page.keyboard.press("Home")
    until(lambda: ask(opened[1], "float(simulation.model[1].tau)") < 0.0015)
    # The window is 160 steps, at twenty a second.
    until(lambda: view.evaluate(SHARE) < 0.06)
    for _ in range(6):
        page.keyboard.press("PageUp")
    until(lambda: ask(opened[1], "float(simulation.model[1].tau)") > 0.01)
    until(lambda: view.evaluate(SHARE) > 0.2)
    assert ask(opened[1], COMPILED_ONCE)
    for theme, name in (("JupyterLab Light", "light"), ("JupyterLab Dark", "dark")):
        page.evaluate(f"jupyterapp.commands.execute('apputils:change-theme', {{theme: '{theme}'}})")
        until(lambda: view.get_attribute("data-theme") == name)  # noqa: B023
        view.locator("canvas").last.scroll_into_view_if_needed()
        page.screenshot(path=pictures / f"tutorial-{name}.png")


def test_nothing_was_asked_for_outside_this_machine_and_nothing_went_wrong(opened):
    watched, _ = opened
    assert watched.strayed == []
    assert watched.complaints == []
