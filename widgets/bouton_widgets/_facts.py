"""What there is to be told about one row of a tree, in words."""

from typing import Any

import bouton as bp
from bouton.core import memory, number

from ._tree_rows import families


def facts(path: str, what: Any) -> list[list[str]]:
    """Pairs of a label and a text about a part of a model or about an entry.

    Parameters
    ----------
    path : str
        Of the row; empty for the model itself.
    what : bouton.Object or bouton.Entry
        What stands there.
    """
    told = _of_entry(what) if isinstance(what, bp.Entry) else _of_part(what)
    return [[label, text] for label, text in [("Path", path or "the model itself"), *told] if text]


def _of_part(part: Any) -> list[tuple[str, str]]:
    entries = list(part.entries())
    kinds = {kind: sum(entry.kind == kind for entry in entries) for kind in ("parameter", "state", "simulation", "random")}
    shape = getattr(part, "shape", None)
    size = sum({id(entry.cell): entry.nbytes for entry in entries}.values())
    counts = ", ".join(
        f"{count} {kind}{'s' * (count != 1 and kind != 'simulation' and kind != 'random')}"
        for kind, count in kinds.items()
        if count
    )
    return [
        ("Class", part.class_name),
        ("", (type(part).__doc__ or "").strip().partition("\n")[0]),
        ("Shape", str(shape) if isinstance(shape, tuple) else ""),
        ("Holds", counts),
        ("Memory", memory(size) if size else ""),
    ]


def _of_entry(entry: bp.Entry) -> list[tuple[str, str]]:
    family = families(entry)
    unit = f" {entry.unit}" if entry.unit else ""
    cell = entry.cell
    return [
        ("Kind", f"{entry.kind} of {entry.owner.class_name}{f', family {family}' if family else ''}"),
        ("Value", f"{entry.summary()}{unit}"),
        ("Shape", "" if cell is None else " or ".join(map(str, dict.fromkeys((entry.shape, *entry.shapes))))),
        ("Type", type(entry.value).__name__ if cell is None else f"{cell.value.dtype}, {memory(entry.nbytes)}"),
        ("Bounds", _interval(entry.bounds, unit)),
        ("Training", "may change it" if entry.trainable else ""),
        ("Compiles", "again when it is changed" if entry.is_structural else ""),
    ]


def _interval(bounds: Any, unit: str) -> str:
    low, high = (None if end is None else number(float(end)) for end in bounds or (None, None))
    if low is None or high is None:
        return f"at most {high}{unit}" if high is not None else f"at least {low}{unit}" if low is not None else ""
    return f"{low} to {high}{unit}"
