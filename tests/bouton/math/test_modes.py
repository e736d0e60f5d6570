import copy
import pickle
import types

import jax.numpy as jnp
import numpy as np
import pytest

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ValueRefused


class Both(bm.Mode):
    """A mode of a user."""


def test_a_mode_prints_its_class_and_its_batch_size():
    modes = [bm.Mode(), bm.NonBatchingMode(), bm.BatchingMode(), bm.BatchingMode(3), bm.TrainingMode(batch_size=5)]
    assert [repr(mode) for mode in modes] == [
        "Mode",
        "NonBatchingMode",
        "BatchingMode(batch_size=1)",
        "BatchingMode(batch_size=3)",
        "TrainingMode(batch_size=5)",
    ]


def test_modes_are_equal_when_they_are_of_one_class():
    assert bm.TrainingMode(3) == bm.TrainingMode(1)
    assert hash(bm.TrainingMode(3)) == hash(bm.TrainingMode(1))
    assert bm.batching_mode != bm.training_mode
    assert bm.nonbatching_mode != bm.Mode()
    assert {bm.TrainingMode(3), bm.training_mode, bm.batching_mode} == {bm.batching_mode, bm.training_mode}


@pytest.mark.parametrize("other", ["TrainingMode", None, 1, bm.TrainingMode])
def test_a_mode_equals_nothing_else(other):
    assert (bm.training_mode == other) is False
    assert bm.training_mode != other


def test_training_is_a_kind_of_batching_and_neither_is_nonbatching():
    training = bm.TrainingMode(2)
    assert training.is_a(bm.TrainingMode)
    assert not training.is_a(bm.BatchingMode)
    assert training.is_child_of(bm.BatchingMode)
    assert training.is_child_of(bm.NonBatchingMode, bm.Mode)
    assert not training.is_child_of(bm.NonBatchingMode)
    assert not training.is_child_of()
    assert isinstance(training, bm.BatchingMode)


def test_a_mode_is_the_parent_of_its_own_class_and_of_what_is_derived_from_it():
    assert bm.batching_mode.is_parent_of(bm.TrainingMode)
    assert bm.batching_mode.is_parent_of(bm.NonBatchingMode, bm.BatchingMode)
    assert not bm.training_mode.is_parent_of(bm.BatchingMode, bm.NonBatchingMode)
    assert not bm.training_mode.is_parent_of()


@pytest.mark.parametrize("question", ["is_a", "is_child_of", "is_parent_of"])
def test_a_mode_compares_itself_with_classes_only(question):
    with pytest.raises(
        KindError, match=rf"Mode\.{question}: expected classes, .*, got TrainingMode\(batch_size=1\)\. Pass the class"
    ):
        getattr(bm.batching_mode, question)(bm.training_mode)


def test_the_ready_made_modes_have_a_batch_of_one():
    assert bm.nonbatching_mode.is_a(bm.NonBatchingMode)
    assert (bm.batching_mode.batch_size, bm.training_mode.batch_size) == (1, 1)


@pytest.mark.parametrize("size", [1, 8, np.int32(8), np.asarray(3)])
def test_a_batch_size_is_a_whole_number(size):
    batch_size = bm.BatchingMode(size).batch_size
    assert batch_size == size
    assert type(batch_size) is int


@pytest.mark.parametrize(
    "size, got", [(2.0, "float"), ("2", "str"), (None, "NoneType"), (True, "bool"), (jnp.ones(()), "ArrayImpl")]
)
def test_another_batch_size_is_refused(size, got):
    with pytest.raises(KindError, match=rf"TrainingMode\.batch_size: expected a whole number, got {got}\. Give the number"):
        bm.TrainingMode(size)


@pytest.mark.parametrize("size", [0, -1])
def test_a_batch_of_none_is_refused(size):
    with pytest.raises(ValueRefused, match=rf"BatchingMode\.batch_size: expected 1 or more, got {size}\. .* NonBatchingMode"):
        bm.BatchingMode(size)


def test_the_batch_size_of_a_mode_stays():
    with pytest.raises(AttributeError):
        bm.training_mode.batch_size = 2


@pytest.mark.parametrize("mode", [bm.NonBatchingMode(), bm.TrainingMode(4), Both()])
def test_modes_can_be_copied_and_pickled(mode):
    for twin in (copy.deepcopy(mode), pickle.loads(pickle.dumps(mode))):
        assert twin == mode
        assert repr(twin) == repr(mode)


def test_the_older_names_mean_the_same_classes_and_modes():
    assert isinstance(bp.modes, types.ModuleType)
    assert bp.modes.NormalMode is bp.modes.NonBatchingMode is bm.NonBatchingMode
    assert (bp.modes.Mode, bp.modes.BatchingMode, bp.modes.TrainingMode) == (bm.Mode, bm.BatchingMode, bm.TrainingMode)
    assert bp.modes.normal is bm.nonbatching_mode
    assert bp.modes.batching is bm.batching_mode
    assert bp.modes.training is bm.training_mode


def test_compiled_code_tells_batch_sizes_apart_though_the_modes_are_equal():
    f = bm.jit(lambda: jnp.zeros(bm.get_mode().batch_size))
    for size in (2, 3, 2, 3):
        with bm.environment(mode=bm.TrainingMode(size)):
            assert f().shape == (size,)
    assert f.compilations == 2
