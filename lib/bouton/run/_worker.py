"""The thread under a live simulation."""

import threading
import weakref
from collections.abc import Callable
from typing import Any


class Worker:
    """Calls a method of an object over and over on a thread, without keeping the object alive.

    Parameters
    ----------
    turn : bound method
        Returns how many seconds to wait before it is called again, ``None`` to wait until :meth:`wake`, or a negative number to
        end the thread.
    """

    def __init__(self, turn: Callable[[], float | None]):
        self._awake = threading.Event()
        # An object that is gone wakes the thread, which then ends.
        self._turn: Any = weakref.WeakMethod(turn, lambda _: self._awake.set())
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread, if it is not there already."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="bouton-live", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """End the present wait."""
        self._awake.set()

    def join(self) -> None:
        """Wait for the end of the thread, unless called on it."""
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _work(self) -> None:
        try:
            while True:
                self._awake.clear()
                turn = self._turn()
                if turn is None:
                    return
                delay = turn()
                # Not held while waiting, or the object would live for ever.
                del turn
                if delay is not None and delay < 0:
                    return
                if delay is None or delay > 0:
                    self._awake.wait(delay)
        finally:
            self._thread = None
