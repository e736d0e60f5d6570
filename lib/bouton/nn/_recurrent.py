"""Nodes with a state of their own."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import jax
import jax.numpy as jnp

from ..errors import KindError, ValueRefused
from ..layers._layer import as_array
from ..transform import TrainVar
from ._node import Node


class RecurrentNode(Node):
    """Base of nodes that remember: ``init_state`` says what their state begins with, and ``forward`` moves it on.

    Called from outside, ``init_state(num_batch)`` also sets the state, as :meth:`set_state` does.

    Parameters
    ----------
    name : str, optional
        Unique among live objects.
    input_shape : int or tuple of int, optional
        Shape of the input without the axis of the batch, for a node that is not fed by another.
    trainable : bool
        Whether its weights are TrainVars.
    state_trainable : bool
        Whether the state begins with a TrainVar, :attr:`train_state`, the same for each trial. Gradients reach it from there.

    Raises
    ------
    KindError, ValueRefused
        For arguments that are none of these.
    """

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        own = vars(cls).get("init_state")
        if own is not None:
            cls.init_state = _setting(own)

    def __init__(
        self,
        name: str | None = None,
        input_shape: int | tuple[int, ...] | None = None,
        trainable: bool = False,
        state_trainable: bool = False,
    ):
        super().__init__(name, input_shape, trainable)
        if not isinstance(state_trainable, bool):
            raise KindError(
                where=self._where("state_trainable"),
                expected="True or False",
                got=f"{state_trainable!r}",
                fix="Pass one of the two.",
            )
        self.__dict__["_is_state_trainable"] = state_trainable

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "train_state" and not (name in self._slots and value is self._slots[name].cell):
            raise ValueRefused(
                where=self._where(name),
                expected="no assignment",
                got=f"{type(value).__name__}",
                fix="Write node.train_state.value = x; it is made by initialize() where state_trainable=True.",
            )
        if name != "train_state":
            super().__setattr__(name, value)

    @property
    def state_trainable(self) -> bool:
        """Whether the state begins with a TrainVar."""
        return self.__dict__.get("_is_state_trainable", False)

    @property
    def train_state(self) -> TrainVar | None:
        """What every row of the state begins with, ``(units,)``; None where that is not trained, and before initialisation."""
        cell = self._cell_of("train_state")
        assert cell is None or isinstance(cell, TrainVar)
        return cell

    def set_state(self, state: Any) -> None:
        """As of every node; a trained initial state takes the first row when it is made, and stands in all rows."""
        if not self.state_trainable:
            super().set_state(state)
            return
        array = as_array(state, f"{type(self).__name__}({self.name}).set_state")
        learnt = self.train_state
        if learnt is None:
            # First, so that what does not fit is refused before anything is made.
            super().set_state(array)
            learnt = TrainVar(array[0])
            self._keep("train_state", learnt)
        super().set_state(self._rows(learnt.value, array.shape[0]))

    def _rows(self, learnt: jax.Array, num_batch: int) -> jax.Array:
        return jnp.broadcast_to(learnt, (num_batch, *learnt.shape))

    def _made_state(self) -> None:
        if self.state is None:
            raise ValueRefused(
                where=f"{type(self).__name__}({self.name}).init_state",
                expected="what the state of a RecurrentNode begins with",
                got="None",
                fix="End it with `return state`, an array (num_batch, ...), or call self.set_state(state).",
            )


def _setting(init_state: Callable) -> Callable:
    """A class's own ``init_state``, which sets the state when it is not called by that of a subclass."""

    @wraps(init_state)
    def setting(self: RecurrentNode, num_batch: int = 1) -> Any:
        if "_begins" in self.__dict__:
            return init_state(self, num_batch)
        self.__dict__["_begins"] = True
        try:
            state = init_state(self, num_batch)
        finally:
            del self.__dict__["_begins"]
        if state is None:
            return None
        self.set_state(state)
        return self.state.value

    return setting
