"""What a node knows of itself."""

import copy
import itertools
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, ClassVar, Self, cast

from ..core import Object
from ..core._names import take_again
from ..dynamics import DynamicalSystemNS
from ..errors import KindError, ValueRefused
from ..math import BatchingMode, Mode, TrainingMode
from ..transform import Variable
from ._hooks import know_both_names
from ._passing import PASS_SEQUENCE, DataPass
from ._plan import Plan
from ._training import switch

_NUMBERS = itertools.count()
_LINE = "font-family:var(--jp-code-font-family,monospace);font-size:13px;line-height:1.5"

_OWN = {
    "state": "Write set_state(x), or node.state.value = x.",
    "fb_output": "Write node.fb_output.value = x, or forced_feedbacks={name: x} in a call.",
    "output_shape": "Write set_output_shape(shape) in init_ff.",
    "feedforward_shapes": "Shapes come from what the node is wired to, or from input_shape.",
    "feedback_shapes": "Shapes come from what the node is wired to.",
    **dict.fromkeys(("_plan", "_number", "_is_trainable"), "The class uses this name itself: choose another one."),
}


class Facts(DynamicalSystemNS):
    """Shapes and flags of a node; what a subclass says of it stands in :class:`~bouton.nn._vertex.Vertex`."""

    # In which form ``forward`` and ``feedforward_shapes`` have the inputs.
    data_pass_type: ClassVar[DataPass] = PASS_SEQUENCE
    data_pass: ClassVar[DataPass] = PASS_SEQUENCE

    _is_reset = False
    # Names that the node has for what the layer that it owns calls otherwise.
    _called: ClassVar[Mapping[str, str]] = {}
    # Whether other nodes may feed it.
    _takes_input: ClassVar[bool] = True
    _number: int
    _plan: Plan
    _is_trainable: bool

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        know_both_names(cls, Facts)

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        self = super().__new__(cls, *args, **kwargs)
        self.__dict__.update(_number=next(_NUMBERS), _plan=Plan(), _is_trainable=False)
        return self

    def __copy__(self) -> Self:
        made = type(self).__new__(type(self))
        made.__setstate__({**self.__dict__, "_unique_name": None})
        return made

    def __deepcopy__(self, memo: dict) -> Self:
        memo[id(self)] = made = type(self).__new__(type(self))
        made.__setstate__({**copy.deepcopy(self.__dict__, memo), "_unique_name": None})
        return made

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Out of a pickle: it has the name that it had, unless another object has it now."""
        super().__setstate__(state)
        layer = self.__dict__.get("_layer")
        if layer is not None:
            # As when it was made: it would use up a number of the class that nodes count by.
            layer.__dict__["_unique_name"] = "layer"
        take_again(self, state["_unique_name"])
        self._renumber()

    def __init__(self, name: str | None = None, input_shape: int | tuple[int, ...] | None = None, trainable: bool = False):
        super().__init__(name)
        self.trainable = trainable
        if input_shape is not None:
            shape = without_batch(input_shape, f"{type(self).__name__}(input_shape=...)")
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
        self._refuse_no_flag(trainable)
        self._train((self,), trainable)

    def _refuse_no_flag(self, trainable: Any) -> None:
        if not isinstance(trainable, bool):
            raise KindError(
                where=self._where("trainable"), expected="True or False", got=f"{trainable!r}", fix="Pass one of the two."
            )

    def _train(self, nodes: "tuple[Facts, ...]", trainable: bool) -> None:
        """Let all of these be trained, or none."""
        switch(nodes, trainable)
        for node in nodes:
            node._now_trained(trainable)

    def _now_trained(self, trainable: bool) -> None:
        """Weights have become what that says."""
        self.__dict__["_is_trainable"] = trainable
        self._choice.version += 1
        layer = self.__dict__.get("_layer")
        if layer is not None:
            layer.mode = self.mode

    def _weighed(self) -> Iterable[Object]:
        """Those that have the weights: itself."""
        return (self,)

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

    # -- beside what it knows ----------------------------------------------

    def _cell_of(self, name: str) -> Variable | None:
        slot = self._slots.get(name)
        return None if slot is None else slot.cell

    def _renumber(self) -> None:
        """It counts as made now."""
        self.__dict__["_number"] = next(_NUMBERS)

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


def without_batch(shape: Any, where: str) -> tuple[int, ...]:
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
