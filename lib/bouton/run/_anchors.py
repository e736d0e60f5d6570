"""Where a simulation stood at some steps of its window: from there what it did can be done again."""

from collections import deque
from collections.abc import Callable

from ._snapshot import Snapshot


class Anchors:
    """Snapshots a quarter of the window apart, in memory that does not grow.

    Parameters
    ----------
    window : int
        Steps that the simulation keeps.
    nbytes : int
        What the cells that move take; of a model that moves too much none is kept.
    """

    # Of all of them together.
    MOST_BYTES = 2**27
    _COUNT = 4

    def __init__(self, window: int, nbytes: int):
        self._every = max(window // self._COUNT, 1)
        self._held: deque[Snapshot] = deque(maxlen=self._COUNT + 2)
        self._none = nbytes * (self._COUNT + 2) > self.MOST_BYTES

    def clear(self) -> None:
        """Forget all of them: the simulation has jumped."""
        self._held.clear()

    def pass_by(self, step: int, look: Callable[[], Snapshot]) -> None:
        """Take one, before the step that comes next, if the last is far enough behind."""
        if not self._none and (not self._held or step >= self._held[-1].steps + self._every):
            self._held.append(look())

    def since(self, step: int) -> tuple[Snapshot, ...]:
        """Those from a step on, oldest first."""
        return tuple(one for one in self._held if one.steps >= step)
