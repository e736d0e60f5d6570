"""The next-generation reservoir."""

import itertools
import math

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import solve_ivp

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.layers import NVAR

XS = np.random.default_rng(5).normal(size=(12, 2)).astype(np.float32)


def features(xs, t, delay, orders, stride, constant):
    """By the definition, in NumPy."""
    linear = np.concatenate([xs[t - k * stride] if t >= k * stride else np.zeros(xs.shape[1]) for k in range(delay)])
    parts = [np.ones(1)] * constant + [linear]
    for k in orders:
        chosen = itertools.combinations_with_replacement(range(linear.size), k)
        parts.append(np.array([math.prod(linear[i] for i in places) for places in chosen]))
    return np.concatenate(parts)


@pytest.mark.parametrize(
    ("delay", "order", "stride", "constant"),
    [(1, None, 1, False), (3, None, 2, True), (2, 2, 1, False), (4, 2, 3, True), (2, [3, 2], 2, False), (1, (2, 4), 5, True)],
)
def test_features_are_those_of_the_definition(delay, order, stride, constant):
    nvar = NVAR(2, delay, order, stride, constant)
    orders = [] if order is None else [order] if isinstance(order, int) else order
    for t, x in enumerate(XS):
        wanted = features(XS, t, delay, orders, stride, constant)
        assert_allclose(nvar(x), wanted, rtol=1e-5, atol=1e-6)
    assert nvar.num_out == len(wanted) == len(nvar.get_feature_names())
    assert nvar.num_out == constant + delay * 2 + sum(math.comb(delay * 2 + k - 1, k) for k in orders)


def test_a_reset_forgets_what_was_before():
    nvar = NVAR(2, 3, 2, stride=2)
    first = [np.asarray(nvar(x)) for x in XS]
    nvar.reset_state()
    assert_array_equal([nvar(x) for x in XS], first)


def test_a_batch_has_rows_of_its_own():
    nvar = NVAR(2, 2, 2, mode=bm.batching_mode)
    assert nvar.store.shape == (1, 1, 2)
    xs = np.stack([XS, -XS], axis=1)
    outs = bm.for_loop(nvar, jnp.asarray(xs)) if nvar.reset_state(2) else None
    assert_allclose(outs[5, 1], features(-XS, 5, 2, [2], 1, False), rtol=1e-5)
    nvar.reset_state()
    assert nvar(xs[0]).shape == (2, nvar.num_out)


def test_names_say_which_features_stand_where():
    assert NVAR(1, 2, 2).get_feature_names() == ["x0(t)", "x0(t-1)", "x0(t)^2", "x0(t) x0(t-1)", "x0(t-1)^2"]
    assert NVAR(2, 2, stride=5, constant=True).get_feature_names() == ["1", "x0(t)", "x1(t)", "x0(t-5)", "x1(t-5)"]
    assert NVAR(1, 2, 3).get_feature_names()[2:] == ["x0(t)^3", "x0(t)^2 x0(t-1)", "x0(t) x0(t-1)^2", "x0(t-1)^3"]
    assert NVAR(1, 2, 2, constant=True).get_feature_names(for_plot=True) == [
        "$1$",
        "$x_{0}(t)$",
        "$x_{0}(t-1)$",
        "$x_{0}(t)^{2}$",
        "$x_{0}(t) x_{0}(t-1)$",
        "$x_{0}(t-1)^{2}$",
    ]


def test_gradients_by_the_input_are_exact_at_zero():
    nvar = NVAR(1, 1, 3)
    grad = bm.grad(lambda x: nvar(x)[1])
    assert_allclose([grad(jnp.array([x]))[0] for x in (0.0, 2.0)], [0.0, 12.0])


def test_it_feeds_a_trained_readout():
    class NGRC(bp.DynamicalSystemNS):
        def __init__(self, num_in, num_out):
            super().__init__(mode=bm.batching_mode)
            self.r = NVAR(num_in, delay=4, order=2, stride=5, mode=bm.batching_mode)
            self.o = bp.layers.Dense(self.r.num_out, num_out, mode=bm.training_mode)

        def update(self, x):
            return x >> self.r >> self.o

    model = NGRC(2, 3)
    assert model(np.ones((4, 2))).shape == (4, 3)
    assert sorted(model.train_vars("relative")) == ["o.W", "o.b"]
    assert model.r.num_out == 8 + 36


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueRefused, match=r"NVAR\.delay: expected 1 or more, got 0"):
        NVAR(1, 0)
    with pytest.raises(ValueRefused, match=r"NVAR\.stride: expected 1 or more, got 0"):
        NVAR(1, 1, stride=0)
    with pytest.raises(ValueRefused, match=r"NVAR\.order: expected 2 or more, got 1"):
        NVAR(1, 1, order=1)
    with pytest.raises(ValueRefused, match=r"NVAR\.order: expected 2 or more, got 1"):
        NVAR(1, 1, order=[2, 1])
    with pytest.raises(KindError, match=r"NVAR\.order: expected a whole number, got 2\.5"):
        NVAR(1, 1, order=2.5)
    with pytest.raises(KindError, match=r"NVAR\.order: expected whole numbers, got 'two'\. Write for instance 2, or \[2, 3\]\."):
        NVAR(1, 1, order="two")
    with pytest.raises(ShapeError, match=r"NVAR\(x\): expected shape \(2,\), without a batch, got \(3, 2\)"):
        NVAR(2, 2)(np.ones((3, 2)))
    with pytest.raises(ShapeError, match=r"NVAR\(x\): expected shape \(4, 2\), got \(3, 2\)"):
        NVAR(2, 2, mode=bm.BatchingMode(4))(np.ones((3, 2)))


def test_its_repr_tells_what_it_holds():
    text = "NVAR(name=lags, num_in=2, num_out=14, delay=2, order=2, stride=3, mode=NonBatchingMode)"
    assert repr(NVAR(2, 2, 2, 3, name="lags")) == text


def lorenz(t, state):
    x, y, z = state
    return [10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z]


def test_the_forecast_of_lorenz_63_has_the_published_error():
    # Gauthier et al. 2021: over one Lyapunov time (2.40 ± 0.53)e-3, mean and standard error of ten starting points.
    features = NVAR(3, 2, 2, mode=bm.nonbatching_mode)
    model = bp.Sequential(features, bp.layers.Dense(27, 3, mode=bm.training_mode), mode=bm.nonbatching_mode)
    trainer = bp.RidgeTrainer(model, alpha=2.5e-6, progress_bar=False)
    now = bm.Variable(bm.zeros(3))

    def advance(_):
        state = now.value
        now.value = state + model(state)
        return state

    errors = []
    for start in np.random.default_rng(0).normal([17.67716, 12.93138, 43.91404], size=(10, 3)):
        # Their solver at its default tolerance: from accurate data the same settings find an unstable two-step formula.
        xs = solve_ivp(lorenz, (0, 16.2), start, t_eval=0.025 * np.arange(648), method="RK23").y.T
        trainer.predict(xs[:199], reset_state=True)
        trainer.fit([xs[199:599], np.diff(xs, axis=0)[199:599]], reset_state=False)
        now.value = xs[599]
        errors.append(np.sqrt(np.mean((bm.for_loop(advance, bm.arange(44)) - xs[599:643]) ** 2) / xs.var()))
    assert abs(np.mean(errors) - 2.40e-3) < 0.53e-3 * np.sqrt(10)
    # The same in NumPy and float64, by the normal equations.
    assert_allclose(np.mean(errors), 2.137e-3, rtol=0.02)
