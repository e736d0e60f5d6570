"""What a function of cells would do, without running it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax

from ._frame import Frame, started_again
from ._purify import _started, unwrap
from ._trace import present_trace


class Look(NamedTuple):
    """What a function would do.

    Attributes
    ----------
    operations : str
        Those of JAX, as it prints them; of a function that takes a gradient those of the way forward.
    result : pytree
        Shapes and dtypes of what it returns.
    resizes : bool
        Whether a cell has another size afterwards.
    """

    operations: str
    result: Any
    resizes: bool


def look(fn: Callable, *args: Any) -> Look:
    """See what ``fn`` would do; no cell is changed."""

    def looked() -> Look:
        with Frame({}, discovering=True, opened_in=present_trace()) as frame:
            make = jax.make_jaxpr(lambda *a: _started(frame, lambda: unwrap(fn(*a))), return_shape=True)
            operations, result = make(*args)
            resizes = any(frame.values[cell].shape != cell._value.shape for cell in frame.written)
        return Look(str(operations), result, resizes)

    return started_again(looked)
