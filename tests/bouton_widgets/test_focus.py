import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw
from bouton_widgets._focus import near


@pytest.fixture
def simulation():
    net = bp.modules.Sequential(bp.modules.Linear((1, 4), weight=np.ones((1, 4), np.float32)), bp.modules.LIF(4))
    with bp.run.LiveSimulation(net, record=["1_LIF.vmem", "1_LIF.spikes"]) as simulation:
        yield simulation


PATHS = ["a.tau", "a.inner.tau", "b.v"]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (None, None),
        ("", None),
        ("a", ["a.tau", "a.inner.tau"]),
        ("a.inner", ["a.inner.tau"]),
        ("a.inner.tau", ["a.inner.tau"]),
        ("a.inner.v", ["a.inner.tau"]),
        ("a.ta", ["a.tau", "a.inner.tau"]),
        ("c.v", None),
    ],
)
def test_what_is_near_a_path(path, shown):
    assert near(path, PATHS) == shown


def test_controls_and_traces_follow_the_tree(simulation, listen):
    tree = bw.tree(simulation)
    controls, traces = bw.parameters(simulation, follow=tree), bw.traces(simulation, follow=tree)
    pages = [listen(widget.view) for widget in (controls, traces)]
    listen(tree.view).say("select", path="1_LIF.tau_mem")
    shown = [page.heard("focus")[-1]["paths"] for page in pages]
    assert shown == [["1_LIF.tau_mem"], ["1_LIF.vmem", "1_LIF.spikes"]]
    tree.selected = "1_LIF.vmem"
    shown = [page.heard("focus")[-1]["paths"] for page in pages]
    assert shown == [[f"1_LIF.{name}" for name in ("tau_mem", "tau_syn", "bias", "threshold")], ["1_LIF.vmem"]]
    tree.selected = None
    assert [page.heard("focus")[-1]["paths"] for page in pages] == [None, None]


def test_who_comes_later_shows_what_is_selected_already(simulation):
    tree = bw.tree(simulation)
    tree.selected = "0_Linear"
    assert bw.parameters(simulation, follow=tree).view.content()["focus"] == ["0_Linear.weight"]
    assert bw.traces(simulation, follow=tree).view.content()["focus"] is None


def test_without_a_tree_all_is_shown(simulation):
    assert bw.parameters(simulation).view.content()["focus"] is None
    assert bw.traces(simulation).view.content()["focus"] is None


@pytest.mark.parametrize("make", [bw.parameters, bw.traces])
def test_only_a_tree_of_the_same_model_is_followed(simulation, make):
    where = rf"bouton_widgets\.{make.__name__}\(follow=\.\.\.\)"
    with pytest.raises(bp.errors.KindError, match=rf"{where}: expected what bouton_widgets\.tree gives, got str\. Write tree"):
        make(simulation, follow="tree")
    with pytest.raises(
        bp.errors.ValueRefused, match=rf"{where}: expected a tree of the same model, got one of another LIF\. Make"
    ):
        make(simulation, follow=bw.tree(bp.modules.LIF(4)))
