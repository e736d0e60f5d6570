import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.modules import Module
from bouton.modules._declare import Full, declare, declare_number, declare_time_step, floats
from bouton.parameters import Constant, Parameter, State


def test_two_full_initial_values_are_equal_when_their_numbers_are():
    assert Full(0.5) == Full(0.5)
    assert Full(0.5) != Full(0.25)
    assert_array_equal(Full(0.5)((2, 3)), np.full((2, 3), 0.5, np.float32))


@pytest.mark.parametrize("default", [2.0, lambda shape: np.full(shape, 2.0)])
@pytest.mark.parametrize("data", [None, Constant(None)])
def test_without_data_the_default_is_taken(data, default):
    module = Module(3)
    declare(module, "w", Parameter, data, default, shape=[(3,), ()], family="weights")
    assert_array_equal(module.w, [2, 2, 2])
    assert list(module.parameters("weights")) == (["w"] if data is None else [])


@pytest.mark.parametrize("data", [1, True, np.ones(3, int), [1, 1, 1], jnp.ones(3, jnp.int8)], ids=repr)
def test_data_become_floats(data):
    module = Module(3)
    declare(module, "w", State, data, shape=[(3,), ()])
    assert module.w.dtype == jnp.float32


def test_what_is_no_number_stays_for_the_wrapper_to_refuse():
    assert floats("x") == "x"
    with pytest.raises(KindError, match=r"Module\.w: expected a number or an array, got str"):
        declare(Module(3), "w", Parameter, "x", shape=3)


def test_a_refusal_names_module_and_attribute():
    with pytest.raises(ShapeError, match=r"^Module\.w: expected shape \(3,\), got \(2,\)"):
        declare(Module(3), "w", Parameter, np.ones(2), shape=3)


def test_one_number_for_the_module():
    module = Module(3)
    declare_number(module, "gain", Constant(2), bounds=(0, None))
    assert type(module.gain) is float
    assert module.gain == 2
    with pytest.raises(ValueRefused, match=r"Module\.gain: expected at least 0, got -1\.0"):
        module.gain = -1.0
    for bad in ("x", None, print):
        with pytest.raises(KindError, match=r"Module\.other: expected a number, got \w+\. Pass an int or a float\."):
            declare_number(module, "other", bad)


def test_a_time_step_is_in_seconds():
    module = Module(3)
    declare_time_step(module, 0.001)
    entry = module.entry("dt")
    assert (entry.unit, entry.value, entry.kind) == ("s", 0.001, "simulation")
