"""The thread under a live simulation."""

import atexit
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
        end the thread, unless :meth:`start` was called meanwhile.
    """

    # Longest wait for the thread at the end of the interpreter, s.
    PATIENCE = 5.0

    def __init__(self, turn: Callable[[], float | None]):
        self._awake = threading.Event()
        # An object that is gone wakes the thread, which then ends.
        self._turn: Any = weakref.WeakMethod(turn, lambda _: self._awake.set())
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ending = self._asked = False

    def start(self) -> None:
        """Start the thread, if it is not there already; one that is about to end goes on."""
        with self._guard:
            self._asked = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="bouton-live", daemon=True)
                # The interpreter takes daemon threads down wherever they are, which is no place to be inside compiled code.
                atexit.register(self._end)
                self._thread.start()

    def wake(self) -> None:
        """End the present wait."""
        self._awake.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end of the thread, unless called on it."""
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)

    def _end(self) -> None:
        self._ending = True
        self.wake()
        self.join(self.PATIENCE)

    def _work(self) -> None:
        try:
            while not self._ending:
                self._awake.clear()
                with self._guard:
                    self._asked = False
                turn = self._turn()
                if turn is None:
                    return
                delay = turn()
                # Not held while waiting, or the object would live for ever.
                del turn
                if delay is not None and delay < 0:
                    if self._ends():
                        return
                elif (delay is None or delay > 0) and not self._ending:
                    # A wait of more than a few centuries would raise.
                    self._awake.wait(None if delay is None else min(delay, threading.TIMEOUT_MAX))
        finally:
            with self._guard:
                self._leave()

    def _ends(self) -> bool:
        """Leave, unless somebody has started it anew meanwhile."""
        with self._guard:
            if not self._asked:
                self._leave()
            return not self._asked

    def _leave(self) -> None:
        # After this thread has left, another may have come.
        if self._thread is threading.current_thread():
            self._thread = None
            atexit.unregister(self._end)
