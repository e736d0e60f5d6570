"""Which trace of JAX's code runs in, and which traces JAX may use again."""

import functools
import importlib
import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import jax
import jax.core


def present_trace() -> Any:
    """What compares equal as long as values can be handed on: not from the inside of a transform to the outside."""
    return _state()("flax")


@functools.cache
def _state() -> Callable[[str], Any]:
    # At the first use: with jax.extend comes Pallas, a fifth of what importing bouton adds to JAX. In the oldest releases the
    # function stands in another place.
    found = getattr(importlib.import_module("jax.extend.core"), "get_opaque_trace_state", None)
    return found or vars(jax.core)["get_opaque_trace_state"]


def is_staged() -> bool:
    """Whether what runs now is written down, to run later, rather than done."""
    return isinstance(jax.lax.full((), 0.0), jax.core.Tracer)


# JAX keeps the trace of a function that it has transformed, with what stood in its closure, and looks it up under the function
# and the present settings. A setting of our own keeps one trace of ours from being answered with what belongs to another.
_make_setting = getattr(jax, "make_user_context", None)
_setting: Callable[[int], AbstractContextManager] = nullcontext if _make_setting is None else _make_setting(default_value=0)
_numbers = itertools.count(1)

CAN_BE_FRESH = _make_setting is not None
_OURS = -1


def fresh_traces() -> AbstractContextManager:
    """JAX uses no trace again in this block that was made before it, nor later one that is made in it.

    Only where ``CAN_BE_FRESH``; older releases of JAX have no such setting.
    """
    return _setting(next(_numbers))


def our_traces() -> AbstractContextManager:
    """JAX uses no trace again in this block that was made outside of such blocks.

    There a Variable is a constant of what JAX traces. Only where ``CAN_BE_FRESH``.
    """
    return _setting(_OURS)
