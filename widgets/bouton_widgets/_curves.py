"""Histories of trainings as lines: of a trainer, or of what somebody has kept of one."""

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

import bouton as bp
from bouton import errors

_WHERE = "bouton_widgets.history(trainer)"
_PHASES = ("fit", "test")
_FORMS = "a trainer with a history (bouton.BPTT or BPFF), the curves of one, or a mapping from names to these"
_FIX = (
    "Pass the trainer, what its curves() gave, or {'fit': {'loss': (updates, values)}}; several by name, {'lr 0.1': trainer}. "
    "Trainers of readouts keep no history."
)


class Line(NamedTuple):
    """Values over the number of updates until each: both (n,), float64."""

    updates: np.ndarray
    values: np.ndarray


class Run(NamedTuple):
    """One training.

    Attributes
    ----------
    name : str
        Empty if it is the only one.
    reports : dict
        A `Line` by phase, ``'fit'`` or ``'test'``, and metric.
    batches : dict
        A `Line` by metric: of each batch that was trained with, where that is known.
    """

    name: str
    reports: dict[tuple[str, str], Line]
    batches: dict[str, Line]


def reader(target: Any) -> Callable[[], list[Run]]:
    """Give what reads the trainings; of a trainer as they are at each call.

    Raises
    ------
    KindError, ValueRefused, ShapeError
        When it is no history.
    """
    if isinstance(target, Mapping) and not _is_by_phase(target):
        if not target:
            raise errors.ValueRefused(where=_WHERE, expected="at least one training by name", got="an empty mapping", fix=_FIX)
        several = [_one(str(name), one, f"bouton_widgets.history({{{name!r}: ...}})") for name, one in target.items()]
    else:
        several = [_one("", target, _WHERE)]
    return lambda: [one() for one in several]


def _one(name: str, target: Any, where: str) -> Callable[[], Run]:
    if isinstance(target, bp.BPTT):
        return lambda: _of_trainer(name, target)
    if isinstance(target, Mapping) and _is_by_phase(target):
        curves: Iterable[Any] = [
            (phase, metric, *_pair(line, f"{where}, {phase} {metric}"))
            for phase, metrics in target.items()
            for metric, line in metrics.items()
        ]
    elif isinstance(target, list | tuple):
        curves = target
    else:
        raise errors.KindError(where=where, expected=_FORMS, got=type(target).__name__, fix=_FIX)
    run = Run(name, _checked(curves, where), {})
    return lambda: run


def _is_by_phase(target: Mapping[Any, Any]) -> bool:
    return bool(target) and set(target) <= set(_PHASES) and all(isinstance(metrics, Mapping) for metrics in target.values())


def _of_trainer(name: str, trainer: bp.BPTT) -> Run:
    reports = {(curve.phase, curve.metric): _line(curve.updates, curve.values) for curve in trainer.curves()}
    batches = {}
    for phase, metric in reports:
        if phase == "fit":
            values = trainer.get_hist_metric("fit", metric, "detailed")
            # So many updates had been made when a batch's loss was computed. As few as reports, they would say nothing more.
            if len(values) > len(reports[phase, metric].values):
                batches[metric] = _line(np.arange(len(values)), values)
    return Run(name, reports, batches)


def _line(updates: Any, values: Any) -> Line:
    return Line(np.asarray(updates, float), np.asarray(values, float))


def _checked(curves: Iterable[Any], where: str) -> dict[tuple[str, str], Line]:
    reports: dict[tuple[str, str], Line] = {}
    for i, curve in enumerate(curves):
        if not isinstance(curve, list | tuple) or len(curve) != 4 or not all(isinstance(word, str) for word in curve[:2]):
            raise errors.KindError(
                where=f"{where}, curve {i}", expected="(phase, metric, updates, values)", got=type(curve).__name__, fix=_FIX
            )
        phase, metric, updates, values = curve
        here = f"{where}, {phase} {metric}"
        if phase not in _PHASES:
            raise errors.ValueRefused(where=here, expected="phase 'fit' or 'test'", got=repr(phase), fix="Name it one of these.")
        if (phase, metric) in reports:
            raise errors.ValueRefused(
                where=here, expected="one curve of a phase and metric", got="two", fix="Give several trainings by name."
            )
        reports[phase, metric] = _numbers(updates, values, here)
    return reports


