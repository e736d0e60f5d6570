"""Groups of neurons: their size, and the input that gathers for a step."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..dynamics import DynamicalSystemNS
from ..dynamics._declare import state
from ..dynamics._gathering import InputVariable
from ..dynamics._system import Turn
from ..errors import KindError, ShapeError, ValueRefused
from ..math import BatchingMode, Mode
from ..transform import Variable, default_float
from ..transform._frame import Versioned
from ..transform._numbers import as_sizes


class NeuGroup(DynamicalSystemNS):
    """Base of groups of neurons: a subclass writes ``update(x=None)``, one step under the input ``x``.

    States have the shape ``varshape``, and axis 0 for the batch before it in a mode that has one.

    Parameters
    ----------
    size : int or tuple of int
        How many neurons; a tuple for a sheet of them.
    keep_size : bool
        Whether states keep the shape of the sheet; otherwise they stand in one row.
    name : str, optional
        Unique among live objects.
    mode : Mode, optional
        Whether states have a batch axis, and whether gradients pass spikes. Default: that of the environment.

    Attributes
    ----------
    size : tuple of int
        As given.
    num : int
        Number of neurons.
    varshape : tuple of int
        Shape of a state without the batch: ``(num,)``, or ``size`` where it is kept.

    Raises
    ------
    KindError
        For a size that is no whole number, or tuple of them, and a ``keep_size`` that is neither true nor false.
    ValueRefused
        For one below 1.
    """

    _turn = Turn.NEURONS
    _has_input = False
    _watched: Variable | None = None
    # Whether the step under way has used the input up; one that a subclass wrote may leave it where it is.
    _took = False

    def __init__(self, size: int | tuple[int, ...], keep_size: bool = False, name: str | None = None, mode: Mode | None = None):
        super().__init__(name, mode)
        self.size = _checked(size, type(self).__name__)
        if not isinstance(keep_size, bool | np.bool_):
            raise KindError(
                where=f"{type(self).__name__}(keep_size=...)",
                expected="True or False",
                got=f"{keep_size!r}",
                fix="Name the arguments that follow the size: LIF(10, V_rest=-60.0).",
            )
        self.keep_size = bool(keep_size)
        self.num = math.prod(self.size)
        self.varshape = self.size if keep_size else (self.num,)
        # Compiled code holds as a constant whether somebody watches.
        self._watching = Versioned()

    def _gather_input(self, unit: str | None = None) -> None:
        """Register ``input``, to which synapses add what the next step is driven with."""
        state(self, "input", 0.0, self.varshape, unit=unit, gathers=True)
        self.__dict__["_has_input"] = True

    def _take_input(self, x: Any = None) -> jax.Array:
        """All that this step is driven with: what has gathered, and ``x``. Nothing is left for the next one."""
        if not self._has_input:
            wanted = self._driven_shape()
            total = jnp.zeros(wanted or self.varshape, default_float()) if x is None else self._as_float(x, default_float())
            if wanted is not None:
                self._refuse_other_shape(total, wanted)
                self._follow(total)
        else:
            idle = self._is_idle()
            total = jnp.zeros_like(self.input.value) if idle else self.input.value
            if x is not None:
                driven = self._as_float(x, total.dtype)
                self._refuse_other_shape(driven, total.shape)
                total = total + driven
            self._follow(total)
            if not idle:
                self._use_up(total.shape)
        self._watching.used()
        self.__dict__["_took"] = True
        if self._watched is not None:
            self._watched.value = jnp.broadcast_to(total, self._watched.value.shape)
        return total

    def _as_float(self, x: Any, dtype: Any) -> jax.Array:
        """``x`` for an input of that dtype: spikes, as truth values or whole numbers, count as 0 and 1."""
        x = _plain(x)
        array = x if isinstance(x, jax.Array) else np.asarray(x)
        if not any(jnp.issubdtype(array.dtype, kind) for kind in (jnp.bool_, jnp.integer, jnp.floating)):
            raise KindError(
                where=f"{type(self).__name__}(x)", expected="numbers", got=f"{array.dtype}", fix="Pass an array of floats."
            )
        return jnp.asarray(array, dtype)

    def _driven_shape(self) -> tuple[int, ...] | None:
        """What an input has to broadcast to where none gathers; ``None`` leaves it to the subclass."""
        return None

    def _refuse_other_shape(self, x: jax.Array, wanted: tuple[int, ...]) -> None:
        try:
            found = np.broadcast_shapes(x.shape, wanted)
        except ValueError:
            found = ()
        fits = found == wanted or (self._is_one_trial(wanted) and found == (*x.shape[:1], *wanted[1:]))
        if not fits:
            raise ShapeError(
                where=f"{type(self).__name__}(x)",
                expected=f"an input that broadcasts to shape {wanted}",
                got=f"{x.shape}",
                fix="For another number of trials call reset_state(batch_size) first.",
            )

    def _is_one_trial(self, shape: tuple[int, ...]) -> bool:
        return isinstance(self.mode, BatchingMode) and shape[0] == 1 and len(shape) == 1 + len(self.varshape)

    def _follow(self, driven: jax.Array) -> None:
        """Where states are of one trial, as they are after construction, let them be of as many trials as the input has."""
        if not (isinstance(self.mode, BatchingMode) and driven.ndim == 1 + len(self.varshape) and driven.shape[0] > 1):
            return
        for cell in (self._watched, *(slot.cell for slot in self._slots.values())):
            if cell is not None and cell.batch_axis == 0 and cell.value.shape[0] == 1:
                shape = (driven.shape[0], *cell.value.shape[1:])
                if isinstance(cell, InputVariable) and cell.is_idle():
                    cell.clear(shape)
                else:
                    cell.value = jnp.broadcast_to(cell.value, shape)

    def watched_input(self) -> Variable:
        """A Variable that from now on holds what each step was driven with: ``input`` itself is used up by the step."""
        known = self._watched
        if known is None:
            known = Variable(self.input.value, batch_axis=self.input.batch_axis)
            # Not registered: it is no state that anything depends on.
            self.__dict__["_watched"] = known
            self._watching.version += 1
        return known

    def reset_state(self, batch_size: int | None = None) -> "NeuGroup":
        """Begin anew; ``batch_size`` is the new size of the batch, in a mode that has one."""
        super().reset_state(batch_size)
        if self._watched is not None:
            self._watched.value = self.input.value
        return self

    def clear_input(self) -> None:
        """Set the gathered input to zero, also that of a subclass which has a Variable ``input`` of its own."""
        own = None if self._has_input else self._slots.get("input")
        if own is not None and own.kind == "state" and own.cell is not None:
            own.cell.value = jnp.zeros_like(own.cell.value)
        elif self._has_input and not self._is_idle():
            self._use_up(self.input.shape)
        super().clear_input()

    def _use_up(self, shape: tuple[int, ...]) -> None:
        if isinstance(self.input, InputVariable):
            self.input.clear(shape)
        else:
            self.input.value = jnp.zeros(shape, self.input.dtype)

    def _is_idle(self) -> bool:
        """Whether nothing was ever added to ``input``. It may be another Variable than that it was made with."""
        return isinstance(self.input, InputVariable) and self.input.is_idle()

    def _described(self) -> dict[str, Any]:
        return {"size": self.size}


def _plain(x: Any) -> Any:
    return x.value if isinstance(x, Variable) else x


def _checked(size: Any, where: str) -> tuple[int, ...]:
    try:
        whole = as_sizes(size)
    except TypeError:
        whole = ()
    if not whole:
        raise KindError(
            where=f"{where}(size=...)",
            expected="a whole number, or a tuple of them",
            got=f"{size!r}",
            fix="Write for instance 100, or (10, 10).",
        )
    if min(whole) < 1:
        raise ValueRefused(
            where=f"{where}(size=...)", expected="1 or more", got=f"{size}", fix="Give the number of neurons along each axis."
        )
    return whole
