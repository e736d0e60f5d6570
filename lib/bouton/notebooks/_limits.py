"""What a running cell takes of time and memory, and whether that is too much."""

import time

import psutil

from ._tolerance import Limits

# A kernel is asked for its memory this often: reading it takes about a millisecond.
_EVERY = 0.2
_MB = 1e6


class Watch:
    """Time and memory of one cell.

    Parameters
    ----------
    process : int or None
        Number of the kernel's process; None for a kernel that runs elsewhere, of which only time is watched.
    limits : Limits
        What it may take.
    notebook_start : float
        When the notebook began, by ``time.monotonic``.
    """

    def __init__(self, process: int | None, limits: Limits, notebook_start: float):
        self._process, self._limits, self._notebook_start = process, limits, notebook_start
        self._start = self._looked = time.monotonic()
        self.memory = _memory(process)  # MB, the most that was seen

    @property
    def seconds(self) -> float:
        """How long the cell has run."""
        return time.monotonic() - self._start

    def too_long(self) -> str | None:
        """A sentence when the time of the cell or of the notebook is over."""
        cell, notebook = self._limits.cell, self._limits.notebook
        if cell is not None and self.seconds > cell:
            return f"The cell ran past its limit of {cell:g} s."
        if notebook is not None and time.monotonic() - self._notebook_start > notebook:
            return f"The notebook ran past its limit of {notebook:g} s."
        return None

    def too_large(self, now: bool = False) -> str | None:
        """A sentence when the kernel holds too much memory; looked at five times a second, or now."""
        if not now and time.monotonic() - self._looked < _EVERY:
            return None
        self._looked = time.monotonic()
        self.memory = max(self.memory, _memory(self._process))
        limit = self._limits.memory
        if limit is not None and self.memory > limit:
            return f"The kernel held {self.memory:.0f} MB, past its limit of {limit:g} MB."
        return None


def _memory(process: int | None) -> float:
    """Resident memory of a process and those it started, MB; 0 when it is gone."""
    if process is None:
        return 0.0
    try:
        root = psutil.Process(process)
        return sum(_resident(one) for one in (root, *root.children(recursive=True))) / _MB
    except psutil.Error:
        return 0.0


def _resident(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0
