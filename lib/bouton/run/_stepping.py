"""Steps of a system: what is shared, given and read in each of them."""

import functools
import inspect
import math
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..dynamics import DynamicalSystem
from ..errors import KindError
from ..math._environment import environment
from ..math._modes import BatchingMode
from ..math._share import share
from ..transform import Variable, default_float, for_loop
from ..transform._purify import unwrap
from ..transform._shapes import ResultShapes
from ._given import check_call
from ._inputs import Inputs
from ._labelled import Labels
from ._monitors import Monitor
from ._pieces import bytes_of

# Runs, or pieces, of which times are known ahead; steps of these at most; the last step that has a number.
_AHEAD, _MOST_AHEAD, _LAST = 32, 2**16, 2**31 - 1


class Stepping:
    """How a runner, or a trainer, steps a system.

    Parameters
    ----------
    target : DynamicalSystem
        One step.
    inputs : Inputs
        Given before each step.
    monitors : list of Monitor
        Read after it.
    dt, t0 : float, ms
        Length of a step, and time before the first.
    batch_first : bool
        Whether users see the batch in front of time; inside time is first.
    every : int
        Read after every so many steps.
    jit : bool
        Whether loops are compiled.
    returns : bool
        Whether what the target returns is kept.

    Attributes
    ----------
    passed : int
        Steps that lie behind.
    labels : dict of (str, tuple of str) to Labels
        Of what the monitors have read, by their keys and the first axes: worked out once.
    """

    def __init__(
        self,
        target: DynamicalSystem,
        inputs: Inputs,
        monitors: list[Monitor],
        *,
        dt: float,
        t0: float,
        batch_first: bool,
        every: int,
        jit: bool,
        returns: bool,
    ):
        self.target, self.inputs, self.monitors = target, inputs, monitors
        self.dt, self.t0, self.batch_first, self.every = dt, t0, batch_first, every
        self._jit, self.returns = jit, returns
        self._environment = environment(dt=dt)
        self._tells = inputs.ask or any(callable(one.source) for one in monitors)
        # Where the monitors read whole Variables, and nothing else is kept, they tell how much that is.
        whole = [one.source for one in monitors if isinstance(one.source, Variable) and one.indices is None]
        self._read_whole = whole if len(whole) == len(monitors) and not returns else None
        self._read_bytes: int | None = None
        self._known: tuple | None = None
        # First step, the one after the last, dtype, times and numbers that are known: one tuple, whatever thread asks.
        self._clock: tuple = (0, 0, None, None, None)
        self._numbers_taken: set[int] = set()
        self.passed = 0
        self.labels: dict[tuple[str, tuple[str, ...]], Labels] = {}

    @property
    def batched(self) -> bool:
        """Whether states have a batch."""
        return isinstance(self.target.mode, BatchingMode)

    def shared(self, shared: Mapping[str, Any]) -> "_Shared":
        """Share these, and the length of a step."""
        return _Shared(share.restored({"dt": self.dt, **shared}), self._environment)

    def clock(self, start: int, length: int) -> tuple[np.ndarray, np.ndarray]:
        """Time before each step, and its number."""
        real = default_float().type
        first, end, known, times, steps = self._clock
        if known is not real or start < first or start + length > end:
            # From whole numbers, so that it does not matter how a run is cut into pieces. Also for runs that go on from it: of
            # short ones this would take a good part.
            ahead = max(length, min(_AHEAD * length, _MOST_AHEAD, _LAST - start))
            steps = np.arange(start, start + ahead, dtype=np.int32)
            times = steps.astype(real)
            times *= real(self.dt)
            times += real(self.t0)
            first, self._clock = start, (start, start + ahead, real, times, steps)
        part = slice(start - first, start - first + length)
        return times[part], steps[part]

    def reset(self, batch_size: int | None) -> None:
        """Begin anew, in state and in time; a system that has to be told the size of the batch is told that of its mode."""
        self.passed = 0
        asked = inspect.signature(self.target.reset_state).parameters.values()
        must = any(p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in asked)
        if batch_size is None and must and isinstance(self.target.mode, BatchingMode):
            batch_size = self.target.mode.batch_size
        if asked and (batch_size is not None or must):
            self.target.reset_state(batch_size)
        else:
            self.target.reset_state()

    def check_call(self, xs: tuple, where: str) -> None:
        """:class:`KindError` for more or fewer arguments than the system takes."""
        if len(xs) not in self._numbers_taken:
            check_call(self.target, xs, where)
            self._numbers_taken.add(len(xs))

    def batch_size(self, xs: tuple, axis: int = 1) -> int | None:
        """Of inputs, along that axis, where the system has a batch."""
        shapes = [x.shape for x in jax.tree_util.tree_leaves(xs)]
        return shapes[0][axis] if self.batched and shapes and len(shapes[0]) > axis else None

    def laid_back(self, ys: Any) -> Any:
        """Results with time first, as users see them."""

        def back(y: Any) -> Any:
            y = jnp.asarray(y)
            return jnp.swapaxes(y, 0, 1) if self.batch_first and y.ndim > 1 else y

        return jax.tree_util.tree_map(back, ys)

    # -- steps -------------------------------------------------------------

    def piece(self, times: Any, steps: Any, fed: tuple, xs: tuple) -> tuple:
        """Consecutive steps; what the target returns at each, and the readings."""
        loop = functools.partial(for_loop, jit=self._jit)
        data, every = (times, steps, fed, xs), self.every
        if every == 1:
            return loop(self.read_step, data)
        length = len(times)
        groups = length // every
        outs, read = None, {}
        if groups:
            cut = jax.tree_util.tree_map(lambda x: jnp.reshape(x[: groups * every], (groups, every, *np.shape(x)[1:])), data)
            outs, read = loop(self._group, cut)
            outs = jax.tree_util.tree_map(lambda y: y.reshape(groups * every, *y.shape[2:]), outs)
        if length % every:
            rest = loop(self._step, jax.tree_util.tree_map(lambda x: x[groups * every :], data))
            outs = rest if not groups else jax.tree_util.tree_map(_appended, outs, rest)
        return outs, read

    def _group(self, times: Any, steps: Any, fed: tuple, xs: tuple) -> tuple:
        data = (times, steps, fed, xs)
        outs = for_loop(self._step, jax.tree_util.tree_map(lambda x: x[:-1], data), jit=self._jit)
        last, read = self.read_step(*jax.tree_util.tree_map(lambda x: x[-1], data))
        return jax.tree_util.tree_map(lambda ys, y: _appended(ys, y[None]), outs, last), read

    def _step(self, t: Any, i: Any, fed: tuple, xs: tuple) -> Any:
        return self._any_step(t, i, fed, xs, reads=False)[0]

    def read_step(self, t: Any, i: Any, fed: tuple, xs: tuple) -> tuple:
        """One step; what the target returns, and the readings."""
        return self._any_step(t, i, fed, xs, reads=True)

    def _any_step(self, t: Any, i: Any, fed: tuple, xs: tuple, *, reads: bool) -> tuple:
        with share.restored({"t": t, "i": i}):
            # Where nobody is told, the compiled steps do not depend on all that is shared.
            shared = share.arguments() if self._tells else {}
            self.inputs.apply(shared, fed)
            for one in self.monitors:
                one.begin()
            # A dict that is an input is not taken for shared arguments behind another dict.
            out = self.target({}, *xs) if xs and isinstance(xs[0], Mapping) else self.target(*xs)
            read = {one.key: one.read(shared) for one in self.monitors} if reads else {}
            self.target.clear_input()
        return jax.tree_util.tree_map(self._array, unwrap(out)) if self.returns else None, read

    def _array(self, y: Any) -> jax.Array:
        try:
            return jnp.asarray(y)
        except TypeError as problem:
            raise KindError(
                where=f"{type(self.target).__name__}.update",
                expected="arrays, or trees of them, as what it returns",
                got=type(y).__name__,
                fix="Return arrays or numbers, or nothing; or run with outputs=False.",
            ) from problem

    # -- sizes -------------------------------------------------------------

    def sizes(self, xs: tuple) -> tuple[int, int]:
        """Bytes of one reading, and of what one step returns."""
        if self._read_whole is not None:
            if self._read_bytes is None:
                # What JAX itself says of this goes a long way round, in each run.
                values = [cell.value for cell in self._read_whole]
                found = sum([math.prod(value.shape) * value.dtype.itemsize for value in values])
                if any(type(cell) is not Variable or cell.batch_axis is not None for cell in self._read_whole):
                    return found, 0
                # Shapes of plain ones stay.
                self._read_bytes = found
            return self._read_bytes, 0
        leaves, structure = jax.tree_util.tree_flatten(xs)
        called = (structure, [(x.shape[1:], x.dtype) for x in leaves])
        if self._known is None or self._known[0] != called or not self._known[1].hold():
            first = [jax.ShapeDtypeStruct(*one) for one in called[1]]
            real, whole = (jax.ShapeDtypeStruct((), dtype) for dtype in (default_float(), jnp.int32))
            shapes = ResultShapes(self.read_step, real, whole, self.inputs.fed_shapes(), structure.unflatten(first))
            self._known = (called, shapes, *(bytes_of(part) for part in reversed(shapes.found)))
        return self._known[2:]


class _Shared(AbstractContextManager):
    # As two with statements, and quicker to enter than what makes one of a generator.
    def __init__(self, shared: AbstractContextManager, environment: AbstractContextManager):
        self._shared, self._environment = shared, environment

    def __enter__(self) -> None:
        self._shared.__enter__()
        self._environment.__enter__()

    def __exit__(self, *error: Any) -> None:
        try:
            self._environment.__exit__(*error)
        finally:
            self._shared.__exit__(*error)


def _appended(ys: Any, more: Any) -> Any:
    return jnp.concatenate([ys, more])
