"""A progress bar that compiled loops move."""

import importlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax
import jax.numpy as jnp

_UPDATES = 20


class Bar:
    """The bar of one loop; each run of the loop shows a new one.

    Parameters
    ----------
    description : str, optional
        Stands before it.
    """

    def __init__(self, description: str | None = None) -> None:
        self._described = {} if description is None else {"desc": description}
        # At the first use: most loops have no bar. By the thread that traces, not by one of JAX that runs callbacks.
        self._make = importlib.import_module("tqdm.auto").tqdm
        self._lock = threading.Lock()
        self._shown: Any = None
        self._held = False

    @contextmanager
    def shown(self, length: int) -> Iterator["Bar"]:
        """Show a bar of ``length`` turns until the block ends, however it ends."""
        with self._lock:
            self._open(length)
            self._held = True
        try:
            yield self
        finally:
            with self._lock:
                self._held = False
                self._close()

    def reach(self, done: int, length: int) -> None:
        """``done`` turns have ended. The first report of a run shows the bar, unless it is there; the last takes it down."""
        with self._lock:
            bar = self._shown
            if bar is None or (not self._held and done <= bar.n):
                bar = self._open(length)
            bar.update(max(done - bar.n, 0))
            if done == length and not self._held:
                self._close()

    def _open(self, length: int) -> Any:
        self._close()
        self._shown = self._make(total=length, **self._described)
        return self._shown

    def _close(self) -> None:
        if self._shown is not None:
            self._shown.close()
            self._shown = None

    def scan(self, turn: Callable, start: Any, operands: Any, *, length: int, reverse: bool, unroll: int) -> tuple[Any, Any]:
        """Scan as :func:`jax.lax.scan` does, and report some twenty times."""
        # In pieces: to ask at each turn whether to report would cost more than a cheap turn does.
        size = _piece(length)
        pieces, rest = divmod(length, size)
        first, last = _split(operands, pieces * size)
        counts = jnp.arange(1, pieces + 1) * size + (rest if reverse else 0)

        def report(done: Any) -> None:
            jax.debug.callback(lambda done: self.reach(int(done), length), done)

        def piece(carry: Any, counted: tuple) -> tuple[Any, Any]:
            done, xs = counted
            carry, out = jax.lax.scan(turn, carry, xs, length=size, reverse=reverse, unroll=unroll)
            report(done)
            return carry, out

        def of_rest(carry: Any) -> tuple[Any, Any]:
            # A function of its own: JAX would answer with the trace it has of the other.
            carry, out = jax.lax.scan(lambda c, x: turn(c, x), carry, last, length=rest, reverse=reverse, unroll=unroll)
            report(rest if reverse else length)
            return carry, out

        carry, end = of_rest(start) if rest and reverse else (start, None)
        grouped = jax.tree_util.tree_map(lambda a: a.reshape(pieces, size, *a.shape[1:]), first)
        counts = counts[::-1] if reverse else counts
        carry, out = jax.lax.scan(piece, carry, (counts, grouped), length=pieces, reverse=reverse)
        out = jax.tree_util.tree_map(lambda a: a.reshape(pieces * size, *a.shape[2:]), out)
        if rest and not reverse:
            carry, end = of_rest(carry)
        return carry, jax.tree_util.tree_map(lambda *ys: jnp.concatenate(ys), out, end) if rest else out


def _piece(length: int) -> int:
    """Turns between two reports: if possible a number that leaves no rest."""
    least = -(-length // _UPDATES)
    return next((size for size in range(least, 2 * least + 1) if length % size == 0), least)


def _split(operands: Any, at: int) -> tuple[Any, Any]:
    return jax.tree_util.tree_map(lambda a: a[:at], operands), jax.tree_util.tree_map(lambda a: a[at:], operands)
