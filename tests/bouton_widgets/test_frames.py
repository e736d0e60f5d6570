import json

import numpy as np

import bouton as bp
from bouton_widgets._frames import pack


def frame(**signals):
    return bp.run.Frame(time=(1.0, 3.0), now=2.5, step=2500, change=7, status="running", rate=0.9, **signals)


def test_a_trace_travels_as_its_minima_and_then_its_maxima():
    lo = np.array([[0.0, 1.0, np.nan], [2.0, 3.0, np.nan]], np.float32)
    hi = lo + 0.5
    head, (buffer,) = pack(frame(traces={"vmem": bp.run.Trace(lo, hi, np.array([0, 40]))}))
    numbers = np.frombuffer(buffer, "<f4").reshape(2, 2, 3)
    np.testing.assert_array_equal(numbers[0], lo)
    np.testing.assert_array_equal(numbers[1], hi)
    assert head["signals"] == [{"path": "vmem", "kind": "trace", "rows": 2, "columns": 3, "units": [0, 40]}]


def test_a_raster_travels_as_one_bit_for_each_row_and_column():
    bitmap = np.zeros((3, 10), np.uint8)
    bitmap[0, 0], bitmap[1, 8], bitmap[2, 9] = 1, 2, 1
    head, (buffer,) = pack(frame(events={"spikes": bitmap}))
    assert np.frombuffer(buffer, np.uint8).reshape(3, 2).tolist() == [[0b10000000, 0], [0, 0b10000000], [0, 0b01000000]]
    assert head["signals"] == [{"path": "spikes", "kind": "events", "rows": 3, "columns": 10}]


def test_the_head_is_json_and_says_which_change_the_data_contain():
    head, buffers = pack(frame())
    assert buffers == []
    assert json.loads(json.dumps(head)) == {
        "time": [1.0, 3.0],
        "now": 2.5,
        "change": 7,
        "step": 2500,
        "status": "running",
        "rate": 0.9,
        "signals": [],
    }
