import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import models

import bouton.math as bm
from bouton.errors import KindError, ValueRefused
from bouton.modules import LIF, ExpSynJax, FFwdStack, FFwdStackJax, Rate, RateJax, kaiming

SERIES = np.random.default_rng(0).uniform(size=(2, 8, 3))
FIRST, SECOND = np.random.default_rng(1).normal(size=(3, 4)), np.random.default_rng(2).normal(size=(4, 2))


def expected():
    signals = [models.batched(models.rate, SERIES)[0]]
    for weight in (FIRST, SECOND):
        signals.append(models.batched(models.rate, signals[-1] @ weight)[0])
    return signals


@pytest.mark.parametrize("kind", [Rate, RateJax])
def test_each_module_gets_the_weighted_output_of_the_one_before(kind):
    net = FFwdStack(kind(3), kind(4), kind(2))
    assert type(net) is (FFwdStackJax if kind is RateJax else FFwdStack)
    assert net.shape == (3, 2)
    net = net.set_attributes({"0_1_weight": FIRST, "1_2_weight": SECOND})
    out, state, record = net(SERIES, record=True)
    signals = expected()
    assert_allclose(out, signals[-1], rtol=1e-4, atol=1e-5)
    names = [f"{i}_{kind.__name__}" for i in range(3)]
    assert list(state) == names
    for name, signal in zip(names, signals, strict=True):
        assert_allclose(record[f"{name}_output"], signal, rtol=1e-4, atol=1e-5)
    fresh = net.reset_state()
    assert_allclose(bm.jit(lambda x: fresh(x)[0])(SERIES), signals[-1], rtol=1e-4, atol=1e-5)


def test_weights_are_parameters_of_their_family_and_zeros_at_first():
    net = FFwdStack(LIF((6, 3)), LIF((4, 2)))
    assert list(net.parameters("weights")) == ["0_1_weight"]
    assert net.parameters("weights")["0_1_weight"].shape == (3, 4)
    assert_array_equal(net.parameters("weights")["0_1_weight"], 0)
    assert list(net.parameters()) == ["0_1_weight", "0_LIF", "1_LIF"]
    assert net.spiking_output
    random = FFwdStack(LIF(3), LIF(4), weight_init_func=kaiming).parameters("weights")["0_1_weight"]
    assert 0 < np.abs(random).max() <= np.sqrt(6 / 3)
    ones = FFwdStack(LIF(3), LIF(4), weight_init_func=np.ones)
    assert_array_equal(
        ones.set_attributes({"0_1_weight": np.zeros((3, 4))}).reset_parameters().parameters("weights")["0_1_weight"], 1
    )


def test_a_functional_stack_is_a_tree_with_a_derivative_by_its_weights():
    net = FFwdStack(ExpSynJax(3, rng_key=0), ExpSynJax(2, rng_key=1))
    slopes = jax.jit(jax.grad(lambda p, m: m.set_attributes(p)(SERIES)[0].sum()))(net.parameters("weights"), net)
    d = np.exp(-1e-3 / 10e-3)
    # Output of the second: each input of the first, decayed, then each of these, decayed again.
    first = models.batched(models.exp_syn, SERIES, 10e-3)
    late = sum(first[:, t].sum(0) * sum(d**k for k in range(1, 8 - t + 1)) for t in range(8))
    assert_allclose(slopes["0_1_weight"], np.stack([late, late], axis=1), rtol=1e-4)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: FFwdStack(), ValueRefused, r"FFwdStack: expected at least 2 modules, got none\. Pass modules in order"),
        (lambda: FFwdStack(Rate(3)), ValueRefused, r"FFwdStack: expected at least 2 modules, got 1"),
        (lambda: FFwdStack(Rate(3), Rate(2), spiking_input=True), ValueRefused, r"expected only modules, got spiking_input="),
        (lambda: FFwdStack(Rate(3), np.tanh), KindError, r"FFwdStack, position 1: expected a module"),
        (lambda: FFwdStack(Rate(3), RateJax(3)), ValueRefused, r"FFwdStackJax\.0_Rate: expected a functional submodule"),
    ],
)
def test_mistakes_are_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()
