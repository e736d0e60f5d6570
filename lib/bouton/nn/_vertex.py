"""What a node knows of itself, and what a subclass says."""

import itertools
from html import escape
from typing import Any, ClassVar, Self, cast

import jax
import jax.numpy as jnp

from ..core._slot import Slot
from ..dynamics import DynamicalSystemNS
from ..dynamics._declare import parameter
from ..errors import KindError, NoImplementationError, RunningError, ShapeError, ValueRefused
from ..layers._layer import as_array
from ..math import BatchingMode, Mode, TrainingMode
from ..transform import Variable, default_float
from ..transform._frame import STACK
from ._hooks import know_both_names
from ._passing import PASS_SEQUENCE, DataPass
from ._plan import Plan, Shape
from ._training import switch

_NUMBERS = itertools.count()
_LINE = "font-family:var(--jp-code-font-family,monospace);font-size:13px;line-height:1.5"

_OWN = {
    "state": "Write set_state(x), or node.state.value = x.",
    "fb_output": "Write node.fb_output.value = x, or forced_feedbacks={name: x} in a call.",
    "output_shape": "Write set_output_shape(shape) in init_ff.",
    "feedforward_shapes": "Shapes come from what the node is wired to, or from input_shape.",
    "feedback_shapes": "Shapes come from what the node is wired to.",
}


