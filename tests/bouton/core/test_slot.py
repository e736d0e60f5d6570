import copy

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from reference.compilations import counted_compilations

import bouton.math as bm
from bouton.core._slot import Slot
from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.parameters import Constant, Parameter, SimulationParameter, State


def test_a_constant_parameter_has_the_kind_of_a_simulation_parameter():
    assert Slot(Parameter(Constant(1.0)), "here").kind == "simulation"
    assert Slot(State(Constant(1.0)), "here").kind == "state"


def test_a_change_of_what_is_no_array_counts_as_another_version():
    slot = Slot(SimulationParameter("euler"), "here")
    before = slot.version
    slot.write("heun", "here")
    slot.reset("here")
    assert slot.version == before + 2
    number = Slot(Parameter(1.0), "here")
    number.write(2.0, "here")
    assert number.version == 0


def test_a_choice_is_taken_by_its_name_and_an_unknown_name_is_refused():
    slot = Slot(SimulationParameter("sine", choices={"sine": np.sin, "cosine": np.cos}), "here")
    assert slot.read() is np.sin
    slot.write("cosine", "here")
    assert slot.read() is np.cos
    slot.write(np.tan, "here")
    assert slot.read() is np.tan
    with pytest.raises(ValueRefused, match=r"here: expected one of 'sine', 'cosine', got 'tangent'\. Choose one"):
        slot.write("tangent", "here")
    assert slot.read() is np.tan


def test_a_copy_built_around_another_value_keeps_what_the_wrapper_said():
    slot = Slot(Parameter(np.ones(2), family="taus", bounds=(0, None)), "here")
    twin = Slot.build(slot.facts(), bm.Variable(jnp.full(2, 3.0)))
    assert twin.wrapper is slot.wrapper
    assert_array_equal(twin.read(), [3, 3])
    assert_array_equal(slot.read(), [1, 1])
    with pytest.raises(ValueRefused, match=r"there: expected at least 0, got -1\.0"):
        twin.write(-jnp.ones(2), "there")


def test_a_python_number_is_remembered_by_a_copy_with_the_same_value_only():
    slot = Slot(SimulationParameter(0.001), "here")
    assert type(Slot.build(slot.facts(), bm.Variable.holding(slot.cell.value)).read()) is float
    assert isinstance(Slot.build(slot.facts(), bm.Variable.holding(jnp.float32(0.002))).read(), jax.Array)
    assert copy.deepcopy(slot).read() == pytest.approx(0.001)


def test_a_traced_value_is_checked_for_shape_and_kind_and_not_for_bounds():
    slot = Slot(Parameter(1.0, bounds=(0, None)), "here")
    bm.jit(lambda x: slot.write(x, "here"))(-5.0)
    assert slot.read() == -5


def test_a_reset_gives_the_initial_value_and_a_new_array_each_time():
    slot = Slot(State(np.ones(2)), "here")
    slot.write(np.zeros(2), "here")
    slot.reset("here")
    assert_array_equal(slot.read(), [1, 1])


@pytest.mark.parametrize(
    ("bounds", "strict", "inside", "outside", "words"),
    [
        ((0, None), False, [0, 5, np.inf], [-1, np.nan], "at least 0 mV"),
        ((0, None), True, [1e-30, np.inf], [0, -1, np.nan], "above 0 mV"),
        ((None, 0), False, [0, -5], [1, np.nan], "at most 0 mV"),
        ((None, 0), True, [-5], [0, 1, np.nan], "below 0 mV"),
        ((0, 1), False, [0, 1], [-1, 2, np.nan], "between 0 and 1 mV"),
        ((0, 1), True, [0.5], [0, 1, np.nan], "above 0 mV and below 1 mV"),
        ((0, np.inf), True, [0.5], [0, np.inf, np.nan], "above 0 mV and finite"),
    ],
)
def test_bounds_refuse_what_is_outside_and_with_strict_themselves(bounds, strict, inside, outside, words):
    start = inside[0]
    slot = Slot(Parameter(np.full(2, start, float), bounds=bounds, strict=strict, unit="mV"), "here")
    for value in inside:
        slot.write(np.array([start, value], float), "here")
    for value in outside:
        with pytest.raises(ValueRefused, match=rf"here: expected {words}, got {float(value)}\."):
            slot.write(np.array([start, value], float), "here")


def test_one_number_for_many_is_refused_with_the_array_to_pass():
    slot = Slot(Parameter(np.ones(3)), "here")
    with pytest.raises(
        ShapeError, match=r"here: expected shape \(3,\), got \(\)\. For one value everywhere pass numpy\.full\(\(3,\), 0\.5\)\."
    ):
        slot.write(0.5, "here")


@pytest.mark.parametrize("dtype", [np.float16, jnp.bfloat16, np.float32])
@pytest.mark.parametrize(
    "form", [float, np.float32, jnp.float32, lambda x: np.asarray(x)], ids=["float", "NumPy", "JAX", "array"]
)
def test_a_number_is_taken_in_every_form_and_rounded_to_the_cell(form, dtype):
    slot = Slot(Parameter(jnp.asarray(0.5, dtype), bounds=(0, 1)), "here")
    slot.write(form(0.1), "here")
    assert slot.read().dtype == dtype
    assert not slot.read().weak_type
    assert_array_equal(slot.read(), jnp.asarray(0.1, dtype))
    for bad in (1.5, -0.5, np.nan):
        with pytest.raises(ValueRefused, match="here: expected between 0 and 1, got"):
            slot.write(form(bad), "here")
    assert_array_equal(slot.read(), jnp.asarray(0.1, dtype))


def test_a_model_that_is_built_after_jax_forgot_its_programs_is_assigned_to_without_compiling():
    Slot(Parameter(np.ones(7)), "here")
    jax.clear_caches()
    slot = Slot(Parameter(np.ones(7)), "here")
    with counted_compilations() as compiled:
        slot.write(np.full(7, 2.0), "here")
    assert compiled.count == 0


def test_bounds_are_those_of_what_the_cell_will_hold():
    slot = Slot(Parameter(1.0, bounds=(0, 1), strict=False), "here")
    slot.write(1.0, "here")
    positive = Slot(Parameter(1.0, bounds=(0, None), strict=True), "here")
    # In single precision this is 0.
    for tiny in (1e-50, np.float64(1e-50), np.array(1e-50)):
        with pytest.raises(ValueRefused, match=r"here: expected above 0, got 0\.0"):
            positive.write(tiny, "here")
    tenth = Slot(Parameter(0.05, bounds=(0, 0.1)), "here")
    tenth.write(0.1, "here")
    with pytest.raises(ValueRefused, match=r"here: expected between 0 and 0\.1, got -0\.02\."):
        tenth.write(-0.02, "here")


def test_a_parameter_of_whole_numbers_says_so_when_it_is_given_others():
    with pytest.raises(KindError, match=r"expected dtype int32, got float64\. It was made of whole numbers: make it of floats"):
        Slot(Parameter(2), "here").write(0.5, "here")
