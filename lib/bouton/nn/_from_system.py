"""A system of one step as a node."""

from collections.abc import Iterable
from typing import Any

import jax
import jax.numpy as jnp

from ..core import Object
from ..dynamics import DynamicalSystem, share
from ..errors import KindError, ValueRefused
from ..layers import Layer
from ..layers._layer import as_array
from ..math import BatchingMode, Mode, TrainingMode
from ..transform import result_shapes
from ._node import Node
from ._owning import side_by_side
from ._training import FixedWeights


class FromSystem(Node):
    """A node that is a step of a system: of neurons, layers, synapses, or a network of these.

    Its inputs, side by side on the last axis, are what the system is called with. The system is a child, ``node.system``, with
    parameters and states of its own.

    Parameters
    ----------
    system : DynamicalSystem
        In a mode with a batch. It says itself which of its weights are trained; ``trainable = False`` makes them fixed.
    input_shape : int or tuple of int, optional
        Shape of the input without the axis of the batch, for a node that is not fed by another.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    KindError
        For what is no system, or a node already.
    ValueRefused
        For a system without a batch.

    Notes
    -----
    Systems of one step count time in ms, and know it from :data:`bouton.share`; nothing is converted.

    Examples
    --------
    >>> import bouton as bp, bouton.math as bm
    >>> with bm.batching_environment():
    ...     neurons = bp.neurons.LIF(10)
    >>> net = bp.nn.Input(10) >> bp.nn.FromSystem(neurons) >> bp.nn.Dense(2)
    >>> net.initialize(3)(bm.ones((3, 10))).shape
    (3, 2)
    """

    def __init__(self, system: DynamicalSystem, input_shape: int | tuple[int, ...] | None = None, name: str | None = None):
        super().__init__(name, input_shape)
        if not isinstance(system, DynamicalSystem) or isinstance(system, Node):
            raise KindError(
                where="FromSystem(system)",
                expected="a system of one step that is no node",
                got=type(system).__name__,
                fix="Nodes are wired as they are." if isinstance(system, Node) else "Pass a bp.DynamicalSystem.",
            )
        if not isinstance(system.mode, BatchingMode):
            raise ValueRefused(
                where="FromSystem(system)",
                expected="a system with an axis for the batch",
                got=f"{type(system).__name__} in {system.mode}",
                fix="Build it inside `with bm.batching_environment():` or training_environment().",
            )
        self.system = system

    @property
    def trainable(self) -> bool:
        """Whether the system has TrainVars; it can be assigned.

        False makes all of them fixed, trained initial states too, and True makes those TrainVars again that were some before.

        Raises
        ------
        ValueRefused
            For True, of a system that was not built to be trained.
        """
        self._choice.used()
        return bool(self.modules()["system"].train_vars("relative")) if "system" in self._children else False

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self._refuse_no_flag(trainable)
        if "system" not in self._children:
            # While it is made.
            return
        self._train((self,), trainable)
        if trainable and not self.trainable:
            raise ValueRefused(
                where=f"{self.name}.trainable",
                expected="False, as the system was built",
                got="True",
                fix="Build the system inside `with bm.training_environment():`.",
            )

    def _weighed(self) -> Iterable[Object]:
        return self.system.nodes("relative", -1, include_self=True).unique().values()

    def _now_trained(self, trainable: bool) -> None:
        super()._now_trained(trainable)
        before: dict[str, Mode] = self.__dict__.setdefault("_modes_before", {})
        parts = self.system.nodes("relative", -1, include_self=True)
        # Of layers alone: from what neurons send, gradients are to reach what comes before them.
        for path, part in parts.items() if not trainable else ():
            fixed = isinstance(part, Layer) and any(isinstance(slot.cell, FixedWeights) for slot in part._slots.values())
            if fixed and isinstance(part.mode, TrainingMode):
                before[path], part.mode = part.mode, BatchingMode(part.mode.batch_size)
        while trainable and before:
            path, mode = before.popitem()
            parts[path].mode = mode

    def init_ff(self) -> None:
        """What a step would give, of a system that begins anew."""
        shape = self._joint()

        def step() -> Any:
            self.system.reset_state(1)
            return as_array(self.system(jnp.zeros((1, *shape))), f"{self.name}, what {type(self.system).__name__} returns")

        with share.restored({**share.arguments(), "fit": False}):
            self.set_output_shape((None, *result_shapes(step).shape[1:]))

    def init_state(self, num_batch: int = 1) -> None:
        """The system begins anew."""
        self.system.reset_state(num_batch)
        self.__dict__["_batch"] = num_batch

    def forward(self, ff: tuple[jax.Array, ...]) -> Any:
        """One step of the system."""
        return self.system(side_by_side(ff))

    def _joint(self) -> tuple[int, ...]:
        shapes = self.feedforward_shapes
        return (*shapes[0][1:-1], sum(shape[-1] for shape in shapes))

    def _trials(self) -> int | None:
        has_states = any(entry.kind == "state" for entry in self.system.entries())
        return self.__dict__.get("_batch") if has_states else None
