"""What a file of a module says of its classes and choices: names, which are compared and never executed."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import ValueRefused

if TYPE_CHECKING:
    from ._module import Module

CLASSES, CHOICES = "classes", "choices"


def told(module: "Module", plain: Callable[[type], type]) -> dict[str, str]:
    """Names of the classes of a module and those below it, and of what they have that is no array, each by path.

    Parameters
    ----------
    module : Module
    plain : callable
        The class that stands for a functional form: both hold the same arrays.
    """
    return {CLASSES: json.dumps(_classes(module, plain)), CHOICES: json.dumps(_choices(module))}


def check(module: "Module", facts: Mapping[str, str], plain: Callable[[type], type], where: str) -> None:
    """:class:`ValueRefused` for a file of another model, where both have something of one path.

    A file that says nothing of it, or nothing that can be read, goes by its arrays alone.
    """
    for name, now in ((CLASSES, _classes(module, plain)), (CHOICES, _choices(module))):
        then = _read(facts.get(name))
        for path, present in now.items():
            if path in then and then[path] != present:
                raise ValueRefused(
                    where=where,
                    expected=f"{f'{path} ' if path else ''}{'of class ' if name == CLASSES else 'as '}{present}, as in the model",
                    got=str(then[path])[:80],
                    fix="Load it into a model that is built as the one that was saved; load_state_dict takes arrays by their "
                    "paths alone.",
                )


def _classes(module: "Module", plain: Callable[[type], type]) -> dict[str, str]:
    nodes = module.nodes("relative")
    return {path: plain(type(node)).__name__ for path, node in nodes.items()}


def _choices(module: "Module") -> dict[str, str]:
    """What is no array, and has a name by which it is the same in another process."""
    found = {}
    for entry in module.entries():
        value: Any = entry.value if not entry.is_array else None
        name = value if isinstance(value, str) else getattr(value, "__qualname__", None)
        if isinstance(name, str) and "<" not in name:
            found[entry.path] = name
    return found


def _read(text: str | None) -> dict[str, Any]:
    try:
        read = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
