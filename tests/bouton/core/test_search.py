"""vars and nodes: the paths of seed document 3."""

import jax.numpy as jnp
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, MathError, UniqueNameError, UnsupportedError, ValueRefused
from bouton.modules import LIF, LIFJax
from bouton.parameters import Parameter


class Linear(bp.BrainPyObject):
    """As in the document, without a call of super().__init__()."""

    def __init__(self, n_in, n_out):
        self.num_in = n_in
        self.W = bm.Variable(jnp.ones((n_in, n_out)))
        self.b = bm.Variable(jnp.zeros((1, n_out)))


class SuperLinear(bp.BrainPyObject):
    """A Linear and a Variable."""

    def __init__(self):
        self.l1 = Linear(10, 20)
        self.v1 = bm.Variable(3)


class SuperSuperLinear(bp.BrainPyObject):
    """Objects and Variables in lists."""

    def __init__(self):
        super().__init__()
        self.ss = bm.NodeList([SuperLinear(), SuperLinear()])
        self.vv = bm.VarList([bm.Variable(3)])


class Net(bp.BrainPyObject):
    """Two layers."""

    def __init__(self):
        self.first, self.second = Linear(4, 3), Linear(3, 2)


@pytest.fixture(autouse=True)
def _fresh_names():
    bm.clear_name_cache(ignore_warn=True)


def test_the_five_key_lists_of_the_document():
    net = Net()
    assert list(net.vars()) == ["Linear0.W", "Linear0.b", "Linear1.W", "Linear1.b"]
    sl = SuperLinear()
    assert list(sl.vars()) == ["SuperLinear0.v1", "Linear2.W", "Linear2.b"]
    assert list(sl.nodes()) == ["SuperLinear0", "Linear2"]
    ssl = SuperSuperLinear()
    assert list(ssl.vars()) == [
        "SuperSuperLinear0.vv-0",
        "SuperLinear1.v1",
        "SuperLinear2.v1",
        "Linear3.W",
        "Linear3.b",
        "Linear4.W",
        "Linear4.b",
    ]
    assert list(ssl.nodes()) == ["SuperSuperLinear0", "SuperLinear1", "SuperLinear2", "Linear3", "Linear4"]


def test_numbers_follow_the_order_of_construction_whatever_is_asked_first():
    one, two, three = Linear(1, 1), Linear(1, 1), Linear(1, 1)
    assert (three.name, one.name, two.name) == ("Linear2", "Linear0", "Linear1")


def test_a_name_that_was_given_uses_up_no_number():
    one, other = bp.Object(), bp.Object(name="hidden_layer")
    assert (other.name, one.name, bp.Object().name) == ("hidden_layer", "Object0", "Object1")


def test_a_name_can_be_assigned_and_frees_the_old_one():
    one = Linear(1, 1)
    assert one.name == "Linear0"
    one.name = "input_layer"
    assert list(one.vars()) == ["input_layer.W", "input_layer.b"]
    assert Linear(1, 1).unique_name("Linear0") == "Linear0"
    with pytest.raises(UniqueNameError, match="got 'input_layer', the name of an object of class Linear"):
        Linear(1, 1).name = "input_layer"
    with pytest.raises(ValueRefused, match="expected a Python identifier, got '2nd'"):
        one.name = "2nd"
    assert one.unique_name() == "input_layer"
    assert one.unique_name(type_="Other") == "Other0"


def test_relative_paths_follow_the_attributes():
    ssl = SuperSuperLinear()
    assert list(ssl.nodes("relative")) == ["", "ss-0", "ss-1", "ss-0.l1", "ss-1.l1"]
    assert list(ssl.vars("relative"))[:3] == ["vv-0", "ss-0.v1", "ss-1.v1"]
    assert ssl.vars("relative")["ss-1.l1.W"] is ssl.ss[1].l1.W


def test_levels_and_self():
    ssl = SuperSuperLinear()
    assert list(ssl.nodes("relative", level=0)) == [""]
    assert list(ssl.nodes("relative", level=1)) == ["", "ss-0", "ss-1"]
    assert list(ssl.nodes("relative", level=1, include_self=False)) == ["ss-0", "ss-1"]
    assert list(ssl.vars("relative", level=1, include_self=False)) == ["ss-0.v1", "ss-1.v1"]


def test_what_is_reachable_twice_stands_under_each_path():
    net = Net()
    net.again = net.first
    net.tied = net.first.W
    assert [p for p, v in net.vars("relative").items() if v is net.first.W] == ["tied", "first.W", "again.W"]
    assert list(net.vars("relative").unique())[:2] == ["tied", "first.b"]
    assert list(net.nodes()) == ["Net0", "Linear0", "Linear1"]


