import json

import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw


@pytest.fixture
def network():
    return bp.modules.Sequential(
        bp.modules.Linear((3, 4), weight=np.ones((3, 4), np.float32)), bp.modules.LIF(4, tau_mem=np.full(4, 0.05, np.float32))
    )


def test_rows_list_each_module_and_below_it_its_attributes(network):
    rows = bw.tree_rows(network)
    modules = [(row["path"], row["depth"], row["class"]) for row in rows if row["module"]]
    assert modules == [("", 0, ""), ("0_Linear", 1, "Linear"), ("1_LIF", 1, "LIF")]
    assert [row["path"] for row in rows if not row["module"]] == [entry.path for entry in network.entries()]
    assert all(row["depth"] == 2 for row in rows if not row["module"])


def test_a_row_tells_all_that_the_entry_knows(network):
    row = next(row for row in bw.tree_rows(network) if row["path"] == "1_LIF.tau_mem")
    assert row == {
        "path": "1_LIF.tau_mem",
        "depth": 2,
        "name": "tau_mem",
        "module": False,
        "class": "LIF",
        "kind": "parameter",
        "family": "taus",
        "shape": "(4,)",
        "dtype": "float32",
        "unit": "s",
        "value": "all 0.05",
        "trainable": True,
    }


def test_the_content_is_json(network):
    content = json.loads(bw.tree(network).content)
    assert content["title"] == "Sequential"
    assert content["rows"] == bw.tree_rows(network)


def test_refresh_shows_what_python_code_has_changed(network):
    widget = bw.tree(network)
    network.modules()["1_LIF"].tau_mem = np.full(4, 0.03, np.float32)
    assert "all 0.03" not in widget.content
    widget.refresh()
    assert "all 0.03" in widget.content


def test_a_page_may_ask_for_the_values_again(network):
    widget = bw.tree(network)
    network.modules()["1_LIF"].tau_mem = np.full(4, 0.03, np.float32)
    widget.view.receive({"type": "refresh", "view": "page"})
    assert "all 0.03" in widget.content


def test_where_no_script_runs_there_is_a_table(network):
    bundle, _ = bw.tree(network)._repr_mimebundle_()
    lines = bundle["text/plain"].splitlines()
    assert lines[0].split() == ["Sequential", "(3,", "4)"]
    assert lines[2].split() == ["weight", "parameter", "weights", "(3,", "4)", "all", "1"]
    assert repr(bw.tree(network)) == "ModuleTree(Sequential)"


def watch(listen, widget):
    """A page that has said hello to the widget's view."""
    page = listen(widget.view)
    page.say("hello")
    page.messages.clear()
    return page


def test_a_page_that_comes_is_told_the_values_as_they_are(network, listen):
    widget = bw.tree(network)
    network.modules()["1_LIF"].tau_mem = np.full(4, 0.03, np.float32)
    page = listen(widget.view)
    page.say("hello")
    (rows,) = [message["rows"] for message in page.heard("rows")]
    assert rows == bw.tree_rows(network)


def test_the_tree_follows_a_slider(network, listen):
    page, controls = watch(listen, bw.tree(network)), listen(bw.parameters(network).view)
    controls.say("set", path="1_LIF.tau_mem", value=0.06)
    page.wait(lambda: page.heard("rows"))
    ((row,),) = [message["rows"] for message in page.heard("rows")]
    assert (row["path"], row["value"]) == ("1_LIF.tau_mem", "all 0.06")


def test_many_moves_of_a_slider_are_few_looks_at_the_model(network, listen):
    page, controls = watch(listen, bw.tree(network)), listen(bw.parameters(network).view)
    for k in range(50):
        controls.say("set", path="1_LIF.tau_mem", value=0.01 + 0.001 * k)
    page.wait(lambda: page.heard("rows") and page.heard("rows")[-1]["rows"][0]["value"] == "all 0.059")
    assert len(page.heard("rows")) < 10


def test_a_look_reads_only_what_has_changed(network, listen, monkeypatch):
    page = watch(listen, bw.tree(network))
    read = []
    monkeypatch.setattr("bouton_widgets._tree.summary", lambda value: read.append(value) or "read")
    page.view.look()
    assert read == []
    assert page.messages == []
    network.modules()["1_LIF"].set_attributes({"tau_mem": np.full(4, 0.03, np.float32)})
    page.view.look()
    assert len(read) == 1
    assert [row["path"] for row in page.heard("rows")[0]["rows"]] == ["1_LIF.tau_mem"]


def test_a_part_that_is_replaced_shows_the_whole_tree_anew(network, listen):
    page = watch(listen, bw.tree(network))
    network.extra = bp.modules.LIF(2)
    page.view.look()
    assert page.contents[-1]["rows"] == bw.tree_rows(network)
    assert any(row["path"] == "extra.tau_mem" for row in page.contents[-1]["rows"])


def test_the_tree_of_a_simulation_follows_its_states_while_it_runs(network, listen):
    with bp.run.LiveSimulation(network, inputs=1.0, record="1_LIF.vmem") as simulation:
        page = watch(listen, bw.tree(simulation))
        simulation.start()
        page.wait(lambda: len(page.heard("rows")) > 1)
    assert {row["path"] for row in page.heard("rows")[-1]["rows"]} >= {"1_LIF.vmem"}


def test_a_page_that_leaves_is_told_no_more(network, listen):
    page, controls = watch(listen, bw.tree(network)), bw.parameters(network).view
    page.say("bye")
    controls.receive({"type": "set", "view": "other", "path": "1_LIF.tau_mem", "value": 0.06})
    page.view.look_soon()
    assert not page.view._waits
    assert page.messages == []


def test_what_is_no_model_is_refused():
    with pytest.raises(
        bp.errors.KindError,
        match=r"tree\(module\): expected a bouton model or a bouton\.run\.LiveSimulation, got dict\. Pass the module itself",
    ):
        bw.tree({})
    with pytest.raises(bp.errors.KindError, match=r"tree\(module\): expected a bouton model, got dict\. Pass the module itself"):
        bw.tree_rows({})
