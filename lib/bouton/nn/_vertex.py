"""What a subclass says of a node, and what of it can be written."""

from typing import Any

import jax
import jax.numpy as jnp

from ..core._slot import Slot
from ..dynamics._declare import parameter
from ..errors import NoImplementationError, RunningError, ShapeError
from ..layers._layer import as_array
from ..transform import Variable, default_float
from ..transform._frame import STACK
from ._facts import Facts, without_batch
from ._plan import Shape


class Vertex(Facts):
    """Hooks and the state of a node; how it is wired and called says :class:`Node`."""

    # -- hooks -------------------------------------------------------------

    def init_ff(self) -> None:
        """Make weights from ``self.feedforward_shapes``, and call :meth:`set_output_shape`; a subclass says how."""
        raise self._lacks("init_ff", "what follows from feedforward_shapes, the output shape at least")

    init_ff_conn = init_ff

    def init_state(self, num_batch: int = 1) -> Any:
        """What the state begins with, ``(num_batch, ...)``; None for a node that has none, or has called :meth:`set_state`."""
        return None

    def init_fb_output(self, num_batch: int = 1) -> Any:
        """What listeners get in the first step: zeros of the shape of the output."""
        shape = self._plan.output
        assert shape is not None  # initialisation comes here last
        return jnp.zeros((num_batch, *(n or 1 for n in shape[1:])), default_float())

    def forward(self, *data: Any, **shared: Any) -> Any:
        """One step, from the inputs in the form of ``data_pass_type`` to the output; a subclass says which."""
        raise self._lacks("forward", "the output of a step")

    def feedback(self, ff_output: Any, **shared: Any) -> Any:
        """What listeners get in the next step, from the output of this one: by default the output itself."""
        return ff_output

    def set_output_shape(self, shape: int | Shape) -> None:
        """Say what the output is like; for ``init_ff``.

        Parameters
        ----------
        shape : tuple
            ``(None, 10)``, with None for the batch. A whole number stands for that many features.

        Raises
        ------
        ShapeError
            For a shape without None in front, and for another one than what was known before.
        """
        where = f"{type(self).__name__}({self.name}).set_output_shape"
        shape = (None, shape) if isinstance(shape, int) and not isinstance(shape, bool) else shape
        if not isinstance(shape, tuple | list) or not shape or shape[0] is not None:
            raise ShapeError(
                where=where, expected="a tuple that begins with None, for the batch", got=f"{shape!r}", fix="Write (None, 10)."
            )
        whole = (None, *without_batch(tuple(shape[1:]), where))
        if self._plan.output is not None and self._plan.output != whole:
            raise ShapeError(
                where=where,
                expected=f"{self._plan.output}, which it is already",
                got=f"{whole}",
                fix="The output of a node keeps its shape; make another node.",
            )
        self._plan.output = whole

    def set_state(self, state: Any) -> None:
        """Set the state, or make it; the batch may have another size than before.

        Parameters
        ----------
        state : (num_batch, ...) array
            Of the shape of the output.

        Raises
        ------
        ShapeError
            For another shape.
        MathError
            For another dtype than before.
        """
        array, shape = as_array(state, f"{type(self).__name__}({self.name}).set_state"), self._shape_of_state()
        if array.ndim != len(shape) + 1 or not all(n in (None, m) for n, m in zip(shape, array.shape[1:], strict=True)):
            raise ShapeError(
                where=f"{type(self).__name__}({self.name}).set_state",
                expected=f"shape (num_batch, {', '.join(map(str, shape))})",
                got=f"{array.shape}",
                fix="Give one row for each trial, of the shape of the output; what has another one belongs in a bm.Variable.",
            )
        self._write_cell("state", array)

    # -- for those who wire ------------------------------------------------

    def _shape_of_state(self) -> tuple[int | None, ...]:
        """Without the batch."""
        if self._plan.output is None:
            raise ShapeError(
                where=f"{type(self).__name__}({self.name}).set_state",
                expected="a node that knows its output shape",
                got="none",
                fix="Call initialize() first, or set_output_shape in init_ff.",
            )
        return self._plan.output[1:]

    def _made_state(self) -> None:
        """Called when ``init_state`` has been: a subclass may miss something."""

    def _keep(self, name: str, cell: Variable) -> None:
        """Register a cell whose name belongs to the class."""
        if STACK.top is not None:
            raise RunningError(
                where=f"{type(self).__name__}({self.name}).{name}",
                expected="to be made outside of compiled code",
                got="the first value while a function is being traced",
                fix="Let init_state return what it begins with, and call initialize() before.",
            )
        cell.belongs_to(self._kin.held)
        self._slots[name] = Slot.around(cell)
        self._kin.held.version += 1

    def _trials(self) -> int | None:
        """How many trials it has states for; None where it has no states."""
        return None if self.state is None else self.state.shape[0]

    def _write_cell(self, name: str, value: jax.Array) -> None:
        cell = self._cell_of(name)
        if cell is None:
            self._keep(name, Variable(value, batch_axis=0))
        else:
            cell.value = value

    def _register_arrays(self, before: dict[str, Any]) -> None:
        """Floating arrays that have come into attributes since ``before`` become parameters."""
        for name, value in [*vars(self).items()]:
            new = isinstance(value, jax.Array) and before.get(name) is not value and not name.startswith("__")
            if new and jnp.issubdtype(value.dtype, jnp.floating):
                parameter(self, name, value, value.shape)
                self._plan.left.add(name)

    def _lacks(self, method: str, what: str) -> NoImplementationError:
        return NoImplementationError(
            where=f"{type(self).__name__}.{method}",
            expected=f"a method that says {what}",
            got="none",
            fix=f"Define {method} in the class.",
        )
