"""Mistakes in evolve, and what can be written there."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import models

import bouton.math as bm
from bouton.errors import (
    KindError,
    LeakedTracerError,
    NoImplementationError,
    ShapeError,
    UnknownPathError,
    UnregisteredWarning,
)
from bouton.modules import Module, Rate
from bouton.parameters import Parameter, State


class Careless(Module):
    """Moves a state, a submodule and a random key, and then does what it is told."""

    def __init__(self, then):
        super().__init__(2)
        self.count = State(0.0)
        self.rate = Rate(2, noise_std=1.0, rng_key=0)
        self.then = then

    def evolve(self, input_data, record=False):
        out, _, _ = self.rate(input_data)
        self.count = self.count + 1.0
        return self.then(out)


def crash(_):
    raise ArithmeticError("the user's own")


@pytest.mark.parametrize(
    ("then", "error", "words"),
    [
        (crash, ArithmeticError, "the user's own"),
        (
            lambda y: None,
            KindError,
            r"Careless\.evolve: expected three results, \(output, new_state, record\), got NoneType\. End",
        ),
        (lambda y: (y, {}), KindError, r"Careless\.evolve: expected three results.*got 2 results"),
        (lambda y: [y, {}, {}], KindError, r"Careless\.evolve: expected three results.*got list"),
        (lambda y: (y, [], None), KindError, r"Careless\.evolve: expected dicts for new_state and record, got list and NoneType"),
        (
            lambda y: (y[0, 0], {}, {}),
            ShapeError,
            r"Careless\.evolve: expected an output \(batch, time, channels\) of shape \(1, 3, 2\), got shape \(2,\)",
        ),
        (lambda y: (y[None], {}, {}), ShapeError, r"got shape \(1, 1, 3, 2\)\. Keep the three axes of the input series"),
        (lambda y: (y[:, :2], {}, {}), ShapeError, r"got shape \(1, 2, 2\)\. Keep the batch and time axes of the input series"),
        (lambda y: (y[..., :1], {}, {}), ShapeError, r"got shape \(1, 3, 1\)\. Return 2 channels, the last entry of the shape"),
        (
            lambda y: (y, {"cuont": 1.0}, {}),
            UnknownPathError,
            r"Careless\.evolve, new_state 'cuont': expected a state of Careless, .*\. Did you mean 'count'\?",
        ),
        (
            lambda y: (y, {"count": y}, {}),
            ShapeError,
            r"Careless\.evolve, new_state 'count': expected shape \(\), or \(1,\) with.* got \(1, 3, 2\)",
        ),
        (
            lambda y: (y, {"rate": {"x": 1.0}}, {}),
            ShapeError,
            r"new_state 'rate\.x': expected shape \(2,\), or \(1, 2\) with.* got \(\)",
        ),
    ],
)
@pytest.mark.parametrize("how", ["eager", "compiled"])
def test_a_mistake_in_evolve_is_told_and_every_state_is_as_before(then, error, words, how):
    module = Careless(then)
    key = np.asarray(module.rate.rng_key)
    call = (lambda x: module(x)[0]) if how == "eager" else bm.jit(lambda x: module(x)[0])
    with pytest.raises(error, match=words):
        call(jnp.ones((3, 2)))
    assert module.count == 0
    assert_array_equal(module.rate.x, [0, 0])
    assert_array_equal(module.rate.rng_key, key)
    module.then = lambda y: (y, {}, {})
    module(jnp.ones((3, 2)))
    assert module.count == 1


def test_a_module_without_evolve_says_what_to_write():
    with pytest.raises(
        NoImplementationError, match=r"Module\.evolve: expected an evolve method in the class, got none\. Write evolve"
    ):
        Module(2)(np.ones((3, 2)))


def test_a_plain_module_inside_a_plain_jax_transform_is_refused_and_unchanged():
    rate = Rate(2)
    for transform in (jax.jit, jax.grad):
        with pytest.raises(
            LeakedTracerError, match=r"Use jit, grad or for_loop of bouton\.math.*or a functional module \(RateJax"
        ):
            transform(lambda x: rate(x)[0].sum())(jnp.ones((3, 2)))
        assert_array_equal(rate.x, [0, 0])


def test_a_submodule_that_is_called_twice_reports_its_last_state():
    class Twice(Module):
        def __init__(self):
            super().__init__(2)
            self.rate = Rate(2)

        def evolve(self, input_data, record=False):
            out, _, _ = self.rate(input_data)
            out, _, _ = self.rate(out)
            return out, {}, {}

    module = Twice()
    data = np.random.default_rng(0).uniform(size=(4, 2))
    out, state, record = module(data, record="rate.x")
    first = models.rate(data)
    second = models.rate(first[0], x=first[2][-1])
    assert_allclose(out[0], second[0], rtol=1e-4, atol=1e-6)
    assert_allclose(state["rate"]["x"], second[2][-1], rtol=1e-4)
    assert_allclose(record["rate"]["x"][0], second[2], rtol=1e-4, atol=1e-6)


def test_a_module_that_is_no_submodule_does_not_report():
    class Borrowing(Module):
        def __init__(self, other):
            super().__init__(2)
            self.others = [other]

        def evolve(self, input_data, record=False):
            return self.others[0](input_data)[0], {}, {}

    other = Rate(2)
    with pytest.warns(UnregisteredWarning, match=r"Borrowing\.others: .* got a list that holds a Rate"):
        module = Borrowing(other)
    _, state, record = module(np.ones((4, 2)), record=True)
    assert (state, record) == ({}, {})
    assert (np.asarray(other.x) > 0).all()


def test_an_evolve_with_a_loop_of_its_own():
    class Leaky(Module):
        def __init__(self):
            super().__init__(2)
            self.decay = Parameter(0.5)
            self.v = State(jnp.zeros(2))

        def evolve(self, input_data, record=False):
            series, _ = self._auto_batch(input_data)

            def step(x):
                self.v = self.v * self.decay + x
                return self.v

            out = bm.for_loop(step, series[0])
            return out, {"v": self.v}, {"v": out} if record else {}

    def expected(data):
        v, out = np.zeros(2), []
        for x in data:
            v = v * 0.5 + x
            out.append(v)
        return np.array(out)

    module, data = Leaky(), np.random.default_rng(0).uniform(size=(6, 2))
    assert_allclose(module(data)[0][0], expected(data), rtol=1e-6)
    module.reset_state()
    run = bm.jit(lambda x: module(x, record=True))
    out, _, record = run(data)
    assert_allclose(out[0], expected(data), rtol=1e-6)
    assert_allclose(record["v"][0], expected(data), rtol=1e-6)
    assert_allclose(module.v, expected(data)[-1], rtol=1e-6)
    module.reset_state()
    gradient = bm.grad(lambda: module(data)[0][0, -1].sum(), grad_vars=module.cell("decay"))()
    assert_allclose(gradient, sum((5 - k) * 0.5 ** (4 - k) * data[k].sum() for k in range(5)), rtol=1e-5)
