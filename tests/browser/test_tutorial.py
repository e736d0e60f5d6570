"""The first tutorial, run from top to bottom in a real JupyterLab, and its live view touched."""

import pytest
from browser.kit import COMPILED_ONCE
from browser.tutorial import SHARES, check_all_ran, run_all

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def opened(lab, open_page):
    return run_all(lab, open_page(), "01_first_light")


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
    check_all_ran(page, until, "it is still in the spikes")


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
    until(lambda: max(view.evaluate(SHARES).values()) < 0.06)
    for _ in range(6):
        page.keyboard.press("PageUp")
    until(lambda: ask(opened[1], "float(simulation.model[1].tau)") > 0.01)
    until(lambda: min(view.evaluate(SHARES).values()) > 0.2)
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
