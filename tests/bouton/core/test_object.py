import copy
import gc
import pickle
import weakref

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, MathError, ShapeError, UnknownPathError, UnsupportedError, ValueRefused
from bouton.parameters import Parameter, SimulationParameter, State


class Unit(bp.Object):
    """Everything that can be registered."""

    def __init__(self, tau=0.02):
        self.tau = Parameter(tau, family="taus", unit="s", bounds=(0, 1))
        self.v = State(np.zeros(2), unit="mV")
        self.dt = SimulationParameter(0.001)
        self.method = SimulationParameter("euler")
        self.free = bm.Variable(2)
        self.weight = bm.TrainVar([1.0, 2.0])
        self.label = "a plain attribute"


class Pair(bp.Object):
    """Two units below."""

    def __init__(self):
        self.gain = Parameter(jnp.ones(3))
        self.left = Unit()
        self.right = Unit(tau=0.5)


def test_the_three_names_are_one_class():
    assert bp.Object is bp.BrainPyObject is bp.Base


def test_a_subclass_works_without_calling_super():
    class Bare(bp.Object):
        def __init__(self):
            self.w = bm.Variable(2)

    assert [e.path for e in Bare().entries()] == ["w"]


def test_a_registered_attribute_reads_bare_and_a_variable_as_itself():
    unit = Unit()
    assert isinstance(unit.tau, jax.Array)
    assert isinstance(unit.v, jax.Array)
    assert unit.dt == 0.001
    assert unit.method == "euler"
    assert isinstance(unit.free, bm.Variable)
    assert unit.label == "a plain attribute"


def test_assigning_writes_into_the_cell_and_keeps_it():
    unit = Unit()
    cell, free = unit.cell("tau"), unit.free
    unit.tau = 0.05
    unit.free = jnp.ones(2)
    assert unit.cell("tau") is cell
    assert_array_equal(cell.value, np.float32(0.05))
    assert unit.free is free
    assert_array_equal(free.value, [1, 1])


@pytest.mark.parametrize(
    "value", [[1, 2], (1.0, 2.0), np.array([1, 2]), np.array([1.0, 2.0]), jnp.array([1, 2], jnp.int16), bm.Variable([1.0, 2.0])]
)
def test_a_value_may_be_anything_that_loses_nothing_but_precision(value):
    unit = Unit()
    unit.v = value
    assert unit.v.dtype == jnp.float32
    assert_array_equal(unit.v, [1, 2])


def test_in_place_arithmetic_on_a_registered_attribute():
    unit = Unit()
    unit.v += 1.0
    unit.free += 2.0
    assert_array_equal(unit.v, [1, 1])
    assert_array_equal(unit.free.value, [2, 2])
    assert {e.path for e in unit.entries()} == {"tau", "v", "dt", "method", "free", "weight"}


@pytest.mark.parametrize("n", [16, 4096])
def test_numpy_data_that_change_after_the_assignment_do_not_change_the_attribute(n):
    memory = np.zeros(4 * n + 64, np.uint8)
    start = -memory.ctypes.data % 64  # memory that JAX may share
    data = memory[start : start + 4 * n].view(np.float32)
    holder = bp.Object()
    holder.v = State(np.ones(n, np.float32))
    holder.v = data
    data[:] = 7
    assert_array_equal(holder.v, np.zeros(n))


# -- refusals --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "error", "words"),
    [
        ("v", jnp.ones(3), ShapeError, r"Unit\.v: expected shape \(2,\), got \(3,\)\. Keep the shape; to change it, build the"),
        ("v", 1.0, ShapeError, r"Unit\.v: expected shape \(2,\), got \(\)"),
        (
            "v",
            "fast",
            KindError,
            r"Unit\.v: expected a number or an array, got str\. Pass a value that jax\.numpy\.asarray takes",
        ),
        ("v", None, KindError, r"Unit\.v: expected a number or an array, got NoneType"),
        ("v", [[1.0], [1.0, 2.0]], KindError, r"Unit\.v: expected a number or an array, got list"),
        ("v", np.ones(2, complex), KindError, r"Unit\.v: expected dtype float32, got complex128\. Convert it with"),
        ("tau", -0.1, ValueRefused, r"Unit\.tau: expected between 0 and 1 s, got -0\.1\. Choose a value inside the bounds"),
        ("tau", 2.0, ValueRefused, r"Unit\.tau: expected between 0 and 1 s, got 2\.0"),
        ("tau", float("nan"), ValueRefused, r"Unit\.tau: expected between 0 and 1 s, got nan"),
        ("method", 3.0, KindError, r"Unit\.method: expected something like 'euler', got float\. Pass a value of the kind"),
        ("method", None, KindError, r"Unit\.method: expected something like 'euler', got NoneType"),
        ("free", jnp.ones(3), MathError, r"Variable with batch_axis None: expected shape \(2,\), got \(3,\)"),
        ("free", "fast", KindError, r"Variable of shape \(2,\): expected a number or an array of numbers, got str"),
        ("free", jnp.arange(2), MathError, r"Variable of shape \(2,\): expected dtype float32, got int32"),
    ],
)
def test_a_wrong_value_is_refused_and_changes_nothing(name, value, error, words):
    unit = Unit()
    before = {e.path: np.asarray(e.value) for e in unit.entries() if e.is_array}
    with pytest.raises(error, match=words):
        setattr(unit, name, value)
    with pytest.raises(error, match=words.partition(": ")[2]) as no:
        unit.entry(name).set(value)
    assert no.value.where == name
    with pytest.raises(error, match=words):
        unit.entry(name).check(value)
    for path, old in before.items():
        assert_array_equal(unit.entry(path).value, old)
    assert unit.method == "euler"


