"""Which modes a model supports."""

import pytest

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, UnsupportedError


def test_a_type_that_is_supported_supports_what_is_more_general():
    training, batching = bm.TrainingMode(3), bm.BatchingMode(2)
    assert bp.check.is_subclass(training, (bm.TrainingMode, bm.BatchingMode)) is training
    assert bp.check.is_subclass(batching, (bm.TrainingMode,)) is batching
    assert bp.check.is_subclass(batching, bm.TrainingMode) is batching


def test_what_is_not_supported_is_named_with_what_is():
    with pytest.raises(
        UnsupportedError, match=r"NVAR does not support TrainingMode\(batch_size=1\)\. We only support BatchingMode, No"
    ):
        bp.check.is_subclass(bm.TrainingMode(), (bm.BatchingMode, bm.NonBatchingMode), name="NVAR")
    with pytest.raises(NotImplementedError, match=r"expected one of TrainingMode, got NonBatchingMode\. The model does not"):
        bp.check.is_subclass(bm.nonbatching_mode, [bm.TrainingMode])


def test_the_message_says_how_to_get_a_mode_that_is_supported():
    with pytest.raises(
        UnsupportedError, match=r"Build it inside `with bm\.training_environment\(\):`, or pass mode=bm\.training_mode"
    ):
        bp.check.is_subclass(bm.nonbatching_mode, bm.TrainingMode)
    with pytest.raises(KindError, match="expected types, got none"):
        bp.check.is_subclass(bm.nonbatching_mode, ())


def test_an_instance_among_the_types_is_refused():
    with pytest.raises(KindError, match=r"expected types, got TrainingMode\(batch_size=1\)\. Pass the class"):
        bp.check.is_subclass(bm.training_mode, (bm.training_mode,))
