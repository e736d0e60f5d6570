"""Rates by updates against their formulas in NumPy."""

import jax.numpy as jnp
import numpy as np
import pytest

import bouton as bp
import bouton.math as bm

CALLS = np.arange(60)


def agree(schedule, expected):
    np.testing.assert_allclose(schedule(jnp.arange(60)), expected, rtol=2e-5, atol=1e-8)


def test_exponential_decay():
    agree(bp.optim.ExponentialDecay(0.4, 7, 0.5), 0.4 * 0.5 ** (CALLS / 7))


def test_inverse_time_decay():
    agree(bp.optim.InverseTimeDecay(0.4, 7, 0.5), 0.4 / (1 + 0.5 * CALLS / 7))
    agree(bp.optim.InverseTimeDecay(0.4, 7, 0.5, staircase=True), 0.4 / (1 + 0.5 * (CALLS // 7)))


def test_polynomial_decay():
    expected = 0.1 + 0.3 * (1 - np.minimum(CALLS, 20) / 20) ** 2.5
    agree(bp.optim.PolynomialDecay(0.4, 20, 0.1, power=2.5), expected)
    agree(bp.optim.PolynomialDecay(0.4, 20, 0.1), 0.1 + 0.3 * (1 - np.minimum(CALLS, 20) / 20))


def test_one_value_after_the_other():
    # At a boundary the value before still holds.
    expected = [0.3 if i <= 5 else 0.2 if i <= 20 else 0.1 for i in CALLS]
    agree(bp.optim.PiecewiseConstant([5, 20], [0.3, 0.2, 0.1]), expected)
    agree(bp.optim.PiecewiseConstant([], [0.3]), [0.3] * 60)


def test_the_optimizer_counts_the_updates():
    w = bm.Variable(jnp.asarray(0.0))
    optimizer = bp.optim.SGD(bp.optim.PiecewiseConstant([1, 3], [1.0, 10.0, 100.0]), w)
    seen = []
    for _ in range(6):
        optimizer.update(jnp.asarray(-1.0))
        seen.append(float(w))
    np.testing.assert_allclose(seen, [1, 2, 12, 22, 122, 222])
    assert int(optimizer.scheduler.count) == 6


@pytest.mark.parametrize("kind", ["ExponentialDecay", "InverseTimeDecay", "PolynomialDecay"])
def test_a_number_of_steps_is_whole_and_above_zero(kind):
    with pytest.raises(bp.errors.ValueRefused, match=rf"{kind}\(decay_steps=...\): expected a whole number of 1 or more, got 0"):
        getattr(bp.optim, kind)(0.1, 0, 0.5)


def test_boundaries_rise():
    with pytest.raises(
        bp.errors.ValueRefused, match=r"PiecewiseConstant\(boundaries=...\): expected counts that rise, got \[5, 3\]"
    ):
        bp.optim.PiecewiseConstant([5, 3], [1.0, 2.0, 3.0])


def test_there_is_one_value_more_than_boundaries():
    with pytest.raises(bp.errors.ShapeError, match="PiecewiseConstant: expected 3 values for 2 boundaries, got 2"):
        bp.optim.PiecewiseConstant([3, 5], [1.0, 2.0])
