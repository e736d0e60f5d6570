"""A frame of the simulation as one message: a small JSON head and a buffer for each signal."""

from typing import Any

import numpy as np

import bouton as bp


def pack(frame: bp.run.Frame) -> tuple[dict[str, Any], list[bytes]]:
    """Turn a frame into a head and its bytes.

    Parameters
    ----------
    frame : bouton.run.Frame
        Traces as ``(k, columns)`` float32 minima and maxima, events as ``(rows, columns)`` uint8.

    Returns
    -------
    head : dict
        What the numbers mean, ready for JSON; ``head["signals"][i]`` describes ``buffers[i]``.
    buffers : list of bytes
        A trace is its ``k * columns`` minima followed by as many maxima, float32; an event signal is one bit for each row
        and column, the rows padded to whole bytes, most significant bit first.
    """
    signals: list[dict[str, Any]] = []
    buffers: list[bytes] = []
    for path, trace in frame.traces.items():
        low, high = np.asarray(trace.lo, np.float32), np.asarray(trace.hi, np.float32)
        signals.append({"path": path, "kind": "trace", "rows": low.shape[0], "columns": low.shape[1]})
        signals[-1]["units"] = [int(unit) for unit in trace.units]
        buffers.append(low.tobytes() + high.tobytes())
    for path, bitmap in frame.events.items():
        rows, columns = bitmap.shape
        signals.append({"path": path, "kind": "events", "rows": rows, "columns": columns})
        buffers.append(np.packbits(np.asarray(bitmap) > 0, axis=1).tobytes())
    head = {
        "time": [float(edge) for edge in frame.time],
        "now": float(frame.now),
        "change": int(frame.change),
        "step": int(frame.step),
        "status": str(frame.status),
        "rate": float(frame.rate),
        "signals": signals,
    }
    return head, buffers
