"""Every stateful feature in every transform, and in transforms of transforms, beside plain JAX.

A feature is a step that reads and writes Variables, with the same step written as a pure function of their values.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.core import Tracer
from numpy.testing import assert_allclose

import bouton as bp
import bouton.math as bm

TURNS, ELEMENTS = 4, 3
XS = jnp.linspace(-0.7, 0.9, TURNS)


class Feature(NamedTuple):
    """``step(x)`` moves ``cells``; ``pure(values, x)`` gives the new values and the same result."""

    cells: list
    step: Callable
    pure: Callable


def start(*shape):
    """Values that differ from one another."""
    return jnp.linspace(0.1, 0.8, int(np.prod(shape))).reshape(shape) if shape else jnp.asarray(0.3)


def written_variable(*lead):
    v = bm.Variable(start(*lead, 2))

    def step(x):
        v.value = v * 0.5 + x
        return jnp.sin(v).sum()

    def pure(values, x):
        new = values[0] * 0.5 + x
        return [new], jnp.sin(new).sum()

    return Feature([v], step, pure)


def read_variable(*lead):
    w, b = bm.TrainVar(start(*lead, 2)), bm.Parameter(start(*lead, 2))
    return Feature([w, b], lambda x: (jnp.tanh(w * x) + b).sum(), lambda v, x: (list(v), (jnp.tanh(v[0] * x) + v[1]).sum()))


def in_place_forms(*lead):
    v = bm.Variable(start(*lead, 3))

    def step(x):
        v[0] = v[1] * x
        v[1:] += v[0]
        moved = v
        moved *= 0.9
        return (v[0] * v[2]).sum()

    def pure(values, x):
        a = values[0]
        a = a.at[0].set(a[1] * x)
        a = a.at[1:].add(a[0])
        a = a * 0.9
        return [a], (a[0] * a[2]).sum()

    return Feature([v], step, pure)


class Leaf(bp.BrainPyObject):
    def __init__(self, value):
        self.v = bm.Variable(value)

    def __call__(self, x):
        self.v.value = jnp.cos(self.v) + x
        return self.v.sum()


class Tree(bp.BrainPyObject):
    def __init__(self, value):
        self.leaves = bm.NodeList([Leaf(value), Leaf(2 * value)])
        self.extra = bm.VarDict(a=bm.Variable(value))

    def step(self, x):
        out = sum(leaf(x) for leaf in self.leaves)
        self.extra["a"] = self.extra["a"] * out
        return out + self.extra["a"].sum()


def object_in_lists(*lead):
    tree = Tree(start(*lead, 2))

    def pure(values, x):
        a, one, two = values
        one, two = jnp.cos(one) + x, jnp.cos(two) + x
        out = one.sum() + two.sum()
        a = a * out
        return [a, one, two], out + a.sum()

    return Feature(list(tree.vars().values()), tree.step, pure)


def cond_that_writes(*lead):
    v = bm.Variable(start(*lead, 2))

    def up(x):
        v.value = v + x
        return v.sum()

    def down(x):
        v.value = v * 0.5
        return v.sum() * x

    def pure(values, x):
        return jax.lax.cond(
            values[0].sum() > 0.6,
            lambda a: ([a * 0.5], (a * 0.5).sum() * x),
            lambda a: ([a + x], (a + x).sum()),
            values[0],
        )

    return Feature([v], lambda x: bm.cond(v.sum() > 0.6, down, up, (x,)), pure)


def ifelse_that_writes(*lead):
    v = bm.Variable(start(*lead, 2))

    def shrink(x):
        v.value = v * 0.25
        return v.sum() + x

    def grow(x):
        v.value = v * 1.5
        return v.sum() - x

    def step(x):
        return bm.ifelse([v.sum() > 2.0, v.sum() > 0.5], [shrink, grow, lambda x: x * 3.0], (x,))

    def pure(values, x):
        a = values[0]
        which = jnp.where(a.sum() > 2.0, 0, jnp.where(a.sum() > 0.5, 1, 2))
        branches = [
            lambda a: ([a * 0.25], (a * 0.25).sum() + x),
            lambda a: ([a * 1.5], (a * 1.5).sum() - x),
            lambda a: ([a], x * 3.0),
        ]
        return jax.lax.switch(which, branches, a)

    return Feature([v], step, pure)


def while_that_writes(*lead):
    v = bm.Variable(start(*lead, 2))

    def body(k):
        v.value = v + 0.3
        return (k + 1.0,)

    def step(x):
        (turns,) = bm.while_loop(body, lambda k: (v.sum() < 2.0) & (k < 20.0), x)
        v.value = v * 0.5
        return turns + v.sum()

    def pure(values, x):
        turns, a = jax.lax.while_loop(
            lambda c: (c[1].sum() < 2.0) & (c[0] < 20.0), lambda c: (c[0] + 1.0, c[1] + 0.3), (x, values[0])
        )
        a = a * 0.5
        return [a], turns + a.sum()

    return Feature([v], step, pure)


def inner_loop(*lead):
    v, w = bm.Variable(start(*lead, 2)), bm.TrainVar(start(*lead, 2))

    def turn(k):
        v.value = jnp.tanh(v * w) + k
        return v.sum()

    def step(x):
        return bm.for_loop(turn, x * jnp.arange(3.0)).sum()

    def pure(values, x):
        a, b = values

        def turn(a, k):
            a = jnp.tanh(a * b) + k
            return a, a.sum()

        a, sums = jax.lax.scan(turn, a, x * jnp.arange(3.0))
        return [a, b], sums.sum()

    return Feature([v, w], step, pure)


def inner_gradient(*lead):
    v, w = bm.Variable(start(*lead, 2)), bm.TrainVar(start(*lead, 2))

    def loss(x):
        v.value = v * 0.5 + x
        return (jnp.sin(w) * v).sum()

    def step(x):
        grads = bm.grad(loss, grad_vars=w)(x)
        w.value = w - 0.1 * grads
        return grads.sum()

    def pure(values, x):
        a, b = values
        a = a * 0.5 + x
        g = jax.grad(lambda b: (jnp.sin(b) * a).sum())(b)
        return [a, b - 0.1 * g], g.sum()

    return Feature([v, w], step, pure)


def compiled_inside(*lead):
    v = bm.Variable(start(*lead, 2))

    @bm.jit
    def move(x):
        v.value = v * x + 1.0
        return v.sum()

    def pure(values, x):
        a = (values[0] * x + 1.0) * x + 1.0
        return [a], a.sum()

    return Feature([v], lambda x: move(x) * 0.0 + move(x), pure)


def recomputed(*lead):
    v, w = bm.Variable(start(*lead, 2)), bm.TrainVar(start(*lead, 2))

    @bm.remat
    def move(x):
        v.value = jnp.sin(v * w) + x
        return v.sum()

    def pure(values, x):
        a = jnp.sin(values[0] * values[1]) + x
        return [a, values[1]], a.sum()

    return Feature([v, w], move, pure)


def view_of_a_part(*lead):
    v = bm.Variable(start(*lead, 4))
    part = bm.VariableView(v, (..., slice(1, 3)))

    def step(x):
        part.value = part * x + 1.0
        return (v * v).sum() + part.sum()

    def pure(values, x):
        a = values[0]
        a = a.at[..., 1:3].set(a[..., 1:3] * x + 1.0)
        return [a], (a * a).sum() + a[..., 1:3].sum()

    return Feature([v], step, pure)


def random_numbers():
    rng = bm.random.RandomState(7)
    (key,) = rng.vars().values()

    def step(x):
        return (rng.normal(size=(3,)) * x).sum() + rng.uniform(size=()) * 0.5

    def pure(values, x):
        k, one = jax.random.split(values[0])
        k, two = jax.random.split(k)
        return [k], (jax.random.normal(one, (3,)) * x).sum() + jax.random.uniform(two, ()) * 0.5

    return Feature([key], step, pure)


def optimiser(*lead):
    w = bm.TrainVar(start(*lead, 2))
    opt = bp.optim.Momentum(lr=0.1, momentum=0.9, train_vars={"w": w})

    def step(x):
        grads = bm.grad(lambda: ((w - x) ** 2).sum(), grad_vars={"w": w})()
        opt.update(grads)
        return (w * w).sum()

    others = [cell for cell in opt.vars().unique().values() if cell is not w]
    (speed,) = (cell for cell in others if cell.shape == (*lead, 2))
    rest = [cell for cell in others if cell is not speed]

    def pure(values, x):
        a, v, *more = values
        v = 0.9 * v - 0.1 * 2 * (a - x)
        a = a + v
        return [a, v, *(m + 1 if m.dtype.kind == "i" else m for m in more)], (a * a).sum()

    return Feature([w, speed, *rest], step, pure)


DIFFERENTIABLE = [
    written_variable,
    read_variable,
    in_place_forms,
    object_in_lists,
    cond_that_writes,
    ifelse_that_writes,
    inner_loop,
    inner_gradient,
    compiled_inside,
    recomputed,
    view_of_a_part,
]
# A view of a Variable that is mapped over is refused, see test_vmap.
MAPPED = [*(f for f in DIFFERENTIABLE if f is not view_of_a_part), while_that_writes, optimiser]
FEATURES = [*MAPPED, random_numbers]


def scanned(pure):
    return lambda values, xs: jax.lax.scan(pure, values, xs)


def values_of(feature):
    return [cell.value for cell in feature.cells]


def agree(feature, out, wanted):
    """The results, and what the cells hold afterwards; nothing is left of a trace."""
    new, result = wanted
    jax.tree.map(lambda a, b: assert_allclose(a, b, rtol=2e-5, atol=1e-6), out, result)
    for cell, value in zip(feature.cells, new, strict=True):
        assert not isinstance(cell._value, Tracer)
        assert_allclose(cell.value, value, rtol=2e-5, atol=1e-6)


def python_loop(pure, values, xs):
    outs = []
    for x in xs:
        values, y = pure(values, x)
        outs.append(y)
    return values, jnp.stack(outs)


@pytest.mark.parametrize("make", FEATURES)
@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "jit"])
def test_step_by_step(make, compiled):
    feature = make()
    wanted = python_loop(feature.pure, values_of(feature), XS)
    step = bm.jit(feature.step) if compiled else feature.step
    agree(feature, jnp.stack([step(x) for x in XS]), wanted)
    if compiled:
        assert step.compilations == 1


@pytest.mark.parametrize("make", FEATURES)
@pytest.mark.parametrize("around", [lambda f: f, bm.jit], ids=["for_loop", "jit of for_loop"])
def test_in_a_loop(make, around):
    feature = make()
    wanted = scanned(feature.pure)(values_of(feature), XS)
    agree(feature, around(lambda xs: bm.for_loop(feature.step, xs))(XS), wanted)


@pytest.mark.parametrize("make", FEATURES)
def test_in_a_loop_turn_by_turn(make):
    feature = make()
    wanted = scanned(feature.pure)(values_of(feature), XS)
    agree(feature, bm.for_loop(feature.step, XS, jit=False), wanted)


def mapped(feature):
    """The Variables with one value for each element, and the same for the pure function's first argument."""
    axes = [0 if cell.ndim and cell.shape[0] == ELEMENTS else None for cell in feature.cells]
    return [cell for cell, axis in zip(feature.cells, axes, strict=True) if axis == 0], axes


