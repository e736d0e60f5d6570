"""The ways in which one step that reads and writes Variables can be run; all have to agree."""

import jax
import jax.numpy as jnp
import numpy as np

import bouton.math as bm


def eager(step, xs):
    return np.stack([np.asarray(step(x)) for x in xs])


def compiled(step, xs):
    compiled_step = bm.jit(step)
    return np.stack([np.asarray(compiled_step(x)) for x in xs])


def looped(step, xs):
    return np.asarray(bm.for_loop(step, xs))


def looped_in_python(step, xs):
    return np.asarray(bm.for_loop(step, xs, jit=False))


def loop_inside_jit(step, xs):
    return np.asarray(bm.jit(lambda series: bm.for_loop(step, series))(xs))


def inside_grad(step, xs):
    def total(series):
        out = jnp.stack([step(x) for x in series])
        return out.sum(), out

    _, out = bm.grad(total, has_aux=True)(xs)
    return np.asarray(out)


def loop_inside_grad_inside_jit(step, xs):
    def total(series):
        out = bm.for_loop(step, series)
        return out.sum(), out

    return np.asarray(bm.jit(lambda series: bm.grad(total, has_aux=True)(series)[1])(xs))


def vmapped(step, xs):
    """As a pure function of values, which JAX maps over two equal copies of everything."""
    pure = bm.purify(lambda series: bm.for_loop(step, series), xs)
    twice = [jnp.stack([cell.value, cell.value]) for cell in pure.cells]
    out, new = jax.vmap(pure.pure)(twice, jnp.stack([xs, xs]))
    for cell, values in zip(pure.written, new, strict=True):
        np.testing.assert_array_equal(values[0], values[1])
        cell.value = values[0]
    return np.asarray(out[0])


WAYS = {
    way.__name__: way
    for way in (
        eager,
        compiled,
        looped,
        looped_in_python,
        loop_inside_jit,
        inside_grad,
        loop_inside_grad_inside_jit,
        vmapped,
    )
}
