"""Running a group of neurons, and the same equations by an integrator of known accuracy."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

import bouton as bp
import bouton.math as bm


def _simulate(group, x, duration, dt=0.1, record=("V", "spike"), jit=True):
    """What is recorded after each step of ``dt`` ms, by name, as NumPy arrays with time first.

    The input ``x`` is one number, or an array with time first, which may be one step long.
    """
    steps = round(duration / dt)
    xs = jnp.broadcast_to(jnp.asarray(x, jnp.float32), (steps, *np.shape(x)[1:])) if np.ndim(x) else jnp.full(steps, float(x))

    def turn(t, current):
        bp.share.save(t=t)
        group(current)
        return {name: getattr(group, name).value for name in record}

    with bm.environment(dt=dt), bp.share.restored({}):
        found = bm.for_loop(turn, (jnp.arange(steps, dtype=jnp.float32) * dt, xs), jit=jit)
    return {name: np.asarray(value) for name, value in found.items()}


def _integrate(f, start, duration, dt):
    """The variables at ``dt``, ``2 dt``, ... by a Runge-Kutta method of order 8, with time first."""
    times = np.arange(1, round(duration / dt) + 1) * dt
    found = solve_ivp(f, (0.0, times[-1]), start, "DOP853", times, rtol=1e-10, atol=1e-12)
    return found.y.T


@pytest.fixture
def simulate():
    return _simulate


@pytest.fixture
def integrate():
    return _integrate
