"""The history of a training: its loss and the other metrics over epochs, for training and test."""

import math
import time
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

import bouton as bp
from bouton import errors

from ._assets import script
from ._curves import Run, epoch_ends, in_epochs, reader, thinned
from ._following import look_after_cells
from ._history_picture import picture
from ._summary import number, table
from ._view import View
from ._widget import ViewWidget

_WORDS = {"fit": "training", "test": "test", "batch": "each batch"}
_PAUSE = 0.1
"""Seconds between two pictures while a training is followed."""
_SHARE = 0.1
"""Part of the time of a training that its pictures may take."""


class HistoryView(View):
    """Trainings as lines, without a screen.

    Parameters
    ----------
    target : trainer, curves or mapping
        See `history`.
    log : bool
        Whether the axis of the loss begins logarithmic.
    updates_per_epoch : int, optional
        Where the history does not tell.
    """

    script = "history.js"

    def __init__(self, target: Any, *, log: bool = False, updates_per_epoch: int | None = None):
        super().__init__()
        self._target, self._read = target, reader(target)
        self._log, self._updates_per_epoch = bool(log), _positive(updates_per_epoch)
        self._next = 0.0
        look_after_cells(self)

    def content(self) -> dict[str, Any]:
        """Give the lines of each metric, over epochs where their ends are known, otherwise over updates."""
        runs = self._read()
        ends = [epoch_ends(run, self._updates_per_epoch) for run in runs]
        found = [end for end in ends if end is not None and end.size]
        if len(found) < len(runs):
            found = []
        metrics = list(dict.fromkeys(["loss", *(metric for run in runs for _, metric in run.reports)]))
        plots = [{"metric": metric, "lines": _lines(runs, metric, found)} for metric in metrics]
        losses = [y for line in plots[0]["lines"] for y in line["y"] if y is not None]
        return {
            "title": self.title,
            "facts": _facts(runs, found),
            "axis": "epoch" if found or not any(plot["lines"] for plot in plots) else "updates",
            "log": self._log,
            "positive": bool(losses) and min(losses) > 0,
            "lost": sum(int((~np.isfinite(line.values)).sum()) for run in runs for line in run.reports.values()),
            "batches": len(runs) == 1,
            "plots": plots,
        }

    @property
    def title(self) -> str:
        """The model's class, if there is one."""
        return type(self._target.target).__name__ if isinstance(self._target, bp.BPTT) else "Training"

    def plain(self) -> str:
        """Give of each line its first, least, largest and last value."""
        rows = [["metric", "", "first", "least", "largest", "last"]]
        for plot in self.content()["plots"]:
            for line in plot["lines"]:
                values = [y for y in line["y"] if y is not None]
                if line["phase"] != "batch" and values:
                    rows.append([plot["metric"], line["name"], *map(number, (values[0], min(values), max(values), values[-1]))])
        return table(rows) if len(rows) > 1 else f"{self.title}: nothing has been trained yet"

    def svg(self) -> str:
        """Give a picture for where no script runs."""
        return picture(self.content())

    def receive(self, message: Mapping[str, Any]) -> None:
        """Note the pages, and show those that ask what has been trained since."""
        page = str(message.get("view", ""))
        match message.get("type"):
            case "hello":
                self.pages[page] = message
                self.look()
            case "bye":
                self.pages.pop(page, None)

    def close(self) -> None:
        """Look no more."""
        super().close()
        self.pages.clear()

    def look(self) -> None:
        """Show what has been trained since; carriers send nothing that the pages have."""
        self.refresh()

    def follow(self) -> None:
        """Show what has been trained since, but take little of the time of the training for it."""
        began = time.monotonic()
        if began >= self._next:
            self.refresh()
            now = time.monotonic()
            self._next = now + max(_PAUSE, (now - began) / _SHARE)


def _lines(runs: list[Run], metric: str, ends: list[np.ndarray]) -> list[dict[str, Any]]:
    found = []
    for i, run in enumerate(runs):
        lines = {phase: line for (phase, name), line in run.reports.items() if name == metric}
        if metric in run.batches:
            # First, so that it lies below the others.
            lines = {"batch": run.batches[metric], **lines}
        for phase, line in lines.items():
            kept = thinned(line.values)
            updates, values = line.updates[kept], line.values[kept]
            found.append(
                {
                    "run": i,
                    "phase": phase,
                    "name": f"{run.name}, {_WORDS[phase]}" if run.name else _WORDS[phase],
                    "x": (in_epochs(updates, ends[i]) if ends else updates).tolist(),
                    "updates": updates.tolist(),
                    "y": [y if math.isfinite(y) else None for y in values.tolist()],
                }
            )
    return found


def _facts(runs: list[Run], ends: list[np.ndarray]) -> str:
    updates = int(max((line.updates[-1] for run in runs for line in run.reports.values() if line.updates.size), default=0))
    if not updates:
        return ""
    counted = [(len(runs) if len(runs) > 1 else 0, "training"), (max(map(len, ends), default=0), "epoch"), (updates, "update")]
    return " · ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counted if n)


def _positive(updates: Any) -> int | None:
    if updates is None:
        return None
    if isinstance(updates, bool) or not isinstance(updates, int | np.integer) or updates < 1:
        raise errors.ValueRefused(
            where="bouton_widgets.history(updates_per_epoch=...)",
            expected="a whole number of at least 1",
            got=repr(updates),
            fix="Give the number of batches of an epoch.",
        )
    return int(updates)


class TrainingHistory(ViewWidget):
    """The widget that `history` gives."""

    _esm: ClassVar[str] = script(HistoryView.script)
    view: HistoryView

    def follow(self, *report: object) -> None:
        """Draw what has been trained until now: ``trainer.fit(..., fun_after_report=shown.follow)``.

        A training that reports often is drawn some times a second, and the rest when the cell ends, or when somebody turns to
        the view; `refresh` draws it at once.
        """
        self.view.follow()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle, *metadata = super()._repr_mimebundle_(**options)
        bundle["image/svg+xml"] = self.view.svg()
        return (bundle, *metadata)


def history(trainer: Any, *, log: bool = False, updates_per_epoch: int | None = None) -> TrainingHistory:
    """Show how a training went: the loss, and each metric that the loss function returned beside it.

    Each report is a point: training (the mean of its batches, each before its own update) and test. Of a trainer with more
    batches than reports, these are a thin line. Point at the picture, or press the arrow keys, to read the values. What a
    trainer has learnt since shows when the cell has been executed; to see it during a training, hand it `follow`.

    Parameters
    ----------
    trainer : bouton.BPTT or BPFF, list of curves, or mapping
        A trainer; what its ``curves()`` gave, also as plain tuples or lists ``(phase, metric, updates, values)``; or the same as
        ``{'fit': {'loss': (updates, values)}, 'test': ...}``. Several are laid over one another by name:
        ``{"lr 0.001": one, "lr 0.01": other}``. What is not finite leaves a gap.
    log : bool
        Whether the axis of the loss begins logarithmic, if it is positive; a button changes it.
    updates_per_epoch : int, optional
        Batches of an epoch. Without it, epochs are told from the tests, as one follows each; where there are none, the lines are
        drawn over updates.

    Returns
    -------
    TrainingHistory
        A widget; the last expression of a cell displays it, and a notebook keeps a picture of it.

    Raises
    ------
    KindError, ValueRefused, ShapeError
        For what has no history, and for curves that are none.
    """
    return TrainingHistory(HistoryView(trainer, log=log, updates_per_epoch=updates_per_epoch))