@pytest.mark.parametrize(
    ("bounds", "good", "bad", "words"),
    [
        ((0, None), 1e9, -1.0, r"expected at least 0 ms, got -1\.0"),
        ((None, 5), -1e9, 6.0, r"expected at most 5 ms, got 6\.0"),
        ((0, None), 0.0, float("nan"), "expected at least 0 ms, got nan"),
    ],
)
def test_bounds_may_be_open(bounds, good, bad, words):
    holder = bp.Object()
    holder.t = Parameter(1.0, bounds=bounds, unit="ms")
    holder.t = good
    with pytest.raises(ValueRefused, match=words):
        holder.t = bad
    assert holder.t == np.float32(good)


def test_an_initial_value_outside_the_bounds_is_refused():
    with pytest.raises(ValueRefused, match=r"Unit\.tau: expected between 0 and 1 s, got 3\.0"):
        Unit(tau=3.0)


def test_bounds_of_an_array_name_the_first_offender():
    holder = bp.Object()
    holder.t = Parameter([1.0, 2.0, 3.0], bounds=(0, None))
    with pytest.raises(ValueRefused, match=r"Object\.t: expected at least 0, got -5\.0"):
        holder.t = [1.0, -5.0, -6.0]


def test_a_new_wrapper_for_a_registered_attribute_or_a_child_is_refused():
    pair = Pair()
    words = r"Pair\.{}: expected a value for an attribute that is registered already, got a new State\. Assign the value itself"
    for name in ("gain", "left"):
        with pytest.raises(ValueRefused, match=words.format(name)):
            setattr(pair, name, State(1.0))
    assert isinstance(pair.left, Unit)


@pytest.mark.parametrize("value", [State(1.0), bm.Variable(1), bp.Object()], ids=["wrapper", "variable", "object"])
@pytest.mark.parametrize("name", ["entries", "parameters", "name", "_slots", "_children"])
def test_a_name_that_the_class_uses_is_refused(name, value):
    with pytest.raises(
        ValueRefused, match=rf"Object\.{name}: expected a name that the class does not use itself.*Choose another"
    ):
        setattr(bp.Object(), name, value)


def test_an_object_below_itself_is_refused():
    pair = Pair()
    with pytest.raises(
        ValueRefused, match=r"Pair\.me: expected another object, got the object itself\. Leave this assignment out"
    ):
        pair.me = pair


def test_an_unknown_attribute_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'Unit' object has no attribute 'volt'"):
        _ = Unit().volt


# -- children, replacing, deleting --------------------------------------------------


def test_objects_become_children_in_order_of_assignment():
    pair = Pair()
    assert list(pair.modules()) == ["left", "right"]
    assert pair.modules()["left"] is pair.left


def test_a_child_may_be_replaced_by_another_by_a_variable_or_by_a_plain_value():
    pair = Pair()
    other = Unit(tau=0.25)
    pair.left = other
    assert pair.modules()["left"] is other
    pair.left = bm.Variable(3)
    assert list(pair.modules()) == ["right"]
    assert [e.path for e in pair.entries()][:2] == ["gain", "left"]
    pair.right = None
    assert list(pair.modules()) == []
    assert pair.right is None


def test_a_plain_attribute_may_become_a_variable_or_a_parameter():
    holder = bp.Object()
    holder.w, holder.p = jnp.ones(2), 3.0
    holder.w = bm.TrainVar(holder.w)
    holder.p = Parameter(holder.p)
    assert [e.path for e in holder.entries()] == ["w", "p"]
    assert isinstance(holder.w, bm.TrainVar)


