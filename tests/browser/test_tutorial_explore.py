"""The tutorial on exploring a network, run from top to bottom in a real JupyterLab, and its page worked by keys."""

import pytest
from browser.tutorial import SHARES, check_all_ran, run_all

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

STRENGTH = "float(mine.model.system.E2I.g_max)"


@pytest.fixture(scope="module")
def opened(lab, open_page):
    return run_all(lab, open_page(), "07_exploring_live")


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
    check_all_ran(page, until, "Predicted from a slope")


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
