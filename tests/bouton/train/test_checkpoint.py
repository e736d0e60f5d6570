"""Trainings that go on from a file."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from training_models import W0, Recurrent, X, Y, trainer_of

import bouton as bp
import bouton.math as bm
from bouton.errors import MathError, ValueRefused


class Noisy(Recurrent):
    """Forgets at random."""

    def __init__(self):
        super().__init__()
        self.drop = bp.layers.Dropout(0.8, seed=3, mode=bm.training_mode)

    def update(self, x):
        return self.drop(super().update(x))


def make(**options):
    rate = bp.optim.ExponentialDecay(0.05, decay_steps=3, decay_rate=0.9)
    return trainer_of(Noisy(), optimizer=bp.optim.Adam(lr=rate), shuffle_data=True, **options)


@pytest.mark.parametrize("reset", [True, False])
def test_a_training_goes_on_from_a_file_as_if_it_had_not_ended(tmp_path, reset):
    whole, first, second = make(), make(), make()
    for trainer in (whole, first, second):
        trainer.target.reset_state(4)
    whole.fit((X, Y), (X, Y), num_epoch=4, num_batch=4, reset_state=reset)
    first.fit((X, Y), (X, Y), num_epoch=2, num_batch=4, reset_state=reset, checkpoint=tmp_path / "training")
    second.load(tmp_path / "training")
    second.fit((X, Y), (X, Y), num_epoch=2, num_batch=4, reset_state=reset)
    for path, cell in whole.target.vars("relative").items():
        assert_array_equal(second.target.vars("relative")[path].value, cell.value, err_msg=path)
    assert float(second.optimizer.lr) == float(whole.optimizer.lr)
    for phase in ("fit", "test"):
        for which in ("report", "detailed"):
            assert_array_equal(second.get_hist_metric(phase, which=which), whole.get_hist_metric(phase, which=which))
    assert_array_equal(second.curves()[0].updates, whole.curves()[0].updates)
    assert second._stepping.passed == whole._stepping.passed


def test_it_ends_early_in_the_epoch_in_which_it_would_have_ended(tmp_path):
    def still():
        return trainer_of(optimizer=bp.optim.SGD(lr=0.0))

    first, second = still(), still()
    first.fit((X, Y), num_epoch=3, patience=4, checkpoint=tmp_path / "training")
    second.load(tmp_path / "training")
    second.fit((X, Y), num_epoch=50, patience=4)
    assert len(second.train_losses) == 5
    # A training that begins after it counts its own epochs.
    second.fit((X, Y), num_epoch=50, patience=4)
    assert len(second.train_losses) == 10


def test_metrics_of_any_name_are_kept(tmp_path):
    def told():
        return trainer_of(loss=lambda out, y: (jnp.mean((out - y) ** 2), {"a/b": 1.0, "counts": 2.0}), loss_has_aux=True)

    first, second = told(), told()
    first.fit((X, Y), num_epoch=2)
    first.save(tmp_path / "training")
    second.load(tmp_path / "training")
    assert_array_equal(second.get_hist_metric(metric="a/b"), [1.0, 1.0])
    assert_array_equal(second.get_hist_metric(metric="counts"), [2.0, 2.0])


def test_a_file_of_another_model_changes_nothing(tmp_path):
    trainer_of().save(tmp_path / "training")
    other = trainer_of(Recurrent(np.ones((4, 3), np.float32)))
    other.target.wrec.value = jnp.ones((3, 3))
    with pytest.raises(MathError, match=r"target\.win"):
        other.load(tmp_path / "training")
    assert_array_equal(other.target.wrec.value, np.ones((3, 3)))


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (b"hello", ValueRefused, r"expected a complete safetensors file, got 5 bytes"),
        (None, FileNotFoundError, r"training"),
    ],
)
def test_what_is_no_file_of_a_training_is_refused(tmp_path, content, error, words):
    if content is not None:
        (tmp_path / "training").write_bytes(content)
    with pytest.raises(error, match=words):
        trainer_of().load(tmp_path / "training")


def test_a_file_that_was_cut_off_changes_nothing(tmp_path):
    first, second = trainer_of(), trainer_of()
    first.fit((X, Y), num_epoch=1)
    first.save(tmp_path / "training")
    whole = (tmp_path / "training").read_bytes()
    (tmp_path / "training").write_bytes(whole[: len(whole) - 8])
    with pytest.raises(ValueRefused, match=r"expected a complete safetensors file"):
        second.load(tmp_path / "training")
    assert_array_equal(second.target.win.value, W0)
    assert len(second.train_losses) == 0
