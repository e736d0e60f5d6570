"""The three views in an app that Panel serves. The tests share one page, in this order."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

APP = """
import bouton_widgets.panel
import panel as pn

# Kept, so that the other app sees what has become of them.
pn.state.cache.setdefault("simulations", []).append(simulation)
pn.Column(
    bw.tree(simulation.model), bw.parameters(simulation), bw.traces(simulation), sizing_mode="stretch_width"
).servable()
"""

STATUS = """
import panel as pn

simulations = pn.state.cache.get("simulations", [])
pn.pane.Str(" ".join(["status:", *(simulation.status for simulation in simulations)])).servable()
"""


@pytest.fixture(scope="module")
def addresses(serve, model):
    with serve(views=model + APP, status=STATUS) as addresses:
        yield addresses


@pytest.fixture(scope="module")
def opened(addresses, open_page):
    watched = open_page()
    watched.page.goto(addresses["views"])
    watched.page.wait_for_selector(".bt-traces canvas", timeout=120_000)
    return watched


@pytest.fixture
def page(opened):
    return opened.page


@pytest.fixture
def head(page):
    return lambda: page.locator(".bt-traces").evaluate("element => element.bouton?.head ?? {now: -1, change: -1, status: ''}")


def test_a_key_on_a_slider_reaches_the_trace(page, head, until):
    page.get_by_role("button", name="Play").click()
    until(lambda: head()["now"] > 0.5)
    shown = head()["change"]
    page.get_by_role("slider", name="tau_mem").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        until(lambda: head()["change"] > shown)  # noqa: B023
        shown = head()["change"]
    # The second is that of shorter chunks, where the long ones take long.
    assert head()["compilations"] <= 2
    assert float(page.get_by_role("textbox", name="tau_mem, type a number").input_value()) > 0.02


def test_a_wrong_value_is_refused_beside_its_field(page):
    field = page.get_by_role("textbox", name="tau_mem, type a number")
    field.fill("-1")
    field.press("Enter")
    row = page.locator("[data-path='tau_mem']")
    row.get_by_role("alert").wait_for()
    assert row.get_by_role("alert").text_content() == "Must be at least 0 s."
    field.press("Escape")


def test_the_traces_can_be_paused_and_reset(page, head, until):
    page.get_by_role("button", name="Pause").click()
    until(lambda: head()["status"] == "paused")
    page.get_by_role("button", name="Reset", exact=True).click()
    until(lambda: head()["step"] == 0)
    page.get_by_role("button", name="Play").click()
    until(lambda: head()["now"] > 2.2)


@pytest.fixture
def another(open_page):
    """A second page, closed after the test whatever becomes of it."""
    watched = open_page()
    yield watched
    watched.page.close()


@pytest.mark.long
@pytest.mark.parametrize("theme", ["default", "dark"])
def test_pictures_in_light_and_dark(addresses, another, pictures, theme, until):
    watched = another
    watched.page.goto(f"{addresses['views']}?theme={theme}")
    traces = watched.page.locator(".bt-traces")
    traces.wait_for(timeout=60_000)
    watched.page.get_by_role("button", name="Play").click()
    until(lambda: traces.evaluate("element => element.bouton?.head.now > 1"))
    until(lambda: traces.get_attribute("data-theme") == ("dark" if theme == "dark" else "light"))
    watched.page.screenshot(path=pictures / f"served-{theme}.png", full_page=True)
    assert watched.strayed == []
    assert watched.complaints == []


def test_a_session_that_ends_stops_its_simulation_and_no_other(addresses, opened, open_page, until):
    status = open_page().page

    def seen():
        status.goto(addresses["status"])
        return status.get_by_text("status:").text_content(timeout=60_000).count("running")

    # The pages of the test before are closed.
    until(lambda: seen() == 1)
    opened.page.close()
    until(lambda: seen() == 0)


def test_nothing_was_asked_for_outside_this_machine_and_nothing_went_wrong(opened):
    assert opened.strayed == []
    assert opened.complaints == []
