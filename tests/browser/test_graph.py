"""The graph of a network in a real JupyterLab; `test_series` has it under Panel. The tests share one page, in this order."""

import pytest
from browser.kit import themed

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

NETWORK = """\
import bouton as bp
import bouton_widgets as bw

sight, touch = bp.nn.Input(8, name="sight"), bp.nn.Input(4, name="touch")
hidden, memory = bp.nn.Dense(64, name="hidden"), bp.nn.LSTM(32, name="memory")
out = bp.nn.LinearReadout(2, name="out")
net = ({sight, touch} >> hidden >> memory >> out) & (memory << out) & (touch >> memory)
"""
CHAIN = """\
chain = bp.nn.Input(3)
for _ in range(49):
    chain = chain >> bp.nn.Dense(10)
chain.plot_node_graph()
"""


@pytest.fixture(scope="module")
def opened(notebook):
    cells = [NETWORK, "net.plot_node_graph()", "net.plot_node_graph(fig_size=(4, 4), node_size=2000)", CHAIN]
    return notebook("graph", cells, ".bt-graph .bk-Figure")


@pytest.fixture
def page(opened):
    return opened[0].page


@pytest.fixture
def view(page):
    return page.locator(".bt-graph").first


# Where the middle of a node is on the page, asked of Bokeh itself.
MIDDLE = """(element, name) => {
  const plot = element.bouton.views[0];
  for (const renderer of plot.model.renderers) {
    const data = renderer.data_source.data;
    const at = [...(data.first ?? [])].indexOf(name);
    if (at < 0) continue;
    const box = plot.el.getBoundingClientRect();
    const [x, y] = [plot.frame.x_scale.compute(data.x[at]), plot.frame.y_scale.compute(data.y[at])];
    return [box.left + x, box.top + y];
  }
  return null;
}"""


@pytest.fixture
def told(page, view, until):
    """What is told about a node when one points at it."""

    def told(name):
        view.scroll_into_view_if_needed()
        found = []

        def point():
            x, y = view.evaluate(MIDDLE, name)
            page.mouse.move(x - 3, y)
            page.mouse.move(x, y)
            found[:] = [one for one in page.locator(".bk-tooltip-content").all_inner_texts() if one.strip()]
            return found

        until(point)
        return found[0]

    return told


def test_every_graph_is_drawn_by_bokeh(page, until):
    until(lambda: page.locator(".bt-graph .bk-Figure").count() == 3)
    assert (
        page.locator(".bt-graph")
        .first.get_by_role("img")
        .get_attribute("aria-label")
        .endswith("5 nodes, 4 layers, 1 feedback edge")
    )


@pytest.mark.parametrize(
    "name, words",
    [
        ("hidden", ["Dense", "(None, 8) from sight, (None, 4) from touch", "(None, 64)", "yes"]),
        ("memory", ["LSTM", "(None, 4) from touch, (None, 64) from hidden", "(None, 2) from out", "(None, 32)"]),
        ("out", ["LinearReadout", "(None, 32) from memory"]),
    ],
)
def test_pointing_at_a_node_tells_its_class_and_shapes(told, name, words):
    text = told(name)
    assert all(word in text for word in [name, *words]), text


@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_the_figure_follows_the_theme(page, view, until, pictures, theme):
    themed(page, view, theme, until)
    until(lambda: view.evaluate("element => element.bouton.views[0].model.name") == theme.lower())
    page.mouse.move(0, 0)
    page.screenshot(path=pictures / f"graph-{theme.lower()}.png")


def test_names_of_fifty_nodes_have_at_least_nine_pixels(page):
    sizes = (
        page.locator(".bt-graph")
        .nth(2)
        .evaluate("element => element.bouton.views[0].model.renderers.flatMap((one) => one.glyph.text_font_size?.value ?? [])")
    )
    assert min(float(size.removesuffix("px")) for size in sizes) >= 7.9
    assert max(float(size.removesuffix("px")) for size in sizes) >= 9.0


def test_nothing_was_asked_for_outside_this_machine_and_nothing_went_wrong(opened):
    watched, _ = opened
    assert watched.strayed == []
    assert watched.complaints == []
