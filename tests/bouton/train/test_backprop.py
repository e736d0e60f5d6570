"""Training by gradients, beside hand-written JAX."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from training_models import R0, W0, Recurrent, X, Y, trainer_of

import bouton as bp
import bouton.math as bm


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
