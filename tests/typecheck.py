"""Checks array annotations while the tests run, through jaxtyping's import hook."""

import typing
from collections.abc import Callable
from pathlib import Path

import jaxtyping
from beartype import beartype

F = typing.TypeVar("F", bound=Callable)


def annotates_shapes(root: Path) -> list[str]:
    """Return the dotted names of the modules below ``root`` that use jaxtyping."""
    files = (file for file in sorted(root.rglob("*.py")) if "jaxtyping" in file.read_text(encoding="utf-8"))
    return [".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__") for file in files]


def check(function: F) -> F:
    """Check the arguments and the result of a function that annotates arrays with shapes; leave any other as it is.

    The other annotations are pyright's. Checking them here too would answer in place of bouton, whose own refusal of a
    wrong argument is what the tests are about.
    """
    hints = getattr(function, "__annotations__", {}).values()
    return beartype(function) if any(map(_has_shape, hints)) else function


def _has_shape(hint: object) -> bool:
    if isinstance(hint, type) and issubclass(hint, jaxtyping.AbstractArray):
        return True
    return any(map(_has_shape, typing.get_args(hint)))
