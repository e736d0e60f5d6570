"""A rate that changes as training goes on."""

from typing import Any, ClassVar, Literal

import jax
import jax.numpy as jnp

from ..core import Object
from ..errors import KindError, NoImplementationError
from ..transform import Variable
from ..transform._operators import plain
from ._numbers import as_float, rate_cell


class Scheduler(Object):
    """Base of the schedules: a rate as a function of a count of epochs, or of updates.

    The count is a Variable, so that a schedule works in compiled code, and is saved and loaded with the rest. A subclass says
    how the rate follows from the count in :meth:`rate`.

    Parameters
    ----------
    lr : float or Variable, optional
        The rate to start from. It can be set later, without compiling again. Left out, there is none: the subclass has others.
    name : str, optional
        Unique name.

    Attributes
    ----------
    count : Variable
        Epochs, or updates, so far; int32.
    counts : {'epochs', 'calls'}
        Which of :meth:`step_epoch` and :meth:`step_call` counts; the other does nothing.

    Raises
    ------
    KindError
        An ``lr`` that is no number.
    ValueRefused
        One below 0.
    """

    counts: ClassVar[Literal["epochs", "calls"]] = "calls"

    def __init__(self, lr: Any = None, name: str | None = None):
        super().__init__(name)
        if lr is not None:
            self.lr = rate_cell(lr, f"{self.class_name}(lr=...)")
        self.count = Variable(jnp.zeros((), jnp.int32))

    def __call__(self, i: Any = None) -> jax.Array:
        """The rate at count ``i``, a number or an array of numbers; at present when ``i`` is left out.

        Raises
        ------
        KindError
            When ``i`` is no whole number.
        """
        count = jnp.asarray(self.count.value if i is None else plain(i))
        if not jnp.issubdtype(count.dtype, jnp.integer):
            raise KindError(
                where=f"{self.class_name}(i)",
                expected="a count, or an array of counts",
                got=f"dtype {count.dtype}",
                fix="Pass whole numbers: jax.numpy.arange(100) for the first hundred.",
            )
        return self.rate(count.astype(jnp.int32))

    def rate(self, count: jax.Array) -> jax.Array:
        """The rate at ``count``, int32 of any shape; for subclasses."""
        raise NoImplementationError(
            where=f"{self.class_name}.rate",
            expected="a method that gives the rate at a count",
            got="none",
            fix="Define def rate(self, count): in the class.",
        )

    def step_epoch(self) -> None:
        """An epoch is over: call it at the end of each."""
        if self.counts == "epochs":
            self.count.value = self.count.value + 1

    def step_call(self) -> None:
        """An update is over: the optimiser calls it."""
        if self.counts == "calls":
            self.count.value = self.count.value + 1

    def __repr__(self) -> str:
        told = ", ".join(f"{entry.name}={entry.value}" for entry in self.entries() if entry.kind == "simulation")
        return f"{self.class_name}({told}, count={self.count.value})"


class Constant(Scheduler):
    """The same rate always.

    Parameters
    ----------
    lr : float or Variable
    name : str, optional
    """

    def __init__(self, lr: Any, name: str | None = None):
        super().__init__(lr, name)

    def rate(self, count: jax.Array) -> jax.Array:
        return jnp.broadcast_to(as_float(self.lr), count.shape)
