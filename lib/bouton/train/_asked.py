"""What a training is asked for, checked."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..core._files import as_path, check_folder
from ..errors import KindError
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
    FolderError
        For one in no folder.
    """
    path = as_path(given, where)
    check_folder(path, where)
    return path
