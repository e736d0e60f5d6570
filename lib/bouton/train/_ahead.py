"""Batches that go through a model while the results of those before are waited for."""

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np

from ..errors import RunningError
from ..transform._journal import Journal
from ._batch_step import BatchStep
from ._last_good import LastGood
from ._several import MOST, Batch, stacked

Metrics = dict[str, float]

# Batches, or loops over some, that are under way at most when the next has been begun. Of short ones more, but no more than take
# so many seconds, which is how long a user who stops it may wait, and so many bytes: each keeps what it may take back.
_AHEAD, _MOST_AHEAD, _SECONDS, _BYTES = 3, 32, 0.25, 2**28
# Interrupts after which results that are under way are waited for no more.
_PATIENCE = 3


class _Part(NamedTuple):
    """Results of some batches, arrays that may still be computed: rows of them, or those of a single batch."""

    result: tuple
    rows: range | None

    def told(self) -> list[tuple[Metrics, bool]]:
        """Metrics of each batch, and whether its gradients were finite."""
        loss, told, finite = self.result if self.rows is None else jax.device_get(self.result)
        told = {"loss": loss, **told}
        if self.rows is None:
            return [({key: float(x) for key, x in told.items()}, bool(finite))]
        return [({key: float(x[k]) for key, x in told.items()}, bool(finite[k])) for k in self.rows]


_Run = Callable[[int, int], _Part]


class _Begun(NamedTuple):
    """Batches that the device has been given.

    Attributes
    ----------
    size : int
        How many.
    where : callable
        ``where(k)`` stands in errors of one of them.
    run : callable
        ``run(first, stop)`` goes through some of them.
    parts : list of _Part
        Results.
    before_last : list of arrays
        Values of Variables at the beginning of the last of them.
    journal : Journal
        What Variables held before the first.
    passed : int
        Steps that lay behind then.
    """

    size: int
    where: Callable[[int], str]
    run: _Run
    parts: list[_Part]
    before_last: list[Any]
    journal: Journal
    passed: int


