import numpy as np
import pytest

from bouton.errors import KindError, ShapeError
from bouton.modules._call_result import checked_result, of_whole_batch, taken_apart, with_record


def test_three_results_of_another_module_are_told_from_three_arrays():
    x = np.ones((3, 2))
    data, state, record = taken_apart((x, {"s": 1}, {"r": 2}))
    assert data is x
    assert (state, record) == ({"s": 1}, {"r": 2})
    arrays = (x, x, x)
    assert taken_apart(arrays)[0] is arrays


def test_record_is_switched_on_where_it_stands():
    assert with_record((), {}) == ((), {"record": True})
    assert with_record(("a.*",), {"k": 1}) == ((True,), {"k": 1})
    assert with_record((), {"record": "a.*"}) == ((), {"record": True})


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
            (np.ones(3), {}, {}),
            ShapeError,
            r"M\.evolve: expected an output \(batch, time, channels\), got shape \(3,\)\. Keep the three",
        ),
    ],
)
def test_wrong_results_are_told(result, error, words):
    with pytest.raises(error, match=words):
        checked_result(result, np.ones((3, 2)), "M")


@pytest.mark.parametrize(
    ("data", "signal", "expected"),
    [
        ((3, 2), (3, 4), (1, 3, 4)),
        ((3, 2), (1, 3, 4), (1, 3, 4)),
        ((5, 3, 2), (5, 3, 4), (5, 3, 4)),
        ((1, 2), (1, 1, 4), (1, 1, 4)),
    ],
)
def test_signals_get_a_batch_axis_where_the_data_had_none(data, signal, expected):
    record = checked_result((np.ones((3, 2)), {}, {"s": np.ones(signal), "below": {}}), np.ones(data), "M")[2]
    assert record["s"].shape == expected


def test_states_of_a_batch():
    full = of_whole_batch({"a": {"x": np.zeros(2), "n": np.zeros(())}}, {"a": {"x": np.ones((3, 2))}}, 3)
    assert full["a"]["x"].shape == (3, 2)
    assert (full["a"]["x"] == 1).all()
    assert full["a"]["n"].shape == (3,)
