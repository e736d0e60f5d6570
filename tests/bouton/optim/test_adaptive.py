"""Adaptive steps against the published formulas in NumPy."""

import jax.numpy as jnp
import numpy as np
import pytest

import bouton as bp
import bouton.math as bm

LR = 0.1


def test_adagrad(follows):
    def formula(p, g, n, kept):
        kept["c"] = kept.get("c", 0.0) + g**2
        return p - LR * g / np.sqrt(kept["c"] + 1e-3)

    follows(lambda cells: bp.optim.Adagrad(LR, cells, epsilon=1e-3), formula)


def test_adadelta(follows):
    def formula(p, g, n, kept):
        kept["c"] = 0.9 * kept.get("c", 0.0) + 0.1 * g**2
        d = g * np.sqrt(kept.get("e", 0.0) + 1e-3) / np.sqrt(kept["c"] + 1e-3)
        kept["e"] = 0.9 * kept.get("e", 0.0) + 0.1 * d**2
        return p - LR * d

    follows(lambda cells: bp.optim.Adadelta(LR, cells, rho=0.9, epsilon=1e-3), formula)


def test_rmsprop(follows):
    def formula(p, g, n, kept):
        kept["c"] = 0.8 * kept.get("c", 0.0) + 0.2 * g**2
        return p - LR * g / np.sqrt(kept["c"] + 1e-3)

    follows(lambda cells: bp.optim.RMSProp(LR, cells, rho=0.8, epsilon=1e-3), formula)


def test_sm3_keeps_a_number_for_each_row_and_column(follows):
    def formula(p, g, n, kept):
        shape = [[-1, *[1] * (p.ndim - 1 - axis)] for axis in range(p.ndim)]
        rows = kept.setdefault("rows", [np.zeros(size) for size in p.shape])
        bound = np.min(np.broadcast_arrays(*[r.reshape(s) for r, s in zip(rows, shape, strict=True)]), axis=0) + g**2
        kept["rows"] = [bound.max(tuple(a for a in range(p.ndim) if a != axis)) for axis in range(p.ndim)]
        kept["m"] = 0.9 * kept.get("m", 0.0) + 0.1 * g / np.sqrt(bound + 1e-8)
        return p - LR * kept["m"]

    follows(lambda cells: bp.optim.SM3(LR, cells), formula)


def test_sm3_of_one_number_is_adagrad_with_momentum():
    w = bm.Variable(jnp.asarray(1.0))
    optimizer = bp.optim.SM3(LR, w)
    expected, squares, moment = 1.0, 0.0, 0.0
    for grad in (2.0, -1.0, 0.5):
        optimizer.update(jnp.asarray(grad))
        squares += grad**2
        moment = 0.9 * moment + 0.1 * grad / np.sqrt(squares + 1e-8)
        expected -= LR * moment
    assert w.shape == ()
    np.testing.assert_allclose(w.value, expected, rtol=1e-6)


def test_what_they_are_unless_told_otherwise():
    assert bp.optim.Adagrad(LR).epsilon == bp.optim.RMSProp(LR).epsilon == bp.optim.Adadelta().epsilon == 1e-6
    assert (bp.optim.Adadelta().lr, bp.optim.Adadelta().rho, bp.optim.RMSProp(LR).rho) == (0.01, 0.95, 0.9)
    assert (bp.optim.SM3(LR).momentum, bp.optim.SM3(LR).epsilon) == (0.9, 1e-8)


@pytest.mark.parametrize("kind", [bp.optim.Adagrad, bp.optim.Adadelta, bp.optim.RMSProp, bp.optim.SM3])
def test_an_epsilon_of_zero_is_refused(kind):
    with pytest.raises(bp.errors.ValueRefused, match=rf"{kind.__name__}\(epsilon=...\): expected a number above 0, got 0.0"):
        kind(LR, epsilon=0.0)


@pytest.mark.parametrize("kind", [bp.optim.Adadelta, bp.optim.RMSProp])
def test_a_rho_of_one_is_refused(kind):
    with pytest.raises(bp.errors.ValueRefused, match=rf"{kind.__name__}\(rho=...\): expected at least 0 and below 1"):
        kind(LR, rho=1.0)


def test_the_momentum_of_sm3_is_below_one():
    with pytest.raises(bp.errors.ValueRefused, match=r"SM3\(momentum=...\): expected at least 0 and below 1"):
        bp.optim.SM3(LR, momentum=1)
