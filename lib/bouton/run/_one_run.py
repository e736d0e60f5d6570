"""One run, piece by piece."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import jax

from ._inputs import Feed
from ._pieces import Kept, cuts
from ._stepping import Stepping


class OneRun:
    """A run that is under way: what it has come to can be asked for at any time.

    Parameters
    ----------
    stepping : Stepping
        How to step.
    piece : callable
        ``stepping.piece``, compiled or not.
    feed : Feed
        What is given at each step.
    xs : tuple
        What the system is called with, time first.
    steps, size : int
        Of the whole, and of each piece.
    first : int
        Number of the first step.
    on_host : bool
        Whether readings are brought to the host's memory as they come.
    ahead : int
        Pieces that are begun before the one in front of them is brought there.

    Attributes
    ----------
    steps, first, done : int
        Of the whole, number of the first, and how many are done.
    """

    def __init__(
        self,
        stepping: Stepping,
        piece: Callable,
        feed: Feed,
        xs: tuple,
        *,
        steps: int,
        size: int,
        first: int,
        on_host: bool,
        ahead: int,
    ):
        self._stepping, self._piece, self._feed, self._xs = stepping, piece, feed, xs
        self._size = max(size // stepping.every, 1) * stepping.every
        self._outs = Kept(steps, on_host=self._size < steps)
        self._readings = Kept(steps // stepping.every, on_host)
        # What is brought to the host has been waited for.
        self._waits = not (on_host and stepping.monitors and not stepping.returns)
        self._ahead = ahead
        self._begun: deque[tuple[int, int, Any, Any]] = deque()
        self.steps, self.first, self.done = steps, first, 0

    def pieces(self, ended: Callable[[], bool]) -> Iterator[int]:
        """Run them in order, and say after each how many steps are done; no more are begun when ``ended`` says so."""
        for start, stop in cuts(self.steps, self._size, self._stepping.every):
            # Who stops it has seen something of it.
            if start and ended():
                break
            self._begin(start, stop)
            if len(self._begun) > self._ahead:
                yield self._keep()
        while self._begun:
            yield self._keep()

    def finish(self, because: BaseException) -> None:
        """Keep what has been begun when ``because`` has ended the run: the states are those at its end."""
        try:
            while self._begun:
                self._keep()
        except (RuntimeError, ValueError, MemoryError) as problem:
            # Of an error the piece ahead tells once more.
            if not isinstance(because, Exception):
                because.add_note(f"What had been begun then could not be kept: {problem}")
        finally:
            self._begun.clear()

    def _begin(self, start: int, stop: int) -> None:
        clock = self._stepping.clock(self.first + start, stop - start)
        xs = self._xs
        if stop - start < self.steps:
            xs = jax.tree_util.tree_map(lambda x: x[start:stop], xs)
        self._begun.append((start, stop, *self._piece(*clock, self._feed.piece(start, stop), xs)))
        # As the states, which are those at its end from here on.
        self._stepping.passed = self.first + stop

    def _keep(self) -> int:
        start, stop, out, read = self._begun[0]
        every = self._stepping.every
        if self._waits or stop - start < every:
            self._wait((out, read))
        self._outs.add(out, start, stop - start)
        if stop - start >= every:
            self._readings.add(read, start // every, (stop - start) // every)
        self.done = stop
        # Last: whoever is interrupted before keeps it again.
        self._begun.popleft()
        return stop

    def _wait(self, given: Any) -> None:
        # Otherwise a run would be over, and timed, before it has begun.
        if not jax.tree_util.tree_leaves(given):
            given = [cell.value for cell in self._stepping.target.vars("relative").values()]
        jax.block_until_ready(given)

    def outputs(self) -> Any:
        """What the system returned until now."""
        outs = self._outs.result()
        return None if outs is None else self._stepping.laid_back(outs)

    def readings(self) -> dict[str, Any]:
        """What the monitors read until now, time first."""
        return self._readings.result() or {}
