"""A lock that goes to whoever has waited longest."""

import threading
from collections import deque


class Turns:
    """A reentrant lock that is handed over in the order of asking.

    A thread that asks again as soon as it has let go, as the worker does, would keep a plain lock from all others.
    """

    def __init__(self):
        self._guard = threading.Lock()
        self._queue: deque[tuple[int, threading.Lock]] = deque()
        self._owner: int | None = None
        self._depth = 0

    def __enter__(self) -> None:
        me = threading.get_ident()
        with self._guard:
            if self._owner in (None, me):
                self._owner = me
                self._depth += 1
                return
            called = threading.Lock()
            called.acquire()
            place = (me, called)
            self._queue.append(place)
        waited = False
        try:
            called.acquire()
            waited = True
        finally:
            if not waited:
                # Interrupted from the keyboard: whoever comes next must not wait for this thread.
                self._leave(place)

    def __exit__(self, *_: object) -> None:
        with self._guard:
            self._depth -= 1
            if not self._depth:
                self._pass_on()

    def _leave(self, place: tuple[int, threading.Lock]) -> None:
        with self._guard:
            if place in self._queue:
                self._queue.remove(place)
            else:
                self._pass_on()

    def _pass_on(self) -> None:
        self._owner, self._depth = None, 0
        if self._queue:
            self._owner, called = self._queue.popleft()
            self._depth = 1
            called.release()
