"""What a live simulation can be asked for, and the sentences that refuse the rest."""

import jax.numpy as jnp
import numpy as np
import pytest

from bouton.core import SimulationParameter
from bouton.errors import KindError, ValueRefused
from bouton.modules import LIF, LIFJax, Linear, Module, Sequential
from bouton.run._settings import (
    checked_count,
    checked_model,
    checked_speed,
    one_time_step,
    steps_kept,
    usual_chunk,
)


def test_a_plain_model_is_taken_as_it_is_and_of_a_functional_one_a_copy():
    plain, functional = LIF(2), LIFJax(2)
    assert checked_model(plain) is plain
    copy = checked_model(functional)
    assert copy is not functional
    copy.vmem = jnp.ones(2)
    assert functional.vmem.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("wrong", [LIF, None, lambda x: x, "LIF"])
def test_what_is_no_module_is_refused(wrong):
    with pytest.raises(KindError, match=r"LiveSimulation\(model=\.\.\.\): expected a module, got .*Pass an instance"):
        checked_model(wrong)


@pytest.mark.parametrize("dt", [1e-3, np.float32(1e-3), jnp.float32(1e-3), np.float64(1e-3)])
def test_the_time_step_is_the_number_that_was_meant(dt):
    assert one_time_step(LIF(2, dt=dt)) == 1e-3
    assert one_time_step(Sequential(LIF(2, dt=1e-3), Linear((2, 2)), LIF(2, dt=dt))) == 1e-3


def test_parts_with_different_time_steps_are_refused_by_name():
    with pytest.raises(ValueRefused, match=r"one time step .*got 0_LIF\.dt = 0\.001 s, 1_LIF\.dt = 0\.002 s\. Give every"):
        one_time_step(Sequential(LIF(2, dt=1e-3), LIF(2, dt=2e-3)))


def test_a_model_without_a_time_step_is_refused():
    with pytest.raises(ValueRefused, match=r"Linear\.dt: expected a time step in seconds, got a module without one"):
        one_time_step(Linear((2, 2)))


@pytest.mark.parametrize("dt", [0.0, -1e-3, np.nan])
def test_a_time_step_that_leads_nowhere_is_refused(dt):
    class Still(Module):
        def __init__(self):
            super().__init__(1)
            self.dt = SimulationParameter(dt)

    with pytest.raises(ValueRefused, match=r"dt: expected a time step above 0, got .* s\. Set dt, in seconds"):
        one_time_step(Still())


@pytest.mark.parametrize("speed", [1, 0.5, np.float32(0.5), np.int64(2), 1e-9])
def test_a_speed_above_zero_is_a_float(speed):
    assert checked_speed(speed) == float(speed)
    assert type(checked_speed(speed)) is float


def test_no_speed_is_as_fast_as_it_goes():
    assert checked_speed(None) is None


@pytest.mark.parametrize("speed", [0, -1.0, np.inf, np.nan, True, "fast", [1.0]])
def test_other_speeds_are_refused(speed):
    with pytest.raises(ValueRefused, match=r"LiveSimulation\.speed: expected simulated seconds .*Use pause\(\) to stop"):
        checked_speed(speed)


@pytest.mark.parametrize("n", [1, 7, np.int32(3)])
def test_a_count_is_a_whole_number(n):
    assert checked_count(n, "LiveSimulation.chunk") == int(n)


@pytest.mark.parametrize("n", [0, -3, 1.5, True, "4", None])
def test_other_counts_are_refused_by_name(n):
    with pytest.raises(
        ValueRefused, match=r"LiveSimulation\.step\(n=\.\.\.\): expected a whole number of at least 1, got .*Give a n"
    ):
        checked_count(n, "LiveSimulation.step(n=...)")


@pytest.mark.parametrize("window, steps", [(2.0, 2000), (0.001, 1), (1, 1000), (np.float32(0.5), 500), (0.0304, 30)])
def test_a_window_is_the_nearest_number_of_steps(window, steps):
    assert steps_kept(window, 1e-3) == steps


@pytest.mark.parametrize("window", [0, 0.0005, -1.0, np.inf, np.nan, None, "2"])
def test_other_windows_are_refused(window):
    with pytest.raises(
        ValueRefused, match=r"\(window=\.\.\.\): expected seconds of .* at least one step of 0\.001 s, got .*=2\.0"
    ):
        steps_kept(window, 1e-3)


@pytest.mark.parametrize(
    "speed, dt, chunk", [(1.0, 1e-3, 20), (0.1, 1e-3, 2), (1e-6, 1e-3, 1), (1.0, 1e-4, 200), (1e6, 1e-3, 1000), (None, 1e-3, 100)]
)
def test_a_usual_chunk_takes_twenty_milliseconds_on_the_wall(speed, dt, chunk):
    assert usual_chunk(speed, dt) == chunk
