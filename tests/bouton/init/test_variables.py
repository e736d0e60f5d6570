import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused

variable, variable_ = bp.init.variable, bp.init.variable_


@pytest.mark.parametrize("batch", [None, bm.NonBatchingMode()])
def test_without_a_batch_there_is_no_axis_for_it(batch):
    for cell in (variable_(bp.init.ZeroInit(), (2, 3), batch), variable(bp.init.ZeroInit(), batch, (2, 3))):
        assert isinstance(cell, bm.Variable)
        assert cell.shape == (2, 3)
        assert cell.batch_axis is None


@pytest.mark.parametrize("batch", [4, np.int64(4), bm.BatchingMode(4), bm.TrainingMode(4)])
def test_with_a_batch_its_axis_comes_first(batch):
    for cell in (variable_(bp.init.OneInit(), (2, 3), batch), variable(bp.init.OneInit(), batch, (2, 3))):
        assert cell.shape == (4, 2, 3)
        assert (cell.batch_axis, cell.batch_size) == (0, 4)
        cell.value = jnp.ones((7, 2, 3))


def test_the_axis_may_stand_elsewhere():
    cell = variable(jnp.arange(3.0), 2, 3, batch_axis=1)
    assert cell.batch_axis == 1
    assert_array_equal(cell.value, [[0, 0], [1, 1], [2, 2]])


def test_a_number_or_an_array_is_the_same_for_each_trial():
    assert_array_equal(variable_(-65, 3, 2).value, np.full((2, 3), -65.0))
    assert variable_(-65, 3, 2).dtype == jnp.float32
    assert_array_equal(variable_(np.arange(3), 3, 2).value, [[0, 1, 2], [0, 1, 2]])
    assert_array_equal(variable_(bm.Variable(jnp.ones(3)), 3).value, np.ones(3))


def test_each_trial_draws_its_own():
    cell = variable_(bp.init.Normal(seed=0), 3, 2)
    assert not np.array_equal(cell[0], cell[1])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: variable_(0.0, 3, 0), ValueRefused, r"variable\(batch_or_mode\): expected 1 trial or more, got 0\. None stands"),
        (
            lambda: variable_(0.0, 3, 2.0),
            KindError,
            r"variable\(batch_or_mode\): expected a number of trials, a mode or None, got 2\.0",
        ),
        (lambda: variable_(0.0, 3, True), KindError, r"expected a number of trials, a mode or None, got True\."),
        (
            lambda: variable(0.0, 2, 3, batch_axis=2),
            ValueRefused,
            r"variable\(batch_axis\): expected 0 to 1, for size \(3,\), got 2\.",
        ),
        (
            lambda: variable(0.0, 2, 3, batch_axis=-1),
            ValueRefused,
            r"for size \(3,\), got -1\. Users look for the batch in axis 0\.",
        ),
        (
            lambda: variable_(None, 3),
            KindError,
            r"variable: expected a number, an array or a function of the shape, got NoneType\.",
        ),
        (
            lambda: variable_(jnp.ones(2), 3),
            ShapeError,
            r"variable: expected an array of the size \(3,\), got shape \(2,\)\. Give the",
        ),
        (lambda: variable_(lambda _: jnp.ones(3), 3, 2), ShapeError, r"expected an array of shape \(2, 3\), got \(3,\)\."),
    ],
)
def test_what_cannot_be_a_state_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize("number", [np.float32(2.5), np.asarray(2.5, np.float32), jnp.asarray(2.5)])
def test_a_number_of_any_library_stands_everywhere(number):
    made = bp.init.variable_(number, (3,), 2)
    np.testing.assert_array_equal(made.value, np.full((2, 3), 2.5))
    np.testing.assert_array_equal(bp.init.variable(number, None, (3,)).value, np.full(3, 2.5))