def _pair(line: Any, where: str) -> tuple[Any, Any]:
    if not isinstance(line, list | tuple) or len(line) != 2:
        raise errors.KindError(
            where=where,
            expected="a pair (updates, values)",
            got=type(line).__name__,
            fix="Give the updates made until each value.",
        )
    return line[0], line[1]


def _numbers(updates: Any, values: Any, where: str) -> Line:
    try:
        line = _line(updates, values)
    except (TypeError, ValueError) as error:
        raise errors.KindError(
            where=where,
            expected="updates and values that are numbers",
            got=str(error),
            fix="Give two lists or arrays of numbers.",
        ) from error
    if line.updates.ndim != 1 or line.updates.shape != line.values.shape:
        raise errors.ShapeError(
            where=where,
            expected="as many updates as values, (n,)",
            got=f"{line.updates.shape} and {line.values.shape}",
            fix="Give the number of updates made until each value.",
        )
    if not (np.isfinite(line.updates).all() and (np.diff(line.updates) >= 0).all() and (line.updates >= 0).all()):
        raise errors.ValueRefused(
            where=where,
            expected="updates that count up from 0",
            got=str(line.updates),
            fix="Give the number of updates made until each value, in the order of the training.",
        )
    return line


def epoch_ends(run: Run, updates_per_epoch: int | None) -> np.ndarray | None:
    """Updates until the end of each epoch, (epochs,), as far as the history tells; None where it does not.

    A test is reported after each epoch. That these were all the epochs there were shows where training was reported at the
    same times, or where they lie equally far apart.
    """
    last = max((line.updates[-1] for line in run.reports.values() if line.updates.size), default=0)
    if updates_per_epoch is not None:
        return updates_per_epoch * np.arange(1, int(np.ceil(last / updates_per_epoch)) + 1)
    fit, test = (run.reports.get((phase, "loss")) for phase in _PHASES)
    if test is None or test.updates.size == 0 or test.updates[0] == 0 or (np.diff(test.updates) == 0).any():
        return None
    alike = fit is not None and np.array_equal(fit.updates, test.updates)
    regular = test.updates.size > 1 and np.array_equal(test.updates, test.updates[0] * np.arange(1, test.updates.size + 1))
    return test.updates if alike or regular else None


def in_epochs(updates: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Numbers of updates as epochs: whole at the ends, and between them in proportion."""
    edges = np.concatenate([[0.0], ends])
    beyond = np.maximum(0.0, updates - edges[-1]) / (edges[-1] - edges[-2])
    return np.interp(updates, edges, np.arange(len(edges))) + beyond


def thinned(values: np.ndarray, most: int = 4000) -> np.ndarray:
    """Indices of at most about so many of the values, in order: of each of equal parts the least and the largest.

    >>> thinned(np.array([0.0, 5.0, 1.0, 2.0, -3.0, 1.0, 0.0, 0.0]), most=4)
    array([0, 1, 4, 5, 7])
    """
    if len(values) <= most:
        return np.arange(len(values))
    edges = np.linspace(0, len(values), most // 2 + 1).astype(int)
    kept = {0, len(values) - 1}
    for start, stop in pairwise(edges.tolist()):
        part = values[start:stop]
        # Of what is not finite one stays, for the gap.
        lost = ~np.isfinite(part)
        if lost.any():
            kept.add(start + int(lost.argmax()))
        if not lost.all():
            kept |= {
                start + int(np.nanargmin(np.where(lost, np.nan, part))),
                start + int(np.nanargmax(np.where(lost, np.nan, part))),
            }
    return np.array(sorted(kept))
