import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ValueRefused
from bouton.train import bounds_cost, l0_norm_approx, l2sqr_norm, make_bounds

RNG = np.random.default_rng(0)
PARAMS = {"w": RNG.normal(size=(3, 4)), "deep": {"b": RNG.normal(size=4), "one": np.float64(0.5)}}
LEAVES = [PARAMS["deep"]["b"], PARAMS["deep"]["one"], PARAMS["w"]]


def test_the_square_norm_is_the_mean_over_arrays_of_their_means():
    expected = np.mean([np.mean(x**2) for x in LEAVES])
    assert_allclose(l2sqr_norm(PARAMS), expected, rtol=1e-6)
    assert_allclose(jax.jit(l2sqr_norm)(PARAMS), expected, rtol=1e-6)
    slope = jax.grad(l2sqr_norm)(jax.tree_util.tree_map(jnp.asarray, PARAMS))
    assert_allclose(slope["w"], 2 * PARAMS["w"] / (12 * 3), rtol=1e-5)


def test_the_approximate_number_of_what_is_not_zero():
    expected = np.mean([np.mean(x**4 / (x**4 + 0.01)) for x in LEAVES])
    assert_allclose(l0_norm_approx(PARAMS, sigma=0.01), expected, rtol=1e-5)
    assert_allclose(l0_norm_approx({"x": np.array([0.0, 0.1, 10.0])}), np.mean([0, 0.5, 1]), rtol=1e-3)
    assert np.isfinite(jax.grad(l0_norm_approx)(jnp.zeros(3))).all()


def test_bounds_begin_as_infinities_in_the_form_of_the_parameters():
    lower, upper = make_bounds(PARAMS)
    assert jax.tree_util.tree_structure(lower) == jax.tree_util.tree_structure(PARAMS)
    for low, high, x in zip(*map(jax.tree_util.tree_leaves, (lower, upper, PARAMS)), strict=True):
        assert_array_equal(low, np.full(np.shape(x), -np.inf))
        assert_array_equal(high, np.full(np.shape(x), np.inf))


def test_nothing_is_to_be_paid_inside_and_exponentially_more_outside():
    params = {"tau": jnp.array([0.5, 1.0, 3.0]), "w": jnp.array(2.0)}
    lower, upper = make_bounds(params)
    assert bounds_cost(params, lower, upper) == 0
    lower["tau"], upper["tau"] = jnp.full(3, 1.0), jnp.full(3, 2.0)
    assert_allclose(bounds_cost(params, lower, upper), np.exp(0.5) + np.exp(1.0), rtol=1e-6)
    slope = jax.grad(bounds_cost)(params, lower, upper)
    assert_allclose(slope["tau"], [-np.exp(0.5), 0, np.exp(1.0)], rtol=1e-6)
    assert slope["w"] == 0
    # Just outside it is 1; and what is far inside has a derivative of 0, not of infinity times 0.
    assert_allclose(bounds_cost(jnp.array(1.0 - 1e-6), jnp.array(1.0), jnp.array(2.0)), 1, rtol=1e-5)
    far = jax.grad(bounds_cost)(jnp.array(1e4), jnp.array(1.0), jnp.array(1e5))
    assert far == 0
    scalar = jnp.array(1.0)
    assert_allclose(bounds_cost(params["tau"], scalar, 2 * scalar), np.exp(0.5) + np.exp(1.0), rtol=1e-6)


def test_they_take_the_parameters_of_models_and_variables():
    net = bp.modules.LIF(3, tau_mem=0.02)
    assert float(l2sqr_norm(net.parameters("taus"))) == pytest.approx(0.02**2)
    assert float(l2sqr_norm({"v": bm.Variable(jnp.ones(2))})) == 1
    lower, upper = make_bounds(net.parameters())
    assert bounds_cost(net.parameters(), lower, upper) == 0


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: l2sqr_norm({}),
            ValueRefused,
            r"l2sqr_norm: expected a tree with at least one array, got \{\}\. Pass",
        ),
        (lambda: l0_norm_approx([]), ValueRefused, r"l0_norm_approx: expected a tree with at least one array"),
        (
            lambda: bounds_cost({"a": 1.0}, {"b": 0.0}, {"a": 2.0}),
            KindError,
            r"bounds_cost\(lower=\.\.\.\): expected a tree like that of the parameters, \{'a': array\}, got \{'b': array\}",
        ),
        (lambda: bounds_cost({"a": 1.0}, {"a": 0.0}, [2.0]), KindError, r"bounds_cost\(upper=\.\.\.\): .* got \[array\]\. Begin"),
    ],
)
def test_mistakes_are_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()