def test_an_attribute_can_be_deleted_and_is_then_unknown():
    pair = Pair()
    del pair.gain
    del pair.left.free
    del pair.left.label
    del pair.right
    assert [e.path for e in pair.entries()] == ["left.tau", "left.v", "left.dt", "left.method", "left.weight"]
    for obj, name in ((pair, "gain"), (pair.left, "free"), (pair.left, "label"), (pair, "right")):
        assert not hasattr(obj, name)
        with pytest.raises(AttributeError):
            delattr(obj, name)
    pair.gain = Parameter(2.0)
    assert pair.gain == 2


def test_registered_names_are_offered_for_completion():
    assert {"tau", "v", "dt", "free", "left", "gain"} <= set(dir(Pair())) | set(dir(Unit()))


# -- looking things up ---------------------------------------------------------------


def test_entries_come_depth_first_own_attributes_before_children():
    unit = ["tau", "v", "dt", "method", "free", "weight"]
    expected = ["gain", *(f"left.{n}" for n in unit), *(f"right.{n}" for n in unit)]
    assert [e.path for e in Pair().entries()] == expected


def test_an_entry_is_found_by_its_path():
    pair = Pair()
    assert pair.entry("right.tau").owner is pair.right
    with pytest.raises(UnknownPathError, match=r"Pair\.entry: expected the path of a registered.*, got 'left\.tua'") as no:
        pair.entry("left.tua")
    assert no.value.fix == "Did you mean 'left.tau'?"
    assert isinstance(no.value, KeyError)


def test_the_cell_behind_a_path_can_be_differentiated_by():
    pair = Pair()
    gradient = bm.grad(lambda: pair.left.tau * 3.0 + pair.gain.sum(), grad_vars=[pair.cell("left.tau"), pair.cell("gain")])()
    assert gradient[0] == 3
    assert_array_equal(gradient[1], [1, 1, 1])


def test_what_is_no_array_has_no_cell():
    with pytest.raises(
        KindError, match=r"Pair\.cell\('left\.method'\): expected a number or an array, got str\. What is no array"
    ):
        Pair().cell("left.method")


# -- reset ----------------------------------------------------------------------------


class Resettable(bp.Object):
    def __init__(self):
        self.p = Parameter(1.0)
        self.s = State(jnp.zeros(2))
        self.d = SimulationParameter(0.5)


def test_resetting_state_leaves_parameters_and_the_other_way_round():
    obj = Resettable()
    obj.p, obj.s, obj.d = 5.0, jnp.ones(2), 0.25
    assert obj.reset_state() is obj
    assert_array_equal(obj.s, [0, 0])
    assert obj.p == 5
    obj.s = jnp.ones(2)
    assert obj.reset_parameters() is obj
    assert obj.p == 1
    assert_array_equal(obj.s, [1, 1])
    assert obj.d == 0.25


def test_a_bare_variable_has_nothing_to_go_back_to_and_says_so():
    for unit in (Unit(), copy.deepcopy(Unit())):
        words = r"free: expected an attribute registered with an initial value, got a bare Variable.*Register it with State\("
        with pytest.raises(UnsupportedError, match=words):
            unit.reset_state()
        with pytest.raises(UnsupportedError, match=r"weight: expected an attribute registered with an initial value"):
            unit.reset_parameters()


def test_reset_inside_compiled_code():
    obj = Resettable()

    @bm.jit
    def f(x):
        obj.s = obj.s + x
        moved = obj.s
        obj.reset_state()
        return moved

    assert_array_equal(f(2.0), [2, 2])
    assert_array_equal(obj.s, [0, 0])


# -- copies -------------------------------------------------------------------------


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["deepcopy", "pickle"])
def test_a_copy_is_another_model_with_the_same_values_and_rules(duplicate):
    pair = Pair()
    pair.left.tau = 0.75
    twin = duplicate(pair)
    assert [e.path for e in twin.entries()] == [e.path for e in pair.entries()]
    assert twin.left.tau == 0.75
    twin.left.tau = 0.25
    twin.left.free = jnp.ones(2)
    assert pair.left.tau == 0.75
    assert_array_equal(pair.left.free.value, [0, 0])
    with pytest.raises(ValueRefused, match=r"Unit\.tau: expected between 0 and 1 s"):
        twin.left.tau = 3.0
    with pytest.raises(MathError, match=r"expected shape \(2,\), got \(3,\)"):
        twin.left.free = jnp.ones(3)
    assert twin.right.entry("tau").initial == 0.5


def test_an_object_that_is_gone_is_freed():
    pair = Pair()
    gone = weakref.ref(pair.left)
    del pair
    gc.collect()
    assert gone() is None


def test_a_hostile_attribute_name_is_an_attribute_like_any_other():
    holder = bp.Object()
    setattr(holder, "<b>.x y", Parameter(1.0))
    assert holder.entry("<b>.x y").value == 1
    holder.set_attributes({"<b>.x y": 2.0})
    assert holder.parameters() == {"<b>.x y": 2}


