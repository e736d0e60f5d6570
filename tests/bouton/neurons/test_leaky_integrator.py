"""Leaky integrators against closed forms."""

import inspect

import jax.numpy as jnp
import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.neurons import LeakyIntegrator


def test_arguments_and_defaults_are_those_of_the_specification():
    parameters = inspect.signature(LeakyIntegrator).parameters
    assert list(parameters)[:7] == ["size", "V_rest", "R", "tau", "V_initializer", "noise", "input_var"]
    assert [parameters[name].default for name in ("V_rest", "R", "tau", "noise", "input_var")] == [0.0, 1.0, 10.0, None, True]
    assert isinstance(parameters["V_initializer"].default, bp.init.ZeroInit)


def test_the_potential_relaxes_exponentially_and_is_returned(simulate):
    o = LeakyIntegrator(2, -60.0, 2.0, np.array([5.0, 20.0]), bp.init.Constant(-70.0))
    t = np.arange(1, 201)[:, None] * 0.1
    wanted = -50.0 - 20.0 * np.exp(-t / np.array([5.0, 20.0]))
    assert_allclose(simulate(o, 5.0, 20.0, record=("V",))["V"], wanted, rtol=1e-5)
    o.reset_state()
    assert_array_equal(o(5.0), o.V)
    assert_allclose(o.V, wanted[0], rtol=1e-5)


def test_it_never_spikes(simulate):
    assert simulate(LeakyIntegrator(1), 1e4, 100.0, record=("V",))["V"][-1] > 9000.0
    assert not hasattr(LeakyIntegrator(1), "spike")


def test_an_input_drives_one_step():
    o = LeakyIntegrator(1)
    o.input += 3.0
    o(7.0)
    assert_array_equal(o.input, [0.0])
    assert_allclose(o(), 10 * (1 - np.exp(-0.01)) * np.exp(-0.01), rtol=1e-5)


def test_another_time_constant_compiles_nothing():
    o = LeakyIntegrator(1)
    step = bm.jit(o)
    assert_allclose(step(1.0), [1 - np.exp(-0.01)], rtol=1e-4)
    o.tau = 12.0
    o.reset_state()
    assert_allclose(step(1.0), [1 - np.exp(-0.1 / 12)], rtol=1e-4)
    assert step.compilations == 1


def test_gradients_pass_by_the_time_constant():
    o = LeakyIntegrator(1, mode=bm.TrainingMode())

    def last(x):
        o.reset_state()
        return bm.for_loop(o, x)[-1].sum()

    decay = np.exp(-0.01)
    assert_allclose(bm.grad(last)(jnp.zeros(4)), (1 - decay) * decay ** np.array([3, 2, 1, 0]), rtol=1e-3)
