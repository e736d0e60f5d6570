"""Where one call of a transform can stand; its result and its writes have to be the same."""

import jax
import numpy as np

import bouton.math as bm


def in_a_loop(run):
    """Run it as the only turn of a for_loop."""
    return jax.tree_util.tree_map(lambda y: y[0], bm.for_loop(lambda _: run(), np.zeros(1)))


def in_a_derivative(run):
    return bm.grad(lambda zero: (zero, run()), has_aux=True)(0.0)[1]


def in_a_map(run):
    return bm.vmap(lambda: run(), axis_size=2, out_axes=None)()


NESTINGS = {
    "at the top": lambda run: run(),
    "in jit": lambda run: bm.jit(run)(),
    "in for_loop": in_a_loop,
    "in grad": in_a_derivative,
    "in vmap": in_a_map,
    "in grad in jit": lambda run: bm.jit(lambda: in_a_derivative(run))(),
    "in vmap in for_loop": lambda run: in_a_loop(lambda: in_a_map(run)),
}
