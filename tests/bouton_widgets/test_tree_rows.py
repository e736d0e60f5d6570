"""What a row of a tree says of a module or an attribute."""

import sys

import jax
import pytest

import bouton as bp
import bouton.math as bm
import bouton_widgets as bw


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


def test_random_keys_of_jax_are_rows_too():
    holder = bp.Object()
    holder.key = bm.Variable(jax.random.key(0))
    row = bw.tree_rows(holder)[1]
    assert (row["value"], row["memory"], row["look"]) == ("key", "8 B", False)
    assert "key" in repr(bp.tree(holder))
    assert "key" in holder._repr_html_()


def test_what_is_no_model_is_refused():
    with pytest.raises(
        bp.errors.KindError,
        match=r"tree\(module\): expected a bouton model or a bouton\.run\.LiveSimulation, got dict\. Pass the module itself",
    ):
        bw.tree({})
    with pytest.raises(bp.errors.KindError, match=r"tree\(module\): expected a bouton model, got dict\. Pass the module itself"):
        bw.tree_rows({})


def test_a_model_that_contains_itself_has_an_end():
    one, other = bp.Object(), bp.Object()
    one.below, other.back = other, one
    assert [row["path"] for row in bw.tree_rows(one)] == ["", "below"]


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
