"""What a training is asked for, checked."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..core._files import as_path
from ..errors import KindError, ValueRefused
from ..run._given import count


def batches_of_report(given: Any, where: str) -> int:
    """-1, or a number of batches; :class:`ValueRefused` for anything else."""
    return -1 if given == -1 else count(given, where, of=" of batches, or -1 for all of an epoch")


def function(given: Any, where: str) -> Callable | None:
    """A function or nothing; :class:`KindError` for anything else."""
    if given is not None and not callable(given):
        raise KindError(
            where=where,
            expected="a function of the number of the report, its metrics and the phase",
            got=type(given).__name__,
            fix="Write for instance lambda number, metrics, phase: print(phase, metrics['loss']).",
        )
    return given


def file_of(given: str | os.PathLike[str], where: str) -> Path:
    """A path in a folder that exists, before the training takes its time.

    Raises
    ------
    KindError
        For what is no path.
    ValueRefused
        For one in no folder.
    """
    path = as_path(given, where)
    if not path.parent.is_dir():
        raise ValueRefused(
            where=where,
            expected="a file in a folder that exists",
            got=f"{path}",
            fix=f"Make the folder first: pathlib.Path({str(path.parent)!r}).mkdir(parents=True).",
        )
    return path