def test_a_circle_ends():
    net, other = Net(), Net()
    net.other, other.back = other, net
    assert list(net.nodes("relative")) == ["", "first", "second", "other", "other.first", "other.second"]


def test_elements_are_in_the_order_of_their_numbers():
    holder = bp.Object()
    holder.v = bm.VarList([bm.Variable(1) for _ in range(11)])
    holder.a = bm.Variable(1)
    assert list(holder.vars("relative")) == ["a", *(f"v-{i}" for i in range(11))]


def test_train_vars_are_those_that_training_changes():
    holder = bp.Object()
    holder.w, holder.v, holder.p = bm.TrainVar(jnp.ones(2)), bm.Variable(2), Parameter(1.0)
    assert list(holder.train_vars("relative")) == ["p", "w"]
    assert {"tau_mem", "threshold"} <= set(LIF(2).train_vars("relative"))
    assert not {"vmem", "dt"} & set(LIF(2).train_vars("relative"))


def test_gradients_come_back_under_the_paths():
    net = Net()
    found = bm.grad(lambda: (net.first.W * 2.0).sum() + (net.second.b * 3.0).sum(), grad_vars=net.vars())()
    assert list(found) == list(net.vars())
    assert_array_equal(found["Linear0.W"], 2 * jnp.ones((4, 3)))
    assert_array_equal(found["Linear1.b"], 3 * jnp.ones((1, 2)))


def test_what_no_attribute_holds_can_be_made_known():
    net, hidden, unit = Net(), bm.Variable(2), Linear(1, 1)
    net.register_implicit_vars(hidden, [bm.Variable(1)], {"given": bm.Variable(3)}, named=bm.Variable(4))
    net.register_implicit_nodes(unit, extra=SuperLinear())
    own = list(net.vars("relative", level=0))
    assert own == ["implicit-0", "implicit-1", "given", "named"]
    assert net.vars("relative")["implicit-0"] is hidden
    assert list(net.nodes("relative", level=1)) == ["", "first", "second", "implicit-0", "extra"]
    with pytest.raises(KindError, match="VarDict: expected Variables, got float"):
        net.register_implicit_vars(1.0)
    with pytest.raises(UnsupportedError, match=r"register_implicit_vars .* expected attributes, which copies of a functional"):
        LIFJax(2).register_implicit_vars(hidden)


def test_another_method_is_refused():
    with pytest.raises(ValueRefused, match="expected 'absolute' or 'relative', got 'by name'"):
        Net().vars("by name")


# -- state dicts -------------------------------------------------------------------


def test_what_one_model_holds_goes_into_another():
    one, other = Net(), Net()
    one.first.W = 7 * jnp.ones((4, 3))
    state = one.state_dict()
    assert list(state) == ["first.W", "first.b", "second.W", "second.b"]
    assert other.load_state_dict(state) == ([], [])
    assert_array_equal(other.first.W.value, one.first.W.value)
    assert other.first.W is not one.first.W


def test_a_tied_variable_is_one_and_is_known_by_each_of_its_paths():
    net = Net()
    net.tied = net.first.W
    assert list(net.state_dict()) == ["tied", "first.b", "second.W", "second.b"]
    found = net.load_state_dict({"first.W": 3 * jnp.ones((4, 3)), "third.W": jnp.ones(2)})
    assert found.missing_keys == ["first.b", "second.W", "second.b"]
    assert found.unexpected_keys == ["third.W"]
    assert_array_equal(net.tied.value, 3 * jnp.ones((4, 3)))


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (jnp.ones((3, 3)), MathError, r"^second\.W: expected shape \(3, 2\), got \(3, 3\)"),
        (jnp.ones((3, 2), int), MathError, r"^second\.W: expected dtype float32, got int32"),
        ("weights", KindError, r"^second\.W: expected a number or an array of numbers, got str"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_nothing_is_changed(value, error, words):
    net = Net()
    with pytest.raises(error, match=words):
        net.load_state_dict({"first.W": 9 * jnp.ones((4, 3)), "second.W": value})
    assert_array_equal(net.first.W.value, jnp.ones((4, 3)))


def test_a_module_goes_on_where_its_state_dict_was_taken():
    series = jnp.full((1, 20, 3), 0.1)
    one, other = LIF(3, noise_std=0.5), LIF(3)
    one(series)
    assert other.load_state_dict(one.state_dict()) == ([], [])
    assert_array_equal(other(series)[0], one(series)[0])
    assert_array_equal(other.vmem, one.vmem)
