import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import bouton.math as bm
from bouton.errors import KindError, ShapeError
from bouton.modules import Instant, InstantJax, LinearJax, Sequential, SequentialJax

SERIES = np.random.default_rng(0).normal(size=(2, 4, 3))


@pytest.mark.parametrize("cls", [Instant, InstantJax])
def test_the_output_is_the_function_of_the_input(cls):
    module = cls(3, jnp.tanh)
    out, state, record = module(SERIES, record=True)
    assert_allclose(out, np.tanh(SERIES), rtol=1e-5)
    assert (state, record) == ({}, {})
    assert_allclose(bm.jit(lambda x: module(x)[0])(SERIES), np.tanh(SERIES), rtol=1e-5)
    assert_allclose(module(SERIES[0, :, :1])[0][0], np.tanh(np.repeat(SERIES[0, :, :1], 3, axis=1)), rtol=1e-5)


def test_another_function_takes_effect_in_compiled_code():
    module = Instant(3, jnp.tanh)
    run = bm.jit(lambda x: module(x)[0])
    run(SERIES)
    module.function = jnp.square
    assert_allclose(run(SERIES), SERIES**2, rtol=1e-5)
    functional = InstantJax(3, jnp.tanh)
    through = jax.jit(lambda m, x: m(x)[0])
    through(functional, SERIES)
    assert_allclose(through(functional.set_attributes({"function": jnp.square}), SERIES), SERIES**2, rtol=1e-5)


def test_it_stands_in_a_functional_sequence():
    net = Sequential(LinearJax((3, 3), weight=np.eye(3)), InstantJax(3, jnp.square))
    assert isinstance(net, SequentialJax)
    slope = jax.grad(lambda p: net.set_attributes(p)(SERIES)[0].sum())(net.parameters())
    assert_allclose(slope["0_LinearJax"]["weight"], 2 * np.einsum("bti,btj->ij", SERIES, SERIES), rtol=1e-4)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: Instant((2, 3), jnp.tanh),
            ShapeError,
            r"Instant\(shape=\.\.\.\): expected as many outputs.*got \(2, 3\)",
        ),
        (lambda: Instant(2, "tanh"), KindError, r"Instant\.function: expected a function of an array, got str"),
        (lambda: setattr(Instant(2, jnp.tanh), "function", 3.0), KindError, r"expected a function of an array, got float"),
        (lambda: Instant(2, lambda x: x[..., :1])(np.ones((3, 2))), ShapeError, r"Instant\.evolve: .*got shape \(1, 3, 1\)"),
    ],
)
def test_bad_arguments_are_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()
