"""What the views of one simulation keep together: runs to compare with, and windows that stand while the model runs on."""

import itertools
import uuid
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import RLock
from weakref import WeakKeyDictionary, WeakMethod

import bouton as bp
from bouton import errors

MOST_BYTES = 2**30
"""Of all that is kept of one simulation."""

_MOST_WINDOWS = 4
"""Frozen at once: pages that went without a word leave theirs behind, and the oldest give way."""


@dataclass(frozen=True)
class KeptRun:
    """A run that is kept: its number, its name, and its recording."""

    number: int
    name: str
    recording: bp.run.Recording


class Shelf:
    """Kept runs and frozen windows of one simulation.

    Parameters
    ----------
    name : str
        By which the views on a page know that they show the same simulation.
    """

    def __init__(self, name: str):
        self.name = name
        self.runs: list[KeptRun] = []
        self._windows: dict[str, tuple[bp.run.Recording, set[Hashable]]] = {}
        # Tokens of windows that gave way, for pages that may still ask for them.
        self._gave_way: deque[str] = deque(maxlen=256)
        self._numbers = itertools.count(1)
        self._watchers: list[WeakMethod] = []
        self._guard = RLock()

    def watch(self, changed: Callable[[], None]) -> None:
        """Call a view's method whenever runs come or go, as long as there is the view."""
        self._watchers.append(WeakMethod(changed))

    def keep(self, simulation: bp.run.LiveSimulation, name: str | None = None, token: str | None = None) -> KeptRun:
        """Keep what there is of a simulation now, or what is frozen under a token.

        Raises
        ------
        ValueRefused
            For a name that is none or that a run has already, and when it takes too much memory.
        """
        with self._guard:
            number, names = next(self._numbers), {run.name for run in self.runs}
            if name is None:
                name = next(f"Run {k}" for k in itertools.count(number) if f"Run {k}" not in names)
            if not isinstance(name, str) or not name.strip() or name in names:
                raise errors.ValueRefused(
                    where="keep(name=...)",
                    expected="a name that no other kept run has",
                    got=f"{name!r}",
                    fix="Give another, or leave it out.",
                )
            run = KeptRun(number, name, self.window(token) or self._recorded(simulation))
            self.runs.append(run)
        self._tell()
        return run

    def forget(self, number: int) -> None:
        """Let a run go."""
        with self._guard:
            self.runs = [run for run in self.runs if run.number != number]
        self._tell()

    def freeze(self, simulation: bp.run.LiveSimulation, token: str, owner: Hashable) -> bp.run.Recording:
        """Give the window of a token: what there was of the simulation when somebody first asked for it.

        Raises
        ------
        ValueRefused
            When it takes too much memory, or has given way to others.
        """
        with self._guard:
            if self.window(token) is None or owner not in self._windows[token][1]:
                # It looks at one at a time.
                self.thaw(owner)
            if token not in self._windows:
                while len(self._windows) >= _MOST_WINDOWS:
                    oldest = next(iter(self._windows))
                    del self._windows[oldest]
                    self._gave_way.append(oldest)
                self._windows[token] = (self._recorded(simulation), set())
            recording, owners = self._windows[token]
            owners.add(owner)
        return recording

    def window(self, token: str | None) -> bp.run.Recording | None:
        """Give the window of a token; None where nothing is frozen under it.

        Raises
        ------
        ValueRefused
            When it has given way to others.
        """
        with self._guard:
            if token in self._windows:
                return self._windows[token][0]
            if token in self._gave_way:
                raise errors.ValueRefused(
                    where="freeze",
                    expected=f"one of the last {_MOST_WINDOWS} pictures that were frozen of this simulation",
                    got="one that has given way to later ones, on other pages",
                    fix="Freeze again.",
                )
        return None

    def thaw(self, owner: Hashable) -> None:
        """Let go of the windows that nobody else looks at."""
        with self._guard:
            for _, owners in self._windows.values():
                owners.discard(owner)
            self._windows = {token: window for token, window in self._windows.items() if window[1]}

    def _recorded(self, simulation: bp.run.LiveSimulation) -> bp.run.Recording:
        held = [run.recording for run in self.runs] + [window[0] for window in self._windows.values()]
        # Before a copy is made that may be too large already.
        _refuse_too_much(sum(one.nbytes for one in held) + simulation.nbytes)
        found = simulation.recording()
        # What the model itself holds costs nothing more.
        own = set() if found.end is None else {id(value) for value in found.end.values.values()}
        stands = [one.course.snapshots for one in (*held, found) if one.course is not None]
        arrays = {id(value): value for snapshots in stands for snapshot in snapshots for value in snapshot.values.values()}
        states = sum(value.nbytes for key, value in arrays.items() if key not in own)
        _refuse_too_much(sum(one.nbytes for one in (*held, found)) + states)
        return found

    def _tell(self) -> None:
        self._watchers = [watcher for watcher in self._watchers if watcher() is not None]
        for watcher in self._watchers:
            changed = watcher()
            if changed is not None:
                changed()


def _refuse_too_much(nbytes: int) -> None:
    if nbytes > MOST_BYTES:
        raise errors.ValueRefused(
            where="keep",
            expected=f"at most {MOST_BYTES / 2**20:.4g} MiB of one simulation",
            got=f"{nbytes / 2**20:.4g} MiB with this one",
            fix="Remove a kept run, or record fewer signals, fewer units with max_units=, or a shorter window.",
        )


# One for each simulation however many views it has; an entry goes when its simulation does.
_shelves: WeakKeyDictionary[bp.run.LiveSimulation, Shelf] = WeakKeyDictionary()


def shelf_of(simulation: bp.run.LiveSimulation) -> Shelf:
    """Give the one shelf of a simulation."""
    return _shelves.setdefault(simulation, Shelf(uuid.uuid4().hex[:12]))
