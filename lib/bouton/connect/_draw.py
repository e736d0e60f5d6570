"""Drawing without memory for what is not drawn."""

import numpy as np


def bernoulli(total: int, prob: float, draw: np.random.Generator) -> np.ndarray:
    """Numbers below ``total``, each with the same probability, in order: drawn by the gaps between them.

    Memory and time are proportional to what is drawn.
    """
    if prob >= 1:
        return np.arange(total)
    parts, last = [], -1
    # A gap of 2**62 is far past the end, and the sum of a part cannot overflow.
    while prob > 0 and last < total - 1:
        expected = (total - 1 - last) * prob
        gaps = draw.geometric(prob, int(expected + 4 * expected**0.5 + 8))
        found = last + np.cumsum(np.minimum(gaps, total + 1))
        parts.append(found[found < total])
        last = int(found[-1])
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def distinct(rows: int, number: int, below: int, draw: np.random.Generator) -> np.ndarray:
    """For each row so many different numbers, each set of them with the same probability, in order.

    Parameters
    ----------
    rows, number : int
        Shape of the result.
    below : int
        Numbers run from 0 to ``below - 1``; at least ``number`` of them.

    Returns
    -------
    (rows, number) array of int64
    """
    if 2 * number > below:
        return _complement(distinct(rows, below - number, below, draw), below)
    chosen = np.sort(draw.integers(0, max(below, 1), (rows, number)), axis=1)
    todo = np.arange(rows)
    # What is drawn twice is drawn again. No number is treated unlike another, so no set is more likely than another.
    while todo.size:
        part = chosen[todo]
        again = np.zeros(part.shape, bool)
        again[:, 1:] = part[:, 1:] == part[:, :-1]
        left = again.any(axis=1)
        todo, part, again = todo[left], part[left], again[left]
        part[again] = draw.integers(0, max(below, 1), int(again.sum()))
        chosen[todo] = np.sort(part, axis=1)
    return chosen


def _complement(left_out: np.ndarray, below: int) -> np.ndarray:
    rows = left_out.shape[0]
    kept = np.ones((rows, below), bool)
    np.put_along_axis(kept, left_out, False, axis=1)
    return np.nonzero(kept)[1].reshape(rows, below - left_out.shape[1])
