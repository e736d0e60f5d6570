"""Readouts from all data at once, beside NumPy."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from readout_models import Memory, readout_inputs

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, NoImplementationError, RunningError, ShapeError, UnknownPathError, ValueRefused

RNG = np.random.default_rng(1)
X, Y = RNG.normal(size=(3, 20, 2)).astype(np.float32), RNG.normal(size=(3, 20, 2)).astype(np.float32)


class Twice(bp.DynamicalSystemNS):
    def __init__(self):
        super().__init__(mode=bm.batching_mode)
        self.a = bp.layers.Dense(2, 2, mode=bm.training_mode)

    def reset_state(self, batch_size=1):
        return self

    def update(self, x):
        return self.a(self.a(x))


class Two(bp.DynamicalSystemNS):
    def __init__(self):
        super().__init__(mode=bm.batching_mode)
        self.a, self.b = (bp.layers.Dense(2, 2, mode=bm.training_mode, b_initializer=None) for _ in range(2))

    def reset_state(self, batch_size=1):
        return self

    def update(self, x):
        return self.a(x) + self.b(2.0 * x)


def columns(bias):
    """All inputs of the readout, over trials and times."""
    return readout_inputs(X, bias).reshape(60, -1)


def ridge(A, y, alpha):
    return np.linalg.solve(A.T @ A + alpha * np.eye(A.shape[1]), A.T @ y)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("alpha", [1e-7, 3.0])
def test_ridge_is_the_solution_of_the_normal_equations(bias, alpha):
    model = Memory(bias)
    trainer = bp.RidgeTrainer(model, alpha=alpha)
    trainer.fit([X, Y])
    expected = ridge(columns(bias), Y.reshape(60, 2), alpha)
    assert_allclose(model.o.W, expected[int(bias) :], rtol=1e-3, atol=1e-5)
    if bias:
        assert_allclose(model.o.b, expected[0], rtol=1e-3, atol=1e-5)
    assert_allclose(trainer.predict(X, reset_state=True).reshape(60, 2), columns(bias) @ expected, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("method", "alpha"),
    [
        ("ridge", 1e-7),
        ({"name": "ridge", "alpha": 2.0}, 2.0),
        (bp.train.RidgeRegression(2.0), 2.0),
        ("linear", 0.0),
        ("lstsq", 0.0),
        (bp.train.LinearRegression, 0.0),
        ({"name": "polynomial", "degree": 1}, 0.0),
        ({"name": "lasso", "alpha": 0.0}, 0.0),
        ({"name": "elastic_net", "alpha": 2.0 / 60, "l1_ratio": 0.0}, 2.0),
        (lambda targets, inputs, outputs: ridge(np.asarray(inputs), np.asarray(targets), 5.0), 5.0),
    ],
)
def test_methods_by_name_dict_object_class_and_function(method, alpha):
    model = Memory()
    bp.OfflineTrainer(model, fit_method=method).fit([X, Y])
    assert_allclose(model.o.W, ridge(columns(True), Y.reshape(60, 2), alpha)[1:], rtol=1e-3, atol=1e-5)


def test_a_logistic_readout_gives_the_log_odds():
    model = Memory()
    labels = (Y > 0).astype(np.float32)
    bp.OfflineTrainer(model, {"name": "logistic", "alpha": 2.0}).fit([X, labels])
    W = np.concatenate([model.o.b.value[None], model.o.W.value]).astype(float)
    A = columns(True)
    slopes = A.T @ (1 / (1 + np.exp(-A @ W)) - labels.reshape(60, 2)) + 2.0 * W
    assert_allclose(slopes / 60, np.zeros((5, 2)), atol=2e-6)


def test_the_older_name_of_alpha():
    model = Memory()
    bp.RidgeTrainer(model, beta=3.0, monitors=["before"]).fit((X, Y))
    assert_allclose(model.o.b, ridge(columns(True), Y.reshape(60, 2), 3.0)[0], rtol=1e-3, atol=1e-5)


def test_what_the_model_returns_meanwhile_has_the_weights_of_before():
    model = Memory()
    W = np.asarray(model.o.W.value)
    out = bp.RidgeTrainer(model).fit([X, Y])
    assert_allclose(out.reshape(60, 2), columns(False) @ W, rtol=1e-4, atol=1e-5)


def test_in_python_it_is_the_same(capsys):
    model = Memory()
    W = np.asarray(model.o.W.value)
    out = bp.RidgeTrainer(model, jit=False, progress_bar=False).fit([X, Y])
    assert_allclose(out.reshape(60, 2), columns(False) @ W, rtol=1e-4, atol=1e-5)
    assert_allclose(model.o.W, ridge(columns(True), Y.reshape(60, 2), 1e-7)[1:], rtol=1e-3, atol=1e-5)
    assert capsys.readouterr().err == ""
    bp.RidgeTrainer(model).fit([X, Y])
    assert "20/20" in capsys.readouterr().err
    assert repr(bp.RidgeTrainer(model)) == "RidgeTrainer(Memory, fits o)"


def test_time_goes_on_without_a_reset():
    class Timed(Memory):
        def update(self, x):
            return super().update(x) + bp.share["t"]

    trainer = bp.RidgeTrainer(Timed(), dt=0.5)
    trainer.target.o.W.value = jnp.zeros((4, 2))
    assert_allclose(trainer.fit([X, 0 * Y])[0, :, 0], 0.5 * np.arange(20), atol=1e-5)
    assert_allclose(trainer.fit([X, 0 * Y], reset_state=False)[0, :, 0], 0.5 * np.arange(20, 40), atol=1e-5)
    assert_allclose(trainer.predict(X)[0, :, 0], 0.5 * np.arange(40, 60), atol=1e-5)


def test_several_readouts_have_targets_by_path_or_name():
    model = Two()
    bp.RidgeTrainer(model, alpha=1.0).fit([X, {"a": Y, model.b.name: 3.0 * Y}])
    flat, y = X.reshape(60, 2), Y.reshape(60, 2)
    assert_allclose(model.a.W, ridge(flat, y, 1.0), rtol=1e-3, atol=1e-5)
    assert_allclose(model.b.W, ridge(2 * flat, 3 * y, 1.0), rtol=1e-3, atol=1e-5)


def test_after_a_failed_fit_nothing_is_changed_and_the_layer_is_as_it_was():
    model = Memory()
    before = np.asarray(model.o.W.value)
    with pytest.raises(
        RunningError, match=r"RidgeTrainer\.fit, o: expected finite weights, got some that are not\. Look for NaN"
    ):
        bp.RidgeTrainer(model).fit([X * np.nan, Y])
    assert_array_equal(model.o.W.value, before)
    assert "update" not in model.o.__dict__


def test_methods_can_be_registered_once():
    name = "zeros_of_a_test"
    bp.train.register_offline_method(name, lambda targets, inputs, outputs: jnp.zeros((inputs.shape[1], targets.shape[1])))
    assert name in bp.train.get_supported_offline_methods()
    model = Memory()
    bp.OfflineTrainer(model, name).fit([X, Y])
    assert_array_equal(model.o.W.value, np.zeros((4, 2)))
    with pytest.raises(KindError, match=r"fit_method=\.\.\.\): expected arguments of <lambda>\(\), got 'alpha'"):
        bp.OfflineTrainer(model, {"name": name, "alpha": 1.0})
    with pytest.raises(ValueRefused, match=rf"register_offline_method: expected a name that is free, got '{name}'"):
        bp.train.register_offline_method(name, len)
    with pytest.raises(KindError, match=r"expected a class or a function, got 3"):
        bp.train.register_offline_method("other", 3)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: bp.RidgeTrainer(bp.layers.Dense(2, 2)),
            ValueRefused,
            r"RidgeTrainer\(target=\.\.\.\): expected a model with a Dense",
        ),
        (
            lambda: bp.RidgeTrainer(Memory(other=bp.layers.RNNCell(2, 2, mode=bm.training_mode))),
            NoImplementationError,
            r"other \(RNNCell\d+\): expected a Dense layer in training mode, .*, got RNNCell in TrainingMode",
        ),
        (
            lambda: bp.RidgeTrainer(Memory(), alpha=-1.0),
            ValueRefused,
            r"RidgeRegression\(alpha=\.\.\.\): expected a number of 0 or more, got -1",
        ),
        (
            lambda: bp.OfflineTrainer(Memory(), "rigde"),
            UnknownPathError,
            r"got 'rigde'\. Did you mean 'ridge'\?",
        ),
        (lambda: bp.OfflineTrainer(Memory(), 3), KindError, r"expected the name of a method, a dict with one, or a function"),
        (lambda: bp.RidgeTrainer(Memory()).fit(X), KindError, r"RidgeTrainer\.fit: expected a pair \[X, Y\], got ndarray"),
        (
            lambda: bp.RidgeTrainer(Memory()).fit([X, Y[..., :1]]),
            ShapeError,
            r"RidgeTrainer\.fit, targets of o: expected shape \(3, 20, 2\), from .*, got \(3, 20, 1\)\. Give inputs",
        ),
        (
            lambda: bp.RidgeTrainer(Memory()).fit([X, {"p": Y}]),
            UnknownPathError,
            r"path or the name of a part that is fitted, got 'p'",
        ),
        (lambda: bp.RidgeTrainer(Memory()).fit([X[0], Y[0]]), ShapeError, r"expected shape \(20, 2, 2\), .*, got \(20, 2\)"),
        (
            lambda: bp.RidgeTrainer(Memory()).fit([X, None]),
            KindError,
            r"fit, targets: expected numbers, got NoneType",
        ),
        (
            lambda: bp.RidgeTrainer(Memory()).fit([X, Y], [X, Y]),
            KindError,
            r"expected True or False, got list\. There",
        ),
        (lambda: bp.RidgeTrainer(Memory()).fit([X, Y], shared_args=3), KindError, r"RidgeTrainer\.fit\(shared_args=\.\.\.\)"),
        (
            lambda: bp.RidgeTrainer(Twice()).fit([X, Y]),
            ValueRefused,
            r"a: expected a part that .* once in each step",
        ),
        (
            lambda: bp.OfflineTrainer(Memory(), {"name": "ridge", "beta": 1.0}),
            KindError,
            r"fit_method=\.\.\.\): expected arguments of RidgeRegression\(alpha\), got 'beta'\. Choose from these",
        ),
        (
            lambda: bp.OfflineTrainer(Memory(), {"alpha": 1.0}),
            KindError,
            r"the name of a method, a dict with one, .*got dict",
        ),
        (
            lambda: bp.OfflineTrainer(Memory(), "polynomial").fit([X, Y]),
            ShapeError,
            r"o: expected weights \(5, 2\) from fit_method, .*, got \(20, 2\)\. A Dense layer has a weight .*NVAR",
        ),
        (
            lambda: bp.OfflineTrainer(Memory(), lambda *_: None).fit([X, Y]),
            KindError,
            r"OfflineTrainer\.fit, o: expected numbers, got NoneType\. Let fit_method return",
        ),
        (lambda: bp.train.register_offline_method(3, len), KindError, r"register_offline_method: expected a name, got int"),
        (lambda: bp.RidgeTrainer(Two()).fit([X, Y]), UnknownPathError, r"expected targets by path, of 'a', 'b', got one array"),
        (lambda: bp.RidgeTrainer(Two()).fit([X, {"a": Y}]), UnknownPathError, r"targets by path, of 'a', 'b', got those of 'a'"),
        (
            lambda: bp.RidgeTrainer(Memory(other=bp.layers.Dense(2, 2, mode=bm.training_mode))).fit([X, {"o": Y, "other": Y}]),
            ValueRefused,
            r"other: expected a part that the model calls in each step, got one that was not called",
        ),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_words(call, error, words):
    with pytest.raises(error, match=words):
        call()
