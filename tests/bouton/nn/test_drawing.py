import html
import importlib
import math

import pytest

import bouton as bp
from bouton.errors import KindError, UnsupportedError, ValueRefused

nn = bp.nn


@pytest.fixture
def loop():
    i, r, o = nn.Input(3, name="i"), nn.VanillaRNN(100, name="r"), nn.Dense(2, name="o")
    return (i >> r >> o) & (r << o)


@pytest.fixture
def without_widgets(monkeypatch):
    def refuse(name, *rest):
        if name == "bouton_widgets":
            raise ModuleNotFoundError("No module named 'anywidget'", name="anywidget")
        return original(name, *rest)

    original = importlib.import_module
    monkeypatch.setattr(importlib, "import_module", refuse)


def test_the_text_has_a_line_for_each_node_in_layers(loop):
    lines = str(nn.NodeGraph.of(loop)).splitlines()
    assert lines[0] == f"{loop.name}: 3 nodes, 3 layers, 1 feedback edge"
    assert lines[2:7] == [
        "  ○ i     Input       (None, 3)",
        "  ↓",
        "  ● r  ↺  VanillaRNN  (None, 100)  ← i   << o",
        "  ↓",
        "  ● o     Dense       (None, 2)    ← r",
    ]
    assert lines[8].split("   ") == [
        *("  ● trainable", "○ not trainable", "↺ recurrent"),
        *("← input", "<< feedback, from the step before"),
    ]


def test_the_key_explains_only_what_is_there():
    text = str(nn.NodeGraph.of(nn.Dense(2, input_shape=3, trainable=False)))
    assert text.splitlines()[-1] == "  ○ not trainable"


def test_edges_are_of_three_kinds(loop):
    assert nn.NodeGraph.of(loop).edges == (
        ("i", "r", "feedforward"),
        ("r", "o", "feedforward"),
        ("o", "r", "feedback"),
        ("r", "r", "recurrent"),
    )


def test_a_node_tells_what_comes_in_and_what_goes_out():
    a, b, c = nn.Input(1, name="a"), nn.Input(2, name="b"), nn.GRU(5, name="c")
    graph = nn.NodeGraph.of({b, a} >> c)
    assert graph.nodes[0].inputs == (("", (None, 1)),)
    assert graph.nodes[2].inputs == (("a", (None, 1)), ("b", (None, 2)))
    assert (graph.nodes[2].kind, graph.nodes[2].output, graph.nodes[2].layer) == ("GRU", (None, 5), 1)
    assert (graph.nodes[2].trainable, graph.nodes[2].recurrent, graph.nodes[0].recurrent) == (True, True, False)


def test_a_shape_that_is_not_known_yet_is_left_open():
    net = nn.Input(4) >> nn.Dropout(0.5)
    before = nn.NodeGraph.of(net).nodes[1].output
    net.initialize()
    assert (before, nn.NodeGraph.of(net).nodes[1].output) == (None, (None, 4))


def test_a_layer_is_as_far_behind_as_the_longest_path():
    a, b, c = nn.Input(1), nn.Dense(2), nn.Dense(3)
    graph = nn.NodeGraph.of((a >> b >> c) & (a >> c))
    assert [node.layer for node in graph.nodes] == [0, 1, 2]


def test_a_system_that_is_wrapped_is_named():
    with bp.math.batching_environment():
        neurons = bp.neurons.LIF(10)
    graph = nn.NodeGraph.of(nn.Input(10) >> nn.FromSystem(neurons))
    assert graph.nodes[1].kind == "FromSystem(LIF)"


def test_fifty_nodes_are_fifty_lines():
    net = nn.Input(3)
    for _ in range(49):
        net = net >> nn.Dense(4)
    assert sum(line.startswith(("  ●", "  ○")) for line in str(nn.NodeGraph.of(net)).splitlines()[:-1]) == 50


@pytest.mark.usefixtures("without_widgets")
def test_without_widgets_the_graph_is_given_as_text(loop):
    drawn = loop.plot_node_graph(fig_size=(4, 4), node_size=2000)
    assert repr(drawn) == str(nn.NodeGraph.of(loop))


def test_an_error_of_another_package_is_not_hidden(loop, monkeypatch):
    def refuse(name):
        raise ModuleNotFoundError("No module named 'other'", name="other.part")

    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(ModuleNotFoundError, match="other"):
        loop.plot_node_graph()


def test_a_layout_that_there_is_not_is_refused(loop):
    with pytest.raises(UnsupportedError, match=r"expected one of layered, shell_layout, .*, got 'dot'\. Leave it out"):
        loop.plot_node_graph(layout="dot")


@pytest.mark.parametrize("size", [10, (1, 2, 3), "10"])
def test_a_size_that_is_no_pair_is_refused(loop, size):
    with pytest.raises(
        KindError, match=r"fig_size=\.\.\.\): expected a pair, width and height in inches, got .*fig_size=\(10, 10\)"
    ):
        loop.plot_node_graph(fig_size=size)


@pytest.mark.parametrize("value", [0, -1, math.inf, math.nan, "large", True])
@pytest.mark.parametrize("name", ["fig_size", "node_size", "arrow_size"])
def test_a_number_that_is_no_size_is_refused(loop, name, value):
    given = (10, value) if name == "fig_size" else value
    with pytest.raises(ValueRefused, match=rf"plot_node_graph\({name}=\.\.\.\): expected a number above 0, got .*usual size\."):
        loop.plot_node_graph(**{name: given})


def test_a_notebook_shows_the_line_that_a_node_prints_as():
    node = nn.Dense(2, input_shape=3, name="shown")
    shown = html.unescape(node._repr_html_())
    assert repr(node) in shown
    assert "details" not in shown
    assert "Wff" in html.unescape(node.initialize()._repr_html_())
