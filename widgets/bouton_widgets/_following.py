"""Views that follow their model: what another view or Python code changes in it, they show too."""

import time
from abc import abstractmethod
from collections.abc import Callable
from threading import RLock, Thread, Timer
from typing import Any, Protocol
from weakref import WeakMethod, WeakSet

from IPython import get_ipython

import bouton as bp

from ._choice import Choice
from ._controls import Control
from ._view import View

_LOOK_AGAIN = 0.5
"""Seconds between looks at a running model for what Python code has changed in it."""

_SOON = 0.1
"""Seconds in which several changes become one look."""


class Looking(Protocol):
    """What may look after a cell."""

    pages: dict[str, Any]

    def look(self) -> None: ...


_after_cells: "WeakSet[Looking]" = WeakSet()

# All that are open. Pages may be heard on several threads; nobody looks at a model between a change and the news of it.
_open: "WeakSet[FollowingView]" = WeakSet()
turning = RLock()


def others(view: "FollowingView") -> list["FollowingView"]:
    """Give the views that are open beside this one."""
    return [other for other in tuple(_open) if other is not view]


class FollowingView(View):
    """A view whose pages show what a model holds.

    It looks at the model after each change made through another view, after each cell that a notebook has executed, and while a
    simulation of the model runs. Looking compares references; only what has changed is read and sent, so that nothing is spent
    where nothing happens.

    Parameters
    ----------
    target : bouton.Object or bouton.run.LiveSimulation
        The model, or a simulation of it.
    """

    def __init__(self, target: bp.Object | bp.run.LiveSimulation):
        super().__init__()
        self.simulation = target if isinstance(target, bp.run.LiveSimulation) else None
        self.module = target.model if isinstance(target, bp.run.LiveSimulation) else target
        self._looked = 0.0
        self._waits = False
        _open.add(self)
        look_after_cells(self)
        self._unsubscribe = None if self.simulation is None else self.simulation.subscribe(self._follower())

    @abstractmethod
    def changes(self, source: Control | Choice | None = None) -> list[dict[str, Any]]:
        """Give the rows that have changed since the last look, perhaps through another view's control."""

    @property
    @abstractmethod
    def stale(self) -> bool:
        """Whether a look would find something; asked by the simulation's own thread."""

    def news(self, source: Control | Choice) -> list[dict[str, Any]]:
        """Give the rows to be shown at once after a change through another view's control."""
        return self.changes(source)

    @property
    def title(self) -> str:
        """The model's class."""
        return self.module.class_name

    def look(self) -> None:
        """Show the pages what has changed in the model since the last look."""
        self._waits = False
        with turning:
            # Told before anybody else looks: news that came later would be shown over.
            self.show(self.changes())

    def look_soon(self) -> None:
        """Look in a moment, once for all that happens until then."""
        if self._waits or not self.pages:
            return
        self._waits = True
        timer = Timer(_SOON, self.look)
        timer.daemon = True
        timer.start()

    def show(self, rows: list[dict[str, Any]]) -> None:
        """Send rows to the pages."""
        if rows:
            self.publish({"type": "rows", "rows": rows})

    def close(self) -> None:
        """Follow the model no more."""
        super().close()
        self.pages.clear()
        _open.discard(self)
        _after_cells.discard(self)
        if self._unsubscribe is not None:
            self._unsubscribe()

    def _follower(self) -> Callable[[], None]:
        # The simulation must not keep a view alive that nobody has any more.
        weakly = WeakMethod(self._simulated)

        def follow() -> None:
            method = weakly()
            if method is not None:
                method()

        return follow

    def _simulated(self) -> None:
        now = time.monotonic()
        if not self.pages:
            return
        if now - self._looked < _LOOK_AGAIN:
            if self.simulation is not None and self.simulation.status != "running":
                # No other news will come.
                self.look_soon()
            return
        self._looked = now
        if self.stale:
            # Not here: the simulation's own thread must not wait for a page, nor fail with it.
            Thread(target=self.look, name="bouton look", daemon=True).start()


def look_after_cells(view: Looking) -> None:
    """Have a view look whenever a notebook has executed a cell, while pages show it."""
    _after_cells.add(view)
    shell = get_ipython()
    if shell is not None:
        # Registering what is registered already changes nothing.
        shell.events.register("post_run_cell", _cell_executed)


def _cell_executed(_result: object) -> None:
    for view in tuple(_after_cells):
        if view.pages:
            view.look()
