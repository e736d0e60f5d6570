"""Lists and dicts of Variables and objects as attributes."""

import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, MathError, ValueRefused
from bouton.modules import Functional, Linear, LinearJax, Module, Rate


def cell(value=1.0):
    return bm.Variable(jnp.asarray(value))


class Net(bp.Object):
    """One of each."""

    def __init__(self):
        self.cells = bm.VarList([cell(1.0), cell(2.0)])
        self.table = bm.VarDict(a=cell(3.0))
        self.units = bm.NodeList([Unit(), Unit()])
        self.named = bm.NodeDict({"first": Unit()})


class Unit(bp.Object):
    """An object with one cell."""

    def __init__(self):
        self.v = cell(5.0)


def paths(net):
    return [e.path for e in net.entries()]


def test_elements_belong_to_the_object_under_index_and_key():
    net = Net()
    assert paths(net) == ["cells-0", "cells-1", "table-a", "units-0.v", "units-1.v", "named-first.v"]
    assert list(net.modules()) == ["units-0", "units-1", "named-first"]
    assert net.states()["units-1"]["v"] == 5
    net.set_attributes({"cells-1": 7.0, "units-0": {"v": 8.0}})
    assert net.cells[1].value == 7
    assert net.units[0].v.value == 8
    assert isinstance(net.cells, list)
    assert isinstance(net.named, dict)


CHANGES = {
    "append": (lambda n: n.cells.append(cell()), ["cells-0", "cells-1", "cells-2"]),
    "extend": (lambda n: n.cells.extend([cell(), cell()]), ["cells-0", "cells-1", "cells-2", "cells-3"]),
    "insert": (lambda n: n.cells.insert(0, cell()), ["cells-0", "cells-1", "cells-2"]),
    "pop": (lambda n: n.cells.pop(), ["cells-0"]),
    "remove": (lambda n: n.cells.remove(n.cells[0]), ["cells-0"]),
    "clear": (lambda n: n.cells.clear(), []),
    "reverse": (lambda n: n.cells.reverse(), ["cells-0", "cells-1"]),
    "sort": (lambda n: n.cells.sort(key=float, reverse=True), ["cells-0", "cells-1"]),
    "+=": (lambda n: n.cells.__iadd__([cell()]), ["cells-0", "cells-1", "cells-2"]),
    "*=": (lambda n: n.cells.__imul__(2), ["cells-0", "cells-1", "cells-2", "cells-3"]),
    "del": (lambda n: n.cells.__delitem__(0), ["cells-0"]),
    "slice": (lambda n: n.cells.__setitem__(slice(0, 1), []), ["cells-0"]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_of_a_list_is_seen(name):
    change, expected = CHANGES[name]
    net = Net()
    compiled = bm.jit(lambda: sum((c.value for c in net.cells), start=jnp.zeros(())))
    assert compiled() == 3
    change(net)
    assert [p for p in paths(net) if p.startswith("cells")] == expected
    assert [net.entry(p).cell for p in expected] == list(net.cells)
    assert compiled() == sum(float(c) for c in net.cells)


DICT_CHANGES = {
    "set": (lambda n: n.table.__setitem__("b", cell()), ["table-a", "table-b"]),
    "update": (lambda n: n.table.update({"b": cell()}, c=cell()), ["table-a", "table-b", "table-c"]),
    "|=": (lambda n: n.table.__ior__({"b": cell()}), ["table-a", "table-b"]),
    "setdefault": (lambda n: n.table.setdefault("b", cell()), ["table-a", "table-b"]),
    "pop": (lambda n: n.table.pop("a"), []),
    "popitem": (lambda n: n.table.popitem(), []),
    "clear": (lambda n: n.table.clear(), []),
    "del": (lambda n: n.table.__delitem__("a"), []),
}


@pytest.mark.parametrize("name", DICT_CHANGES)
def test_every_change_of_a_dict_is_seen(name):
    change, expected = DICT_CHANGES[name]
    net = Net()
    change(net)
    assert [p for p in paths(net) if p.startswith("table")] == expected


def test_arrays_are_written_into_the_variables_that_stand_there():
    net = Net()
    first, a = net.cells[0], net.table["a"]
    net.cells[0], net.table["a"] = 10.0, 20.0
    net.cells[:] = [11.0, 12.0]
    net.table.update(a=21.0)
    assert (net.cells[0], net.table["a"]) == (first, a)
    assert (float(first), float(net.cells[1]), float(a)) == (11, 12, 21)
    with pytest.raises(MathError, match=r"expected shape \(\), got \(2,\)"):
        net.cells[0] = np.ones(2, np.float32)


def test_an_object_that_is_exchanged_is_followed():
    net = Net()
    total = bm.jit(lambda: sum((u.v.value for u in net.units), start=jnp.zeros(())))
    assert total() == 10
    net.units[0] = Unit()
    net.units[0].v = 100.0
    net.units[1:] = []
    assert total() == 100
    net.named["first"] = net.units[0]
    assert net.modules()["named-first"] is net.units[0]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: bm.VarList([1.0]), "VarList: expected Variables, got float. Make one of it first"),
        (lambda: bm.VarList().append(np.ones(2)), "VarList: expected Variables, got ndarray"),
        (lambda: bm.VarList([cell()]).insert(0, None), "VarList: expected Variables, got NoneType"),
        (lambda: bm.VarList([cell()]).__setitem__(slice(0, 0), [1]), "VarList: expected Variables, got int"),
        (lambda: bm.VarDict(a=1.0), "VarDict: expected Variables, got float"),
        (lambda: bm.VarDict().__setitem__("a", "x"), "VarDict: expected Variables, got str"),
        (lambda: bm.NodeList([cell()]), "NodeList: expected objects .* got Variable. Derive its class from bouton.Object"),
        (lambda: bm.NodeList().__iadd__([1]), "NodeList: expected objects .* got int"),
        (lambda: bm.NodeDict(a=print), "NodeDict: expected objects .* got builtin_function_or_method"),
        (lambda: bm.NodeDict().setdefault("a"), "NodeDict: expected objects .* got NoneType"),
    ],
)
def test_other_elements_are_refused(make, words):
    with pytest.raises(KindError, match=words) as refused:
        make()
    assert isinstance(refused.value, TypeError)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_copy_has_its_own(copied):
    net = Net()
    twin = copied(net)
    assert paths(twin) == paths(net)
    twin.cells.append(cell())
    twin.units[0].v = 50.0
    assert len(paths(twin)) == len(paths(net)) + 1
    assert net.units[0].v.value == 5
    assert twin.units[0] is twin.modules()["units-0"]


