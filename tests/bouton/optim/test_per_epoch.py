"""Rates by epochs against their formulas in NumPy."""

import jax.numpy as jnp
import numpy as np
import pytest

import bouton as bp

EPOCHS = np.arange(60)


def agree(schedule, expected):
    np.testing.assert_allclose(schedule(jnp.arange(60)), expected, rtol=2e-5, atol=1e-8)


def test_a_step_every_few_epochs():
    agree(bp.optim.StepLR(0.4, 7, 0.5), [0.4 * 0.5 ** (i // 7) for i in EPOCHS])
    assert bp.optim.StepLR(0.4, 7).gamma == 0.1


def test_a_step_at_each_milestone():
    expected = [0.4 * 0.5 ** sum(i >= m for m in (5, 30, 30, 41)) for i in EPOCHS]
    agree(bp.optim.MultiStepLR(0.4, [30, 5, 41, 30], 0.5), expected)
    agree(bp.optim.MultiStepLR(0.4, []), [0.4] * 60)
    assert bp.optim.MultiStepLR(0.4, [1]).gamma == 0.1


def test_a_step_every_epoch():
    agree(bp.optim.ExponentialLR(0.4, 0.9), 0.4 * 0.9**EPOCHS)


def test_a_cosine_down_and_up_again():
    agree(bp.optim.CosineAnnealingLR(0.4, 11, 0.1), 0.1 + 0.3 * (1 + np.cos(np.pi * EPOCHS / 11)) / 2)
    assert bp.optim.CosineAnnealingLR(0.4, 11).eta_min == 0.0


def test_a_cosine_is_exact_after_a_million_epochs():
    assert float(bp.optim.CosineAnnealingLR(0.4, 11)(22_000_000)) == np.float32(0.4)


@pytest.mark.parametrize(("first", "factor"), [(1, 1), (7, 1), (1, 2), (3, 2), (2, 3), (5, 10)])
def test_warm_restarts(first, factor):
    expected, since, length = [], 0, first
    for _ in EPOCHS:
        expected.append(0.1 + 0.3 * (1 + np.cos(np.pi * since / length)) / 2)
        since += 1
        if since == length:
            since, length = 0, length * factor
    agree(bp.optim.CosineAnnealingWarmRestarts(0.4, first, factor, 0.1), expected)


@pytest.mark.parametrize(("first", "factor"), [(1, 2), (3, 2), (7, 3), (10, 2)])
def test_every_restart_is_exact(first, factor):
    starts, length = [0], first
    while starts[-1] + length < 2**31:
        starts.append(starts[-1] + length)
        length *= factor
    schedule = bp.optim.CosineAnnealingWarmRestarts(0.4, first, factor)
    rates = np.asarray(schedule(jnp.asarray(starts)))
    np.testing.assert_array_equal(rates, np.full(len(starts), np.float32(0.4)))
    before = np.asarray(schedule(jnp.asarray([s - 1 for s in starts[3:]])))
    assert (before < 0.1).all()


@pytest.mark.parametrize(
    "kind", ["StepLR(step_size=...)", "CosineAnnealingLR(T_max=...)", "CosineAnnealingWarmRestarts(T_0=...)"]
)
@pytest.mark.parametrize("value", [0, 1.5, float("nan"), float("inf")])
def test_a_length_is_a_whole_number_above_zero(kind, value):
    name = kind.split("(")[0]
    with pytest.raises(bp.errors.ValueRefused) as refused:
        getattr(bp.optim, name)(0.1, value)
    assert str(refused.value).startswith(f"{kind}: expected a whole number of 1 or more, got {value}")


def test_other_numbers_that_make_no_sense_are_refused():
    with pytest.raises(bp.errors.ValueRefused, match=r"CosineAnnealingWarmRestarts\(T_mult=...\): expected a whole number of 1"):
        bp.optim.CosineAnnealingWarmRestarts(0.1, 2, 0)
    with pytest.raises(bp.errors.ValueRefused, match=r"MultiStepLR\(milestones=...\): expected a whole number of 0 or more"):
        bp.optim.MultiStepLR(0.1, [3, -1])
    with pytest.raises(bp.errors.KindError, match=r"ExponentialLR\(gamma=...\): expected a number, got str"):
        bp.optim.ExponentialLR(0.1, "0.9")
    with pytest.raises(bp.errors.ValueRefused, match=r"gamma: expected at least 0.0, got -1.0"):
        bp.optim.ExponentialLR(0.1, -1.0)
