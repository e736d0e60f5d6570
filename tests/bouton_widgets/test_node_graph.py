"""What a drawn network shows: every node and edge, apart from one another, in every layout."""

import itertools
import json
import xml.etree.ElementTree as ET
import zlib

import numpy as np
import pytest
from bokeh.models import HoverTool, MultiLine, Rect, Text

import bouton as bp
import bouton_widgets as bw
import bouton_widgets.panel
from bouton.errors import KindError

nn = bp.nn
LAYOUTS = [
    *("layered", "shell_layout", "circular_layout", "spring_layout"),
    *("spectral_layout", "kamada_kawai_layout", "multipartite_layout"),
]


@pytest.fixture
def loop():
    i, r, o = nn.Input(3, name="i"), nn.VanillaRNN(100, name="r"), nn.Dense(2, name="o")
    return (i >> r >> o) & (r << o)


def random_network(count=50, seed=0):
    """Of nodes of four classes, each fed by one or two of the nine before it; four of them get feedback."""
    rng = np.random.default_rng(seed)
    nodes = [nn.Input(int(n)) for n in rng.integers(1, 9, 4)]
    edges, above = [], {}
    for cls in rng.choice([nn.Dense, nn.GRU, nn.VanillaRNN, nn.LSTM], count - 4):
        node = cls(int(rng.integers(1, 200)))
        senders = rng.choice(nodes[-9:], rng.integers(1, 3), replace=False)
        edges += [(sender, node) for sender in senders]
        above[node] = [*senders, *(far for sender in senders for far in above.get(sender, []))]
        nodes.append(node)
    back = []
    for sender in nodes[count // 2 :: 7]:
        receivers = [node for node in above[sender] if node.is_feedback_input_supported]
        back += [(sender, receiver) for receiver in receivers[-1:]]
    return nn.Network(nodes, edges, back)


def chain(count):
    net = nn.Input(3)
    for _ in range(count - 1):
        net = net >> nn.Dense(10)
    return net


def boxes(figure):
    """(left, right, top, bottom) by name."""
    found = {}
    for renderer in figure.renderers:
        if isinstance(renderer.glyph, Rect):
            data = renderer.data_source.data
            for name, x, y, w, h in zip(data["name"], data["x"], data["y"], data["width"], data["height"], strict=True):
                found[name] = (x - w / 2, x + w / 2, y - h / 2, y + h / 2)
    return found


def arrows(figure):
    """(sender, receiver, kind, points)."""
    return [
        (sender, receiver, kind, list(zip(xs, ys, strict=True)))
        for renderer in figure.renderers
        if isinstance(renderer.glyph, MultiLine)
        for data in [renderer.data_source.data]
        for sender, receiver, kind, xs, ys in zip(
            data["sender"], data["receiver"], data["kind"], data["xs"], data["ys"], strict=True
        )
    ]


def overlapping(all_boxes):
    return [
        (a, b)
        for (a, one), (b, other) in itertools.combinations(all_boxes.items(), 2)
        if one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_node_and_every_edge_is_drawn_once(loop, layout):
    figure = loop.plot_node_graph(layout=layout).figure()
    assert sorted(boxes(figure)) == ["i", "o", "r"]
    assert sorted(arrow[:3] for arrow in arrows(figure)) == [
        ("i", "r", "input"),
        ("o", "r", "feedback, one step later"),
        ("r", "o", "input"),
        ("r", "r", "recurrent"),
    ]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("net", [chain(3), random_network(12), random_network(50)], ids=["3", "12", "50"])
def test_boxes_do_not_lie_on_one_another(net, layout):
    assert overlapping(boxes(net.plot_node_graph(layout=layout).figure())) == []


@pytest.mark.parametrize("net", [random_network(), random_network(seed=1), chain(50)], ids=["random", "other", "chain"])
def test_fifty_nodes_are_apart_within_the_page_and_legible(net):
    drawn = net.plot_node_graph()
    figure = drawn.figure()
    assert len(boxes(figure)) == 50
    assert overlapping(boxes(figure)) == []
    assert figure.width <= 10 * 96
    names = [renderer.glyph.text_font_size for renderer in figure.renderers if isinstance(renderer.glyph, Text)]
    assert max(float(size.removesuffix("px")) for size in names) >= 9.0


@pytest.mark.parametrize("seed", range(4))
def test_in_layers_every_node_stands_behind_its_inputs_or_in_a_later_row(seed):
    net = random_network(30, seed)
    at = boxes(net.plot_node_graph().figure())
    for sender, receiver in net.ff_edges:
        a, b = at[str(sender.name)], at[str(receiver.name)]
        assert a[1] < b[0] or a[3] < b[2]


@pytest.mark.parametrize("seed", range(4))
def test_arrows_pass_no_box_but_those_they_join(seed):
    figure = random_network(30, seed).plot_node_graph().figure()
    at = boxes(figure)
    crossed = {
        (sender, receiver, name)
        for sender, receiver, _, points in arrows(figure)
        for name, (left, right, top, bottom) in at.items()
        for x, y in points
        if name not in (sender, receiver) and left < x < right and top < y < bottom
    }
    assert crossed == set()


def test_trainable_nodes_and_the_kinds_of_edges_have_colours_of_their_own(loop):
    for dark in (False, True):
        figure = loop.plot_node_graph().figure(dark=dark)
        fills = {renderer.glyph.fill_color for renderer in figure.renderers if isinstance(renderer.glyph, Rect)}
        lines = [renderer.glyph for renderer in figure.renderers if isinstance(renderer.glyph, MultiLine)]
        assert len(fills) == 2
        assert len({line.line_color for line in lines}) == 3
        assert [line.line_dash != "solid" for line in lines] == [False, True, False]


def test_a_legend_names_what_there_is_and_no_more(loop):
    def words(net):
        return [item.label.value for item in net.plot_node_graph().figure().legend[0].items]

    assert words(loop) == ["trainable", "not trainable", "input", "feedback, one step later", "recurrent"]
    assert words(nn.Input(2) >> nn.Dense(3)) == ["trainable", "not trainable", "input"]


def test_pointing_at_a_node_tells_its_shapes(loop):
    figure = loop.plot_node_graph().figure()
    told = {}
    for renderer in figure.renderers:
        if isinstance(renderer.glyph, Rect):
            data = renderer.data_source.data
            told |= {name: {key: data[key][k] for key in data} for k, name in enumerate(data["name"])}
    assert told["r"]["class"] == "VanillaRNN"
    assert told["r"]["inputs"] == "(None, 3) from i"
    assert told["r"]["feedback"] == "(None, 2) from o"
    assert told["r"]["output"] == "(None, 100)"
    assert (told["r"]["trainable"], told["i"]["trainable"]) == ("yes", "no")
    assert any("@{output}" in tool.tooltips for tool in figure.select(HoverTool))


def test_a_shape_that_is_not_known_yet_is_said_so():
    net = nn.Input(4, name="source") >> nn.Dropout(0.5, name="dropout") >> nn.Dense(2, name="sink")
    figure = net.plot_node_graph().figure()
    (data,) = (
        one.data_source.data for one in figure.renderers if isinstance(one.glyph, Rect) and "sink" in one.data_source.data["name"]
    )
    assert data["inputs"][data["name"].index("sink")] == "not known yet from dropout"


def test_the_size_is_that_which_was_asked_for_at_most(loop):
    small = chain(30).plot_node_graph(fig_size=(5, 20)).figure()
    assert small.width <= 5 * 96
    assert loop.plot_node_graph(fig_size=(4, 4), node_size=2000).figure().width <= 4 * 96


def test_nodes_and_arrows_have_the_size_that_was_asked_for(loop):
    one, other = (boxes(loop.plot_node_graph(node_size=size).figure())["r"] for size in (2000, 8000))
    assert other[3] - other[2] == pytest.approx(2 * (one[3] - one[2]))


@pytest.mark.parametrize("name", ["a_name_that_is_so_long_that_no_box_could_hold_it"])
def test_a_long_name_is_cut_and_told_in_full(name):
    figure = nn.Dense(2, input_shape=1, name=name).plot_node_graph().figure()
    (data,) = (one.data_source.data for one in figure.renderers if isinstance(one.glyph, Rect))
    assert data["first"][0].endswith("…")
    assert data["first"][0][:-1] in name
    assert data["name"] == [name]
    assert data["width"][0] <= 176


def test_an_empty_network_is_an_empty_figure():
    assert boxes(nn.Network().plot_node_graph().figure()) == {}


def test_the_picture_for_static_pages_is_valid_and_complete(loop, tmp_path):
    drawn = loop.plot_node_graph()
    drawn.save(tmp_path / "loop.svg")
    tree = ET.fromstring((tmp_path / "loop.svg").read_text(encoding="utf-8"))
    texts = [text.text for text in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert {"i", "r", "o", "VanillaRNN · 100", "trainable", "feedback, one step later"} <= set(texts)
    titles = [title.text for title in tree.iter("{http://www.w3.org/2000/svg}title")]
    assert "o → r, feedback, one step later" in titles
    assert any("feedback: (None, 2) from o" in title for title in titles)


def test_a_notebook_keeps_a_picture_and_text(loop):
    bundle, *_ = loop.plot_node_graph()._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg")
    assert bundle["text/plain"] == str(nn.NodeGraph.of(loop))


def test_a_page_gets_both_figures_and_the_library_when_it_asks(loop, listen):
    view = bw.node_graph(loop).view
    page = listen(view)
    content = json.loads(view.text())
    assert set(content["figures"]) == {"light", "dark"}
    assert content["told"] == str(nn.NodeGraph.of(loop))
    assert page.messages == []
    page.say("hello")
    page.say("library")
    ((message, (packed,)),) = page.messages
    assert message == {"type": "library", "for": "page"}
    script = zlib.decompress(packed).decode()
    assert content["bokeh"] in script
    assert len(packed) < 600_000


def test_the_description_alone_can_be_drawn(loop):
    assert sorted(boxes(bw.node_graph(nn.NodeGraph.of(loop)).figure())) == ["i", "o", "r"]


def test_what_is_no_network_is_refused():
    with pytest.raises(KindError, match=r"node_graph\(network\): expected a bouton.nn.Network, or another node, got int\. Pass"):
        bw.node_graph(3)


def test_panel_takes_it_as_a_component(loop):
    assert type(loop.plot_node_graph().__panel__()).__name__ == "ServedGraph"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_one_node_alone_is_drawn(layout):
    drawn = nn.VanillaRNN(2, input_shape=1, name="alone").plot_node_graph(layout=layout)
    assert list(boxes(drawn.figure())) == ["alone"]
