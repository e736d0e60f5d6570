"""Notebook files: which there are, and what stands in one."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat.reader import NotJSONError

from ..errors import UnknownPathError, ValueRefused


def find(paths: Iterable[str | Path]) -> list[Path]:
    """The notebooks among files and below folders, in order of their names, without Jupyter's checkpoints.

    Raises
    ------
    UnknownPathError
        When a path is neither a notebook nor a folder with one.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        inside = [path] if path.is_file() and path.suffix == ".ipynb" else sorted(path.rglob("*.ipynb"))
        kept = [one for one in inside if not any(part.startswith(".") for part in one.relative_to(path).parts)]
        if not kept:
            got = f"{path}, which holds none" if path.exists() else f"{path}, which is not there"
            raise UnknownPathError(
                where="bouton notebooks", expected="a notebook, or a folder with some", got=got, fix="Name another."
            )
        found |= dict.fromkeys(kept)
    return list(found)


def read(path: Path) -> Any:
    """A notebook in the newest format.

    Raises
    ------
    ValueRefused
        When the file is no notebook.
    """
    try:
        return nbformat.read(path, as_version=4)
    except (NotJSONError, nbformat.ValidationError, AttributeError, KeyError, TypeError) as error:
        raise ValueRefused(
            where=str(path), expected="a notebook", got=str(error).splitlines()[0][:120], fix="Open it in Jupyter and save it."
        ) from error


def write(path: Path, notebook: Any) -> None:
    """Store a notebook."""
    nbformat.write(notebook, path)


def code_cells(notebook: Any) -> Sequence[Any]:
    """The cells that run; their places are their numbers in reports."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def kernel_of(notebook: Any) -> str:
    """Name of the kernel it was written with."""
    return notebook.metadata.get("kernelspec", {}).get("name", "python3")


def is_marked(cell: Any, *marks: str) -> bool:
    """Whether a cell has a tag such as ``nbval-skip``, or nbval's comment for it, ``# NBVAL_SKIP``."""
    comments = {line.strip().lstrip("#").strip() for line in cell.source.splitlines() if line.strip().startswith("#")}
    return any(mark in cell.metadata.get("tags", []) or mark.upper().replace("-", "_") in comments for mark in marks)
