import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import log_softmax as scipy_log_softmax
from scipy.special import softmax as scipy_softmax

from bouton.errors import ShapeError, ValueRefused
from bouton.train import logsoftmax, mse, softmax, sse

RNG = np.random.default_rng(0)
OUTPUT, TARGET = RNG.normal(size=(2, 5, 3)), RNG.normal(size=(2, 5, 3))


def test_mean_and_sum_of_squares():
    assert_allclose(mse(OUTPUT, TARGET), np.mean((OUTPUT - TARGET) ** 2), rtol=1e-5)
    assert_allclose(sse(OUTPUT, TARGET), np.sum((OUTPUT - TARGET) ** 2), rtol=1e-5)
    assert_allclose(jax.jit(jax.grad(sse))(jnp.asarray(OUTPUT), TARGET), 2 * (OUTPUT - TARGET), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("temperature", [1.0, 0.5, 3])
def test_probabilities_are_scipys(temperature):
    assert_allclose(softmax(OUTPUT, temperature), scipy_softmax(OUTPUT / temperature, axis=-1), rtol=1e-5)
    assert_allclose(logsoftmax(OUTPUT, temperature), scipy_log_softmax(OUTPUT / temperature, axis=-1), rtol=1e-5)
    assert_allclose(jax.jit(softmax)(OUTPUT, temperature), scipy_softmax(OUTPUT / temperature, axis=-1), rtol=1e-5)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: mse(OUTPUT, TARGET[:1]), ShapeError, "expected targets of the shape of the predictions"),
        (lambda: sse(OUTPUT, TARGET[0]), ShapeError, "expected targets of the shape of the predictions"),
        (lambda: softmax(OUTPUT, 0), ValueRefused, r"softmax\(temperature=\.\.\.\): expected a number above 0, got 0"),
        (lambda: logsoftmax(OUTPUT, -1.0), ValueRefused, r"logsoftmax\(temperature=\.\.\.\): expected a number above 0, got -1"),
    ],
)
def test_mistakes_are_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()
