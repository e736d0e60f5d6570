"""How many steps are computed at once, by what a chunk has been seen to cost."""

import time
from collections import deque

import jax


class Stopwatch:
    """Seconds that what is computed from now on costs."""

    def __init__(self):
        self._wall, self._busy = time.perf_counter(), time.process_time()

    def read(self) -> float:
        """Seconds; on processors without those that they gave to other programs, which no length makes less."""
        wall, busy = time.perf_counter() - self._wall, time.process_time() - self._busy
        # What an accelerator computes is no time of a processor.
        return min(wall, busy) if jax.default_backend() == "cpu" else wall


class Lengths:
    """The usual length of a chunk, and once chunks of it have kept hands waiting a short one instead, for good.

    A length is compiled once, so there is one short length and no way back. Little is lost by that: what a chunk costs beside its
    steps is small against the short one too.

    Parameters
    ----------
    usual : int
        Steps.

    Attributes
    ----------
    now : int
        Steps that come next.
    wanted : int or None
        Steps of the short one; None as long as the usual one is short enough.
    """

    # A chunk that takes longer than this (s) gives way to one that takes about as long as that.
    LONG, BRIEF = 0.04, 0.015
    # So many chunks in a row must have been slow: the machine may have had something else to do.
    SEEN = 6

    def __init__(self, usual: int):
        self.usual = self.now = usual
        self.wanted: int | None = None
        self._costs: deque[float] = deque(maxlen=self.SEEN)

    def took(self, steps: int, seconds: float) -> bool:
        """Note how long a chunk took that was compiled before; tells whether it has just made a short one wanted."""
        if steps != self.usual or self.usual == 1 or self.wanted is not None:
            return False
        self._costs.append(seconds)
        least = min(self._costs)
        if len(self._costs) < self.SEEN or least <= self.LONG:
            return False
        self.wanted = max(round(self.usual * self.BRIEF / least), 1)
        return True

    def turn(self) -> None:
        """Use the short one from now on: it has been compiled."""
        self.now = self.wanted or self.usual
