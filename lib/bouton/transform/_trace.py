"""Which trace of JAX's code runs in."""

import functools
import importlib
from collections.abc import Callable
from typing import Any

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
