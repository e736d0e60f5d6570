import json
import sys

import jax
import numpy as np
import pytest

import bouton as bp
import bouton.math as bm
import bouton_widgets as bw
from bouton_widgets import _tree_rows


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
        "memory": "16 B",
        "unit": "s",
        "value": "all 0.05",
        "trainable": True,
        "look": True,
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
    assert bundle["text/plain"] == repr(bp.tree(network))
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


def test_a_page_that_says_hello_again_is_told_only_what_has_changed(network, listen):
    page = watch(listen, bw.tree(network))
    page.say("hello")
    assert page.heard("rows") == []
    network.modules()["1_LIF"].tau_mem = np.full(4, 0.03, np.float32)
    page.say("hello")
    assert [row["path"] for row in page.heard("rows")[0]["rows"]] == ["1_LIF.tau_mem"]


def test_random_keys_of_jax_are_rows_too():
    holder = bp.Object()
    holder.key = bm.Variable(jax.random.key(0))
    row = bw.tree_rows(holder)[1]
    assert (row["value"], row["memory"], row["look"]) == ("key", "8 B", False)
    assert "key" in repr(bp.tree(holder))
    assert "key" in holder._repr_html_()


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


# -- what is selected -----------------------------------------------------------------------------------------------------------


def test_selecting_a_row_on_a_page_can_be_observed_and_shows_on_the_other_pages(network, listen):
    widget, seen = bw.tree(network), []
    widget.observe(lambda change: seen.append(change["new"]), "selected")
    one, other = watch(listen, widget), listen(widget.view, "other")
    one.say("select", path="1_LIF.tau_mem", turn=3)
    assert (widget.selected, seen) == ("1_LIF.tau_mem", ["1_LIF.tau_mem"])
    assert other.heard("selected")[0] == {"type": "selected", "path": "1_LIF.tau_mem"}
    one.say("select", path=None)
    assert widget.selected is None


def test_a_page_hears_which_of_its_choices_has_come_also_when_nothing_changed_or_the_row_has_gone(network, listen):
    widget = bw.tree(network)
    page = watch(listen, widget)
    for turn, path in enumerate(["1_LIF", "1_LIF", "gone.tau"]):
        page.say("select", path=path, turn=turn)
        assert page.heard("selected")[-1] == {"type": "selected", "path": "1_LIF", "to": page.name, "turn": turn}


def test_python_code_selects_a_row_on_every_page(network, listen):
    widget = bw.tree(network)
    page = watch(listen, widget)
    widget.selected = "1_LIF"
    assert page.heard("selected") == [{"type": "selected", "path": "1_LIF"}]
    assert json.loads(widget.view.text())["selected"] == "1_LIF"
    widget.selected = ""
    assert widget.view.selected == ""


def test_a_row_that_is_not_there_is_refused_and_the_selection_stays(network):
    widget = bw.tree(network)
    widget.selected = "1_LIF.bias"
    with pytest.raises(
        bp.errors.UnknownPathError,
        match=r"selected: expected the path of a part or an attribute .*, got '1_LIF.taumem'\. The nearest is '1_LIF.tau_mem'",
    ):
        widget.selected = "1_LIF.taumem"
    assert widget.selected == "1_LIF.bias"


def test_a_page_that_selects_what_has_gone_is_passed_over(network, listen):
    widget = bw.tree(network)
    watch(listen, widget).say("select", path="gone.tau")
    assert widget.selected is None


def test_when_the_selected_part_goes_nothing_is_selected(network, listen):
    network.extra = bp.modules.LIF(2)
    widget = bw.tree(network)
    page = watch(listen, widget)
    widget.selected = "extra.bias"
    del network.extra
    page.view.look()
    assert widget.selected is None


# -- what is asked for ----------------------------------------------------------------------------------------------------------


def test_an_array_is_drawn_when_a_page_asks_and_for_that_page(network, listen):
    page = watch(listen, bw.tree(network))
    assert page.heard("pictures") == []
    page.say("look", paths=["0_Linear.weight", "1_LIF.dt", "nonsense"], columns=20, rows=8, place="row")
    ((message, buffers),) = page.messages
    assert (message["type"], message["to"], message["place"]) == ("pictures", "page", "row")
    assert [head["path"] for head in message["pictures"]] == ["0_Linear.weight"]
    np.testing.assert_array_equal(np.frombuffer(buffers[0], np.float32), np.ones(12))


def test_one_message_asks_for_no_more_than_a_page_can_show(network, listen):
    page = watch(listen, bw.tree(network))
    page.say("look", paths=["0_Linear.weight"] * 1000, columns=10**9, rows=10**9, place="row")
    assert len(page.heard("pictures")[0]["pictures"]) == 100


def test_the_facts_of_a_row_are_told_when_a_page_asks(network, listen):
    page = watch(listen, bw.tree(network))
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


def test_a_model_that_contains_itself_has_an_end():
    one, other = bp.Object(), bp.Object()
    one.below, other.back = other, one
    assert [row["path"] for row in bw.tree_rows(one)] == ["", "below"]


def test_hostile_names_travel_as_plain_text(listen):
    evil = bp.Object()
    name = "<script>window.alert(1)</script>"
    setattr(evil, name, bp.parameters.Parameter(1.0, family=name, unit=name))
    row = json.loads(bw.tree(evil).content)["rows"][1]
    assert (row["name"], row["family"], row["unit"]) == (name, name, name)
    assert "<script>" not in evil._repr_html_()


def calls_for(work):
    """How many calls of Python functions `work` makes, which the machine's speed does not change."""
    count = 0

    def counted(frame, event, argument):
        nonlocal count
        count += event == "call"

    sys.setprofile(counted)
    try:
        result = work()
    finally:
        sys.setprofile(None)
    return count, result


def test_the_work_for_a_row_does_not_grow_with_the_model():
    class Wide(bp.Object):
        def __init__(self, n):
            super().__init__()
            for k in range(n):
                setattr(self, f"p{k}", bm.Variable(3))

    def tall(parts):
        model = bp.Object()
        for k in range(parts):
            setattr(model, f"part{k}", Wide(100))
        return model

    small, large = tall(10), tall(100)
    few, rows = calls_for(lambda: bw.tree_rows(small))
    assert len(rows) == 1 + 10 * 101
    many, rows = calls_for(lambda: bw.tree_rows(large))
    assert len(rows) == 1 + 100 * 101
    assert many < 10.5 * few
