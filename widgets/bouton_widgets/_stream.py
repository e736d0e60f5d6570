"""Sends a simulation's frames to the pages that watch it, as fast as they draw and no faster."""

import time
from collections.abc import Callable
from contextvars import copy_context
from threading import Condition, Thread, current_thread

import bouton as bp

from ._audience import audience_of
from ._flow import Flow

_LINGER = 1.0
"""Seconds that the sending thread waits for work before it ends; it is started again when there is some."""


class Stream:
    """The frames of one view.

    Parameters
    ----------
    simulation : bouton.run.LiveSimulation
        What is watched. It is paused when its last watcher has gone, and resumed when one comes back.
    send : callable
        Called with the number of a frame on the sending thread; makes the frame from what is newest, sends it, and says which
        change of a parameter is the last in it.
    busy : callable
        Whether this process is too busy to hear the pages, so that their silence means nothing.
    """

    def __init__(
        self,
        simulation: bp.run.LiveSimulation,
        send: Callable[[int], int],
        busy: Callable[[], bool] = lambda: False,
    ):
        self._simulation, self._send, self._busy = simulation, send, busy
        self._flow = Flow()
        self._changed = Condition()
        self._dirty = False
        self._shown_change = 0
        self._thread: Thread | None = None
        self._context = copy_context()
        self._unsubscribe = simulation.subscribe(self._simulated)

    def __contains__(self, page: str) -> bool:
        """Whether a page watches."""
        return page in self._flow

    def hello(self, page: str) -> None:
        """Let a page watch from now on; it gets a frame at once."""
        with self._changed:
            self._flow.hello(page, time.monotonic())
            self._context = copy_context()
        audience_of(self._simulation).arrive(self, self._simulation)
        self.wake()

    def answered(self, page: str, frame: int) -> None:
        """Note that a page has drawn a frame."""
        with self._changed:
            empty = not len(self._flow)
            self._flow.answered(page, frame, time.monotonic())
            # Frames are sent in the context of the page's last message: a kernel with subshells then takes the page's answers on
            # a thread of their own, where they are heard even while a cell is being executed.
            self._context = copy_context()
            self._changed.notify()
        if empty:
            self.hello(page)

    def bye(self, page: str) -> None:
        """Let a page go."""
        with self._changed:
            self._flow.bye(page)
            self._changed.notify()
            empty = not len(self._flow)
        if empty:
            audience_of(self._simulation).leave(self, self._simulation)

    def wake(self) -> None:
        """Have a new frame sent as soon as the pages are ready for it."""
        with self._changed:
            if not len(self._flow):
                return
            self._dirty = True
            self._changed.notify()
            if self._thread is None:
                self._thread = Thread(target=self._run, name="bouton frames", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Send no more, and pause the simulation if nobody else watches it."""
        self._unsubscribe()
        with self._changed:
            self._flow = Flow()
            self._changed.notify()
        audience_of(self._simulation).leave(self, self._simulation)

    def _simulated(self) -> None:
        self.wake()

    def _run(self) -> None:
        try:
            while (number := self._next()) is not None:
                self._shown_change = self._context.run(self._send, number)
        finally:
            # Also after an error in the simulation, so that the next wake() starts a fresh thread.
            with self._changed:
                if self._thread is current_thread():
                    self._thread = None

    def _next(self) -> int | None:
        """Wait for the moment of the next frame; None ends the thread."""
        idle_until = time.monotonic() + _LINGER
        with self._changed:
            while True:
                now = time.monotonic()
                if self._busy():
                    self._flow.excuse(now)
                self._flow.drop_silent(now)
                if not len(self._flow) or (not self._dirty and now > idle_until):
                    self._thread = None
                    break
                urgent = self._simulation.change > self._shown_change
                if urgent:
                    self._flow.hand(now)
                if self._dirty and self._flow.ready(now, urgent):
                    self._dirty = False
                    return self._flow.send(now)
                self._changed.wait(self._flow.soon(now) if self._dirty else _LINGER)
            deserted = not len(self._flow)
        if deserted:
            audience_of(self._simulation).leave(self, self._simulation)
            if len(self._flow):
                # A page has come back between the two lines above.
                audience_of(self._simulation).arrive(self, self._simulation)
        return None
