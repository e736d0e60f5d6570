"""The last steps of a signal, in memory that never grows."""

import numpy as np


class Ring:
    """The last ``length`` steps of a signal.

    Parameters
    ----------
    length : int
        Steps kept.
    units : int
        Values a step.
    dtype : dtype
        Of the values kept.

    Attributes
    ----------
    first, next : int
        The oldest step held, and the one that comes next.
    clearings : int
        How often it was cleared: what was read before is not what is held now.
    """

    def __init__(self, length: int, units: int, dtype: type = np.float32):
        self.length, self.units = length, units
        self._rows = np.zeros((length, units), dtype)
        self.clearings = 0
        self.clear()

    def clear(self, step: int = 0) -> None:
        """Forget everything; the next row is that of ``step``."""
        self.first = self.next = step
        self.clearings += 1

    @property
    def nbytes(self) -> int:
        """Memory held, in bytes; constant."""
        return self._rows.nbytes

    def push(self, rows: np.ndarray) -> None:
        """Append ``(steps, units)``; the oldest give way."""
        steps = len(rows)
        kept = rows[-self.length :]
        start = (self.next + steps - len(kept)) % self.length
        split = min(len(kept), self.length - start)
        self._rows[start : start + split] = kept[:split]
        self._rows[: len(kept) - split] = kept[split:]
        self.next += steps
        self.first = max(self.first, self.next - self.length)

    def rows(self, steps: np.ndarray, units: np.ndarray | None = None) -> np.ndarray:
        """Rows ``(len(steps), units)`` of steps that are held; a copy."""
        at = steps % self.length
        return np.take(self._rows, at, axis=0) if units is None else self._rows[at[:, None], units]


class Held:
    """Steps of a signal that stay as they are; read like those of a ring.

    Parameters
    ----------
    values : (steps, units) array
    first : int
        Number of its first step.
    """

    clearings = 0

    def __init__(self, values: np.ndarray, first: int):
        self._values = values
        self.first, self.next = first, first + len(values)

    def rows(self, steps: np.ndarray, units: np.ndarray | None = None) -> np.ndarray:
        """Rows ``(len(steps), units)`` of steps that are held; a copy."""
        at = steps - self.first
        return np.take(self._values, at, axis=0) if units is None else self._values[at[:, None], units]
