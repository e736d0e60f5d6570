"""The past of an array, as long as it is needed."""

import functools
from collections.abc import Callable
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from ..core import Object
from ..errors import KindError, ShapeError
from ..transform import Variable
from ..transform._settings import CHECKS
from ._delay_steps import Layout, concrete, in_steps, refuse_outside
from ._share import share


class _Past(Variable):
    """A Variable with two axes that may change their size: the steps, first, and the batch."""

    __slots__ = ()

    def _batch_resized(self, new: tuple[int, ...], old: tuple[int, ...]) -> bool:
        return len(new) == len(old) and all(
            n == o for axis, (n, o) in enumerate(zip(new, old, strict=True)) if axis not in (0, self._batch_axis)
        )


class LengthDelay(Object):
    """What an array was in the last steps: a ring that ``update`` pushes to and a call looks back in.

    Delays are counted in steps when they are whole numbers, and are times in ms when they are floats: ``delay(3)`` is the value 3
    pushes ago, ``delay(0)`` the newest, ``delay(1.5)`` that of 1.5 ms ago, to the nearest step of the shared ``dt``.

    Parameters
    ----------
    target : Variable, or array
        What is delayed: its shape, dtype and batch axis, and the newest value to begin with. A Variable is also what is pushed
        by an ``update()`` without a value.
    delay_len : int or float, or array of either
        The longest delay that will be asked for, in steps or in ms; of an array, its largest.
    initial_delay_data : number, array or callable, optional
        What came before. An array fits ``(steps, *target.shape)``, the step before the newest first; a callable gets that shape.
        Default: zeros.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    KindError
        For a ``delay_len`` that is no number.
    ValueRefused
        For one below 0 or not finite.
    ShapeError
        For initial data that do not fit.

    Notes
    -----
    A time is resolved when it is asked for. After ``dt`` has changed, what is stored lies in other steps: to ask for a time is
    then an error until ``reset``, which makes room anew for a ``delay_len`` in ms. A delay in steps has no such care: with
    another ``dt`` it is another time.

    Examples
    --------
    >>> delay = LengthDelay(jnp.zeros(2), 3)
    >>> for k in range(1, 6):
    ...     delay.update(jnp.full(2, float(k)))
    >>> delay(0), delay(3)
    (Array([5., 5.], dtype=float32), Array([2., 2.], dtype=float32))
    """

    def __init__(self, target: Any, delay_len: Any, initial_delay_data: Any = None, name: str | None = None):
        super().__init__(name)
        # Not registered here: it belongs to whoever made it.
        self.__dict__["_source"] = target if isinstance(target, Variable) else None
        first = target.value if isinstance(target, Variable) else jnp.asarray(target)
        self.__dict__["_first"] = None if isinstance(target, Variable) else first
        self._longest = concrete(delay_len, f"{type(self).__name__}(delay_len=...)")
        self._initial = initial_delay_data
        self._layout = Layout(share.dt)
        batch = target.batch_axis if isinstance(target, Variable) else None
        self.data = _Past(self._filled(first), batch_axis=None if batch is None else batch + 1)
        self.newest = Variable(jnp.zeros((), jnp.int32))

    @property
    def delay_len(self) -> int:
        """Steps that can be looked back."""
        return self.data.value.shape[0] - 1

    def update(self, value: Any = None) -> None:
        """Push the value of a new step.

        Parameters
        ----------
        value : array, optional
            Of the target's shape. Default: what the target Variable holds.

        Raises
        ------
        KindError
            Without a value, when the target is no Variable; for a value that the dtype cannot take.
        ShapeError
            For another shape.
        """
        data = self.data.value
        value = self._fitted(self._present("update") if value is None else value, data)
        newest = (self.newest.value + 1) % data.shape[0]
        self.data.value = jax.lax.dynamic_update_index_in_dim(data, value, newest, 0)
        self.newest.value = newest

    def __call__(self, delay: Any = 0, indices: Any = None) -> jax.Array:
        """The value of some steps, or some time, ago.

        Parameters
        ----------
        delay : int or float, or array of either
            Steps, or ms. An array has one for each element, in a shape that broadcasts to the target's.
        indices : (n,) int array, optional
            Only these along the last axis, as often as they come; then an array of delays has one for each index.

        Returns
        -------
        (*target.shape), or (..., n) array
            Traced delays beyond what is stored give NaN, or the oldest value where there is no NaN; after
            `bouton.check.turn_on` they raise, too.

        Raises
        ------
        ValueRefused
            For a delay that is longer than what is stored, or below 0.
        ShapeError
            For an array of delays that does not fit.
        KindError
            For a delay that is no number.
        RunningError
            For a time, after ``dt`` has changed.
        """
        data = self.data.value
        longest = data.shape[0] - 1
        steps = self._layout.steps(delay, longest, f"{type(self).__name__}(delay)")
        traced = isinstance(steps, Tracer)
        inside = (steps >= 0) & (steps <= longest) if traced else None
        if inside is not None and CHECKS.get():
            jax.debug.callback(functools.partial(refuse_outside, longest, f"{type(self).__name__}(delay)"), inside, steps)
        steps = jnp.clip(steps, 0, longest) if traced else steps
        place = (self.newest.value - steps) % data.shape[0]
        fits = data.shape[1:] if indices is None else np.shape(indices)
        if not _broadcasts(np.shape(steps), fits):
            raise ShapeError(
                where=f"{type(self).__name__}(delay)",
                expected=f"one delay, or delays that broadcast to shape {fits}",
                got=f"shape {np.shape(steps)}",
                fix="Give one for each element of the target." if indices is None else "Give one for each index.",
            )
        value = _looked_up(data, place, indices)
        if inside is None or not jnp.issubdtype(value.dtype, jnp.inexact):
            return value
        return jnp.where(inside, value, jnp.asarray(jnp.nan, value.dtype))

    def reset(self, target: Any = None) -> Self:
        """Forget the past, and begin with ``target``, by default what the target Variable holds, or the first array.

        Parameters
        ----------
        target : array, optional
            Of the same shape, but for the size of the batch.

        Raises
        ------
        MathError
            For another shape or dtype.
        """
        first = (
            target.value if isinstance(target, Variable) else self._present("reset") if target is None else jnp.asarray(target)
        )
        self._layout.change(share.dt)
        self.data.value = self._filled(first)
        self.newest.value = jnp.zeros((), jnp.int32)
        return self

    def reset_state(self, batch_size: int | None = None) -> Self:
        """The same as :meth:`reset`: the size of the batch is the target's."""
        return self.reset()

    def _present(self, where: str) -> Any:
        if self._source is not None:
            return self._source.value
        if where == "reset":
            return self._first
        raise KindError(
            where=f"{type(self).__name__}.update",
            expected="a value",
            got="none",
            fix="Pass what is to be pushed, or make the delay of a Variable, whose value it then is.",
        )

    def _filled(self, first: jax.Array) -> jax.Array:
        """The ring at the beginning: the newest value at 0, the one before it at the end."""
        longest = int(in_steps(self._longest, self._layout.dt).max(initial=0))
        shape, before = (longest, *first.shape), self._initial
        before = before(shape) if isinstance(before, Callable) else jnp.zeros((), first.dtype) if before is None else before
        before = jnp.asarray(before, first.dtype)
        if not _broadcasts(before.shape, shape):
            raise ShapeError(
                where=f"{type(self).__name__}(initial_delay_data=...)",
                expected=f"a number, or what broadcasts to shape {shape}",
                got=f"shape {before.shape}",
                fix="Give one value for each step and each element of the target.",
            )
        return jnp.concatenate([first[None], jnp.broadcast_to(before, shape)[::-1]])

    def _fitted(self, value: Any, data: jax.Array) -> jax.Array:
        value = value.value if isinstance(value, Variable) else value
        value = jnp.asarray(value, data.dtype) if isinstance(value, bool | int | float) else jnp.asarray(value)
        if value.shape != data.shape[1:]:
            raise ShapeError(
                where=f"{type(self).__name__}.update",
                expected=f"shape {data.shape[1:]}",
                got=f"{value.shape}",
                fix="Push what has the shape of the target; after a change of its batch, reset the delay.",
            )
        if not np.can_cast(value.dtype, data.dtype, "same_kind"):
            raise KindError(
                where=f"{type(self).__name__}.update",
                expected=f"dtype {data.dtype}",
                got=f"{value.dtype}",
                fix=f"Convert it with .astype('{data.dtype}').",
            )
        return value.astype(data.dtype)


def _broadcasts(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    return len(shape) <= len(to) and all(n in (1, m) for n, m in zip(reversed(shape), reversed(to), strict=False))


def _looked_up(data: jax.Array, place: jax.Array, indices: Any) -> jax.Array:
    if np.shape(place) == ():
        row = jax.lax.dynamic_index_in_dim(data, place, 0, keepdims=False)
        return row if indices is None else row[..., jnp.asarray(indices)]
    if indices is None:
        place = jnp.broadcast_to(place, data.shape[1:])
        return jnp.take_along_axis(data, place[None], axis=0)[0]
    taken = jnp.moveaxis(data, -1, 1)[place, jnp.asarray(indices)]
    return jnp.moveaxis(taken, 0, -1) if data.ndim > 2 else taken
