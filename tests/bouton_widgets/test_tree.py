"""A tree on its pages: what they are told, and what they ask for."""

import json

import numpy as np

import bouton as bp
import bouton_widgets as bw
from bouton_widgets import _tree_rows


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
    assert bundle["text/plain"] == repr(bp.tree(network))
    assert repr(bw.tree(network)) == "ModuleTree(Sequential)"


def test_a_page_that_comes_is_told_the_values_as_they_are(network, listen):
    widget = bw.tree(network)
    network.modules()["1_LIF"].tau_mem = np.full(4, 0.03, np.float32)
    page = listen(widget.view)
    page.say("hello")
    (rows,) = [message["rows"] for message in page.heard("rows")]
    assert rows == bw.tree_rows(network)


def test_a_page_that_says_hello_again_is_told_only_what_has_changed(network, watch):
    page = watch(bw.tree(network))
    page.say("hello")
    assert page.heard("rows") == []
    network.modules()["1_LIF"].tau_mem = np.full(4, 0.03, np.float32)
    page.say("hello")
    assert [row["path"] for row in page.heard("rows")[0]["rows"]] == ["1_LIF.tau_mem"]


def test_the_tree_follows_a_slider(network, watch, listen):
    page, controls = watch(bw.tree(network)), listen(bw.parameters(network).view)
    controls.say("set", path="1_LIF.tau_mem", value=0.06)
    page.wait(lambda: page.heard("rows"))
    ((row,),) = [message["rows"] for message in page.heard("rows")]
    assert (row["path"], row["value"]) == ("1_LIF.tau_mem", "all 0.06")


def test_many_moves_of_a_slider_are_few_looks_at_the_model(network, watch, listen):
    page, controls = watch(bw.tree(network)), listen(bw.parameters(network).view)
    for k in range(50):
        controls.say("set", path="1_LIF.tau_mem", value=0.01 + 0.001 * k)
    page.wait(lambda: page.heard("rows") and page.heard("rows")[-1]["rows"][0]["value"] == "all 0.059")
    assert len(page.heard("rows")) < 10


def test_a_look_reads_only_what_has_changed(network, watch, monkeypatch):
    page = watch(bw.tree(network))
    read, row = [], _tree_rows._attribute_row
    monkeypatch.setattr(
        "bouton_widgets._tree_rows._attribute_row",
        lambda entry, value, depth: read.append(entry.path) or row(entry, value, depth),
    )
    page.view.look()
    assert read == []
    assert page.messages == []
    network.modules()["1_LIF"].set_attributes({"tau_mem": np.full(4, 0.03, np.float32)})
    page.view.look()
    assert read == ["1_LIF.tau_mem"]
    assert [row["path"] for row in page.heard("rows")[0]["rows"]] == ["1_LIF.tau_mem"]


def test_a_part_that_is_replaced_shows_the_whole_tree_anew(network, watch):
    page = watch(bw.tree(network))
    network.extra = bp.modules.LIF(2)
    page.view.look()
    assert page.contents[-1]["rows"] == bw.tree_rows(network)
    assert any(row["path"] == "extra.tau_mem" for row in page.contents[-1]["rows"])


def test_the_tree_of_a_simulation_follows_its_states_while_it_runs(network, watch):
    with bp.run.LiveSimulation(network, inputs=1.0, record="1_LIF.vmem") as simulation:
        page = watch(bw.tree(simulation))
        simulation.start()
        page.wait(lambda: len(page.heard("rows")) > 1)
    assert {row["path"] for row in page.heard("rows")[-1]["rows"]} >= {"1_LIF.vmem"}


def test_a_page_that_leaves_is_told_no_more(network, watch):
    page, controls = watch(bw.tree(network)), bw.parameters(network).view
    page.say("bye")
    controls.receive({"type": "set", "view": "other", "path": "1_LIF.tau_mem", "value": 0.06})
    page.view.look_soon()
    assert not page.view._waits
    assert page.messages == []


def test_an_array_is_drawn_when_a_page_asks_and_for_that_page(network, watch):
    page = watch(bw.tree(network))
    assert page.heard("pictures") == []
    page.say("look", paths=["0_Linear.weight", "1_LIF.dt", "nonsense"], columns=20, rows=8, place="row")
    ((message, buffers),) = page.messages
    assert (message["type"], message["to"], message["place"]) == ("pictures", "page", "row")
    assert [head["path"] for head in message["pictures"]] == ["0_Linear.weight"]
    np.testing.assert_array_equal(np.frombuffer(buffers[0], np.float32), np.ones(12))


def test_one_message_asks_for_no_more_than_a_page_can_show(network, watch):
    page = watch(bw.tree(network))
    page.say("look", paths=["0_Linear.weight"] * 1000, columns=10**9, rows=10**9, place="row")
    assert len(page.heard("pictures")[0]["pictures"]) == 100


def test_the_facts_of_a_row_are_told_when_a_page_asks(network, watch):
    page = watch(bw.tree(network))
    page.say("facts", path="1_LIF.tau_mem")
    (message,) = page.heard("facts")
    assert (message["to"], message["path"]) == ("page", "1_LIF.tau_mem")
    facts = dict(message["facts"])
    assert facts["Path"] == "1_LIF.tau_mem"
    assert facts["Kind"] == "parameter of LIF, family taus"
    assert facts["Value"] == "all 0.05 s"
    assert facts["Bounds"] == "at least 0 s"
    page.say("facts", path="nonsense")
    assert len(page.heard("facts")) == 1


def test_hostile_names_travel_as_plain_text():
    evil = bp.Object()
    name = "<script>window.alert(1)</script>"
    setattr(evil, name, bp.parameters.Parameter(1.0, family=name, unit=name))
    row = json.loads(bw.tree(evil).content)["rows"][1]
    assert (row["name"], row["family"], row["unit"]) == (name, name, name)
    assert "<script>" not in evil._repr_html_()
