"""Arithmetic on continuous series; expected values from NumPy."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from bouton.errors import ShapeError, ValueRefused
from bouton.modules import TSContinuous

TIMES = np.array([0.0, 0.5, 1.0])
VALUES = np.array([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]])
OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}
each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


def series(**more):
    return TSContinuous(TIMES, VALUES, **more)


@each_operation
@pytest.mark.parametrize("other", [2, 0.5, np.float64(3), np.array([1.0, 2.0]), VALUES + 1, np.array([[1.0], [2.0], [3.0]])])
def test_arithmetic_is_that_of_numpy_on_the_samples(operation, other):
    assert_array_equal(operation(series(), other).samples, operation(VALUES, other))
    assert_array_equal(operation(other, series()).samples, operation(other, VALUES))


def test_jax_arrays_are_operands():
    gain = jnp.array([1.0, 2.0])
    assert_allclose((series() * gain).samples, VALUES * [1, 2])
    assert_allclose((gain * series()).samples, VALUES * [1, 2])


@each_operation
def test_another_series_is_read_at_the_times_of_the_left_one(operation):
    other = TSContinuous([0, 0.9], [[2.0, 3.0], [4.0, 5.0]], t_stop=2.0)
    made = operation(series(), other)
    assert_array_equal(made.times, TIMES)
    assert_array_equal(made.samples, operation(VALUES, np.array([[2.0, 3.0], [2.0, 3.0], [4.0, 5.0]])))


def test_minus_and_abs():
    assert_array_equal((-series()).samples, -VALUES)
    assert_array_equal(abs(series() - 3).samples, np.abs(VALUES - 3))


def test_a_python_number_does_not_widen_float32():
    narrow = TSContinuous(TIMES, VALUES.astype(np.float32))
    assert (narrow * 2 + 1.5).samples.dtype == np.float32


def test_everything_but_the_samples_stays():
    made = 2 * series(name="x", units="mV", periodic=True, t_stop=3.0, interp_kind="linear") + 1
    assert (made.name, made.units, made.periodic, made.t_stop, made.interp_kind) == ("x", "mV", True, 3.0, "linear")


def test_the_unit_stays_only_where_it_is_certain():
    v, plain, gain = series(units="mV"), series(), np.array([1.0, 2.0])
    keep = [v + v, v - 1, 1 - v, 2 * v, v * gain, v / 2, -v, abs(v), v + plain, plain + v]
    lose = [v * v, v * plain, v / v, 1 / v, v**2, 2**v]
    assert [s.units for s in keep] == ["mV"] * len(keep)
    assert [s.units for s in lose] == [None] * len(lose)


def test_series_of_different_units_have_no_sum():
    with pytest.raises(ValueRefused, match=r"TSContinuous\.add: expected a series in mV, got one in V\. Convert one of them"):
        series(units="mV") + series(units="V")
    assert (series(units="mV") * series(units="V")).units is None


def test_an_operand_has_to_fit():
    words = r"subtract: expected an operand that broadcasts to the samples, shape \(3, 2\), got shape \(3,\)\. Pass a number"
    with pytest.raises(ShapeError, match=words):
        series() - np.ones(3)
    with pytest.raises(ShapeError, match=r"got shape \(1, 3, 2\)"):
        series() + VALUES[np.newaxis]
    with pytest.raises(ValueRefused, match="expected times in the range"):
        series() + TSContinuous([0, 0.1], [1, 2])
    for other in ("a", None, object()):
        with pytest.raises(TypeError, match="unsupported operand"):
            series() + other