@pytest.mark.parametrize("make", MAPPED)
@pytest.mark.parametrize("around", [lambda f: f, bm.jit], ids=["vmap", "jit of vmap"])
def test_mapped_over_elements_with_variables_of_their_own(make, around):
    feature = make(ELEMENTS)
    cells, axes = mapped(feature)
    xs = XS[:ELEMENTS]
    wanted = jax.vmap(feature.pure, in_axes=(axes, 0), out_axes=(axes, 0))(values_of(feature), xs)
    agree(feature, around(bm.vmap(feature.step, mapped_vars=cells))(xs), wanted)


@pytest.mark.parametrize("make", MAPPED)
def test_a_loop_mapped_over_elements(make):
    feature = make(ELEMENTS)
    cells, axes = mapped(feature)
    xs = jnp.stack([XS * k for k in range(1, ELEMENTS + 1)])
    wanted = jax.vmap(scanned(feature.pure), in_axes=(axes, 0), out_axes=(axes, 0))(values_of(feature), xs)
    agree(feature, bm.vmap(lambda xs: bm.for_loop(feature.step, xs), mapped_vars=cells)(xs), wanted)


@pytest.mark.parametrize("make", MAPPED)
def test_elements_mapped_over_in_a_loop(make):
    feature = make(ELEMENTS)
    cells, axes = mapped(feature)
    xs = jnp.stack([XS[:ELEMENTS] * k for k in range(1, TURNS + 1)])
    wanted = scanned(jax.vmap(feature.pure, in_axes=(axes, 0), out_axes=(axes, 0)))(values_of(feature), xs)
    agree(feature, bm.for_loop(bm.vmap(feature.step, mapped_vars=cells), xs), wanted)


