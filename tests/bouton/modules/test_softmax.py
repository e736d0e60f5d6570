import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import log_softmax, softmax

import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.modules import LogSoftmax, LogSoftmaxJax, Softmax, SoftmaxJax

SERIES = np.random.default_rng(0).normal(size=(2, 4, 3)) * 5
FORMS = {Softmax: softmax, SoftmaxJax: softmax, LogSoftmax: log_softmax, LogSoftmaxJax: log_softmax}


@pytest.mark.parametrize("temperature", [1.0, 0.25, 4])
@pytest.mark.parametrize("cls", FORMS)
def test_the_output_is_scipys_at_every_step(cls, temperature):
    module = cls(3, temperature=temperature)
    expected = FORMS[cls](SERIES / temperature, axis=-1)
    assert_allclose(module(SERIES)[0], expected, rtol=1e-4, atol=1e-6)
    assert_allclose(bm.jit(lambda x: module(x)[0])(SERIES), expected, rtol=1e-4, atol=1e-6)
    assert module.parameters() == {}


def test_large_inputs_overflow_nowhere():
    assert_allclose(LogSoftmax(2)(np.array([[1e4, 0.0]]))[0][0, 0], [0, -1e4], rtol=1e-6)
    assert_allclose(Softmax(2)(np.array([[1e4, 0.0]]))[0][0, 0], [1, 0])


def test_another_temperature_compiles_nothing():
    traces, module = [], SoftmaxJax(3)

    @jax.jit
    def run(m, x):
        traces.append(m)
        return m(x)[0]

    for temperature in (0.5, 2.0):
        out = run(module.set_attributes({"temperature": temperature}), SERIES)
        assert_allclose(out, softmax(SERIES / temperature, axis=-1), rtol=1e-4, atol=1e-6)
    assert len(traces) == 1
    with bm.environment(float_=bm.float16):
        half = LogSoftmax(3)(np.float16(SERIES))[0]
    assert half.dtype == np.float16


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"shape": (2, 3)}, ShapeError, r"Softmax\(shape=\.\.\.\): expected as many outputs as inputs, got \(2, 3\)"),
        ({"temperature": 0.0}, ValueRefused, r"Softmax\.temperature: expected above 0, got 0"),
        ({"temperature": "hot"}, KindError, r"Softmax\.temperature: expected a number, got str"),
    ],
)
def test_bad_arguments_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        Softmax(**{"shape": 3, **arguments})