# -- children and compiled code -----------------------------------------------------


def test_compiled_code_follows_a_child_that_was_replaced():
    pair = Pair()
    total = bm.jit(lambda: pair.left.v.sum() + pair.right.v.sum())
    before = total()
    pair.left = Unit()
    pair.left.v = np.full(2, 50.0)
    assert total() == before + 100
    pair.left.v = np.full(2, 10.0)
    assert total() == before + 20
    assert total.compilations == 2


def test_compiled_code_follows_the_children_it_has_counted():
    pair = Pair()
    count = bm.jit(lambda: jnp.float32(len(pair.modules())))
    assert count() == 2
    pair.third = Unit()
    assert count() == 3
    del pair.third
    assert count() == 2


def test_a_child_hides_a_default_of_the_class_and_is_found_by_name():
    class Holder(bp.Object):
        inner = None

    holder = Holder()
    holder.inner, holder.other = Unit(), Unit()
    assert holder.inner is holder.modules()["inner"]
    assert {"inner", "other"} <= set(dir(holder))
    twin = copy.deepcopy(holder)
    assert twin.other is twin.modules()["other"]
    assert twin.other is not holder.other
    holder.other = None
    assert list(holder.modules()) == ["inner"]
    assert holder.other is None


def test_resets_and_nested_dicts_in_compiled_code_follow_a_child_that_was_replaced():
    pair = Pair()
    assign = bm.jit(lambda x: (pair.set_attributes({"left": {"tau": x}}), pair.parameters()["left"]["tau"])[1])
    count = bm.jit(lambda: jnp.float32(len(list(pair.entries()))))
    assert assign(0.25) == 0.25
    before = count()
    pair.left = Unit()
    assert assign(0.5) == 0.5
    assert pair.left.tau == 0.5
    pair.more = Unit()
    assert count() > before


# -- compiled code sees what was replaced ------------------------------------------------


class Scale(bp.Object):
    def __init__(self, w):
        self.w = bm.Variable(jnp.full(2, w))


class WithDefaults(bp.Object):
    scale = None
    scales = None

    def __init__(self):
        self.scale, self.scales = Scale(1.0), bm.NodeList([Scale(10.0)])
        self.v, self.p = bm.Variable(jnp.full(2, 100.0)), Parameter(np.full(2, 1000.0))

    @bm.cls_jit
    def total(self):
        return (self.scale.w + self.scales[0].w + self.v + self.p)[0]


def test_a_child_behind_a_default_of_the_class_can_be_replaced():
    model = WithDefaults()
    assert float(model.total()) == 1111.0
    model.scale = Scale(2.0)
    assert float(model.total()) == 1112.0
    model.scale = Scale(3.0)
    model.scales = bm.NodeList([Scale(20.0)])
    assert float(model.total()) == 1123.0
    model.scales[0] = Scale(30.0)
    assert float(model.total()) == 1133.0
    before = model.total.compilations
    assert float(model.total()) == 1133.0
    assert model.total.compilations == before


@pytest.mark.parametrize(("name", "value", "expected"), [("v", bm.Variable(2), 1011.0), ("p", Parameter(np.zeros(2)), 111.0)])
def test_an_attribute_can_be_deleted_and_made_again(name, value, expected):
    model = WithDefaults()
    assert float(model.total()) == 1111.0
    delattr(model, name)
    setattr(model, name, value)
    assert float(model.total()) == expected


def test_a_copy_sees_what_was_replaced_in_it():
    model = copy.deepcopy(WithDefaults())
    assert float(model.total()) == 1111.0
    del model.v
    model.v = bm.Variable(jnp.zeros(2))
    model.scale = Scale(0.0)
    assert float(model.total()) == 1010.0


def test_an_object_that_is_built_inside_a_compiled_function_does_not_compile_it_again():
    @bm.jit
    def f(x):
        holder = bp.Object()
        holder.v = bm.Variable(jnp.zeros(()))
        holder.v.value = holder.v + x
        holder.child = Scale(1.0)
        del holder.v
        return holder.child.w * x

    for _ in range(3):
        f(2.0)
    assert f.compilations == 1


def test_assigning_values_does_not_compile_again():
    model = WithDefaults()
    model.total()
    model.v, model.p = jnp.zeros(2), np.zeros(2)
    model.scale.w.value = jnp.zeros(2)
    assert float(model.total()) == 10.0
    assert model.total.compilations == 1


def test_a_new_child_leaves_code_alone_that_uses_variables_only():
    holder = Scale(1.0)
    total = bm.jit(lambda: holder.w.sum())
    total()
    holder.child = Scale(2.0)
    assert float(total()) == 2.0
    assert total.compilations == 1