class Vertex(DynamicalSystemNS):
    """Shapes, state, hooks and flags of a node; how it is wired and called says :class:`Node`."""

    # In which form ``forward`` and ``feedforward_shapes`` have the inputs.
    data_pass_type: ClassVar[DataPass] = PASS_SEQUENCE
    data_pass: ClassVar[DataPass] = PASS_SEQUENCE

    _is_reset = False
    # Whether other nodes may feed it.
    _takes_input: ClassVar[bool] = True
    _number: int
    _plan: Plan
    _is_trainable: bool

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        know_both_names(cls, Vertex)

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        self = super().__new__(cls, *args, **kwargs)
        self.__dict__.update(_number=next(_NUMBERS), _plan=Plan(), _is_trainable=False)
        return self

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._renumber()

    def __init__(self, name: str | None = None, input_shape: int | tuple[int, ...] | None = None, trainable: bool = False):
        super().__init__(name)
        self.trainable = trainable
        if input_shape is not None:
            shape = _without_batch(input_shape, f"{type(self).__name__}(input_shape=...)")
            self._plan.given = shape
            self._plan.ff = {None: (None, *shape)}

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _OWN and not (name in self._slots and value is self._slots[name].cell):
            raise ValueRefused(where=self._where(name), expected="no assignment", got=f"{type(value).__name__}", fix=_OWN[name])
        own = getattr(type(self), name, None)
        if isinstance(own, property) and own.fset is not None:
            own.fset(self, value)
        elif name not in _OWN:
            super().__setattr__(name, value)

    # -- what is known of it -----------------------------------------------

    @property
    def feedforward_shapes(self) -> Any:
        """Shapes of the inputs, ``((None, 128),)``, in the form of ``data_pass_type``; None before they are known."""
        shapes = self._plan.ff
        return (
            None
            if shapes is None
            else self.data_pass_type.gather(cast("Any", {sender or self: s for sender, s in shapes.items()}))
        )

    @property
    def feedback_shapes(self) -> Any:
        """Shapes of the feedback inputs, in the same form; None without feedback."""
        return None if self._plan.fb is None else self.data_pass_type.gather(self._plan.fb)

    @property
    def output_shape(self) -> Any:
        """Shape of the output, ``(None, 100)``; None before it is known."""
        return self._plan.output

    @property
    def state(self) -> Any:
        """The state, a Variable ``(num_batch, ...)``; None for a node that has none."""
        return self._cell_of("state")

    @property
    def fb_output(self) -> Any:
        """A Variable with what listeners get in the next step; None where nobody listens."""
        return self._cell_of("fb_output")

    @property
    def is_initialized(self) -> bool:
        """Whether it can be called."""
        return self._plan.has_ff and self._plan.has_states

    @property
    def is_feedback_input_supported(self) -> bool:
        """Whether the class has an ``init_fb``."""
        return callable(getattr(type(self), "init_fb", None))

    @property
    def trainable(self) -> bool:
        """Whether weights are TrainVars; it can be assigned.

        Weights that have been made become TrainVars, or none, and keep their values; compiled code notices. An optimizer, or a
        gradient by TrainVars, that was made before goes on with those of then: make it anew. Weights that are trained again are
        the same TrainVars as before. What was assigned as a ``bm.Parameter`` is never trained; ``train_state`` always is.

        Raises
        ------
        KindError
            For another value than True or False.
        RunningError
            In compiled code, when there are weights.
        """
        self._choice.used()
        return self._is_trainable

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        if not isinstance(trainable, bool):
            raise KindError(
                where=self._where("trainable"), expected="True or False", got=f"{trainable!r}", fix="Pass one of the two."
            )
        self._train((self,), trainable)

    def _train(self, nodes: "tuple[Vertex, ...]", trainable: bool) -> None:
        """Let all of these be trained, or none."""
        switch(nodes, trainable)
        for node in nodes:
            node.__dict__["_is_trainable"] = trainable
            node._choice.version += 1
            layer = node.__dict__.get("_layer")
            if layer is not None:
                layer.mode = node.mode

    @property
    def mode(self) -> Mode:
        """That of a system with a batch, which is trained where it is :attr:`trainable`."""
        trainable = self.trainable
        return (TrainingMode if trainable else BatchingMode)(self._plan.num_batch)

    @mode.setter
    def mode(self, mode: Mode) -> None:
        raise ValueRefused(
            where=self._where("mode"),
            expected="no assignment: a node has a batch, and is trained where it is trainable",
            got=f"{mode!r}",
            fix="Write trainable=True, and initialize(num_batch) for the size of the batch.",
        )

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
        whole = (None, *_without_batch(tuple(shape[1:]), where))
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

    def _cell_of(self, name: str) -> Variable | None:
        slot = self._slots.get(name)
        return None if slot is None else slot.cell

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

    def _renumber(self) -> None:
        """It counts as made now."""
        self.__dict__["_number"] = next(_NUMBERS)

    def _lacks(self, method: str, what: str) -> NoImplementationError:
        return NoImplementationError(
            where=f"{type(self).__name__}.{method}",
            expected=f"a method that says {what}",
            got="none",
            fix=f"Define {method} in the class.",
        )

    def __repr__(self) -> str:
        facts = {
            "name": self.name,
            "trainable": self.trainable,
            "forwards": self.feedforward_shapes,
            "feedbacks": self.feedback_shapes,
            "output": self.output_shape,
            "support_feedback": self.is_feedback_input_supported,
            "data_pass_type": self.data_pass_type,
        }
        return f"{type(self).__name__}({', '.join(f'{key}={value}' for key, value in facts.items())})"

    def _repr_html_(self) -> str:
        # A notebook shows what a terminal does, and below it what the node is made of, once there is something.
        made = any(True for _ in self.entries())
        return f'<div style="{_LINE}">{escape(repr(self))}</div>{super()._repr_html_() if made else ""}'


def _without_batch(shape: Any, where: str) -> tuple[int, ...]:
    """Whole numbers above 0."""
    axes = shape if isinstance(shape, tuple | list) else (shape,)
    if not all(hasattr(n, "__index__") and not isinstance(n, bool) and n > 0 for n in axes):
        raise ValueRefused(
            where=where,
            expected="whole numbers above 0, without an axis for the batch",
            got=f"{shape!r}",
            fix="Write for instance 10, or (28, 28, 1).",
        )
    return tuple(int(n) for n in axes)
