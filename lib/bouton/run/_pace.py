"""Simulated time against the clock on the wall."""

import time
from collections.abc import Callable

from ._lengths import Lengths


class Pace:
    """Says how many steps are due next, and when, and measures the speed reached.

    Parameters
    ----------
    speed : float or None
        Simulated seconds in a second; ``None`` waits for nothing.
    dt : float, s
        Time step.
    chunk : int
        Steps that are usually computed at once.
    clock : callable
        Seconds on the wall.

    Attributes
    ----------
    lengths : Lengths
        Steps that are computed at once.
    """

    # More than this behind (s): the machine cannot keep up, and the time lost is not made up for.
    PATIENCE = 0.25
    # Whole chunks that are further apart than this (s) show as jerks ...
    JERK = 0.1
    # ... and steps that are no closer than this (s) may be computed one by one instead.
    RARE = 0.001
    # So many chunks may a change have run ahead of the clock, in order to be seen at once.
    AHEAD = 3

    def __init__(self, speed: float | None, dt: float, chunk: int, clock: Callable[[], float] = time.perf_counter):
        self.speed, self.dt, self.lengths, self._clock = speed, dt, Lengths(chunk), clock
        self.rate = 0.0
        self.restart(0.0)

    def restart(self, simulated: float) -> None:
        """Count from now on."""
        self._origin = self._measured_at = self._clock()
        self._start = self._measured_from = simulated

    def next(self, simulated: float, is_news: bool) -> tuple[int, float]:
        """How many steps come next, and in how many seconds: 0 for now.

        Parameters
        ----------
        simulated : float, s
            Time reached.
        is_news : bool
            Whether there is a change to be seen: it does not wait, unless changes have run well ahead of the clock already.
        """
        chunk = self.lengths.now
        if self.speed is None:
            return chunk, 0.0
        on_the_wall = self.dt / self.speed
        steps = 1 if chunk * on_the_wall > self.JERK and on_the_wall >= self.RARE else chunk
        due = self._origin + (simulated + steps * self.dt - self._start) / self.speed - self._clock()
        if due < -self.PATIENCE:
            self._origin -= due
        if is_news and due < self.AHEAD * steps * on_the_wall:
            due = 0.0
        return steps, max(due, 0.0)

    def measure(self, simulated: float) -> None:
        """Update ``rate``, about twice a second."""
        now = self._clock()
        if now - self._measured_at >= 0.5:
            self.rate = (simulated - self._measured_from) / (now - self._measured_at)
            self._measured_at, self._measured_from = now, simulated
