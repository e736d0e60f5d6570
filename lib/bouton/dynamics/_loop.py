"""A system of one step, applied to a whole series."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Self

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from ..core import State
from ..errors import KindError, UnsupportedError, ValueRefused
from ..init._checks import number
from ..math._admitted import admitted
from ..math._environment import environment
from ..math._share import share
from ..transform import DT, KeyVariable, cls_jit, default_float, for_loop, vmap
from ..transform._numbers import is_whole
from ..transform._purify import discover
from ._series import is_cell, laid_out
from ._system import DynamicalSystemNS


class LoopOverTime(DynamicalSystemNS):
    """A system of one step as one of a whole series: called with a series of inputs, it gives the series of outputs.

    In each step ``t``, ``i`` and ``dt`` are shared; afterwards what is shared is what it was before. The next call goes on from
    where this one has ended, in state and in time; ``reset_state`` begins anew.

    Parameters
    ----------
    target : DynamicalSystem, or other callable
        One step. It may be told what is shared, as any system.
    out_vars : Variable, or pytree of Variables, optional
        What is given back as well, as it is after each step.
    no_state : bool
        The target keeps nothing from one step to the next: all steps are computed at once, not one after the other.
    t0 : float, ms
        Time before the first step.
    i0 : int
        Number of the first step.
    dt : float, optional, ms
        Length of a step. Default: the shared one, at each call.
    shared_arg : dict, optional
        More to share, ``{'fit': True}``.
    data_first_axis : {'T', 'B'}
        Whether time is the first axis of inputs and outputs, or the second one, behind the batch.
    jit : bool
        ``False`` runs step by step in Python, with the same results: for looking inside.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    KindError
        For a target that cannot be called, ``out_vars`` that are no Variables, or numbers and shared arguments that are none.
    ValueRefused
        For another ``data_first_axis``, a ``dt`` that is no number above 0, or ``t`` and ``i`` among what is to be shared.

    Examples
    --------
    >>> import bouton.math as bm
    >>> class Sum(DynamicalSystemNS):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.total = bm.Variable(())
    ...     def update(self, x):
    ...         self.total += x
    ...         return self.total.value
    >>> LoopOverTime(Sum())(jnp.arange(4.0))
    Array([0., 1., 3., 6.], dtype=float32)
    """

    def __init__(
        self,
        target: Callable,
        out_vars: Any = None,
        no_state: bool = False,
        t0: float = 0.0,
        i0: int = 0,
        dt: float | None = None,
        shared_arg: Mapping[str, Any] | None = None,
        data_first_axis: str = "T",
        jit: bool = True,
        name: str | None = None,
    ):
        super().__init__(name)
        if not callable(target):
            raise KindError(
                where="LoopOverTime(target=...)",
                expected="a system, or a function of one step",
                got=f"{type(target).__name__}",
                fix="Pass the system itself.",
            )
        if data_first_axis not in ("T", "B"):
            raise ValueRefused(
                where="LoopOverTime(data_first_axis=...)",
                expected="'T' or 'B'",
                got=f"{data_first_axis!r}",
                fix="Say whether time or the batch is the first axis.",
            )
        for leaf in jax.tree_util.tree_leaves(out_vars, is_leaf=is_cell):
            if not is_cell(leaf):
                raise KindError(
                    where="LoopOverTime(out_vars=...)",
                    expected="Variables",
                    got=f"{type(leaf).__name__}",
                    fix="Pass the Variable itself, and not its value.",
                )
        self.target = target
        # They belong to the target.
        self.__dict__["_out_vars"] = out_vars
        self._no_state, self._jit, self._batch_first = no_state, jit, data_first_axis == "B"
        self._t0, self._i0 = float(number("LoopOverTime(t0=...)", t0)), _whole("LoopOverTime(i0=...)", i0)
        self._dt = None if dt is None else admitted("LoopOverTime", None, dt, None, None, None, None)[DT]
        self.__dict__["_shared_arg"] = _shared("LoopOverTime(shared_arg=...)", shared_arg)
        self.i = State(jnp.asarray(self._i0, jnp.int32))
        # Time of step i0, had all steps been of the last length.
        self.origin = State(jnp.asarray(self._t0, default_float()), unit="ms")
        self.last_dt = State(jnp.zeros((), default_float()), unit="ms")

    def update(self, *inputs: Any) -> Any:
        """The whole series.

        Parameters
        ----------
        *inputs : array or other pytree, (T, ...) or (B, T, ...); or one number
            What the target is called with at each step; or for how long, in ms, it runs without an input.

        Returns
        -------
        pytree, (T, ...) or (B, T, ...)
            What the target returned; with ``out_vars`` a pair, of it and of their values. Of single numbers, (T,) in any case.

        Raises
        ------
        ShapeError
            For inputs without an axis of time, or of different lengths.
        ValueRefused
            For a duration of less than a step, or none. One between two steps is rounded, with a warning.
        UnsupportedError
            With ``no_state``, when the target writes to a Variable.
        """
        with share.restored(self._shared_arg):
            dt = self._dt if self._dt is not None else share.dt
            with share.restored({"dt": dt}), _under(dt):
                inputs, length = laid_out(inputs, dt, self._batch_first)
                start: Any = self.i
                out = self._run(*self._counted(start, length, dt), inputs)
                self.i = start + length
        if not self._batch_first:
            return out
        # A single number for each step has no batch.
        return jax.tree_util.tree_map(lambda y: jnp.swapaxes(y, 0, 1) if y.ndim > 1 else y, out)

    def reset_state(self, batch_size: int | None = None) -> Self:
        """Begin anew, in state and in time; ``batch_size`` is the new size of the batch, in a mode that has one."""
        # Delays in ms are laid out in steps of the dt that they will run with.
        dt = share.dt if self._dt is None else self._dt
        with share.restored({"dt": dt}), _under(dt):
            return super().reset_state(batch_size)

    def _counted(self, start: Any, length: int, dt: Any) -> tuple[Any, Any]:
        """Time before each step, and its number."""
        real = default_float().type
        # In NumPy where the numbers are known: each operation of JAX costs as much as a whole short loop.
        before, origin, last_dt = (x if isinstance(x, Tracer) else np.asarray(x) for x in (start, self.origin, self.last_dt))
        dt = dt if isinstance(dt, Tracer) else real(dt)
        before = before - np.int32(self._i0)
        if any(isinstance(x, Tracer) for x in (dt, last_dt)) or dt != last_dt:
            # Time goes on from where it is, not from where it were with this dt from the beginning.
            origin = origin + before.astype(real) * (last_dt - dt)
            self.origin, self.last_dt = (jnp.asarray(x, last_dt.dtype) for x in (origin, dt))
        passed = np.arange(length, dtype=np.int32) + before
        return passed.astype(real) * dt + origin, passed + np.int32(self._i0)

    def _run(self, times: jax.Array, steps: jax.Array, inputs: tuple) -> Any:
        if not self._no_state:
            return for_loop(self._step, (times, steps, inputs), jit=self._jit)
        return self._at_once(times, steps, inputs) if self._jit else self._mapped(times, steps, inputs)

    def _step(self, t: Any, i: Any, inputs: tuple) -> Any:
        with share.restored({"t": t, "i": i}):
            out = self.target(*inputs)
        values = jax.tree_util.tree_map(lambda cell: cell.value, self._out_vars, is_leaf=is_cell)
        return out if self._out_vars is None else (out, values)

    @cls_jit
    def _at_once(self, times: jax.Array, steps: jax.Array, inputs: tuple) -> Any:
        return self._mapped(times, steps, inputs)

    def _mapped(self, times: jax.Array, steps: jax.Array, inputs: tuple) -> Any:
        first = jax.tree_util.tree_map(lambda x: x[0], (times, steps, inputs))
        _, written = discover(lambda: self._step(*first))
        states = [cell for cell in written if not isinstance(cell, KeyVariable)]
        if states:
            names = [path for path, cell in self.vars("relative").items() if any(cell is state for state in states)]
            raise UnsupportedError(
                where="LoopOverTime(no_state=True)",
                expected="a target that keeps nothing from one step to the next",
                got=f"one that writes to {', '.join(names) or 'a Variable'}",
                fix="Leave no_state out.",
            )
        return vmap(self._step)(times, steps, inputs)


def _under(dt: Any) -> AbstractContextManager:
    """The environment with this time step, where it is known."""
    return nullcontext() if isinstance(dt, Tracer) else environment(dt=dt)


def _whole(where: str, value: Any) -> int:
    if not is_whole(value):
        raise KindError(where=where, expected="a whole number", got=f"{value!r}", fix="Give the number of the first step.")
    return int(value)


def _shared(where: str, given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping | None):
        raise KindError(where=where, expected="a dict", got=type(given).__name__, fix="Write for instance {'fit': True}.")
    told = next((name for name in ("t", "i") if name in (given or {})), None)
    if told is not None:
        raise ValueRefused(
            where=where,
            expected="other names than t and i, which each step is given",
            got=f"{told!r}",
            fix="Say with t0 and i0 where they begin.",
        )
    return dict(given or {})
