"""A system of one step, run over time."""

import functools
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..dynamics import DynamicalSystem
from ..errors import KindError, LargeRecordWarning, RunningError, ValueRefused
from ..math._admitted import admitted
from ..math._environment import environment
from ..math._modes import BatchingMode
from ..math._share import share
from ..transform import DT, default_float, for_loop
from ..transform import jit as compiled
from ..transform._progress import Bar
from ..transform._purify import result_shapes, unwrap
from ._inputs import Feed, Inputs
from ._labelled import labels_of
from ._monitors import monitors as checked_monitors
from ._pieces import Kept, bytes_of, cuts, piece_size, readable
from ._record import Record
from ._runner_data import batch_size_of, laid_out, number_of_steps, reset_with

_LARGE = 2**30


class DSRunner:
    """Runs a system of one step over time, feeds it, and records it.

    In each step ``t``, ``i``, ``dt`` and ``fit`` are shared, inputs are given, the system is called, monitors are read, and
    inputs that have gathered are cleared. The next run goes on from where this one has ended, in state and in time.

    Parameters
    ----------
    target : DynamicalSystem
        One step.
    inputs : tuple, list of tuples, or callable
        ``(target, value, type, operation)``: the target is the name of a Variable (``'V'``, ``'E.input'``), or a Variable. The
        type is ``'fix'`` for one value (default), ``'iter'`` for one for each step of a run (an array, a list, or a generator,
        which the next run goes on with), ``'func'`` for a function of the shared arguments. The operation is ``'+'`` (default),
        ``'-'``, ``'*'``, ``'/'`` or ``'='``. Or one function of the shared arguments, which writes to Variables itself.
    monitors : list or dict, optional
        What to record: names, ``('V', indices)``; or by keys a Variable, a name, a pair with indices, or a function of the shared
        arguments. ``'input'`` of a group of neurons is what its step was driven with.
    dt : float, optional, ms
        Length of a step. Default: the shared one.
    t0 : float, ms
        Time before the first step.
    jit : bool
        ``False`` runs step by step in Python, with the same results: for looking inside.
    progress_bar : bool
        Show how far a run is.
    numpy_mon_after_run : bool
        Whether records are NumPy arrays, brought to the host's memory piece by piece; ``False`` leaves them on the device.
    data_first_axis : {'T', 'B'}, optional
        Whether time is the first axis of inputs, outputs and records, or the second one, behind the batch. Default: ``'B'`` in
        modes with a batch, ``'T'`` in others.
    memory_efficient : bool
        Bring each reading to the host's memory before the next step, so that no more than one is on the device. Slow.
    every : int
        Read the monitors after every so many steps of a run.
    chunk : int, optional
        Steps to run between two looks at the stop button, and two transfers to the host. Default: as many as fit 64 MiB, at most
        10 000, or a twentieth of the run if someone watches it. Results do not depend on it.
    outputs : bool
        Whether what the target returns is kept, and returned by :meth:`run`.
    callback : callable, optional
        ``callback(done, total)`` is called after each piece of a run; it may call :meth:`stop`.

    Attributes
    ----------
    mon : Record
        What the last run has read.

    Raises
    ------
    KindError, ValueRefused, UnknownPathError, MonitorError, PositionError, ShapeError
        For inputs and monitors that the model does not have, and settings that are none. Unknown names are told here.

    Notes
    -----
    What is given as input is there for one step: after it ``clear_input`` is called. A synapse that is updated after its target
    is therefore not heard; a :class:`~bouton.Network` updates synapses first.

    Examples
    --------
    >>> import bouton.math as bm
    >>> class Leak(DynamicalSystem):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.v = bm.Variable(1)
    ...     def update(self, shared, current=1.0):
    ...         self.v += shared["dt"] * (current - self.v)
    >>> runner = DSRunner(Leak(), monitors=["v"], dt=0.5, progress_bar=False)
    >>> runner.run(1.5)
    >>> runner.mon.ts, runner.mon.v[:, 0]
    (array([0.5, 1. , 1.5]), array([0.5  , 0.75 , 0.875], dtype=float32))
    """

    def __init__(
        self,
        target: DynamicalSystem,
        inputs: Any = (),
        monitors: Any = None,
        dt: float | None = None,
        t0: float = 0.0,
        jit: bool = True,
        progress_bar: bool = True,
        numpy_mon_after_run: bool = True,
        data_first_axis: str | None = None,
        memory_efficient: bool = False,
        *,
        every: int = 1,
        chunk: int | None = None,
        outputs: bool = True,
        callback: Callable[[int, int], Any] | None = None,
    ):
        if not isinstance(target, DynamicalSystem):
            raise KindError(
                where="DSRunner(target=...)",
                expected="a DynamicalSystem",
                got=f"{type(target).__name__}",
                fix="Pass a system of one step, or derive its class from bp.DynamicalSystem.",
            )
        if data_first_axis not in (None, "T", "B"):
            raise ValueRefused(
                where="DSRunner(data_first_axis=...)",
                expected="'T' or 'B'",
                got=f"{data_first_axis!r}",
                fix="Say whether time or the batch is the first axis.",
            )
        self.target = target
        self.dt = share.dt if dt is None else admitted("DSRunner", None, dt, None, None, None, None)[DT]
        self._start, self._passed = float(t0), 0
        self._batched = isinstance(target.mode, BatchingMode)
        self._batch_first = data_first_axis == "B" or (data_first_axis is None and self._batched)
        self._jit, self._bar, self._on_host = bool(jit), bool(progress_bar), bool(numpy_mon_after_run) or bool(memory_efficient)
        self._every = _count(every, "every")
        self._chunk = self._every if memory_efficient else None if chunk is None else _count(chunk, "chunk")
        self._returns, self._callback = bool(outputs), callback
        self._inputs = Inputs(target, inputs)
        self._monitors = checked_monitors(target, monitors)
        self._compiled = compiled(self._piece)
        self._stopping, self._running = threading.Event(), threading.Lock()
        self._sizes: dict[Any, tuple] = {}
        self.mon = self._record({}, 0, 0)

    # -- running -----------------------------------------------------------

    def run(
        self,
        duration: float | None = None,
        inputs: Any = None,
        reset_state: bool = False,
        shared_args: Mapping[str, Any] | None = None,
        eval_time: bool = False,
    ) -> Any:
        """Run, and record.

        Parameters
        ----------
        duration : float, ms
            How long; the nearest number of steps.
        inputs : array, tuple or dict of arrays, (T, ...) or (B, T, ...)
            What the target is called with at each step, instead of a duration; a tuple is spread over its arguments.
        reset_state : bool
            Begin anew, for as large a batch as the inputs have.
        shared_args : dict, optional
            More to share.
        eval_time : bool
            Return how long it took, too.

        Returns
        -------
        pytree, (T, ...) or (B, T, ...)
            What the target returned; with ``eval_time`` a pair of seconds and that. Stopped, what there was until then.

        Raises
        ------
        ValueRefused
            For neither a duration nor inputs, or a duration of less than a step.
        ShapeError
            For inputs of different lengths.
        RunningError
            While it runs already.
        """
        if not self._running.acquire(blocking=False):
            raise RunningError(
                where="DSRunner.run", expected="one run at a time", got="a second", fix="Wait for its end, or call stop() first."
            )
        try:
            self._stopping.clear()
            began = time.perf_counter()
            with self._shared({"fit": False, **(shared_args or {})}):
                out = self._whole_run(duration, inputs, reset_state)
            return (time.perf_counter() - began, out) if eval_time else out
        finally:
            self._running.release()

    def predict(
        self,
        duration: float | None = None,
        inputs: Any = None,
        reset_state: bool = False,
        shared_args: Mapping[str, Any] | None = None,
        eval_time: bool = False,
    ) -> Any:
        """The same as :meth:`run`."""
        return self.run(duration, inputs, reset_state, shared_args, eval_time)

    __call__ = predict

    def stop(self) -> None:
        """End the run after the piece that is under way; what was recorded stays. From any thread, or from the callback."""
        self._stopping.set()

    def reset_state(self, batch_size: int | None = None) -> None:
        """Begin anew, in state and in time; ``batch_size`` is the new size of the batch, in a mode that has one."""
        with self._shared({}):
            reset_with(self.target, batch_size)
        self._passed = 0

    @property
    def i0(self) -> int:
        """Number of the next step."""
        return self._passed

    @property
    def t0(self) -> float:
        """Time before the next step, ms."""
        return self._start + self._passed * self.dt

    @property
    def compilations(self) -> int:
        """How often the loop has been compiled: once for each length of its pieces."""
        return self._compiled.compilations

    def record_size(self, duration: float | None = None, inputs: Any = None) -> int:
        """Bytes that the monitors of such a run would record; nothing runs."""
        with self._shared({"fit": False}):
            xs, steps = self._data(duration, inputs)
            return int(self._bytes(xs, steps)[0] * (steps // self._every))

    def __repr__(self) -> str:
        keys = ", ".join(one.key for one in self._monitors)
        return f"DSRunner({type(self.target).__name__}, dt={self.dt:g} ms, t={self.t0:g} ms, monitors=[{keys}])"

    # -- one run -----------------------------------------------------------

    def _data(self, duration: float | None, inputs: Any) -> tuple[tuple, int]:
        if duration is not None and inputs is not None:
            warnings.warn(
                "DSRunner.run: expected a duration or inputs, got both. The inputs decide how long it runs: leave the other out.",
                stacklevel=4,
            )
        if inputs is not None:
            return laid_out(inputs, self._batch_first)
        return (), number_of_steps(duration, self.dt)

    def _whole_run(self, duration: float | None, inputs: Any, reset: bool) -> Any:
        xs, steps = self._data(duration, inputs)
        if reset:
            self.reset_state(batch_size_of(xs) if self._batched else None)
        feed = self._inputs.fed(steps)
        recorded, returned = self._bytes(xs, steps)
        total = recorded * (steps // self._every)
        if total > _LARGE:
            warnings.warn(
                f"DSRunner.run: expected a record of at most {readable(_LARGE)}, got {readable(total)}. Read a part of the "
                "elements, ('V', indices), or every so many steps, every=10.",
                LargeRecordWarning,
                stacklevel=4,
            )
        watched = self._bar or self._callback is not None
        size = self._chunk or piece_size(steps, self._every, recorded / self._every + returned, watched)
        size = max(size // self._every, 1) * self._every
        outs, readings = Kept(steps, on_host=size < steps), Kept(steps // self._every, self._on_host)
        first, done = self._passed, 0
        try:
            with Bar(f"Predict {steps} steps").shown(steps) if self._bar else nullcontext() as bar:
                for start, stop in cuts(steps, size, self._every):
                    out, read = self._run_piece(start, stop, feed, xs)
                    outs.add(out, stop - start)
                    if stop - start >= self._every:
                        readings.add(read, (stop - start) // self._every)
                    self._passed = first + stop
                    done = stop
                    if bar is not None:
                        bar.reach(done, steps)
                    if self._callback is not None:
                        self._callback(done, steps)
                    if self._stopping.is_set():
                        break
        finally:
            self.mon = self._record(readings.result() or {}, first, done)
        return jax.tree_util.tree_map(self._laid_back, outs.result())

    def _run_piece(self, start: int, stop: int, feed: Feed, xs: tuple) -> tuple:
        clock = self._clock(self._passed, stop - start)
        pieces = (*clock, feed.piece(start, stop), jax.tree_util.tree_map(lambda x: x[start:stop], xs))
        return jax.block_until_ready(self._compiled(*pieces) if self._jit else self._piece(*pieces))

    def _clock(self, start: int, length: int) -> tuple[np.ndarray, np.ndarray]:
        """Time before each step, and its number."""
        # From whole numbers, so that it does not matter how a run is cut into pieces.
        steps = np.arange(start, start + length, dtype=np.int32)
        real = default_float().type
        return steps.astype(real) * real(self.dt) + real(self._start), steps

    def _piece(self, times: Any, steps: Any, fed: tuple, xs: tuple) -> tuple:
        """Consecutive steps; what the target returns at each, and the readings."""
        loop = functools.partial(for_loop, jit=self._jit)
        data, every = (times, steps, fed, xs), self._every
        if every == 1:
            return loop(self._read_step, data)
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
        last, read = self._read_step(*jax.tree_util.tree_map(lambda x: x[-1], data))
        return jax.tree_util.tree_map(lambda ys, y: _appended(ys, y[None]), outs, last), read

    def _step(self, t: Any, i: Any, fed: tuple, xs: tuple) -> Any:
        return self._any_step(t, i, fed, xs, reads=False)[0]

    def _read_step(self, t: Any, i: Any, fed: tuple, xs: tuple) -> tuple:
        return self._any_step(t, i, fed, xs, reads=True)

    def _any_step(self, t: Any, i: Any, fed: tuple, xs: tuple, *, reads: bool) -> tuple:
        with share.restored({"t": t, "i": i}):
            shared = share.arguments()
            self._inputs.apply(shared, fed)
            # A dict that is an input is not taken for shared arguments behind another dict.
            out = self.target({}, *xs) if xs and isinstance(xs[0], Mapping) else self.target(*xs)
            read = {one.key: one.read(shared) for one in self._monitors} if reads else {}
            self.target.clear_input()
        return jax.tree_util.tree_map(jnp.asarray, unwrap(out)) if self._returns else None, read

    # -- sizes and shapes --------------------------------------------------

    def _bytes(self, xs: tuple, steps: int) -> tuple[int, int]:
        """Of one reading, and of what one step returns."""
        shapes = tuple(jax.tree_util.tree_leaves(jax.tree_util.tree_map(lambda x: (x.shape, str(x.dtype)), xs)))
        states = tuple(cell._value.shape for cell in self.target.vars("relative").values())
        known = self._sizes.get("of")
        if known is None or known[0] != (shapes, states):
            fed = self._inputs.fed_shapes()
            first = jax.tree_util.tree_map(lambda x: jax.ShapeDtypeStruct(x.shape[1:], x.dtype), xs)
            real = jax.ShapeDtypeStruct((), default_float())
            out, read = result_shapes(self._read_step, real, jax.ShapeDtypeStruct((), jnp.int32), fed, first)
            known = ((shapes, states), bytes_of(read), bytes_of(out))
            self._sizes["of"] = known
        return known[1:]

    def _record(self, readings: dict[str, Any], first: int, done: int) -> Record:
        numbers = first + self._every * np.arange(1, done // self._every + 1)
        values, labels = {}, {}
        for one in self._monitors:
            value = readings.get(one.key)
            if value is None:
                continue
            axis = one.batch_axis(value.ndim - 1, self._batched)
            leading = ("time",)
            if axis is not None and value.ndim > 1:
                value = np.moveaxis(value, axis + 1, 1) if isinstance(value, np.ndarray) else jnp.moveaxis(value, axis + 1, 1)
                leading = ("batch", "time") if self._batch_first else ("time", "batch")
                value = value.swapaxes(0, 1) if self._batch_first else value
            values[one.key] = value
            labels[one.key] = labels_of(one, leading)
        return Record(values, self._start + self.dt * numbers, labels)

    def _laid_back(self, y: Any) -> Any:
        y = jnp.asarray(y)
        return jnp.swapaxes(y, 0, 1) if self._batch_first and y.ndim > 1 else y

    @contextmanager
    def _shared(self, shared: Mapping[str, Any]) -> Iterator[None]:
        with share.restored({"dt": self.dt, **shared}), environment(dt=self.dt):
            yield


def _appended(ys: Any, more: Any) -> Any:
    return jnp.concatenate([ys, more])


def _count(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueRefused(
            where=f"DSRunner({name}=...)",
            expected="a whole number of steps, 1 or more",
            got=f"{value!r}",
            fix="Pass for instance 10.",
        )
    return int(value)
