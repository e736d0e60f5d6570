"""How far numbers may be from those stored, and what a cell may take: by kernel, by notebook, by cell."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..errors import KindError, ValueRefused


class Tolerance(NamedTuple):
    """How far a number may be from the one stored.

    Parameters
    ----------
    rtol : float
        Share of the stored number. In a printed array a tenth of this share of its largest number is added.
    atol : float
        What is added to it, whatever the number.
    integers : float
        Share of a whole number; 0 compares them exactly. Shapes are compared exactly whatever it is.
    """

    rtol: float
    atol: float = 0.0
    integers: float = 0.0


class Limits(NamedTuple):
    """What a cell and a notebook may take.

    Parameters
    ----------
    cell, notebook : float or None, seconds
        Time; None for no limit.
    memory : float or None, MB
        Resident memory of the kernel and the processes it started.
    """

    cell: float | None = None
    notebook: float | None = None
    memory: float | None = None


class Settings(NamedTuple):
    """What holds for one cell."""

    tolerance: Tolerance
    limits: Limits
    stderr: bool


# float32 carries seven digits, and sums over some hundred numbers lose two; a GPU sums in another order, partly in less.
BY_PLATFORM = {"cpu": Tolerance(rtol=1e-5, atol=1e-9), "gpu": Tolerance(rtol=1e-3, atol=1e-6)}

# A tag begins with one of these and ends in a number; the longer ones first.
_TAGS = {
    "tolerance-integers-": ("tolerance", "integers"),
    "tolerance-abs-": ("tolerance", "atol"),
    "tolerance-": ("tolerance", "rtol"),
    "limit-seconds-": ("limits", "cell"),
    "limit-mb-": ("limits", "memory"),
}


def settings(where: str, platform: str, notebook: Any, tags: Iterable[str], limits: Limits, stderr: bool = False) -> Settings:
    """What holds for one cell: its tags over the notebook's metadata over the defaults.

    Parameters
    ----------
    where : str
        The notebook and the cell, for messages.
    platform : {"cpu", "gpu"}
        What the kernel computes on.
    notebook : mapping
        The notebook's ``metadata.bouton``: ``tolerance``, a number or ``rtol``, ``atol`` and ``integers``, all of these
        also under ``cpu`` and ``gpu``; ``limits`` with ``cell``, ``notebook`` and ``memory``; ``stderr``.
    tags : iterable of str
        The cell's: ``tolerance-1e-3``, ``tolerance-abs-1e-6``, ``tolerance-integers-0.02``, ``limit-seconds-60``,
        ``limit-mb-1500``, ``check-stderr``.
    limits : Limits
        What was asked for in the command.
    stderr : bool
        Whether stderr is compared when nothing else is said.

    Raises
    ------
    KindError, ValueRefused
        When metadata or a tag cannot be read.
    """
    place = f"{where}: metadata.bouton"
    _known(place, notebook, {"tolerance", "limits", "stderr"})
    values: dict[str, Any] = {
        "tolerance": BY_PLATFORM[platform]._asdict() | _tolerance(f"{place}.tolerance", notebook.get("tolerance", {}), platform),
        "limits": limits._asdict() | _numbers(f"{place}.limits", notebook.get("limits", {}), Limits._fields),
    }
    stderr = bool(notebook.get("stderr", stderr))
    for tag in tags:
        stderr = stderr or tag == "check-stderr"
        for start, (group, field) in _TAGS.items():
            if tag.startswith(start):
                values[group][field] = _number(f"{where}: tag {tag}", tag.removeprefix(start))
                break
    return Settings(Tolerance(**values["tolerance"]), Limits(**values["limits"]), stderr)


def _tolerance(where: str, given: Any, platform: str) -> dict[str, float]:
    if not isinstance(given, Mapping):
        return {"rtol": _number(where, given)}
    _known(where, given, {*Tolerance._fields, *BY_PLATFORM})
    common = {name: value for name, value in given.items() if name in Tolerance._fields}
    special = given.get(platform, {})
    if not isinstance(special, Mapping):
        special = {"rtol": special}
    return _numbers(where, common, Tolerance._fields) | _numbers(f"{where}.{platform}", special, Tolerance._fields)


def _numbers(where: str, given: Any, fields: Iterable[str]) -> dict[str, float]:
    _known(where, given, set(fields))
    return {name: _number(f"{where}.{name}", value) for name, value in given.items()}


def _known(where: str, given: Any, names: set[str]) -> None:
    if not isinstance(given, Mapping):
        raise KindError(
            where=where, expected="names and values", got=repr(given), fix=f"Write a mapping with {', '.join(sorted(names))}."
        )
    unknown = sorted(set(given) - names)
    if unknown:
        raise ValueRefused(
            where=where, expected=f"{', '.join(sorted(names))}", got=unknown[0], fix="Correct its name, or remove it."
        )


def _number(where: str, given: Any) -> float:
    try:
        value = float(given)
    except (TypeError, ValueError):
        value = math.nan
    if isinstance(given, bool) or not 0 <= value < math.inf:
        raise ValueRefused(where=where, expected="a number that is not negative", got=repr(given), fix="Write for instance 1e-3.")
    return value
