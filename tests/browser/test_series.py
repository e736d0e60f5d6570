"""Time series in a real JupyterLab and, with a graph, under Panel. The tests of each share one page, in this order."""

import pytest
from browser.kit import execute, themed

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SERIES = """\
import numpy as np
import bouton as bp
import bouton_widgets as bw
from bouton.modules import TSContinuous, TSEvent

rng = np.random.default_rng(0)
time = np.arange(2000) * 1e-3
wave = np.sin(2 * np.pi * 3 * time)[:, None] * 8 - 60 + 4 * np.arange(3)
drive = TSContinuous.from_clocked(wave, dt=1e-3, units="mV", name="drive <b>&</b>", interp_kind="linear")
hold = TSContinuous([0.0, 0.4, 0.9, 1.5], [1.0, 3.0, 2.0, 2.5], t_stop=2.0, units="nA", name="hold")
spikes = TSEvent(np.sort(rng.uniform(0, 2, 300)), rng.integers(0, 10, 300), t_stop=2.0, num_channels=12)
field = np.sin(np.arange(2000)[:, None] / 200 + np.arange(100) / 10) * 20 - 50
field = TSContinuous.from_clocked(field, dt=1e-3, name="field", units="mV")
eeg = TSContinuous.from_clocked(rng.normal(size=(3000, 20)).cumsum(0), dt=1e-3, name="eeg", units="µV")
# 10,000 events a second, each 0.1 ms one, on all thousand channels in turn.
times = np.arange(1_000_000) * 1e-4
million = TSEvent(times, np.arange(1_000_000) % 1000, t_stop=100.0, name="million")
"""
CELLS = [
    "bw.series({'drive <b>&</b>': drive, 'hold': hold, 'spikes': spikes})",
    "million.plot()",
    "bw.series([field, eeg])",
]
APP = f"""\
{SERIES}
import bouton_widgets.panel
import panel as pn

pn.Column(bw.series({{"drive": drive, "spikes": spikes}})).servable()
"""
# Nodes without names of their own: every session runs it in the same process.
GRAPH = """\
import bouton as bp
import bouton_widgets.panel
import panel as pn

net = bp.nn.Input(8) >> bp.nn.GRU(64) >> bp.nn.Dense(2)
pn.Row(net.plot_node_graph()).servable()
"""


@pytest.fixture(scope="module")
def opened(notebook):
    return notebook("series", [SERIES, *CELLS], ".bt-series .bk-Figure")


@pytest.fixture
def page(opened):
    return opened[0].page


@pytest.fixture
def view(page):
    """The widget of a cell, in sight."""

    def view(index):
        found = page.locator(".bt-series").nth(index)
        found.scroll_into_view_if_needed()
        return found

    return view


# Where a time and a value are on the page, asked of Bokeh itself.
PLACE = """(element, [panel, x, y]) => {
  const figure = element.bouton.views[0].model.document;
  const find = (view) => view.model.name === `panel ${panel}` ? view : view.child_views?.map(find).find(Boolean);
  const plot = find(element.bouton.views[0]);
  const box = plot.el.getBoundingClientRect();
  return [box.left + plot.frame.x_scale.compute(x), box.top + plot.frame.y_scale.compute(y)];
}"""
SOURCE = """(element, [name, column]) => {
  const data = element.bouton.views[0].model.document.get_model_by_name(name).data[column];
  return column === 'count' ? data.map((one) => one.shape ?? []) : [...data];
}"""
ZOOM = """(element, [start, end]) =>
  element.bouton.views[0].model.document.get_model_by_name('time').setv({ start, end })"""


@pytest.fixture
def told(page, view, until):
    """What is told where one points."""

    def told(index, panel, x, y):
        element = view(index)
        found = []

        def point():
            left, top = element.evaluate(PLACE, [panel, x, y])
            page.mouse.move(left - 2, top)
            page.mouse.move(left, top)
            found[:] = [one for one in page.locator(".bk-tooltip-content").all_inner_texts() if one.strip()]
            return found

        until(point)
        return found[0]

    return told


def test_every_series_is_drawn_by_bokeh(page, until):
    until(lambda: page.locator(".bt-series .bk-Figure").count() == 6)
    labels = [one.get_attribute("aria-label") for one in page.locator(".bt-series .bt-figure").all()]
    assert labels[0] == "Time series: 3 series · 0 s to 2 s"
    assert labels[1] == "million: 1,000 channels · 1,000,000 events · 0 s to 100 s"


def test_pointing_at_lines_tells_time_and_the_value_of_every_channel(told):
    text = told(0, 0, 0.25, -60)
    # sin(1.5 pi) = -1
    assert " ".join(text.split()) == "time 0.2500 s channel 0 −68 mV channel 1 −64 mV channel 2 −60 mV"


def test_a_value_that_is_held_is_told_until_the_next(told):
    assert "3 nA" in told(0, 1, 0.85, 2)
    assert "2 nA" in told(0, 1, 0.95, 2)


def test_pointing_at_a_heat_map_tells_channel_and_value(told):
    words = told(2, 0, 1.0, 40).split()
    assert words[:2] == ["time", words[1]]
    assert words[3:5] == ["channel", "40"]
    assert words[-1] == "mV"


@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_the_figure_follows_the_theme(page, view, until, pictures, theme):
    themed(page, view(0), theme, until)
    for index in range(3):
        element = view(index)
        until(lambda one=element: one.get_attribute("data-theme") == theme.lower())
        until(lambda one=element: one.evaluate("element => element.bouton.views[0].model.name") == theme.lower())
        assert len(element.evaluate(SOURCE, [["0.line0", "x"], ["0.cells", "count"], ["0.cells", "image"]][index])) > 0
        left, top = element.evaluate(PLACE, [0, 1.2, [-56, 400, 40][index]])
        page.mouse.move(left, top)
        page.mouse.move(left + 2, top)
        element.screenshot(path=pictures / f"series-{index}-{theme.lower()}.png")


