"""Steps along the gradient against the published formulas in NumPy."""

import numpy as np
import pytest

import bouton as bp

LR = 0.1


def test_gradient_descent(follows):
    follows(lambda cells: bp.optim.SGD(LR, cells), lambda p, g, n, kept: p - LR * g)


def test_momentum(follows):
    def formula(p, g, n, kept):
        kept["v"] = 0.8 * kept.get("v", 0.0) - LR * g
        return p + kept["v"]

    follows(lambda cells: bp.optim.Momentum(LR, cells, momentum=0.8), formula)


def test_momentum_keeps_nine_tenths_unless_told_otherwise():
    assert bp.optim.Momentum(LR).momentum == bp.optim.MomentumNesterov(LR).momentum == 0.9


def test_the_momentum_of_nesterov(follows):
    def formula(p, g, n, kept):
        kept["v"] = 0.8 * kept.get("v", 0.0) - LR * g
        return p + 0.8 * kept["v"] - LR * g

    follows(lambda cells: bp.optim.MomentumNesterov(LR, cells, momentum=0.8), formula)


def test_momentum_with_a_changing_rate_keeps_the_steps_made_before(follows):
    def formula(p, g, n, kept):
        kept["v"] = 0.9 * kept.get("v", 0.0) - LR * 0.5 ** (n / 2) * g
        return p + kept["v"]

    follows(lambda cells: bp.optim.Momentum(bp.optim.ExponentialDecay(LR, 2, 0.5), cells), formula)


def test_lars(follows):
    def formula(p, g, n, kept):
        trust = 0.02 * np.linalg.norm(p) / np.linalg.norm(g)
        kept["v"] = 0.9 * kept.get("v", 0.0) - LR * trust * g
        return p + kept["v"]

    follows(lambda cells: bp.optim.LARS(LR, cells, tc=0.02), formula)


def test_lion(follows):
    def formula(p, g, n, kept):
        m = kept.get("m", 0.0)
        kept["m"] = 0.95 * m + 0.05 * g
        return p - LR * np.sign(0.8 * m + 0.2 * g)

    follows(lambda cells: bp.optim.Lion(LR, cells, beta1=0.8, beta2=0.95), formula)


@pytest.mark.parametrize("kind", [bp.optim.Momentum, bp.optim.MomentumNesterov, bp.optim.LARS])
def test_a_momentum_of_one_is_refused(kind):
    with pytest.raises(
        bp.errors.ValueRefused, match=rf"{kind.__name__}\(momentum=...\): expected at least 0 and below 1, got 1.0"
    ):
        kind(LR, momentum=1.0)


def test_numbers_that_make_no_sense_are_refused():
    with pytest.raises(bp.errors.ValueRefused, match=r"LARS\(tc=...\): expected a number above 0, got 0.0"):
        bp.optim.LARS(LR, tc=0.0)
    with pytest.raises(bp.errors.ValueRefused, match=r"Lion\(beta1=...\): expected at least 0 and below 1"):
        bp.optim.Lion(LR, beta1=-0.1)
    with pytest.raises(bp.errors.ValueRefused, match=r"Lion\(beta2=...\): expected at least 0 and below 1"):
        bp.optim.Lion(LR, beta2=2)
