"""Inputs for any stretch of steps: series without end, functions, numbers; and what is refused."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.modules import TSContinuous, TSEvent
from bouton.run._drive import Drive

SERIES = np.arange(14, dtype=np.float32).reshape(7, 2)


@pytest.mark.parametrize("cuts", [[40], [1] * 40, [7, 7, 7], [3, 10, 27], [8, 6, 1]])
def test_a_series_goes_round_without_a_gap_wherever_it_is_cut(cuts):
    drive, first, seen = Drive(SERIES, 2), 0, []
    for steps in cuts:
        seen.append(drive(first, steps))
        first += steps
    assert_array_equal(np.concatenate(seen), [SERIES[k % 7] for k in range(first)])


def test_a_series_goes_round_far_from_the_start():
    far = 7 * 10**12 + 5
    assert_array_equal(Drive(SERIES, 2)(far, 4), SERIES[[5, 6, 0, 1]])


@pytest.mark.parametrize(
    "inputs, expected",
    [
        (None, np.zeros((3, 2))),
        (0.5, np.full((3, 2), 0.5)),
        (2, np.full((3, 2), 2.0)),
        (np.float64(0.25), np.full((3, 2), 0.25)),
        ([1, 2, 3], [[1, 1], [2, 2], [3, 3]]),
        (np.array([[1], [2]]), [[1, 1], [2, 2], [1, 1]]),
        (SERIES[None], SERIES[:3]),
        (jnp.asarray(SERIES), SERIES[:3]),
        (np.array([[True, False]]), [[1, 0]] * 3),
        (lambda first, steps: 0.5, np.full((3, 2), 0.5)),
        (lambda first, steps: np.arange(first, first + steps), [[0, 0], [1, 1], [2, 2]]),
        (lambda first, steps: SERIES[first : first + steps], SERIES[:3]),
    ],
)
def test_every_kind_of_input_comes_as_floats_in_full_width(inputs, expected):
    given = Drive(inputs, 2)(0, 3)
    assert given.dtype == np.float32
    assert_array_equal(given, expected)


def test_a_function_is_asked_for_exactly_the_steps_that_come():
    asked = []
    drive = Drive(lambda first, steps: asked.append((first, steps)) or np.zeros((steps, 2)), 2)
    drive(0, 5)
    drive(5, 1)
    assert asked == [(0, 5), (5, 1)]


def test_a_series_that_is_changed_afterwards_does_not_change_the_drive():
    series = np.ones((3, 2), np.float32)
    drive = Drive(series, 2)
    given = drive(0, 3)
    series[:] = given[:] = 7.0
    assert_array_equal(drive(0, 3), np.ones((3, 2)))


@pytest.mark.parametrize(
    "inputs, error, words",
    [
        (
            np.ones((4, 3)),
            ShapeError,
            r"LiveSimulation\(inputs=\.\.\.\): expected shape \(steps, 2\), got \(4, 3\)\. Give one col",
        ),
        (np.ones((2, 4, 2)), ShapeError, r"expected shape \(steps, 2\), got \(2, 4, 2\)"),
        (np.ones((0, 2)), ValueRefused, "expected a series of at least one step, got an empty one. Leave inputs out"),
        ([], ValueRefused, "expected a series of at least one step"),
        ("sine", KindError, "expected real numbers in rows of one length, got str of dtype <U4"),
        (np.ones((3, 2)) * 1j, KindError, "real numbers.*got ndarray of dtype complex128"),
        ([[1, 2], [3]], KindError, "real numbers in rows of one length, got list. Give an array"),
        ({"rate": 3}, KindError, "got dict"),
        (TSContinuous([0.0, 1.0], np.ones((2, 2))), KindError, r"got a time series, TSContinuous. Pass its values at the steps"),
        (TSEvent([0.1], [0], t_stop=1.0), KindError, r"got a time series, TSEvent. .*series\.raster\(dt\) of events"),
    ],
)
def test_inputs_that_do_not_fit_are_refused_at_once(inputs, error, words):
    with pytest.raises(error, match=words):
        Drive(inputs, 2)


@pytest.mark.parametrize(
    "result, error, words",
    [
        (np.ones((4, 2)), ShapeError, r"expected 5 steps from the input function, got 4\. Return an array"),
        (np.ones((5, 3)), ShapeError, r"expected shape \(steps, 2\), got \(5, 3\)"),
        (None, KindError, "real numbers.*got NoneType"),
        ("x", KindError, "real numbers.*got str"),
    ],
)
def test_what_a_function_returns_is_checked(result, error, words):
    with pytest.raises(error, match=words):
        Drive(lambda first, steps: result, 2)(0, 5)


def test_the_drive_of_a_model_of_another_size_is_refused():
    drive = Drive(1.0, 3)
    drive.refuse_other_size(3)
    with pytest.raises(ShapeError, match=r"expected inputs for 2 channels, got the inputs of a simulation with 3\. Give the"):
        drive.refuse_other_size(2)


def test_as_many_numbers_as_channels_are_asked_what_they_mean():
    words = r"expected shape \(steps, 2\), got \(2,\): as many steps as there are channels, or one .*\. Write x\[None\]"
    with pytest.raises(ShapeError, match=words):
        Drive([0.1, 0.2], 2)
    assert_array_equal(Drive(np.array([0.1, 0.2])[None], 2)(0, 2), np.float32([[0.1, 0.2]] * 2))
    assert Drive([0.1], 1)(0, 2).shape == (2, 1)
