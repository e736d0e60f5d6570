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


def test_what_is_no_model_is_refused():
    with pytest.raises(bp.errors.KindError, match=r"tree\(module\): expected a bouton model, got dict\. Pass the module itself"):
        bw.tree({})
