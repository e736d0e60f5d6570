"""Whether the loop that hears the pages is free to hear them."""

import asyncio
import time

_LATE = 0.3
"""Seconds after which a loop that has not come round counts as busy."""


class Pulse:
    """Asks an event loop for a sign of life whenever it is looked at.

    A kernel that executes a long cell hears no page meanwhile (unless it hears them on a thread of their own), so their silence
    says nothing about whether they are still there.

    Parameters
    ----------
    loop : asyncio.AbstractEventLoop, optional
        Without one, nothing is ever busy.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop | None):
        self._loop = loop
        self._asked: float | None = None

    @classmethod
    def of_this_thread(cls) -> "Pulse":
        """Watch the loop that runs in this thread, if there is one."""
        try:
            return cls(asyncio.get_running_loop())
        except RuntimeError:
            return cls(None)

    def __call__(self) -> bool:
        """Whether the loop has been busy for a while."""
        if self._loop is None:
            return False
        now = time.monotonic()
        if self._asked is not None:
            return now - self._asked > _LATE
        self._asked = now
        try:
            self._loop.call_soon_threadsafe(self._answer)
        except RuntimeError:
            # The loop has been closed, and nothing will keep it busy any more.
            self._loop = None
        return False

    def _answer(self) -> None:
        self._asked = None
