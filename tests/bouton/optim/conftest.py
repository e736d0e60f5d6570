"""Gradients over some steps, and the ways in which an optimiser can be run along them."""

import jax.numpy as jnp
import numpy as np
import pytest

import bouton.math as bm

STEPS = 7
START = {"w": np.array([[1.0, -2.0, 0.5], [0.3, 0.0, -1.5]]), "b": np.array([0.1, -0.7])}


@pytest.fixture(scope="session")
def gradients():
    draw = np.random.default_rng(0)
    return {path: draw.normal(size=(STEPS, *value.shape)) for path, value in START.items()}


class Run:
    """Trains two Variables along the gradients in one way; gives what they hold after each step."""

    def __init__(self, way, gradients):
        self.way = way
        self.gradients = {path: jnp.asarray(g, jnp.float32) for path, g in gradients.items()}

    def __call__(self, make):
        cells = {"w": bm.Variable(jnp.asarray(START["w"], jnp.float32)), "b": bm.TrainVar(jnp.asarray(START["b"], jnp.float32))}
        optimizer = make(cells)

        def step(grads):
            optimizer.update(grads)
            return {path: cell.value for path, cell in cells.items()}

        if self.way in ("for_loop", "turn by turn"):
            return bm.for_loop(step, self.gradients, jit=self.way == "for_loop")
        step = bm.jit(step) if self.way == "jit" else step
        held = [step({path: g[n] for path, g in self.gradients.items()}) for n in range(STEPS)]
        return {path: np.stack([h[path] for h in held]) for path in cells}


@pytest.fixture(params=["eager", "jit", "for_loop", "turn by turn"])
def run(request, gradients):
    return Run(request.param, gradients)


@pytest.fixture
def follows(run, gradients):
    """Whether an optimiser makes the steps of a formula in NumPy: ``formula(p, g, n, kept) -> new p``, ``kept`` a dict."""

    def check(make, formula, rtol=2e-5):
        found = run(make)
        for path, g in gradients.items():
            p, kept = START[path], {}
            for n in range(STEPS):
                p = formula(p, g[n], n, kept)
                np.testing.assert_allclose(found[path][n], p, rtol=rtol, atol=2e-6)

    return check
