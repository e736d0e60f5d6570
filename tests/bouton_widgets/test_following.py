import gc
import weakref

import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw


@pytest.fixture
def net():
    return bp.modules.Sequential(bp.modules.Linear((3, 2)), bp.modules.LIF(2))


@pytest.mark.parametrize(
    "cell",
    [
        "net[1].tau_mem = [0.03, 0.03]",
        "net.set_attributes({'1_LIF': {'tau_mem': np.full(2, 0.03, np.float32)}})",
        "net.entry('1_LIF.tau_mem').set(np.full(2, 0.03, np.float32))",
        "net[1].tau_mem = [0.03, 0.03]; 1 / 0",
    ],
)
def test_what_a_cell_changes_shows_in_tree_and_sliders_when_it_has_been_executed(shell, net, listen, cell, capsys):
    shell.push({"net": net, "np": np})
    tree, controls = listen(bw.tree(net).view), listen(bw.parameters(net).view)
    for page in (tree, controls):
        page.say("hello")
        page.messages.clear()
    shell.run_cell(cell)
    ((row,),) = [message["rows"] for message in tree.heard("rows")]
    assert (row["path"], row["value"]) == ("1_LIF.tau_mem", "all 0.03")
    ((row,),) = [message["rows"] for message in controls.heard("rows")]
    assert (row["path"], row["value"]) == ("1_LIF.tau_mem", 0.03)
    shell.run_cell("1 + 1")
    assert len(tree.messages) == len(controls.messages) == 1


def test_views_without_pages_do_not_look(shell, net, listen):
    page = listen(bw.tree(net).view)
    shell.push({"net": net})
    shell.run_cell("net[1].tau_mem = [0.03, 0.03]")
    assert page.messages == []


def test_a_view_that_nobody_has_is_not_kept(shell, net):
    view = weakref.ref(bw.tree(net).view)
    bw.tree(net).close()
    gc.collect()
    shell.run_cell("1 + 1")
    assert view() is None or view().pages == {}
