"""Losses and gradients that are not finite."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from training_models import W0, X, Y, trainer_of

import bouton as bp
from bouton.errors import RunningError


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
