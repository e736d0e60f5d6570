"""Which modes a model supports."""

import pytest

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, UnsupportedError


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


SHAPES = ((None, 1), (None, 2), (None, 3))


@pytest.mark.parametrize("said", [{}, {"return_format_shapes": True}, {"return_format_shapes": False}])
def test_shapes_that_agree_but_for_an_axis_give_what_they_share_and_the_sizes(said):
    assert bp.check.check_shape_consistency(SHAPES, -1, **said) == ((None,), (1, 2, 3))
    assert bp.check.check_shape_consistency(SHAPES, 1, **said) == ((None,), (1, 2, 3))
    assert bp.check.check_shape_consistency([(None, 1, 5), (None, 2, 5)], 1, **said) == ((None, 5), (1, 2))


def test_several_axes_give_several_sizes_and_none_gives_none():
    assert bp.check.check_shape_consistency(((None, 1, 5), (None, 2, 6)), (1, -1)) == ((None,), ((1, 5), (2, 6)))
    assert bp.check.check_shape_consistency(((None, 4), (None, 4))) == ((None, 4), ())


def test_it_stands_where_the_documents_look_for_it():
    assert bp.nn.check_shape_consistency is bp.check.check_shape_consistency is bp.tools.checking.check_shape_consistency


@pytest.mark.parametrize(
    "shapes, axes, error, words",
    [
        (((None, 1), (None, 1, 2)), -1, ShapeError, r"expected shapes of one length, got \(None, 1\), \(None, 1, 2\)"),
        (((None, 1), (3, 1)), -1, ShapeError, r"expected shapes that agree but for axis -1, got \(None, 1\), \(3, 1\)"),
        (((None, 1), (None, 2)), None, ShapeError, r"expected shapes that agree, got"),
        (((None, 1),), 2, ShapeError, r"\(free_axes\): expected axes of 2, got 2"),
        (((None, 1),), (0, -3), ShapeError, r"expected axes of 2"),
        ((), -1, KindError, r"expected a tuple of shapes, got \(\)"),
        ((None, 1), -1, KindError, r"expected a tuple of shapes"),
        ("ab", -1, KindError, r"expected a tuple of shapes, got 'ab'\. Write \(\(None, 1\), \(None, 2\)\)"),
    ],
)
def test_shapes_that_do_not_agree_are_refused(shapes, axes, error, words):
    with pytest.raises(error, match=f"check_shape_consistency.*{words}"):
        bp.check.check_shape_consistency(shapes, axes)
