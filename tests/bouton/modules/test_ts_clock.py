"""Steps of a clock under the rounding of k * dt; expected values from integers and fractions."""

from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.modules._ts_clock import checked_dt, checked_time, rounding, step_count, step_index, step_times

STEPS = [1e-4, 1e-3, 3e-3, 0.1, 0.3, 1 / 3, 1 / 30, 7e-5, 2.5e-4, 1.0, 1 / 1024]


@pytest.mark.parametrize("dt", STEPS)
@pytest.mark.parametrize("t_start", [0.0, 0.1, -3.7, 1e4])
def test_every_multiple_of_dt_lies_in_its_own_step(dt, t_start):
    k = np.arange(200_000)
    assert np.array_equal(step_index(t_start + k * dt, dt, t_start), k)


@pytest.mark.parametrize("dt", [1e-3, 1e-4, 0.1])
def test_the_ways_to_compute_a_step_time_agree_on_the_step(dt):
    k = np.arange(100_000)
    for times in (k / round(1 / dt), np.linspace(0, len(k) * dt, len(k), endpoint=False)):
        assert np.array_equal(step_index(times, dt, 0.0), k)


def test_a_running_sum_of_steps_stays_in_step():
    assert np.array_equal(step_index(np.cumsum(np.full(20_000, 1e-3)), 1e-3, 0.0), np.arange(1, 20_001))


@settings(max_examples=200, deadline=None)
@given(
    k=st.integers(-(10**9), 10**9),
    part=st.floats(1e-5, 1 - 1e-5),
    dt=st.floats(1e-6, 1e3),
    t_start=st.floats(-1e3, 1e3),
)
def test_a_time_inside_a_step_has_the_index_of_that_step(k, part, dt, t_start):
    time = float(Fraction(t_start) + (k + Fraction(part)) * Fraction(dt))
    error = rounding(time, t_start) / dt
    if part - error > 1e-6 and part + error < 1 - 1e-6:
        assert step_index(time, dt, t_start) == k


@settings(max_examples=200, deadline=None)
@given(k=st.integers(0, 10**9), dt=st.floats(1e-6, 1e3), t_start=st.floats(-1e3, 1e3))
def test_an_edge_begins_its_step_and_ends_the_count(k, dt, t_start):
    edge = t_start + k * dt
    assert step_index(edge, dt, t_start) == k
    assert step_count(t_start, edge, dt) == k


def test_a_step_begun_counts():
    assert step_count(0.0, 0.0105, 1e-3) == 11
    assert step_count(0.0, 0.011, 1e-3) == 11
    assert step_count(0.5, 0.2, 0.1) == -3


def test_a_step_that_float64_cannot_resolve_is_refused():
    with pytest.raises(ValueRefused, match=r"here: expected a step that float64 resolves near 1e\+12 s, .*got 0.001 s\. Count"):
        step_times(10, 1e-3, 1e12, "here")


@pytest.mark.parametrize("kind", [np.float32, jnp.float32])
def test_a_decimal_step_survives_float32(kind):
    assert checked_dt(kind(1e-3), "dt") == 1e-3
    assert checked_dt(float(kind(2.5e-4)), "dt") == 2.5e-4


@pytest.mark.parametrize("dt", [2.0**-12, 2.0**-20, 0.5, 1 / 3, 0.1, 1e-3, 1e40, 1e-60])
def test_a_float64_step_stays_as_it_is(dt):
    assert checked_dt(dt, "dt") == dt


@pytest.mark.parametrize("dt", [0, -1e-3])
def test_a_step_that_is_not_positive_is_refused(dt):
    with pytest.raises(ValueRefused, match=r"here: expected a positive step, got .* s\. Pass the step in seconds"):
        checked_dt(dt, "here")


@pytest.mark.parametrize("time", ["soon", None, 1j, [[1.0], [1.0, 2.0]]])
def test_what_is_no_number_is_no_time(time):
    with pytest.raises(KindError, match=r"here: expected times in seconds, as numbers, got .*\. Pass a number"):
        checked_time(time, "here")


def test_one_time_is_not_many():
    with pytest.raises(ShapeError, match=r"here: expected one time, shape \(\), got shape \(2,\)\. Pass a single number"):
        checked_time([1.0, 2.0], "here")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_time_that_is_not_finite_is_refused(bad):
    with pytest.raises(ValueRefused, match=r"here: expected finite times in seconds, got (nan|inf) at index 0\. Remove"):
        checked_time(bad, "here")
