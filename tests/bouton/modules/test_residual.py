import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import models

import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.modules import Linear, LinearJax, Rate, RateJax, Residual, ResidualJax, Sequential

RNG = np.random.default_rng(0)
SERIES, IN, OUT = RNG.uniform(size=(2, 8, 3)), RNG.normal(size=(3, 4)), RNG.normal(size=(4, 3))


def expected(series):
    hidden = models.batched(models.rate, series @ IN)[0]
    return series + hidden @ OUT


@pytest.mark.parametrize("functional", [False, True])
def test_the_input_is_added_to_the_output_of_the_last(functional):
    kinds = (LinearJax, RateJax, LinearJax) if functional else (Linear, Rate, Linear)
    net = Residual(kinds[0]((3, 4), weight=IN), kinds[1](4), kinds[2]((4, 3), weight=OUT))
    assert type(net) is (ResidualJax if functional else Residual)
    assert not isinstance(net, Sequential)
    out, state, record = net(SERIES, record=True)
    assert_allclose(out, expected(SERIES), rtol=1e-4, atol=1e-5)
    names = [f"{i}_{kind.__name__}" for i, kind in enumerate(kinds)]
    assert list(state) == names
    assert set(record) == {*names, *(f"{name}_output" for name in names)}
    assert_allclose(record[f"{names[2]}_output"], expected(SERIES) - SERIES, rtol=1e-4, atol=1e-5)
    fresh = net.reset_state()
    assert_allclose(bm.jit(lambda x: fresh(x)[0])(SERIES), expected(SERIES), rtol=1e-4, atol=1e-5)


def test_its_derivative_by_the_input_has_that_of_the_way_around():
    net = Residual(LinearJax((2, 2), weight=np.diag([2.0, 3.0])))
    slope = jax.grad(lambda x: net(x)[0].sum())(jnp.ones((4, 2)))
    assert_array_equal(slope, np.tile([3.0, 4.0], (4, 1)))


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: Residual(Linear((3, 4))),
            ShapeError,
            r"Residual: expected as many outputs as inputs, 3, to add the input to the output, got 4 outputs\. End with a Linear",
        ),
        (lambda: Residual(Linear((3, 4)), Rate(3)), ShapeError, r"Residual, from position 0 to 1: expected Rate with size_in 4"),
        (lambda: Residual(), ValueRefused, r"Residual: expected at least one module, got none"),
        (lambda: Residual(Rate(3), shape=3), ValueRefused, r"Residual: expected only modules, got shape="),
        (lambda: Residual(jnp.tanh), KindError, r"Residual, position 0: expected a module"),
    ],
)
def test_mistakes_are_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()
