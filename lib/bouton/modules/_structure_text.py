"""The structure of a functional module in words, which JAX shows line by line where two of them differ."""

from collections.abc import Iterator
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from jax.core import Tracer

if TYPE_CHECKING:
    from ..core._slot import SlotFacts
    from ._structure import Structure

_WIDTH = 100


def as_text(structure: "Structure") -> str:
    """What a structure compares: attributes with what they reset to, constants, submodules; a line each."""
    return "\n".join(_lines(structure, "", ""))


def _lines(structure: "Structure", name: str, indent: str) -> Iterator[str]:
    yield f"{indent}{name}{structure.cls.__name__}"
    indent += "    "
    # What an attribute begins with counts where compiled code goes back to it.
    baked = structure.likeness.oldest().baked
    for attribute, facts in structure.slots.items():
        cell = structure.cells[attribute]
        told = f"object {cell} of the model" if isinstance(cell, int) else _attribute(facts, attribute in baked)
        yield f"{indent}{attribute}: {told}"
    for attribute, value in structure.plain.items():
        yield f"{indent}{attribute} = {_short(value)}"
    for attribute, child in structure.children.items():
        if isinstance(child, int):
            yield f"{indent}{attribute}: object {child} of the model"
        else:
            yield from _lines(child, f"{attribute}: ", indent)


def _attribute(facts: "SlotFacts", compared: bool) -> str:
    if not facts.has_cell:
        return _short(facts.static)
    wrapper = facts.wrapper
    told = [facts.kind, *([] if wrapper.family is None else [f"family {wrapper.family!r}"]), *(["off"] if facts.is_off else [])]
    if compared:
        told.append(f"resets to {_short(wrapper.data if wrapper.init_func is None else wrapper.init_func)}")
    return ", ".join(told)


def _short(value: Any) -> str:
    array = np.asarray(value) if isinstance(value, jax.Array) and _has_numbers(value) else value
    with np.printoptions(threshold=6, edgeitems=2):
        return shorten(repr(array), _WIDTH)


def _has_numbers(array: jax.Array) -> bool:
    return not isinstance(array, Tracer) and not array.is_deleted() and not jax.numpy.issubdtype(array.dtype, jax.dtypes.prng_key)
