"""The package ``nir``, which reads and writes the files."""

import importlib
from types import ModuleType

from ..errors import EnvironmentProblem


def nir(where: str) -> ModuleType:
    """The package, at its first use."""
    try:
        return importlib.import_module("nir")
    except ImportError as missing:
        raise EnvironmentProblem(
            where=where,
            expected="the package nir",
            got="none that can be imported",
            fix="Install it with `pip install 'bouton[exchange]'`.",
        ) from missing
