"""Simulated time against the clock on the wall."""

import time


class Pace:
    """Says how long to wait before the next chunk, and measures the speed reached.

    Parameters
    ----------
    speed : float or None
        Simulated seconds in a second; ``None`` waits for nothing.
    """

    # More than this behind (s): the machine cannot keep up, and the time lost is not made up for.
    PATIENCE = 0.25

    def __init__(self, speed: float | None):
        self.speed = speed
        self.rate = 0.0
        self.restart(0.0)

    def restart(self, simulated: float) -> None:
        """Count from now on."""
        self._origin = self._measured_at = time.perf_counter()
        self._start = self._measured_from = simulated

    def due_in(self, simulated: float) -> float:
        """Seconds until a chunk that ends at ``simulated`` should be there; negative when late."""
        if self.speed is None:
            return 0.0
        due = self._origin + (simulated - self._start) / self.speed - time.perf_counter()
        if due < -self.PATIENCE:
            self._origin -= due
        return due

    def measure(self, simulated: float) -> None:
        """Update ``rate``, about twice a second."""
        now = time.perf_counter()
        if now - self._measured_at >= 0.5:
            self.rate = (simulated - self._measured_from) / (now - self._measured_at)
            self._measured_at, self._measured_from = now, simulated
