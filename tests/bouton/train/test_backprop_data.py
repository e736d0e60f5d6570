"""What a trainer takes for data, and what it refuses."""

import re

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from training_models import W0, Recurrent, X, Y, trainer_of

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, UnknownPathError, ValueRefused


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