def test_a_list_that_is_taken_away_belongs_to_nobody():
    net = Net()
    units = net.units
    net.units = None
    assert "units-0" not in net.modules()
    units.append(Unit())
    assert list(net.modules()) == ["named-first"]
    net.cells = bm.VarList([cell(9.0)])
    assert [p for p in paths(net) if p.startswith("cells")] == ["cells-0"]


def test_a_list_may_belong_to_two_objects():
    one, two = Net(), Net()
    two.cells = one.cells
    one.cells.append(cell())
    assert [p for p in paths(two) if p.startswith("cells")] == ["cells-0", "cells-1", "cells-2"]


class Stack(Module):
    """Modules in a list, one after another."""

    def __init__(self, modules):
        super().__init__((modules[0].size_in, modules[-1].size_out))
        self.parts = bm.NodeList(modules)

    def evolve(self, input_data, record=False):
        for part in self.parts:
            input_data, _, _ = part(input_data)
        return input_data, {}, {}


class StackJax(Functional, Stack):
    """The same in functional form."""


def test_modules_in_a_list_have_parameters_states_and_records():
    net = Stack([Linear((2, 3), weight=np.ones((2, 3))), Rate(3)])
    series = np.ones((1, 4, 2), np.float32)
    out, state, record = net(series, record="parts-1.x")
    assert list(net.parameters("weights")) == ["parts-0"]
    assert_array_equal(state["parts-1"]["x"], net.parts[1].x)
    assert_array_equal(record["parts-1"]["x"][0, -1], net.parts[1].x)
    net.reset_state()
    assert_array_equal(net(series)[0], out)


def test_a_functional_module_takes_its_list_along():
    net = StackJax([LinearJax((2, 3), weight=np.ones((2, 3))), LinearJax((3, 1), weight=np.ones((3, 1)))])
    doubled = jax.tree_util.tree_map(lambda x: 2 * x, net)
    assert doubled.parts[0] is doubled.modules()["parts-0"]
    series = np.ones((1, 4, 2), np.float32)
    assert_array_equal(doubled(series)[0], 4 * net(series)[0])
    assert jax.tree_util.tree_structure(doubled) == jax.tree_util.tree_structure(net)
    gradient = jax.grad(lambda p: net.set_attributes(p)(series)[0].sum())(net.parameters())
    assert_array_equal(gradient["parts-1"]["weight"], np.full((3, 1), 8))


def test_a_list_is_replaced_by_an_object_and_the_other_way_round():
    net = Net()
    net.units = Unit()
    assert list(net.modules()) == ["named-first", "units"]
    net.units = bm.NodeList([Unit()])
    assert list(net.modules()) == ["named-first", "units-0"]
    del net.units
    assert list(net.modules()) == ["named-first"]
    assert not hasattr(net, "units")


def test_elements_know_their_names():
    net = Stack([Linear((2, 3)), Rate(3)])
    assert net.parts[1].full_name == "Rate 'parts-1'"
    assert "Linear 'parts-0' with shape (2, 3)" in repr(net)


@pytest.mark.parametrize(
    "add",
    [
        lambda net: setattr(net, "more", bm.NodeList([Rate(1)])),
        lambda net: net.parts.append(Rate(1)),
        lambda net: net.parts.__setitem__(0, Rate(1)),
    ],
)
def test_a_functional_module_refuses_plain_ones_in_lists_too(add):
    net = StackJax([LinearJax((2, 1))])
    with pytest.raises(ValueRefused, match="expected a functional submodule, since calls leave this module alone, got Rate"):
        add(net)
    assert list(net.modules()) == ["parts-0"]
    assert type(net.parts[0]) is LinearJax
    assert len(net.parts) == 1


def test_an_object_cannot_stand_in_its_own_list():
    net = Net()
    with pytest.raises(ValueRefused, match=r"Net\.units: expected another object, got the object itself"):
        net.units.append(net)
    assert len(net.units) == 2


def test_what_is_not_in_a_list_cannot_be_removed_from_it():
    net = Net()
    with pytest.raises(ValueRefused, match=r"VarList\.remove: expected an element of the list, .*got Variable"):
        net.cells.remove(cell(1.0))
    assert len(net.cells) == 2
