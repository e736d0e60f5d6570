"""Finds a model by what a user writes for it: a Python file or an import path, and a name in it."""

import inspect
import os
import pkgutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from ..core import Object
from ..core._names import nearest
from ..errors import KindError, UnknownPathError
from ..run import LiveSimulation

_WHERE = "bouton explore"


def find_model(text: str) -> tuple[Any, ModuleType]:
    """A model or a simulation, and the module it was found in.

    Parameters
    ----------
    text : str
        ``file.py``, ``file.py:name``, ``package.module`` or ``package.module:name``. Without a name the only model, or the only
        simulation, at the top level. A name may also be that of a function without arguments that gives one.

    Raises
    ------
    UnknownPathError
        When there is no such file, module or name.
    KindError
        When what was found is no model, or without a name no model or several were found.
    """
    place, _, name = text.partition(":") if not text.endswith(".py") else (text, "", "")
    module = _from_file(Path(place)) if place.endswith(".py") else _imported(place)
    return (_named(module, name, text) if name else _only(module, text)), module


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise UnknownPathError(where=_WHERE, expected="a Python file", got=f"{str(path)!r}, which is none", fix="Give its path.")
    # As python itself does: what stands beside the file can be imported.
    sys.path.insert(0, str(path.resolve().parent))
    name = path.stem if path.stem.isidentifier() and path.stem not in sys.modules else f"bouton_explore_{abs(hash(path))}"
    module = ModuleType(name)
    module.__file__ = str(path)
    # Before it is executed, as for every import: its classes look for it there.
    sys.modules[name] = module
    exec(compile(path.read_bytes(), path, "exec"), module.__dict__)
    return module


def _imported(dotted: str) -> ModuleType:
    sys.path.insert(0, os.getcwd())
    try:
        return pkgutil.resolve_name(f"{dotted}:")
    except ValueError:
        got = "no import path"
    except ModuleNotFoundError as error:
        # A module that it imports itself is missing: that is told by Python.
        if error.name is None or not f"{dotted}.".startswith(f"{error.name}."):
            raise
        got = f"no module {error.name}"
    raise UnknownPathError(
        where=f"{_WHERE} {dotted}",
        expected="a Python file, or the import path of a module",
        got=got,
        fix="Write for instance model.py:net, or package.module:net.",
    )


def _named(module: ModuleType, name: str, text: str) -> Any:
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            known = [one for one in vars(module) if not one.startswith("_")]
            raise UnknownPathError(
                where=f"{_WHERE} {text}", expected="a name at the top level", got=repr(name), fix=nearest(name, known)
            )
        found = getattr(found, part)
    if inspect.isfunction(found):
        found = _called(found, text)
    if not isinstance(found, Object | LiveSimulation):
        raise KindError(
            where=f"{_WHERE} {text}",
            expected="a model, a LiveSimulation, or a function without arguments that gives one",
            got=f"the class {found.__name__}" if isinstance(found, type) else type(found).__name__,
            fix=_listed(_models(module)),
        )
    return found


def _called(function: Any, text: str) -> Any:
    needed = [one.name for one in inspect.signature(function).parameters.values() if one.default is one.empty and one.kind < 2]
    if needed:
        raise KindError(
            where=f"{_WHERE} {text}",
            expected="a function without arguments",
            got=f"one that needs {', '.join(needed)}",
            fix="Give them defaults, or assign what it gives to a name.",
        )
    return function()


def _only(module: ModuleType, text: str) -> Any:
    found = _models(module)
    if len(found) == 1:
        return next(iter(found.values()))
    raise KindError(
        where=f"{_WHERE} {text}",
        expected="one model or simulation at the top level",
        got=f"{len(found)}: {', '.join(found)}" if found else "none",
        fix=f"Say which: {text}:{next(iter(found))}." if found else "Assign one to a name, or name a function that gives one.",
    )


def _models(module: ModuleType) -> dict[str, Any]:
    """Models and simulations at the top level by name, without those that are parts of others."""
    named = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    found: dict[int, str] = {}
    for name, value in named.items():
        if isinstance(value, Object | LiveSimulation):
            found.setdefault(id(value), name)
    inside = set()
    for name in found.values():
        value = named[name]
        whole = value.model if isinstance(value, LiveSimulation) else value
        inside |= {id(part) for part in whole.nodes().values() if part is not value}
    return {name: named[name] for key, name in found.items() if key not in inside}


def _listed(found: dict[str, Any]) -> str:
    return f"There are: {', '.join(found)}." if found else "There is none at the top level."
