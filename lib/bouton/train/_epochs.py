"""Through the data of an epoch, batch by batch."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from ..errors import ValueRefused
from ._ahead import Ahead
from ._batch_step import BatchStep
from ._batches import Batches, Cut
from ._history import History
from ._last_good import LastGood
from ._several import MOST


class Epochs:
    """Goes through data, and notes and reports the metrics of their batches.

    Parameters
    ----------
    step : BatchStep
        What is done with a batch.
    history : History
        Where metrics are noted.
    good : LastGood
        What is taken back when a loss is not finite.
    where : str
        Stands in errors.
    seed : int
        Of the order of batches.
    num_report : int
        Batches of a report; -1 for all.
    reset : bool
        Begin anew with each batch.
    shared : dict
        More to share.
    after : callable or None
        Called after each report.
    """

    def __init__(
        self,
        step: BatchStep,
        history: History,
        good: LastGood,
        *,
        where: str,
        seed: int,
        num_report: int,
        reset: bool,
        shared: Mapping[str, Any],
        after: Callable[[int, dict[str, float], str], Any] | None,
    ):
        self._step, self._history, self._good, self._where, self._seed = step, history, good, where, seed
        self._num_report, self._reset, self._shared, self._after = num_report, reset, shared, after

    def through(self, phase: str, data: Batches) -> None:
        """All batches once; ``phase`` is ``'fit'`` or ``'test'``.

        Raises
        ------
        ValueRefused
            When there are none.
        RunningError
            When a loss or a gradient is not finite; Variables are then as they were when the loss was last finite.
        """
        # By the number of the epoch, so that a training that goes on from a file sees the same order.
        rng = np.random.default_rng([self._seed, self._history.epochs])
        size = self._num_report if phase == "fit" else -1
        of_epoch: list[dict[str, float]] = []
        reported = number = 0

        def note(metrics: dict[str, float]) -> None:
            self._history.add(phase, "detailed", metrics)
            self._history.updates += phase == "fit"
            of_epoch.append(metrics)

        with self._step.forward.stepping.shared({**self._shared, "fit": phase == "fit"}):
            found = data(rng)
            together = isinstance(found, list | tuple | Cut)
            with Ahead(self._step, self._good, phase, reset=self._reset, together=together, note=note) as ahead:
                for number in self._taken(ahead, phase, found, size):
                    if number - reported == size:
                        ahead.wait()
                        self._report(phase, of_epoch[reported:])
                        reported = number
        if not of_epoch:
            raise ValueRefused(where=self._where, expected="at least one batch", got="none", fix="Give data that are not empty.")
        if number > reported:
            self._report(phase, of_epoch[reported:])
        self._history.add(phase, "epoch", _means(of_epoch))

    def _taken(self, ahead: Ahead, phase: str, found: Any, size: int) -> Iterator[int]:
        """Take batches up to the next report at most; how many were taken so far."""
        if not isinstance(found, Cut):
            for number, (x, y) in enumerate(found):
                ahead.take(self._step.batch(x, y, self._of_batch(phase, number)))
                yield number + 1
            return
        number = 0
        while number < len(found):
            batch = self._step.batch(*found[number], self._of_batch(phase, number))
            several = min(found.whole - number, MOST, MOST if size < 0 else size - number % size)
            if several > 1 and ahead.loops(batch):
                rows = found.leaves(number, number + several)
                ahead.take_several(batch, rows, lambda k, number=number: self._of_batch(phase, number + k))
                number += several
            else:
                ahead.take(batch)
                number += 1
            yield number

    def _of_batch(self, phase: str, number: int) -> str:
        return f"{self._where}, epoch {self._history.epochs}, {'' if phase == 'fit' else 'test '}batch {number}"

    def _report(self, phase: str, of_batches: list[dict[str, float]]) -> None:
        metrics = _means(of_batches)
        self._history.add(phase, "report", metrics)
        if self._after is not None:
            self._after(len(self._history.rows[phase, "loss", "report"]) - 1, metrics, phase)


def _means(of_batches: list[dict[str, float]]) -> dict[str, float]:
    return {key: float(np.mean([metrics[key] for metrics in of_batches])) for key in of_batches[0]}
