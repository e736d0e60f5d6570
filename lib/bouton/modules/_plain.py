"""Plain attributes of a functional module: constants of compiled code, which are compared by value."""

import operator
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from ..core import Object

_NO_ATTRIBUTES = {"_slots", "_children", "_kin", "_groups", "_unique_name", "_implicit_vars", "_implicit_nodes"}


def plain_attributes(module: Object) -> dict[str, Any]:
    """What is registered nowhere: constants of compiled code."""
    d = module.__dict__
    registered = [d[name] for name in ("_groups", "_slots", "_children") if name in d]
    hidden = _NO_ATTRIBUTES.union(*registered)
    return {name: value for name, value in d.items() if name not in hidden and not name.startswith("_bouton_")}


def as_now(value: Any) -> Any:
    """A copy of what can change in place: the structure describes the module at one moment."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) is dict:
        return {name: as_now(v) for name, v in value.items()}
    if type(value) in (list, tuple):
        copied = type(value)(map(as_now, value))
        # A tuple of what cannot change stays the very same.
        unchanged = type(value) is tuple and all(map(operator.is_, copied, value))
        return value if unchanged else copied
    return set(value) if type(value) is set else value


def same(a: Any, b: Any) -> bool:
    """Whether two plain attributes are the same constant of compiled code."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    if isinstance(a, Mapping) and type(a) is dict:
        return list(a) == list(b) and all(same(v, b[name]) for name, v in a.items())
    if type(a) in (list, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if a is b:
        return True
    # An array of JAX is the same constant only when it is the same array: its numbers may be on their way, or of a trace.
    if isinstance(a, jax.Array):
        return False
    try:
        equal = a == b
    except ValueError:
        return False
    return equal if isinstance(equal, bool) else False
