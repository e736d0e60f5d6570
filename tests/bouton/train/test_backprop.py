"""Training by gradients, beside hand-written JAX."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from training_models import R0, W0, Recurrent, X, Y, trainer_of

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, RunningError, ShapeError, UnknownPathError, ValueRefused


class Told(Recurrent):
    def update(self, x):
        return super().update(x) * (2.0 if bp.share.load("fit") else 1.0)


def predicted(params, xs):
    win, wrec, begin = params
    h, outs = jnp.broadcast_to(begin, (len(xs), 3)), []
    for k in range(xs.shape[1]):
        h = jnp.tanh(xs[:, k] @ win + h @ wrec)
        outs.append(h)
    return jnp.stack(outs, 1)


def loss_by_hand(params, xs, ys):
    return jnp.mean((predicted(params, xs) - ys) ** 2)


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize("form", ["pair", "list of batches", "callable", "older spelling"])
def test_a_step_is_that_of_hand_written_jax(form, jit):
    params, losses = (jnp.asarray(W0), jnp.asarray(R0), jnp.zeros(3)), []
    cut = [(X[:4], Y[:4]), (X[4:], Y[4:])]
    for xs, ys in cut:
        loss, slopes = jax.value_and_grad(loss_by_hand)(params, xs, ys)
        params = tuple(p - 0.5 * g for p, g in zip(params, slopes, strict=True))
        losses.append(float(loss))
    trainer = trainer_of(jit=jit)
    if form == "older spelling":
        trainer.fit((X, Y), num_batch=4, num_train=1)
    else:
        trainer.fit({"pair": (X, Y), "list of batches": cut, "callable": lambda: cut}[form], num_batch=4, num_epoch=1)
    model = trainer.target
    for cell, expected in zip((model.win, model.wrec, model.begin), params, strict=True):
        assert_allclose(cell.value, expected, rtol=1e-4, atol=1e-6)
    assert_allclose(trainer.get_hist_metric(which="detailed"), losses, rtol=1e-5)
    assert_allclose(trainer.train_losses, [np.mean(losses)], rtol=1e-5)


def test_gradients_are_scaled_down_to_their_largest_norm():
    slopes = jax.grad(loss_by_hand)((jnp.asarray(W0), jnp.asarray(R0), jnp.zeros(3)), X, Y)
    norm = np.sqrt(sum(float((g**2).sum()) for g in slopes))
    trainer = trainer_of(max_grad_norm=norm / 4)
    trainer.fit((X, Y), num_epoch=1)
    assert_allclose(trainer.target.win.value, W0 - 0.5 / 4 * slopes[0], rtol=1e-4, atol=1e-6)


def test_steps_of_an_optimiser_are_those_of_optax():
    params, adam = (jnp.asarray(W0), jnp.asarray(R0), jnp.zeros(3)), optax.adam(0.05)
    with jax.numpy_dtype_promotion("standard"):
        state = adam.init(params)
        for xs, ys in zip(X.reshape(4, 2, 5, 2), Y.reshape(4, 2, 5, 3), strict=True):
            steps, state = adam.update(jax.grad(loss_by_hand)(params, xs, ys), state)
            params = optax.apply_updates(params, steps)
    trainer = trainer_of(optimizer=bp.optim.Adam(lr=0.05))
    trainer.fit((X, Y), num_epoch=1, num_batch=2)
    for cell, expected in zip((trainer.target.win, trainer.target.wrec, trainer.target.begin), params, strict=True):
        assert_allclose(cell.value, expected, rtol=1e-4, atol=1e-5)
    assert repr(trainer) == "BPTT(Recurrent, Adam, 1 epochs, 4 updates)"


@pytest.mark.parametrize("jit", [True, False])
def test_after_a_loss_that_is_not_finite_weights_and_moments_are_the_last_good_ones(jit):
    def make():
        return trainer_of(optimizer=bp.optim.Adam(lr=0.05), jit=jit)

    cut = [(X[:4], Y[:4]), (X[4:], Y[4:])]
    good, broken = make(), make()
    good.fit(cut[:1], num_epoch=1)
    # The loss was last finite in the second batch, with the weights from the first.
    with pytest.raises(RunningError, match=r"BPTT\.fit, epoch 0, batch 2: expected a finite loss, got nan\. Weights"):
        broken.fit([*cut, (X[:4], Y[:4] * np.nan)], num_epoch=1)
    assert_array_equal(broken.target.win.value, good.target.win.value)
    assert_array_equal(broken.target.begin.value, good.target.begin.value)
    good.fit(cut[1:], num_epoch=1)
    broken.fit(cut[1:], num_epoch=1)
    assert_array_equal(broken.target.win.value, good.target.win.value)
    assert np.isfinite(broken.get_hist_metric(which="detailed")).all()


def test_a_gradient_that_is_not_finite_changes_nothing():
    trainer = trainer_of(loss=lambda out, y: jnp.sqrt(jnp.sum((0.0 * out) ** 2)))
    with pytest.raises(RunningError, match=r"BPTT\.fit, epoch 0, batch 0: expected a finite gradient, got one that is not"):
        trainer.fit((X, Y), num_epoch=1)
    assert_array_equal(trainer.target.win.value, W0)


def test_a_test_without_a_finite_loss_is_told_as_one():
    with pytest.raises(RunningError, match=r"BPTT\.fit, epoch 0, test batch 0: expected a finite loss, got nan"):
        trainer_of().fit((X, Y), (X, Y * np.nan), num_epoch=1)


def test_prediction_begins_anew_and_records():
    trainer = trainer_of(monitors=["h"], loss=lambda out, y: jnp.mean((out[0] + out[1]["h"] - y) ** 2))
    out = trainer.predict(X)
    expected = predicted((W0, R0, np.zeros(3, np.float32)), X)
    assert_allclose(out, expected, rtol=1e-4, atol=1e-6)
    assert_array_equal(trainer.predict(X), out)
    assert_allclose(trainer.mon.h, expected, rtol=1e-4, atol=1e-6)
    trainer.fit((X, Y), num_epoch=1, num_batch=8)
    assert_allclose(trainer.train_losses, [np.mean((2 * expected - Y) ** 2)], rtol=1e-4)


def test_fit_is_shared_as_true_while_training_alone_and_the_callers_dict_is_left_alone():
    given = {"mine": 1.0}
    trainer = trainer_of(Told(), optimizer=bp.optim.SGD(lr=0.0))
    trainer.fit((X, Y), (X, Y), num_epoch=1, shared_args=given)
    plain = np.asarray(predicted((W0, R0, np.zeros(3, np.float32)), X))
    assert_allclose(trainer.train_losses, [np.mean((2 * plain - Y) ** 2)], rtol=1e-4)
    assert_allclose(trainer.test_losses, [np.mean((plain - Y) ** 2)], rtol=1e-4)
    assert_allclose(trainer.predict(X), plain, rtol=1e-4, atol=1e-6)
    assert given == {"mine": 1.0}
    assert "fit" not in bp.share


def test_metrics_of_the_loss_function_are_kept_and_told():
    seen = []

    def loss(out, y):
        return jnp.mean((out - y) ** 2), {"largest": jnp.abs(out - y).max()}

    trainer = trainer_of(loss=loss, loss_has_aux=True)
    trainer.fit((X, Y), num_epoch=2, num_batch=2, num_report=2, fun_after_report=lambda *told: seen.append(told))
    assert [(number, phase) for number, _, phase in seen] == [(0, "fit"), (1, "fit"), (2, "fit"), (3, "fit")]
    assert trainer.get_hist_metric(metric="largest", which="detailed").shape == (8,)
    curves = {(c.phase, c.metric): c for c in trainer.curves()}
    assert_array_equal(curves["fit", "loss"].updates, [2, 4, 6, 8])
    assert_allclose(curves["fit", "largest"].values[0], trainer.get_hist_metric(metric="largest", which="detailed")[:2].mean())


def test_it_ends_early_when_the_test_grows_no_better():
    trainer = trainer_of(optimizer=bp.optim.SGD(lr=0.0))
    trainer.fit((X, Y), (X, Y), num_epoch=50, patience=3)
    assert len(trainer.test_losses) == 4


def test_an_optimizer_with_variables_of_its_own_trains_these_alone():
    model = Recurrent()
    trainer = trainer_of(model, optimizer=bp.optim.SGD(lr=0.5, train_vars={"win": model.win}))
    trainer.fit((X, Y), num_epoch=1)
    assert_array_equal(model.wrec.value, R0)
    assert not np.array_equal(model.win.value, W0)


def test_a_pair_for_a_model_without_a_batch_is_one_batch():
    class Weights(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__(mode=bm.nonbatching_mode)
            self.w = bm.TrainVar(jnp.asarray(W0))

        def reset_state(self):
            return self

        def update(self, x):
            return x @ self.w.value

    xs, ys = X[0], np.asarray(X[0] @ W0 + 1.0)
    trainer = trainer_of(Weights(), shuffle_data=True)
    trainer.fit((xs, ys), num_epoch=1, num_batch=1)
    assert_allclose(trainer.get_hist_metric(which="detailed"), [1.0], rtol=1e-5)
    assert_allclose(trainer.target.w.value, W0 + 0.5 * 2 / 3 * xs.mean(0)[:, None], rtol=1e-4, atol=1e-6)


def test_a_pair_with_several_inputs_is_cut_like_any_other():
    class Sum(Recurrent):
        def update(self, x, more):
            return super().update(x + more)

    trainer, plain = trainer_of(Sum()), trainer_of()
    trainer.fit(((X - 1.0, np.ones_like(X)), Y), num_epoch=1, num_batch=4)
    plain.fit((X, Y), num_epoch=1, num_batch=4)
    assert_allclose(trainer.target.win.value, plain.target.win.value, rtol=1e-4, atol=1e-6)
    assert trainer.get_hist_metric(which="detailed").shape == (2,)


def test_a_list_with_something_else_among_its_batches_is_refused_before_anything_is_trained():
    trainer = trainer_of()
    with pytest.raises(KindError, match=r"train_data=\.\.\.\): expected batches \(X, Y\), got ndarray"):
        trainer.fit([(X, Y), (X, Y), X], num_epoch=1)
    assert_array_equal(trainer.target.win.value, W0)


def test_without_reset_the_state_goes_on():
    trainer = trainer_of(optimizer=bp.optim.SGD(lr=0.0))
    trainer.target.reset_state(8)
    trainer.fit([(X, Y)], num_epoch=1, reset_state=False)
    twice = predicted((W0, R0, np.zeros(3, np.float32)), np.concatenate([X, X], 1))
    trainer.fit([(X, Y)], num_epoch=1, reset_state=False)
    assert_allclose(trainer.train_losses[1], np.mean((twice[:, 5:] - Y) ** 2), rtol=1e-4)


def test_the_default_optimizer_is_adam_with_a_falling_rate():
    trainer = bp.BPTT(Recurrent(), "mean_squared_error", progress_bar=False)
    trainer.fit([(X, Y)], num_epoch=2)
    assert isinstance(trainer.optimizer, bp.optim.Adam)
    assert_allclose(float(trainer.optimizer.lr), 0.025 * 0.99975**2, rtol=1e-5)


def test_the_progress_bar_counts_epochs(capsys):
    trainer_of(progress_bar=True).fit([(X, Y)], num_epoch=2)
    assert "Train 2 epochs:" in capsys.readouterr().err


class Untrained(bp.DynamicalSystemNS):
    def update(self, x):
        return x


def fit(**options):
    return lambda: trainer_of().fit((X, Y), **{"num_epoch": 1, **options})


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: trainer_of(Untrained()),
            ValueRefused,
            r"BPTT\(target=\.\.\.\): expected a model with TrainVars, got Untrained, .*none",
        ),
        (
            lambda: trainer_of(optimizer=bp.optim.SGD(lr=0.1, train_vars=Recurrent().train_vars())),
            ValueRefused,
            r"BPTT\(optimizer=\.\.\.\): expected an optimiser that trains Variables of the model, got one of other Variables",
        ),
        (lambda: trainer_of(seed=-1), ValueRefused, r"BPTT\(seed=\.\.\.\): expected a whole number, 0 or more, got -1"),
        (fit(num_epoch=1.5), ValueRefused, r"num_epoch=\.\.\.\): expected a whole number, 0 or more, got 1\.5"),
        (fit(num_batch=0), ValueRefused, r"num_batch=\.\.\.\): expected a whole number of trials, 1 or more, got 0"),
        (
            fit(num_report=0),
            ValueRefused,
            r"num_report=\.\.\.\): expected a whole number of batches, or -1 for all",
        ),
        (fit(patience=0), ValueRefused, r"patience=\.\.\.\): expected a whole number of epochs, 1 or more, got 0"),
        (fit(min_delta=-1.0), ValueRefused, r"min_delta=\.\.\.\): expected a number of 0 or more, got -1\.0"),
        (
            fit(fun_after_report=3),
            KindError,
            r"fun_after_report=\.\.\.\): expected a function of the number .*got int",
        ),
        (fit(shared_args={"t": 1.0}), ValueRefused, r"BPTT\.fit\(shared_args=\.\.\.\): expected other names than t, i and dt"),
        (fit(checkpoint=3), KindError, r"BPTT\.fit\(checkpoint=\.\.\.\): expected the path of a file, got int"),
        (
            fit(checkpoint="no folder of this name/file"),
            ValueRefused,
            r"checkpoint=\.\.\.\): expected a file in a folder that exists, got no folder of this name/file\. Make",
        ),
        (
            lambda: trainer_of().fit((X.astype(str), Y)),
            KindError,
            r"BPTT\.fit, epoch 0, batch 0, inputs: expected numbers, got <U32",
        ),
        (lambda: trainer_of().fit((X, Y.astype(str))), KindError, r"batch 0, targets: expected numbers, got <U32\. Give numbers"),
        (lambda: trainer_of().fit([((X, X), Y)]), KindError, r"batch 0: expected the arguments of Recurrent\.update\(x\), got 2"),
        (lambda: trainer_of(optimizer=0.1), KindError, r"expected an optimiser of bp\.optim, got float"),
        (lambda: trainer_of(max_grad_norm=0.0), ValueRefused, r"max_grad_norm=\.\.\.\): expected a number above 0, got 0\.0"),
        (
            lambda: trainer_of().fit((X, Y), num_epoch=1, num_train=1),
            ValueRefused,
            r"expected num_epoch or num_train, .*, got both",
        ),
        (lambda: trainer_of().fit([], num_epoch=1), ValueRefused, r"BPTT\.fit: expected at least one batch, got none"),
        (
            lambda: trainer_of().fit(iter([(X, Y)])),
            KindError,
            r"train_data=\.\.\.\): expected batches that each epoch .*, got an iterator",
        ),
        (lambda: trainer_of().fit(3), KindError, r"expected batches that each epoch can go through again, got int"),
        (lambda: trainer_of().fit(lambda: 3), KindError, r"expected batches, got a function that returns int"),
        (lambda: trainer_of().fit([X, Y, X]), KindError, r"expected batches \(X, Y\), got ndarray"),
        (
            lambda: trainer_of().fit((X, Y[:3])),
            ShapeError,
            r"as many trials each, along axis 0, got shapes \(8, 5, 2\), \(3, 5, 3\)",
        ),
        (
            lambda: trainer_of().get_hist_metric(phase="x"),
            ValueRefused,
            r"get_hist_metric\(phase=\.\.\.\): expected 'fit' or 'test', got 'x'",
        ),
        (lambda: trainer_of().get_hist_metric(which="x"), ValueRefused, r"expected 'report' or 'detailed', got 'x'"),
        (lambda: trainer_of().get_hist_metric(metric="los"), UnknownPathError, r"got 'los'\. Did you mean 'loss'\?"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_words(call, error, words):
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize(
    ("kind", "x", "note"),
    [
        (bp.BPTT, (4, 3), r"read as \(B, T, ...\): 3 steps, in each of them 4 trials of shape \(\)\. BPFF takes"),
        (bp.BPFF, (4, 5, 2), r"read as \(B, ...\): 4 trials of shape \(5, 2\)\. BPTT takes"),
    ],
)
def test_a_shape_that_does_not_fit_comes_with_how_inputs_are_read(kind, x, note):
    trainer = kind(bp.layers.Dense(3, 2, mode=bm.training_mode), "mean_squared_error", progress_bar=False)
    with pytest.raises(ShapeError) as refused:
        trainer.fit((np.ones(x, np.float32), np.ones((4, 2), np.float32)), num_epoch=1)
    assert re.search(note, refused.value.__notes__[-1])


def test_batches_of_one_size_are_begun_anew_in_compiled_code_alone():
    began = []

    class Counting(bp.layers.RNNCell):
        def reset_state(self, batch_size=None):
            began.append(batch_size)
            return super().reset_state(batch_size)

    x, y = np.ones((8, 3, 2), np.float32), np.ones((8, 3, 4), np.float32)
    trainer = bp.BPTT(Counting(2, 4, mode=bm.training_mode), "mean_squared_error", bp.optim.SGD(0.0), progress_bar=False)
    trainer.fit((x, y), num_epoch=1, num_batch=4)
    compiled = len(began)
    trainer.fit((x, y), num_epoch=2, num_batch=4)
    assert len(began) == compiled
    # Of another size, and back.
    trainer.predict(x[:3])
    before = len(began)
    trainer.fit((x, y), num_epoch=1, num_batch=4)
    assert len(began) == before + 1
    assert_allclose(
        trainer.get_hist_metric("fit", which="detailed"), trainer.get_hist_metric("fit", which="detailed")[0], rtol=1e-6
    )
