"""Through the data of an epoch, batch by batch."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from ..errors import RunningError, ValueRefused
from ..run._given import as_argument
from ._batch_step import BatchStep
from ._batches import Batches
from ._history import History
from ._last_good import LastGood


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
        reported = 0
        with self._step.forward.stepping.shared({**self._shared, "fit": phase == "fit"}):
            for x, y in data(rng):
                of_epoch.append(self._batch(phase, x, y, len(of_epoch)))
                if len(of_epoch) - reported == size:
                    self._report(phase, of_epoch[reported:])
                    reported = len(of_epoch)
        if not of_epoch:
            raise ValueRefused(where=self._where, expected="at least one batch", got="none", fix="Give data that are not empty.")
        if len(of_epoch) > reported:
            self._report(phase, of_epoch[reported:])
        self._history.add(phase, "epoch", _means(of_epoch))

    def _batch(self, phase: str, x: Any, y: Any, number: int) -> dict[str, float]:
        where = f"{self._where}, epoch {self._history.epochs}, {'' if phase == 'fit' else 'test '}batch {number}"
        y = jax.tree_util.tree_map(lambda y: as_argument(y, f"{where}, targets", "Give numbers."), y)
        self._good.begin()
        loss, told, finite = self._step(phase, self._reset, x, y, where)
        metrics = {"loss": float(loss), **{key: float(value) for key, value in told.items()}}
        is_finite = math.isfinite(metrics["loss"])
        if is_finite:
            self._good.went_well()
        if not is_finite or not finite:
            self._good.take_back()
            raise RunningError(
                where=where,
                expected=f"a finite {'gradient' if is_finite else 'loss'}",
                got="one that is not" if is_finite else f"{metrics['loss']}",
                fix="Weights and optimiser are as when the loss was last finite. Look for NaN in the data, or try a smaller "
                "rate, or max_grad_norm=1.0.",
            )
        self._history.add(phase, "detailed", metrics)
        self._history.updates += phase == "fit"
        return metrics

    def _report(self, phase: str, of_batches: list[dict[str, float]]) -> None:
        metrics = _means(of_batches)
        self._history.add(phase, "report", metrics)
        if self._after is not None:
            self._after(len(self._history.rows[phase, "loss", "report"]) - 1, metrics, phase)


def _means(of_batches: list[dict[str, float]]) -> dict[str, float]:
    return {key: float(np.mean([metrics[key] for metrics in of_batches])) for key in of_batches[0]}
