"""What ``bouton notebooks`` calls; loads nbval and Jupyter's packages."""

from collections.abc import Iterator
from pathlib import Path

from ._check import check as check
from ._compare import Difference
from ._files import code_cells, kernel_of, read
from ._files import find as find
from ._files import write as write
from ._tolerance import Limits as Limits
from ._update import Change
from ._update import update as update

_LINES = 12


def described(path: Path) -> str:
    """A notebook's kernel, how many cells it has, how many were run, and what it says about comparison."""
    notebook = read(path)
    cells = code_cells(notebook)
    run = sum(cell.execution_count is not None for cell in cells)
    told = [kernel_of(notebook), f"{len(cells)} cells, {run} of them run"]
    settings = notebook.metadata.get("bouton", {})
    return "  ".join(
        [*told, *(f"{name} {dict(value) if hasattr(value, 'items') else value}" for name, value in settings.items())]
    )


def changes_in_words(path: Path, changes: list[Change]) -> Iterator[str]:
    """Lines that show what is stored beside what would be."""
    if not changes:
        yield f"{path}: nothing changed"
    for change in changes:
        for one in change.differences:
            yield f"{path}: cell {change.cell}: {one.kind}: {one.why}"
            yield from _sides(one)


def _sides(one: Difference) -> Iterator[str]:
    if one.kind.startswith("image/"):
        return
    old, new = one.expected.splitlines(), one.got.splitlines()
    for mark, mine, other in (("-", old, new), ("+", new, old)):
        apart = [line for line in mine if line not in other]
        yield from (f"    {mark} {line}" for line in apart[:_LINES])
        if len(apart) > _LINES:
            yield f"    {mark} ({len(apart) - _LINES} lines more)"
