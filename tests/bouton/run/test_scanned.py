"""Modules that read a parameter inside a loop of JAX's own, as JAX's users write them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bouton.modules import Module
from bouton.parameters import Parameter, SimulationParameter, State
from bouton.run import Fit, MeanOf, Sensitivity, look_ahead
from bouton.transform._trace import CAN_BE_FRESH

pytestmark = pytest.mark.skipif(not CAN_BE_FRESH, reason="this release of JAX keeps such a parameter as a constant")

DT, TAU, U = 1e-3, 0.02, 0.7


class Leak(Module):
    def __init__(self):
        super().__init__(1)
        self.tau = Parameter(TAU, family="taus", unit="s", bounds=(1e-3, None))
        self.dt = SimulationParameter(DT, unit="s")
        self.level = State(shape=1, init_func=jnp.zeros)

    def evolve(self, input_data, record=False):
        def turn(level, given):
            level = (level + given) * jnp.exp(-DT / self.tau)
            return level, level

        last, levels = jax.lax.scan(turn, jnp.broadcast_to(self.level, input_data[:, 0].shape), jnp.swapaxes(input_data, 0, 1))
        levels = jnp.swapaxes(levels, 0, 1)
        return levels, {"level": last[0]}, {"level": levels}


def levels(tau, steps=100):
    """In closed form: a geometric series."""
    a = np.exp(-DT / tau)
    return U * a * (1 - a ** np.arange(1, steps + 1)) / (1 - a)


@pytest.fixture
def simulation(live):
    return live(Leak(), U, record="level", window=0.1)


def test_what_comes_is_told(simulation):
    found, _ = look_ahead(simulation, "level", 0.1)
    np.testing.assert_allclose(np.ravel(found), levels(TAU), rtol=1e-5)
    simulation.model.tau = 2 * TAU
    np.testing.assert_allclose(np.ravel(look_ahead(simulation, "level", 0.1)[0]), levels(2 * TAU), rtol=1e-5)


def test_its_slope_is_that_of_the_closed_form(simulation):
    slopes = Sensitivity(simulation, MeanOf("level"))
    for tau in (TAU, 2 * TAU):
        simulation.model.tau = tau
        by = 1e-6 * tau
        expected = (levels(tau + by).mean() - levels(tau - by).mean()) / (2 * by)
        np.testing.assert_allclose(slopes().slopes["tau"], expected, rtol=1e-4)


def test_it_can_be_fitted(simulation):
    fit = Fit(simulation, "level", levels(2 * TAU)[:, None], of=["tau"])
    fit.step(300)
    fit.stop()
    assert fit.losses[-1] < 1e-3 * fit.losses[0]
    assert float(simulation.model.tau) == pytest.approx(2 * TAU, rel=0.02)
