"""A system of one step as a node."""

from typing import Any

import jax
import jax.numpy as jnp

from ..dynamics import DynamicalSystem, share
from ..errors import KindError, ValueRefused
from ..layers._layer import as_array
from ..math import BatchingMode
from ..transform import result_shapes
from ._node import Node


class FromSystem(Node):
    """A node that is a step of a system: of neurons, layers, synapses, or a network of these.

    Its inputs, side by side on the last axis, are what the system is called with. The system is a child, ``node.system``, with
    parameters and states of its own.

    Parameters
    ----------
    system : DynamicalSystem
        In a mode with a batch. It says itself which of its weights are trained.
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
        """Whether the system has TrainVars."""
        return bool(self.modules()["system"].train_vars("relative")) if "system" in self._children else False

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        if "system" in self._children and trainable != self.trainable:
            raise ValueRefused(
                where=f"{self.name}.trainable",
                expected=f"{self.trainable}, as the system was built",
                got=f"{trainable}",
                fix="Build the system in another mode.",
            )

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
        return self.system(jnp.concatenate(ff, axis=-1))

    def _joint(self) -> tuple[int, ...]:
        shapes = self.feedforward_shapes
        return (*shapes[0][1:-1], sum(shape[-1] for shape in shapes))

    def _trials(self) -> int | None:
        has_states = any(entry.kind == "state" for entry in self.system.entries())
        return self.__dict__.get("_batch") if has_states else None