def test_a_million_events_come_as_pixels_and_one_by_one_when_looked_at_closely(view, until):
    element = view(1)
    assert element.evaluate(SOURCE, ["0.marks", "x"]) == []
    ((rows, columns),) = element.evaluate(SOURCE, ["0.cells", "count"])
    assert rows <= 420
    assert columns <= 1000
    element.evaluate(ZOOM, [50.0, 50.1])
    until(lambda: element.evaluate(SOURCE, ["0.marks", "x"]))
    seen = [time for time in element.evaluate(SOURCE, ["0.marks", "x"]) if 50.0 <= time < 50.1]
    assert seen == pytest.approx([50.0 + k * 1e-4 for k in range(1000)])
    element.evaluate(ZOOM, [0.0, 100.0])
    until(lambda: element.evaluate(SOURCE, ["0.marks", "x"]) == [])


COUNT_LOOKS = """\
from bouton_widgets._series import SeriesView

looks, receive = [], SeriesView.receive
SeriesView.receive = lambda self, message: (looks.append(message["type"]), receive(self, message))[1]
"""


def test_beside_the_data_nothing_is_asked_for_again_and_again_and_from_there_one_comes_back(opened, view, until, ask):
    element, client = view(1), opened[1]
    execute(client, COUNT_LOOKS)
    element.evaluate(ZOOM, [-0.09, 0.01])
    until(lambda: element.evaluate(SOURCE, ["0.marks", "x"]))
    # Longer than a dozen questions take, one after the other.
    view(1).page.wait_for_timeout(1500)
    assert 1 <= ask(client, "looks.count('look')") <= 2
    element.evaluate(ZOOM, [-0.09, -0.05])
    view(1).page.wait_for_timeout(300)
    element.evaluate(ZOOM, [5.0, 5.1])
    until(lambda: [5.0 <= time < 5.1 for time in element.evaluate(SOURCE, ["0.marks", "x"])].count(True) == 1000)
    element.evaluate(ZOOM, [0.0, 100.0])
    until(lambda: element.evaluate(SOURCE, ["0.marks", "x"]) == [])


SPAN = """element => {
  const time = element.bouton.views[0].model.document.get_model_by_name('time');
  return [time.start, time.end];
}"""


def test_the_wheel_zooms_all_panels_in_time_and_the_arrow_shows_all_again(page, view, until):
    element = view(0)
    left, top = element.evaluate(PLACE, [1, 1.0, 2.0])
    page.mouse.move(left, top)
    # Until its button has been pressed, the wheel scrolls the page.
    element.get_by_title("Zoom with the wheel").first.click()
    page.mouse.move(left, top)
    page.mouse.wheel(0, -300)
    until(lambda: element.evaluate(SPAN) != [0.0, 2.0])
    start, end = element.evaluate(SPAN)
    assert 0.0 < start < 1.0 < end < 2.0
    # The panels share it: the same time stands at the same place in all of them.
    places = [element.evaluate(PLACE, [panel, 1.0, 0.0])[0] for panel in range(3)]
    assert places == pytest.approx([left] * 3, abs=1.5)
    element.get_by_title("Reset").first.click()
    until(lambda: element.evaluate(SPAN) == [0.0, 2.0])
    element.get_by_title("Zoom with the wheel").first.click()


def test_a_closer_look_stays_when_the_theme_changes(page, view, until):
    element = view(1)
    element.evaluate(ZOOM, [10.0, 10.1])
    until(lambda: element.evaluate(SOURCE, ["0.marks", "x"]))
    themed(page, element, "Dark", until)
    until(lambda: element.evaluate("element => element.bouton.views[0].model.name") == "dark")
    until(lambda: element.evaluate(SOURCE, ["0.marks", "x"]))
    themed(page, element, "Light", until)
    until(lambda: element.evaluate("element => element.bouton.views[0].model.name") == "light")


def test_a_narrow_page_has_it_all_too(page, view, pictures, until):
    page.set_viewport_size({"width": 620, "height": 1000})
    element = view(0)
    until(lambda: element.evaluate("element => element.scrollWidth - element.clientWidth") <= 1)
    page.wait_for_timeout(500)
    element.screenshot(path=pictures / "series-narrow.png")
    page.set_viewport_size({"width": 1280, "height": 1000})


def test_nothing_was_asked_for_outside_this_machine_and_nothing_went_wrong(opened):
    watched, _ = opened
    assert watched.strayed == []
    assert watched.complaints == []


@pytest.fixture(scope="module")
def served(serve):
    """One server for both."""
    with serve(series=APP, graph=GRAPH) as addresses:
        yield addresses


@pytest.mark.parametrize("name", ["series", "graph"])
def test_under_panel_it_is_drawn_too(served, open_page, pictures, until, name):
    watched = open_page()
    watched.page.goto(served[name])
    watched.page.wait_for_selector(f".bt-{name} .bk-Figure", timeout=60_000)
    view = watched.page.locator(f".bt-{name}")
    if name == "series":
        until(lambda: view.evaluate(SOURCE, ["0.line0", "x"]))
    watched.page.wait_for_timeout(500)
    watched.page.screenshot(path=pictures / f"{name}-served.png")
    assert watched.strayed == []
    assert watched.complaints == []
