"""What a function of cells would return."""

from collections.abc import Callable
from typing import Any

import jax

from ._frame import Frame, started_again
from ._purify import unwrap
from ._trace import present_trace


def result_shapes(fn: Callable, *args: Any) -> Any:
    """Shapes and dtypes of what ``fn`` would return, without running it; no cell is changed."""
    return ResultShapes(fn, *args).found


class ResultShapes:
    """Shapes and dtypes of what a function of cells would return, and whether they still hold.

    Parameters
    ----------
    fn : callable
        It is traced, and not run; no cell is changed.
    *args
        Its arguments, or their shapes.

    Attributes
    ----------
    found : pytree of ShapeDtypeStruct
        What it would return.
    """

    def __init__(self, fn: Callable, *args: Any):
        self.found, frame = started_again(lambda: self._traced(fn, args))
        self._cells = [(cell, cell._value.shape) for cell in frame.read_cells]
        self._constants = [*frame.constants.items()]

    def hold(self) -> bool:
        """Whether no cell that was read has another shape by now, and no constant another version."""
        for cell, shape in self._cells:
            if cell._value.shape != shape:
                return False
        return all(constant.version == version for constant, version in self._constants)

    @staticmethod
    def _traced(fn: Callable, args: tuple) -> tuple[Any, Frame]:
        with Frame({}, discovering=True, opened_in=present_trace()) as frame:
            return jax.eval_shape(lambda *a: _started(frame, fn, a), *args), frame


def _started(frame: Frame, fn: Callable, args: tuple) -> Any:
    frame.starts_here()
    return unwrap(fn(*args))
