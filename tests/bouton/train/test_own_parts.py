"""Parts that say themselves how they are fitted."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import NoImplementationError, RunningError, ShapeError

RNG = np.random.default_rng(4)
X, Y = RNG.normal(size=(3, 12, 2)).astype(np.float32), RNG.normal(size=(3, 12, 4)).astype(np.float32)


class Gain(bp.DynamicalSystemNS):
    """Each input with a gain of its own: ``update`` is all that it needs to be used, and a method to be fitted."""

    def __init__(self):
        super().__init__(mode=bm.training_mode)
        self.gain = bm.TrainVar(jnp.ones(2))

    def reset_state(self, batch_size=None):
        return self

    def update(self, x):
        return x * self.gain.value


class Offline(Gain):
    def offline_fit(self, target, fit_record):
        x = fit_record["input"]
        self.gain.value = (x * target).sum((0, 1)) / (x * x).sum((0, 1))
        self.last = fit_record["output"]


class Online(Gain):
    begun = 0

    def online_init(self):
        self.begun += 1
        self.steps = bm.Variable(jnp.zeros(()))

    def online_fit(self, target, fit_record):
        x, out = fit_record["input"], fit_record["output"]
        self.gain.value = self.gain.value - 0.1 * ((out - target) * x).mean(0)
        self.steps.value = self.steps.value + 1.0


class Model(bp.DynamicalSystemNS):
    """Doubles, and then the part; beside it a Dense layer."""

    def __init__(self, part, dense=False):
        super().__init__(mode=bm.batching_mode)
        self.part = part
        self.dense = bp.layers.Dense(2, 4, b_initializer=None, mode=bm.training_mode) if dense else None

    def reset_state(self, batch_size=None):
        return self

    def update(self, x):
        out = self.part(2.0 * x)
        return out if self.dense is None else (out, self.dense(x))


@pytest.mark.parametrize("jit", [True, False])
def test_offline_it_is_given_all_inputs_outputs_and_targets(jit):
    model = Model(Offline())
    model.part.gain.value = jnp.array([3.0, 0.5])
    trainer = bp.OfflineTrainer(model, {"name": "ridge", "alpha": 0.5}, jit=jit, progress_bar=False)
    out = trainer.fit([X, Y[..., :2]])
    assert_allclose(out, 2.0 * X * np.array([3.0, 0.5]), rtol=1e-5)
    expected = (2.0 * X * Y[..., :2]).sum((0, 1)) / ((2.0 * X) ** 2).sum((0, 1))
    assert_allclose(model.part.gain.value, expected, rtol=1e-4)
    assert_array_equal(model.part.last, out)
    assert model.part.offline_fit_by.alpha == 0.5
    assert repr(trainer) == "OfflineTrainer(Model, fits part)"


def test_beside_it_dense_layers_are_fitted_as_ever():
    model = Model(Offline(), dense=True)
    bp.RidgeTrainer(model, alpha=0.1, progress_bar=False).fit([X, {"part": Y[..., :2], "dense": Y}])
    A, y = X.reshape(-1, 2).astype(np.float64), Y.reshape(-1, 4)
    assert_allclose(model.dense.W.value, np.linalg.solve(A.T @ A + 0.1 * np.eye(2), A.T @ y), rtol=1e-3, atol=1e-5)
    expected = (2.0 * X * Y[..., :2]).sum((0, 1)) / ((2.0 * X) ** 2).sum((0, 1))
    assert_allclose(model.part.gain.value, expected, rtol=1e-4)


@pytest.mark.parametrize("jit", [True, False])
def test_online_it_is_given_those_of_each_step(jit):
    model = Model(Online())
    trainer = bp.OnlineTrainer(model, jit=jit, progress_bar=False)
    trainer.fit([X, Y[..., :2]])
    gain = np.ones(2)
    for k in range(12):
        x = 2.0 * X[:, k]
        gain = gain - 0.1 * ((x * gain - Y[:, k, :2]) * x).mean(0)
    assert_allclose(model.part.gain.value, gain, rtol=1e-4)
    assert (float(model.part.steps.value), model.part.begun) == (12.0, 1)
    assert isinstance(model.part.online_fit_by, bp.train.RLS)


def test_a_fit_that_is_not_finite_changes_nothing():
    for kind, part, words in (
        (bp.OfflineTrainer, Offline(), r"OfflineTrainer\.fit, part: expected finite weights, got some that are not\. Look"),
        (bp.OnlineTrainer, Online(), r"part: expected finite weights, got some that are not, after step 3 of 12"),
    ):
        model, y = Model(part), Y[..., :2].copy()
        y[:, 3] = np.nan
        trainer = kind(model, progress_bar=False)
        with pytest.raises(RunningError, match=words):
            trainer.fit([X, y])
        assert_array_equal(model.part.gain.value, np.ones(2))


def test_targets_are_one_for_each_step_and_a_part_without_the_method_is_named():
    with pytest.raises(ShapeError, match=r"targets of part: expected shape \(3, 12, 2\), from the inputs .*, got \(3, 11, 2\)"):
        bp.OfflineTrainer(Model(Offline())).fit([X, Y[:, 1:, :2]])
    with pytest.raises(NoImplementationError, match=r"part \(.*\): .*, got Offline .* a method online_fit\(target, fit_record\)"):
        bp.OnlineTrainer(Model(Offline()))
