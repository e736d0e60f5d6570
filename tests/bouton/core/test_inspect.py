import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, UnknownPathError, ValueRefused
from bouton.parameters import Constant, Parameter, SimulationParameter, State


class Unit(bp.Object):
    def __init__(self):
        self.tau = Parameter(0.5, family="taus", bounds=(0, None))
        self.v = State(jnp.zeros(2))
        self.dt = SimulationParameter(0.001)


class Net(bp.Object):
    def __init__(self):
        self.w = Parameter(jnp.ones((2, 2)), family="weights")
        self.fixed = Parameter(Constant(3.0), family="weights")
        self.unit = Unit()
        self.other = Unit()
        self.other.bias = Parameter(jnp.zeros(2), family="biases")
        self.nothing = bp.Object()


def paths(nested, prefix=""):
    found = []
    for name, value in nested.items():
        found += paths(value, f"{prefix}{name}.") if isinstance(value, dict) else [prefix + name]
    return found


def test_without_a_family_every_child_appears_even_when_empty():
    net = Net()
    assert list(net.parameters()) == ["w", "unit", "other", "nothing"]
    assert paths(net.parameters()) == ["w", "unit.tau", "other.tau", "other.bias"]
    assert net.parameters()["nothing"] == {}
    assert net.simulation_parameters()["fixed"] == 3.0
    assert paths(net.states()) == ["unit.v", "other.v"]
    assert paths(net.simulation_parameters()) == ["fixed", "unit.dt", "other.dt"]


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("taus", ["unit.tau", "other.tau"]),
        ("weights", ["w"]),
        ("".join(["we", "ights"]), ["w"]),
        (("taus", "biases"), ["unit.tau", "other.tau", "other.bias"]),
        (["weights", "taus"], ["w", "unit.tau", "other.tau"]),
        ("bias", ["other.bias"]),
        ("colour", []),
        ((), []),
        ([], []),
        (("colour", "taste"), []),
    ],
    ids=repr,
)
def test_with_a_family_only_branches_that_have_some_appear(family, expected):
    net = Net()
    assert paths(net.parameters(family)) == expected
    if not expected:
        assert net.parameters(family) == {}


@pytest.mark.parametrize("one", ["threshold", "thresholds", "bias", "biases"])
@pytest.mark.parametrize("plural", [False, True])
def test_two_spellings_of_a_family_are_one(one, plural):
    holder = bp.Object()
    stem = "bias" if one.startswith("bias") else "threshold"
    holder.a = Parameter(1.0, family={"bias": "biases", "threshold": "thresholds"}[stem] if plural else stem)
    assert list(holder.parameters(one)) == ["a"]


def test_attributes_are_found_by_name_whatever_their_kind():
    net = Net()
    assert paths(net.attributes_named("v")) == ["unit.v", "other.v"]
    assert paths(net.attributes_named(("dt", "w"))) == ["w", "unit.dt", "other.dt"]
    assert paths(net.attributes_named(["tau"])) == ["unit.tau", "other.tau"]
    assert net.attributes_named("no such name") == {}


def test_the_dictionaries_are_copies():
    net = Net()
    for nested in (net.parameters(), net.states(), net.simulation_parameters(), net.attributes_named("v"), net.modules()):
        for branch in list(nested.values()):
            if isinstance(branch, dict):
                branch.clear()
        nested.clear()
    assert paths(net.parameters()) == ["w", "unit.tau", "other.tau", "other.bias"]
    assert list(net.modules()) == ["unit", "other", "nothing"]


# -- writing -----------------------------------------------------------------------


def test_nested_values_are_written_in_place():
    net = Net()
    assert net.set_attributes({"w": jnp.zeros((2, 2)), "unit": {"tau": 2.0, "v": [1.0, 2.0]}, "other": {}}) is net
    assert_array_equal(net.w, np.zeros((2, 2)))
    assert net.unit.tau == 2
    assert_array_equal(net.unit.v, [1, 2])
    assert net.other.tau == 0.5


def test_what_a_model_gives_it_takes_back():
    net, other = Net(), Net()
    other.unit.tau = 7.0
    other.other.v = jnp.ones(2)
    for nested in (other.parameters(), other.states(), other.simulation_parameters(), other.parameters("taus")):
        net.set_attributes(nested)
    assert net.unit.tau == 7
    assert_array_equal(net.other.v, [1, 1])