class Ahead:
    """Gives batches to the device ahead of their results, small ones together in one compiled loop.

    What comes out is as if each batch were waited for: when a result turns out not to be finite, everything that was begun
    since is taken back, and done again batch by batch up to there. Used in a ``with``, which waits for what is under way, also
    when an error ends it.

    Parameters
    ----------
    step : BatchStep
    good : LastGood
        What is taken back when a loss is not finite.
    phase : {'fit', 'test'}
    reset : bool
        Begin anew with each batch.
    together : bool
        Whether the batches are there already, so that several may be taken before the first is begun.
    note : callable
        Is given the metrics of each batch that went well, in order.
    """

    def __init__(
        self, step: BatchStep, good: LastGood, phase: str, *, reset: bool, together: bool, note: Callable[[Metrics], None]
    ):
        self._step, self._good, self._phase, self._reset = step, good, phase, reset
        self._together, self._note = together, note
        self._taken: list[Batch] = []
        self._begun: list[_Begun] = []
        # Seconds that one took last, and when the last was told of.
        self._pace, self._told_at = math.inf, math.nan

    def loops(self, batch: Batch) -> bool:
        """Whether batches like this one go through a compiled loop, where there are several."""
        return self._together and self._step.loops(self._phase, self._reset, batch)

    def take(self, batch: Batch) -> None:
        """The next batch.

        Raises
        ------
        RunningError
            When a loss or a gradient of it, or of one before it, is not finite.
        """
        if self._taken and self._taken[0].kind != batch.kind:
            self._begin_taken()
        self._taken.append(batch)
        if len(self._taken) == MOST or not self.loops(batch):
            self._begin_taken()

    def take_several(self, like: Batch, rows: list[np.ndarray], where: Callable[[int], str]) -> None:
        """The next batches, as leaves with an axis of batches in front; errors as of :meth:`take`."""
        self._begin_taken()
        self._begin(len(rows[0]), where, lambda: self._looping(like, rows), sum(row.nbytes for row in rows))

    def wait(self) -> None:
        """All that were taken are done, and noted; errors as of :meth:`take`."""
        self._begin_taken()
        self._wait_for_all_but(0)

    def __enter__(self) -> "Ahead":
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is not None and not issubclass(error, Exception):
            # The user has stopped it: what was not begun is left out.
            self._taken = []
        interrupt = None
        for _turn in range(_PATIENCE):
            try:
                self.wait()
                break
            except KeyboardInterrupt as again:
                # The device has been given it already.
                interrupt = again
        if interrupt is not None:
            raise interrupt

    def _begin_taken(self) -> None:
        batches, self._taken = self._taken, []
        if not batches:
            return
        first, where = batches[0], lambda k: batches[k].where
        if len(batches) > 1 or (self.loops(first) and self._step.has_looped(self._phase, first)):
            self._begin(len(batches), where, lambda: self._looping(first, stacked(batches)), first.nbytes * len(batches))
        elif self._step.jit and not first.is_small:
            self._begin(1, where, lambda: lambda *_: self._single(first), first.nbytes)
        else:
            # To hand a short step to another thread takes longer than to wait for it.
            self._wait_for_all_but(0)
            self._one_by_one(1, where, lambda *_: self._single(first))

    def _single(self, batch: Batch) -> _Part:
        return _Part(self._step.one(self._phase, self._reset, batch), None)

    def _looping(self, like: Batch, rows: list[np.ndarray]) -> _Run:
        several = self._step.several(self._phase, like, rows)
        return lambda start, stop: _Part(several(start, stop), range(start, stop))

    def _begin(self, count: int, where: Callable[[int], str], make: Callable[[], _Run], held: int) -> None:
        journal, passed = Journal(), self._step.forward.stepping.passed
        with journal:
            run = make()
            parts = [run(0, count - 1)] if count > 1 else []
            # A loss that is not finite takes back what the batch before it has done, too.
            before_last = self._good.values()
            parts.append(run(count - 1, count))
        self._begun.append(_Begun(count, where, run, parts, before_last, journal, passed))
        # What may be taken back, in the journal and before the last, and what went in.
        kept = 2 * sum(value.nbytes for value in self._good.values()) + held
        room = max(min(_SECONDS / self._pace, _BYTES // max(kept, 1), _MOST_AHEAD), _AHEAD)
        if len(self._begun) > room:
            # Several in one go: between two batches Python takes a multiple of the time that it takes in a row.
            self._wait_for_all_but(max(_AHEAD, int(room) // 2))

    def _wait_for_all_but(self, last: int) -> None:
        waits = len(self._begun) - last
        while len(self._begun) > last:
            begun = self._begun[0]
            found = [told for part in begun.parts for told in part.told()]
            # Now: whoever interrupts the waiting finds it again.
            self._begun.pop(0)
            if all(finite and math.isfinite(metrics["loss"]) for metrics, finite in found):
                self._good.went_well(begun.before_last)
                for metrics, _ in found:
                    self._note(metrics)
            else:
                self._again(begun)
        if waits > 0:
            before, self._told_at = self._told_at, time.perf_counter()
            if not math.isnan(before):
                self._pace = max((self._told_at - before) / waits, 1e-6)

    def _again(self, begun: _Begun) -> None:
        again, self._begun = [begun, *self._begun], []
        for one in reversed(again):
            one.journal.put_back()
        self._step.forward.stepping.passed = begun.passed
        for one in again:
            self._one_by_one(one.size, one.where, one.run)

    def _one_by_one(self, count: int, where: Callable[[int], str], run: _Run) -> None:
        for k in range(count):
            before, interrupt = self._good.values(), None
            part = run(k, k + 1)
            try:
                ((metrics, finite),) = part.told()
            except KeyboardInterrupt as early:
                # The weights have moved already, perhaps to where they may not stay.
                interrupt = early
                ((metrics, finite),) = part.told()
            is_finite = math.isfinite(metrics["loss"])
            if is_finite:
                self._good.went_well(before)
            if not is_finite or not finite:
                self._good.take_back(before)
                raise RunningError(
                    where=where(k),
                    expected=f"a finite {'gradient' if is_finite else 'loss'}",
                    got="one that is not" if is_finite else f"{metrics['loss']}",
                    fix="Weights and optimiser are as when the loss was last finite. Look for NaN in the data, or try a smaller "
                    "rate, or max_grad_norm=1.0.",
                )
            self._note(metrics)
            if interrupt is not None:
                raise interrupt
