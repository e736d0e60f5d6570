"""Reservoirs: their equations, connections, spectral radius and noise."""

import pickle

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, UnknownPathError, ValueRefused
from bouton.layers import Reservoir

XS = np.random.default_rng(2).normal(size=(5, 2, 3)).astype(np.float32)
DRAWN = {"in_connectivity": 0.5, "rec_connectivity": 0.4, "spectral_radius": 0.9, "b_initializer": bp.init.Normal(0.3)}


@pytest.mark.parametrize("kind", ["internal", "external"])
def test_a_step_is_that_of_the_equation(kind):
    layer = Reservoir(3, 8, activation_type=kind, seed=1, mode=bm.BatchingMode(2), **DRAWN)
    Win, Wrec, b = (np.asarray(w) for w in (layer.Win, layer.Wrec, layer.b))
    r = np.zeros((2, 8))
    for x in XS:
        drive = x @ Win + r @ Wrec + b
        r = 0.7 * r + 0.3 * np.tanh(drive) if kind == "internal" else np.tanh(0.7 * r + 0.3 * drive)
        assert_allclose(layer(x), r, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("mode", [bm.nonbatching_mode, bm.TrainingMode(2)])
def test_sparse_and_dense_give_the_same_numbers(mode):
    xs = jnp.asarray(XS[:, 0] if mode == bm.nonbatching_mode else XS)
    dense, sparse = (Reservoir(3, 8, seed=4, conn_type=kind, mode=mode, **DRAWN) for kind in ("dense", "sparse"))
    assert sparse.Wrec.shape == (np.count_nonzero(np.asarray(dense.Wrec)),)
    assert_allclose(bm.for_loop(sparse, xs), bm.for_loop(dense, xs), rtol=1e-5, atol=1e-6)
    assert_allclose(sparse(xs[0]), dense(xs[0]), rtol=1e-5, atol=1e-6)


def test_the_spectral_radius_is_that_of_what_is_left():
    layer = Reservoir(1, 40, rec_connectivity=0.2, spectral_radius=1.25, seed=0)
    Wrec = np.asarray(layer.Wrec, np.float64)
    assert_allclose(np.abs(np.linalg.eigvals(Wrec)).max(), 1.25, rtol=1e-5)
    # Binomial: standard deviation of the share is sqrt(0.2 * 0.8 / 1600) = 0.01.
    assert_allclose((Wrec != 0).mean(), 0.2, atol=0.04)
    assert not np.any(np.asarray(Reservoir(1, 40, rec_connectivity=1.0, spectral_radius=0.0, seed=0).Wrec))


def test_recurrent_weights_without_a_circle_have_no_spectral_radius():
    order = np.random.default_rng(0).permutation(20)
    nilpotent = np.triu(np.ones((20, 20)), 1)[order][:, order]
    by_value = np.kron(np.eye(10), np.array([[1.0, -1.0], [1.0, -1.0]]))
    for weights in (nilpotent, by_value):
        with pytest.raises(
            ValueRefused, match=r"Reservoir\.spectral_radius: .* a nilpotent matrix.*Raise rec_connectivity or the number"
        ):
            Reservoir(1, 20, Wrec_initializer=weights, rec_connectivity=1.0, spectral_radius=0.9)
    with pytest.raises(ValueRefused, match="nilpotent"):
        Reservoir(1, 20, rec_connectivity=0.0, spectral_radius=0.9)


def test_same_seed_same_weights():
    one, same, other = (Reservoir(2, 6, 0.3, seed=seed, **DRAWN) for seed in (3, 3, 4))
    for name in ("Win", "Wrec", "b"):
        assert_array_equal(getattr(one, name), getattr(same, name))
        assert not np.array_equal(getattr(one, name), getattr(other, name))


def test_given_weights_and_shapes_are_taken():
    Win = np.arange(6.0).reshape(2, 3)
    layer = Reservoir((None, 2), 3, Win_initializer=Win, Wrec_initializer=0.5, in_connectivity=1, rec_connectivity=1)
    assert_array_equal(layer.Win, Win)
    assert_array_equal(layer.Wrec, np.full((3, 3), 0.5))
    assert Reservoir(2, 3, b_initializer=None).b is None
    assert Reservoir(2, 3, b_initializer=None)(np.ones(2)).shape == (3,)


def test_the_leaky_rate_turns_without_compiling():
    layer = Reservoir(1, 2, Win_initializer=1.0, in_connectivity=1, rec_connectivity=0, activation="identity")
    step = bm.jit(layer)
    assert_allclose(step(np.ones(1)), [0.3, 0.3], rtol=1e-6)
    layer.leaky_rate = 1.0
    assert_allclose(step(np.ones(1)), [1.0, 1.0], rtol=1e-6)
    assert step.compilations == 1


def test_training_leaves_out_the_connections_that_are_not_there():
    layer = Reservoir(3, 5, seed=1, mode=bm.TrainingMode(2), **DRAWN)
    layer.state.value = jnp.ones((2, 5))
    there = np.asarray(layer.Wrec) != 0
    grad = np.asarray(bm.grad(lambda: layer(XS[0]).sum(), {"Wrec": layer.Wrec})()["Wrec"])
    assert np.all(grad[there] != 0)
    assert np.all(grad[~there] == 0)


@pytest.mark.parametrize(("kind", "spread"), [("normal", 0.5), ("uniform", 0.5 / np.sqrt(3))])
def test_noise_is_of_its_kind_and_gain(kind, spread):
    options = {"activation": "identity", "in_connectivity": 0, "rec_connectivity": 0, "leaky_rate": 1.0, "noise_type": kind}
    quiet = Reservoir(1, 400, **options)
    assert not np.any(quiet(np.ones(1)))
    for which in ("noise_in", "noise_rec"):
        noisy = Reservoir(1, 400, seed=1, **{which: 0.5}, **options)
        drawn = np.stack([noisy(np.ones(1)) for _ in range(10)])
        assert_allclose(drawn.std(), spread, rtol=0.06)
        assert_allclose(drawn.mean(), 0, atol=0.05)
        assert (np.abs(drawn).max() <= 0.5) == (kind == "uniform")
        assert len(np.unique(drawn)) > 3900
        noisy.reset_state()
        assert_array_equal(noisy(np.ones(1)), drawn[0])


def test_a_reservoir_can_be_pickled():
    layer = Reservoir(3, 8, seed=1, conn_type="sparse", **DRAWN)
    twin = pickle.loads(pickle.dumps(layer))
    assert_array_equal(twin(XS[0, 0]), layer(XS[0, 0]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"leaky_rate": 1.5}, r"Reservoir\.leaky_rate: .*1\.5"),
        ({"in_connectivity": 1.5}, r"Reservoir\.in_connectivity: expected a number from 0 to 1, got 1\.5"),
        ({"rec_connectivity": -0.5}, r"Reservoir\.rec_connectivity: expected a number from 0 to 1, got -0\.5"),
        ({"activation_type": "inner"}, r"Reservoir\.activation_type: expected 'internal' or 'external', got 'inner'"),
        ({"conn_type": "loose"}, r"Reservoir\.conn_type: expected 'dense' or 'sparse', got 'loose'"),
        ({"noise_type": "pink"}, r"Reservoir\.noise_type: expected 'normal' or 'uniform', got 'pink'"),
        ({"noise_in": -1.0}, r"Reservoir\.noise_in: expected 0 or more, got -1\.0"),
        ({"spectral_radius": -1.0}, r"Reservoir\.spectral_radius: expected 0 or more, got -1\.0"),
    ],
)
def test_what_is_out_of_range_is_refused(options, message):
    with pytest.raises(ValueRefused, match=message):
        Reservoir(2, 3, **options)


def test_what_does_not_fit_is_refused():
    with pytest.raises(UnknownPathError, match="tanh"):
        Reservoir(2, 3, activation="tan")
    with pytest.raises(KindError, match=r"Reservoir\.input_shape: expected a whole number"):
        Reservoir(2.5, 3)
    with pytest.raises(ShapeError, match=r"Reservoir\(x\): expected shape \(2,\), without a batch, got \(4, 2\)"):
        Reservoir(2, 3)(np.ones((4, 2)))
    with pytest.raises(ShapeError, match=r"expected shape \(\.\.\., 2\), got \(3,\)"):
        Reservoir(2, 3)(np.ones(3))
    assert repr(Reservoir(2, 3, name="echo")) == (
        "Reservoir(name=echo, num_in=2, num_out=3, conn_type=dense, mode=NonBatchingMode)"
    )