@pytest.mark.parametrize(
    ("attributes", "got", "fix"),
    [
        ({"weight": 1}, "'weight'", "Known here: 'w', 'fixed', 'unit', 'other', 'nothing'."),
        ({"uni": {}}, "'uni'", "Did you mean 'unit'?"),
        ({"unit": {"tua": 1.0}}, "'unit.tua'", "Did you mean 'tau'?"),
        ({"nothing": {"x": 1.0}}, "'nothing.x'", "There is nothing to choose from here."),
        ({3: 1.0}, "'3'", "Known here: 'w', 'fixed', 'unit', 'other', 'nothing'."),
    ],
)
def test_an_unknown_name_is_a_key_error_with_the_nearest(attributes, got, fix):
    with pytest.raises(UnknownPathError, match="set_attributes: expected names of registered attributes and children") as no:
        Net().set_attributes(attributes)
    assert (no.value.got, no.value.fix) == (got, fix)
    assert isinstance(no.value, KeyError)


def test_a_long_list_of_names_is_cut():
    holder = bp.Object()
    for k in range(10):
        setattr(holder, f"a{k}", Parameter(1.0))
    with pytest.raises(UnknownPathError) as no:
        holder.set_attributes({"zzzzz": 1.0})
    assert no.value.fix == "Known here: 'a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', ...."


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        (3.0, r"Net\.set_attributes: expected a nested dict, as parameters\(\) gives, got float\. Write for instance"),
        ([("w", 1)], r"Net\.set_attributes: expected a nested dict.*got list"),
        ({"unit": 3.0}, r"Unit\.set_attributes at 'unit': expected a nested dict.*got float"),
    ],
)
def test_what_is_no_nested_dict_is_a_type_error(attributes, words):
    with pytest.raises(KindError, match=words):
        Net().set_attributes(attributes)


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        ({"other": {"tau": -1.0}}, ValueRefused, r"^other\.tau: expected at least 0, got -1\.0\. Choose"),
        ({"other": {"v": jnp.ones(3)}}, ShapeError, r"^other\.v: expected shape \(2,\), got \(3,\)\. Keep"),
        ({"other": {"v": "x"}}, KindError, r"^other\.v: expected a number or an array, got str"),
        ({"other": {"vv": 1.0}}, UnknownPathError, r"got 'other\.vv'\. Did you mean 'v'\?"),
        ({"other": 3.0}, KindError, "nested dict"),
    ],
)
def test_all_are_written_or_none(bad, error, words):
    net = Net()
    with pytest.raises(error, match=words):
        net.set_attributes({"w": jnp.zeros((2, 2)), "unit": {"tau": 9.0, "dt": 0.5}, **bad})
    assert_array_equal(net.w, np.ones((2, 2)))
    assert net.unit.tau == 0.5
    assert net.unit.dt == 0.001


def test_writing_inside_compiled_code_moves_the_cells():
    net = Net()

    @bm.jit
    def f(params):
        net.set_attributes(params)
        return net.unit.tau * 2

    assert f({"unit": {"tau": jnp.array(4.0)}}) == 8
    assert net.unit.tau == 4
    with pytest.raises(ShapeError, match=r"^unit\.tau: expected shape \(\), got \(2,\)"):
        f({"unit": {"tau": jnp.ones(2)}})
    assert net.unit.tau == 4


# -- cycles and shared children --------------------------------------------------------


def test_a_cycle_is_walked_once():
    a, b = Unit(), Unit()
    a.below, b.above = b, a
    assert [e.path for e in a.entries()] == ["tau", "v", "dt", "below.tau", "below.v", "below.dt"]
    assert paths(a.parameters()) == ["tau", "below.tau"]
    assert paths(a.attributes_named("v")) == ["v", "below.v"]
    a.v = jnp.ones(2)
    b.v = jnp.ones(2)
    a.reset_state()
    assert_array_equal([a.v, b.v], np.zeros((2, 2)))
    assert "below" in a._repr_html_()


def test_a_shared_child_appears_under_each_of_its_names_and_is_one():
    net, shared = bp.Object(), Unit()
    net.one, net.two = shared, shared
    assert [e.path for e in net.entries()] == [f"{n}.{a}" for n in ("one", "two") for a in ("tau", "v", "dt")]
    net.set_attributes({"one": {"tau": 3.0}})
    assert net.parameters()["two"]["tau"] == 3


def test_a_path_is_a_key_too():
    pair = bp.Object()
    pair.left = bp.Object()
    pair.left.inner = bp.Object()
    pair.left.inner.w = Parameter(1.0)
    pair.set_attributes({"left.inner.w": 2.0})
    assert pair.left.inner.w == 2
    pair.set_attributes({"left": {"inner.w": 3.0}})
    assert pair.left.inner.w == 3
    with pytest.raises(UnknownPathError, match=r"got 'left\.inner\.v'\. Known here: 'w'"):
        pair.set_attributes({"left.inner.v": 2.0})