@pytest.mark.parametrize("make", DIFFERENTIABLE)
@pytest.mark.parametrize("around", [lambda f: f, bm.jit], ids=["grad", "jit of grad"])
def test_differentiated(make, around):
    feature = make()
    by_values, new = jax.grad(lambda v, x: feature.pure(v, x)[::-1], has_aux=True)(values_of(feature), XS[1])
    by_x = jax.grad(lambda x, v: feature.pure(v, x)[1])(XS[1], values_of(feature))
    grads = around(bm.grad(feature.step, grad_vars=feature.cells, argnums=0))(XS[1])
    agree(feature, grads, (new, (by_values, by_x)))


@pytest.mark.parametrize("make", DIFFERENTIABLE)
def test_a_loop_differentiated(make):
    feature = make()

    def plain(values, xs):
        new, ys = scanned(feature.pure)(values, xs)
        return ys.sum(), new

    grads, new = jax.grad(plain, has_aux=True)(values_of(feature), XS)
    found = bm.grad(lambda: bm.for_loop(feature.step, XS).sum(), grad_vars=feature.cells)()
    agree(feature, found, (new, grads))


@pytest.mark.parametrize("make", DIFFERENTIABLE)
def test_gradients_taken_in_a_loop_in_compiled_code(make):
    feature = make()

    def plain(values, x):
        grads, new = jax.grad(lambda v: feature.pure(v, x)[::-1], has_aux=True)(values)
        return new, grads

    wanted = scanned(plain)(values_of(feature), XS)
    gradient = bm.grad(feature.step, grad_vars=feature.cells)
    agree(feature, bm.jit(lambda xs: bm.for_loop(gradient, xs))(XS), wanted)
