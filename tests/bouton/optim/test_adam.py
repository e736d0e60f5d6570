"""Adam and its kin against the published formulas in NumPy."""

import jax.numpy as jnp
import numpy as np
import pytest

import bouton as bp
import bouton.math as bm

LR, B1, B2, EPS = 0.1, 0.8, 0.95, 1e-4
OPTIONS = {"beta1": B1, "beta2": B2, "eps": EPS}


def moments(g, kept):
    kept["m"] = B1 * kept.get("m", 0.0) + (1 - B1) * g
    kept["v"] = B2 * kept.get("v", 0.0) + (1 - B2) * g**2
    return kept["m"], kept["v"]


def test_adam(follows):
    def formula(p, g, n, kept):
        m, v = moments(g, kept)
        return p - LR * (m / (1 - B1 ** (n + 1))) / (np.sqrt(v / (1 - B2 ** (n + 1))) + EPS)

    follows(lambda cells: bp.optim.Adam(LR, cells, **OPTIONS), formula)


def test_adam_counts_updates_whatever_the_epochs():
    # At the first update the step is the rate in the direction of the sign; epochs between the updates change nothing.
    w = bm.Variable(jnp.zeros(2))
    optimizer = bp.optim.Adam(bp.optim.ExponentialLR(LR, 1.0), w)
    for n in range(3):
        optimizer.update(jnp.asarray([2.0, -0.5]))
        optimizer.scheduler.step_epoch()
        np.testing.assert_allclose(w, [-(n + 1) * LR, (n + 1) * LR], rtol=1e-5)


def test_adam_with_the_decay_of_every_optimiser(follows):
    def formula(p, g, n, kept):
        m, v = moments(g, kept)
        return (1 - 0.05) * p - LR * (m / (1 - B1 ** (n + 1))) / (np.sqrt(v / (1 - B2 ** (n + 1))) + EPS)

    follows(lambda cells: bp.optim.Adam(LR, cells, weight_decay=0.05, **OPTIONS), formula)


def test_the_decay_of_adamw_follows_the_rate(follows):
    def formula(p, g, n, kept):
        m, v = moments(g, kept)
        lr = LR * 0.5 ** (n / 3)
        return (1 - lr * 0.05) * p - lr * (m / (1 - B1 ** (n + 1))) / (np.sqrt(v / (1 - B2 ** (n + 1))) + EPS)

    rate = bp.optim.ExponentialDecay(LR, 3, 0.5)
    follows(lambda cells: bp.optim.AdamW(rate, cells, weight_decay=0.05, **OPTIONS), formula)


def test_amsgrad_divides_by_the_greatest_so_far(follows):
    def formula(p, g, n, kept):
        m, v = moments(g, kept)
        kept["max"] = np.maximum(kept.get("max", 0.0), v / (1 - B2 ** (n + 1)))
        return p - LR * (m / (1 - B1 ** (n + 1))) / (np.sqrt(kept["max"]) + EPS)

    follows(lambda cells: bp.optim.AdamW(LR, cells, weight_decay=None, amsgrad=True, **OPTIONS), formula)


def test_nadam(follows):
    def formula(p, g, n, kept):
        m, v = moments(g, kept)
        ahead = B1 * m / (1 - B1 ** (n + 2)) + (1 - B1) * g / (1 - B1 ** (n + 1))
        return p - LR * ahead / (np.sqrt(v / (1 - B2 ** (n + 1))) + EPS)

    follows(lambda cells: bp.optim.NAdam(LR, cells, **OPTIONS), formula)


def test_what_they_are_unless_told_otherwise():
    for kind in (bp.optim.Adam, bp.optim.AdamW, bp.optim.NAdam):
        optimizer = kind(LR)
        assert (optimizer.beta1, optimizer.beta2, optimizer.eps) == (0.9, 0.999, 1e-8)
    assert (bp.optim.AdamW(LR).weight_decay, bp.optim.AdamW(LR).amsgrad) == (0.01, False)


@pytest.mark.parametrize("kind", [bp.optim.Adam, bp.optim.AdamW, bp.optim.NAdam])
def test_numbers_that_make_no_sense_are_refused(kind):
    name = kind.__name__
    with pytest.raises(bp.errors.ValueRefused, match=rf"{name}\(beta1=...\): expected at least 0 and below 1, got 1.0"):
        kind(LR, beta1=1.0)
    with pytest.raises(bp.errors.ValueRefused, match=rf"{name}\(beta2=...\): expected at least 0 and below 1, got -1.0"):
        kind(LR, beta2=-1)
    with pytest.raises(bp.errors.ValueRefused, match=rf"{name}\(eps=...\): expected a number above 0, got 0.0"):
        kind(LR, eps=0)
