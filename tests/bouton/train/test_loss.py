"""Loss functions as users give them."""

import jax.numpy as jnp
import pytest
from training_models import Recurrent, X, Y, trainer_of

import bouton as bp
from bouton.errors import KindError, UnknownPathError, ValueRefused


def fit(loss, **options):
    return lambda: trainer_of(loss=loss, **options).fit((X, Y), num_epoch=1)


def aux(found):
    return fit(lambda out, y: (jnp.mean(out), found(out)), loss_has_aux=True)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: bp.BPTT(Recurrent()), ValueRefused, r"BPTT: expected loss_fun or loss, two names of one argument, got neither"),
        (lambda: bp.BPFF(Recurrent(), "l2_loss", loss="l2_loss"), ValueRefused, r"BPFF: expected loss_fun or loss, .*, got both"),
        (
            lambda: trainer_of(loss="mean_square_error"),
            UnknownPathError,
            r"got 'mean_square_error'\. Did you mean 'mean_squared_error'",
        ),
        (lambda: trainer_of(loss=3), KindError, r"expected a name, or a function of predictions and targets, got int"),
        (
            lambda: bp.BPTT(Recurrent(), "l2_loss", None, 1.0),
            KindError,
            r"BPTT\(loss_has_aux=\.\.\.\): expected True or False, got 1\.0\. A largest norm of gradients .* max_grad_norm=1\.0",
        ),
        (
            fit("l2_loss", monitors=["h"]),
            KindError,
            r"function of \(outputs, monitored\) and targets, .* got 'l2_loss', "
            r".*lambda out, y: bp\.losses\.l2_loss\(out\[0\], y\)",
        ),
        (
            fit(lambda out, y: (out - y) ** 2),
            KindError,
            r"that returns a number, got an array of shape \(8, 5, 3\)",
        ),
        (
            fit(lambda out, y: None),
            KindError,
            r"BPTT\(loss_fun=\.\.\.\): expected a function .*, got NoneType",
        ),
        (fit(lambda out, y: (out.mean(), {})), KindError, r"that returns a number, got tuple\. Reduce it .*loss_has_aux=True"),
        (fit(lambda out, y: jnp.int32(1)), KindError, r"expected a loss in real numbers, got int32"),
        (
            fit(lambda out, y: out.mean(), loss_has_aux=True),
            KindError,
            r"a function that returns \(loss, dict\), got an array",
        ),
        (aux(lambda out: 3.0), KindError, r"returns \(loss, dict\), got tuple\. Return a pair, or leave loss_has_aux out"),
        (aux(lambda out: {"a": out}), KindError, r"expected a number under 'a', got an array of shape \(8, 5, 3\)"),
        (aux(lambda out: {"loss": 1.0}), ValueRefused, r"expected other names than 'loss' in the dict, got it\. Give the metric"),
    ],
)
def test_what_is_no_loss_is_refused_in_words(call, error, words):
    with pytest.raises(error, match=words):
        call()
