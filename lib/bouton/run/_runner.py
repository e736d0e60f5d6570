"""A system of one step, run over time."""

import threading
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..dynamics import DynamicalSystem
from ..errors import RunningError
from ..math._admitted import admitted
from ..math._modes import BatchingMode
from ..math._share import share
from ..transform import DT
from ..transform import jit as compiled
from ..transform._progress import Bar
from ._given import check_runner, check_shared, count, laid_out, number_of_steps, time_of
from ._inputs import Inputs
from ._monitors import monitors as checked_monitors
from ._one_run import OneRun
from ._pieces import announce, piece_size
from ._record import Record, record_of
from ._stepping import Stepping


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
        arguments, whose first axis is the batch where there is one. ``'input'`` of a group of neurons is what its step was driven
        with.
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
        Steps to run between two looks at the stop button, and two transfers to the host. Results do not depend on it. Default: at
        most 10 000, or a twentieth of the run if someone watches it, and as many as fit 64 MiB. Without a callback, readings are
        brought to the host while the next piece is computed, so that two are on the device; the default is then about as many
        steps as give 4 MiB, or half of a run that gives 512 KiB, where this takes no more compilations.
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
        self.target = check_runner(target, data_first_axis, callback)
        every = count(every, "DSRunner(every=...)")
        batched = isinstance(target.mode, BatchingMode)
        self._stepping = Stepping(
            target,
            Inputs(target, inputs),
            checked_monitors(target, monitors),
            dt=share.dt if dt is None else admitted("DSRunner", None, dt, None, None, None, None)[DT],
            t0=time_of(t0, "DSRunner(t0=...)"),
            batch_first=data_first_axis == "B" or (data_first_axis is None and batched),
            every=every,
            jit=bool(jit),
            returns=bool(outputs),
        )
        self._chunk = every if memory_efficient else None if chunk is None else count(chunk, "DSRunner(chunk=...)")
        self._on_host = bool(numpy_mon_after_run) or bool(memory_efficient)
        # While readings are brought to the host the next piece is computed, unless each is looked at in its turn.
        brings = jit and self._on_host and bool(self._stepping.monitors)
        self._ahead = 1 if brings and not memory_efficient and callback is None else 0
        self._bar, self._callback = bool(progress_bar), callback
        self._compiled = compiled(self._stepping.piece)
        self._piece = self._compiled if jit else self._stepping.piece
        self._stopping, self._running = False, threading.Lock()
        # Of inputs that were taken as they are: an array like them needs no look.
        self._like: tuple | None = None
        # How runs like the last one are cut.
        self._sized: tuple = (None, 0)
        self._under_way: OneRun | None = None
        self.mon: Record = record_of(self._stepping, {}, 0, 0)
        self._unread = self.mon

    def run(
        self,
        duration: float | None = None,
        inputs: Any = None,
        reset_state: bool = False,
        shared_args: Mapping[str, Any] | None = None,
        eval_time: bool = False,
    ) -> Any:
        """Run, and record. ``predict``, and calling the runner, are the same.

        Parameters
        ----------
        duration : float, ms
            How long; the nearest number of steps, with a warning where it is no multiple of a step.
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
            For neither a duration nor inputs, a duration of less than a step, or shared arguments that a run gives itself.
        ShapeError
            For inputs of different lengths.
        KindError
            For inputs that are no numbers, or not as many as ``update`` takes.
        RunningError
            While it runs already.
        """
        if not self._running.acquire(blocking=False):
            raise RunningError(
                where="DSRunner.run", expected="one run at a time", got="a second", fix="Wait for its end, or call stop() first."
            )
        try:
            self._stopping = False
            began = time.perf_counter()
            more = {} if shared_args is None else check_shared(shared_args, "DSRunner.run(shared_args=...)")
            with self._stepping.shared({"fit": False, **more}):
                out = self._whole_run(duration, inputs, reset_state)
            return (time.perf_counter() - began, out) if eval_time else out
        finally:
            self._running.release()

    predict = __call__ = run

    def stop(self) -> None:
        """End the run after what is under way, two pieces at most; what was recorded stays. From any thread, or the callback."""
        self._stopping = True

    def reset_state(self, batch_size: int | None = None) -> None:
        """Begin anew, in state and in time; ``batch_size`` is the new size of the batch, in a mode that has one."""
        with self._stepping.shared({}):
            self._stepping.reset(batch_size)

    @property
    def dt(self) -> float:
        """Length of a step, ms."""
        return self._stepping.dt

    @property
    def i0(self) -> int:
        """Number of the next step."""
        return self._stepping.passed

    @property
    def t0(self) -> float:
        """Time before the next step, ms."""
        return self._stepping.t0 + self._stepping.passed * self.dt

    @property
    def compilations(self) -> int:
        """How often the loop has been compiled: once for each length of its pieces."""
        return self._compiled.compilations

    def record_size(self, duration: float | None = None, inputs: Any = None) -> int:
        """Bytes that the monitors of such a run would record; nothing runs."""
        with self._stepping.shared({"fit": False}):
            xs, steps = self._asked(duration, inputs)
            return self._stepping.sizes(xs)[0] * (steps // self._stepping.every)

    def __repr__(self) -> str:
        keys = ", ".join(one.key for one in self._stepping.monitors)
        return f"DSRunner({type(self.target).__name__}, dt={self.dt:g} ms, t={self.t0:g} ms, monitors=[{keys}])"

    # -- one run -----------------------------------------------------------

    def _asked(self, duration: float | None, inputs: Any) -> tuple[tuple, int]:
        """What the system is called with, time first, and the number of steps."""
        if duration is None and type(inputs) is np.ndarray and (inputs.shape, inputs.dtype) == self._like:
            return (inputs,), len(inputs)
        if duration is not None and inputs is not None:
            warnings.warn(
                "DSRunner.run: expected a duration or inputs, got both. The inputs decide how long it runs: leave the other out.",
                stacklevel=4,
            )
        xs: tuple = ()
        if inputs is None:
            steps = number_of_steps(duration, self.dt)
        else:
            xs, steps = laid_out(inputs, self._stepping.batch_first)
        self._stepping.check_call(xs, "DSRunner.run")
        # Wider numbers are taken as they are or not as JAX is set.
        if type(inputs) is np.ndarray and inputs is xs[0] and inputs.dtype.itemsize <= 4:
            self._like = (inputs.shape, inputs.dtype)
        return xs, steps

    def _whole_run(self, duration: float | None, inputs: Any, reset: bool) -> Any:
        xs, steps = self._asked(duration, inputs)
        if reset:
            self.reset_state(self._stepping.batch_size(xs))
        first, every = self._stepping.passed, self._stepping.every
        feed = self._stepping.inputs.fed(steps)
        recorded, returned = self._stepping.sizes(xs)
        announce(recorded * (steps // every))
        size = self._chunk
        if size is None:
            brought = recorded / every if self._ahead else 0.0
            asked = (steps, every, recorded / every + returned, self._bar or self._callback is not None, brought)
            if asked != self._sized[0]:
                self._sized = (asked, piece_size(*asked))
            size = self._sized[1]
        one = self._under_way = OneRun(
            self._stepping, self._piece, feed, xs, steps=steps, size=size, first=first, on_host=self._on_host, ahead=self._ahead
        )
        # Two large records at a time need not fit into the memory.
        self.mon = self._unread
        try:
            if self._bar:
                with Bar(f"Predict {steps} steps").shown(steps) as bar:
                    self._follow(one, bar)
            else:
                self._follow(one, None)
        except BaseException as stopped:
            one.finish(stopped)
            raise
        finally:
            self.mon = record_of(self._stepping, one.readings(), first, one.done)
        self._under_way = None
        return one.outputs() if self._stepping.returns else None

    def _follow(self, one: OneRun, bar: Any) -> None:
        for done in one.pieces(lambda: self._stopping):
            if bar is not None:
                bar.reach(done, one.steps)
            if self._callback is not None:
                self._callback(done, one.steps)

    def _unfinished(self) -> Any:
        """What the target had returned when an error ended the last run; None where none did, or before the first piece."""
        return None if self._under_way is None else self._under_way.outputs()
