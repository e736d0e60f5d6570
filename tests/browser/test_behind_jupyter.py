"""The explorer behind a real JupyterLab, as on a Binder: a tile in the launcher, and a page that is live."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def explorer(lab, open_page):
    watched = open_page()
    watched.page.goto(f"{lab.url}/bouton-explore/", timeout=120_000)
    watched.page.wait_for_selector(".bt-traces canvas", timeout=120_000)
    return watched


def test_the_page_runs_and_a_key_on_a_slider_reaches_it(explorer, until):
    page = explorer.page
    head = lambda: page.locator(".bt-traces").evaluate("element => element.bouton?.head ?? {now: -1, change: -1}")  # noqa: E731
    until(lambda: head()["now"] > 0)
    shown = head()["change"]
    slider, value = page.get_by_role("slider", name="V_th").first, head()

    def reached():
        # Again, as a person would: the page has only begun to work.
        slider.press("ArrowLeft")
        page.wait_for_timeout(1000)
        return head()["change"] > shown

    try:
        until(reached)
    except AssertionError as failed:
        failed.add_note(f"The slider is at {slider.input_value()}; {value} became {head()}")
        raise


def test_the_launcher_has_a_tile_for_it(lab, open_page, until):
    page = open_page().page
    page.goto(f"{lab.url}/lab?reset")
    tile = page.locator(".jp-LauncherCard", has_text="bouton explore")
    tile.wait_for(timeout=60_000)
    until(lambda: tile.locator("img").evaluate("image => image.naturalWidth") > 0)


def test_no_request_left_the_machine_and_nothing_was_complained_about(explorer):
    assert explorer.strayed == []
    assert explorer.complaints == []
