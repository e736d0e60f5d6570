import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton.math as bm
from bouton.errors import KindError, ShapeError
from bouton.modules._call_result import checked_result, taken_apart


def test_three_results_of_another_module_are_told_from_three_arrays():
    x = np.ones((3, 2))
    data, state, record = taken_apart((x, {"s": 1}, {"r": 2}))
    assert data is x
    assert (state, record) == ({"s": 1}, {"r": 2})
    arrays = (x, x, x)
    assert taken_apart(arrays)[0] is arrays


@pytest.mark.parametrize(
    ("result", "error", "words"),
    [
        (3, KindError, r"M\.evolve: expected three results, \(output, new_state, record\), got int\. End evolve with: return"),
        ((1, 2), KindError, r"expected three results.*got 2 results"),
        (
            (np.ones((3, 2)), 1, {}),
            KindError,
            r"M\.evolve: expected dicts for new_state and record, got int and dict\. Return \{\} for",
        ),
        (
            (None, {}, {}),
            KindError,
            r"M\.evolve: expected an output that is an array, got NoneType\. Return \(output, new_state, ",
        ),
        (({"out": 1}, {}, {}), KindError, r"expected an output that is an array, got dict"),
        (
            (np.ones(3), {}, {}),
            ShapeError,
            r"M\.evolve: expected an output \(batch, time, channels\) of shape \(1, 3, 2\), got shape \(3,\)\. Keep the",
        ),
        (
            (np.ones((1, 3, 1)), {}, {}),
            ShapeError,
            r"got shape \(1, 3, 1\)\. Return 2 channels, the last entry of the shape given",
        ),
        ((np.ones((2, 3, 2)), {}, {}), ShapeError, r"got shape \(2, 3, 2\)\. Keep the batch and time axes of the input series"),
        ((np.ones((1, 4, 2)), {}, {}), ShapeError, r"got shape \(1, 4, 2\)\. Keep the batch and time axes of the input series"),
    ],
)
def test_wrong_results_are_told(result, error, words):
    with pytest.raises(error, match=words):
        checked_result(result, np.ones((1, 3, 2)), 2, "M")


@pytest.mark.parametrize("data", [np.ones((3, 2)), np.ones((1, 3, 2)), np.ones(3), [[1, 1]] * 3])
@pytest.mark.parametrize("output", [np.ones((3, 4)), np.ones((1, 3, 4))])
def test_output_and_signals_of_one_series_may_lack_the_batch_axis(data, output):
    signals = {"flat": output, "sum": output.sum(-1), "list": [1.0, 2.0, 3.0], "below": {"flat": output}, "none": {}}
    found, _, record = checked_result((output, {}, signals), data, 4, "M")
    assert found.shape == record["flat"].shape == record["below"]["flat"].shape == (1, 3, 4)
    assert record["sum"].shape == record["list"].shape == (1, 3)
    assert record["none"] == {}


def test_in_one_step_the_batch_axis_comes_first():
    record = checked_result((np.ones((1, 1, 4)), {}, {"x": np.ones((1, 1)), "y": np.ones((1, 4))}), np.ones((1, 1, 2)), 4, "M")[2]
    assert (record["x"].shape, record["y"].shape) == ((1, 1), (1, 1, 4))


def test_signals_of_a_batch_are_left_as_they_are():
    signals = {"x": np.ones((2, 3)), "v": bm.Variable(np.ones((2, 3, 5)))}
    record = checked_result((np.ones((2, 3, 4)), {}, signals), np.ones((2, 3, 2)), 4, "M")[2]
    assert record["x"] is signals["x"]
    assert_array_equal(record["v"], np.ones((2, 3, 5)))


@pytest.mark.parametrize(
    ("signals", "error", "words"),
    [
        (
            {"x": np.ones((3, 5))},
            ShapeError,
            r"^M\.evolve, record 'x': expected a signal \(batch, time, \.\.\.\) of shape \(2, 3, \.\.\.\), got shape \(3, 5\)\.",
        ),
        ({"a": {"b": np.ones(2)}}, ShapeError, r"record 'a\.b': .*got shape \(2,\)\. .*What has no time is no signal"),
        ({"x": 3.0}, ShapeError, r"got shape \(\)\."),
        (
            {"x": "text"},
            KindError,
            r"^M\.evolve, record 'x': expected a signal that is an array, got str\. Record arrays \(batch,",
        ),
    ],
)
def test_signals_without_batch_or_time_are_told(signals, error, words):
    with pytest.raises(error, match=words):
        checked_result((np.ones((2, 3, 4)), {}, signals), np.ones((2, 3, 2)), 4, "M")


def test_what_a_submodule_has_recorded_keeps_its_own_steps():
    below = {"slow": {"x": np.ones((2, 1, 4))}}
    assert checked_result((np.ones((2, 3, 4)), {}, below), np.ones((2, 3, 2)), 4, "M", ["slow"])[2] == below
    with pytest.raises(ShapeError, match=r"record 'slow\.x'"):
        checked_result((np.ones((2, 3, 4)), {}, below), np.ones((2, 3, 2)), 4, "M")
