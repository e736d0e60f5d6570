"""Gradient descent on parameters of a model that may run meanwhile, towards a target trace."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import jax
import numpy as np
import optax

from ..errors import BoutonError, RunningError, UnsupportedError, ValueRefused
from ..modules import Module
from ._drive import Drive
from ._fit_start import initial_states, states_of, target_samples
from ._fit_step import FitStep, optimizer_of
from ._foreign import Foreign, Stopped
from ._live import LiveSimulation
from ._presets import Preset
from ._read_outs import DistanceTo
from ._sensitivity import check_signal, float_parameters
from ._settings import checked_count, checked_model, one_time_step
from ._signals import Recorder
from ._snapshot import Snapshot
from ._watchers import Watchers
from ._worker import Worker

_WHERE = "Fit"


_PATIENCE = 60
"""Steps without a lesser loss after which a fit that goes on by itself ends."""


class Fit:
    """Turns parameters by gradient descent until a signal follows a target.

    Each step evolves the model over the length of the target, on the side and from the same start, by the function that a live
    chunk is made of, differentiates the mean squared distance backwards, and writes the new values to the model. A simulation
    that runs takes them into its next chunk; it is not moved, and parameters that are no part of the fit may be turned
    meanwhile. A fit compiles once.

    Parameters
    ----------
    target_of : LiveSimulation or Module
        Whose parameters.
    signal : str
        Path of what is to follow the target, as in a record.
    target : (T,) or (T, units) array, or TSContinuous
        What it should be from the start on; one column is for all units.
    of : str or list of str, optional
        Paths of the parameters that are turned, each element for itself. Default: all that are floats.
    units : int or sequence of int, optional
        Of the signal; all unless given.
    inputs : as for :class:`LiveSimulation`, optional
        What drives the model from the start on. Default: what drives the simulation, from the step of the start.
    start : Snapshot, optional
        From where the model is evolved. Default: its initial states, at step 0.
    rate : float
        Largest step: a part of the value where the control of the parameter is logarithmic, of its range else.
    optimizer : optax.GradientTransformation, optional
        Instead of Rprop, which gives each element a step of its own that grows while the slope keeps its sign, up to ``rate``,
        and is halved when it turns; ``optax.adam(0.05)`` for instance.
    smooth : float, s, optional
        Time constant of a low pass through which signal and target go first; see :class:`DistanceTo`. For spikes.

    Raises
    ------
    UnknownPathError, UnsupportedError, KindError, ShapeError, ValueRefused
        As for :class:`Sensitivity`, and for what is no snapshot, rate or optimiser.

    Notes
    -----
    Values stay within the hard bounds of their parameters: each step is projected onto them. Derivatives pass spikes by the
    model's surrogate: a trace below threshold is a good target, one that spikes and is reset may lead nowhere. Spikes have a
    distance that slopes only when it is smoothed.

    Examples
    --------
    >>> import numpy as np, bouton as bp
    >>> model = bp.modules.ExpSyn(1, tau=0.02)
    >>> u = np.ones((100, 1))
    >>> target = model(u)[0][0]
    >>> model.tau = 0.05
    >>> _ = model.reset_state()
    >>> fit = bp.run.Fit(model, "output", target, of="tau", inputs=u)
    >>> _ = fit.step(100)
    >>> fit.stop()
    >>> f"{float(model.tau):.3f}", fit.compilations
    ('0.020', 1)
    """

    def __init__(
        self,
        target_of: LiveSimulation | Module,
        signal: str,
        target: Any,
        of: str | Sequence[str] | None = None,
        *,
        units: int | Sequence[int] | None = None,
        inputs: Any = None,
        start: Snapshot | None = None,
        rate: float = 0.05,
        optimizer: optax.GradientTransformation | None = None,
        smooth: float | None = None,
    ):
        self._simulation = target_of if isinstance(target_of, LiveSimulation) else None
        self.model = target_of.model if isinstance(target_of, LiveSimulation) else checked_model(target_of)
        self._dt = one_time_step(self.model)
        self._entries = float_parameters(self.model, of, _WHERE)
        self.distance = DistanceTo(signal, target_samples(target, self._dt), units, smooth)
        if not self.distance.target.ndim or not len(self.distance.target):
            raise ValueRefused(
                where=f"{_WHERE}(target=...)",
                expected="a value for each step",
                got="none",
                fix="Give an array (T,) or (T, units).",
            )
        self.length = len(self.distance.target)
        engine = None if self._simulation is None else self._simulation._engine
        self._recorder = Recorder(self.model, "*", 2**31, self.length) if engine is None else engine.recorder
        check_signal(self._recorder, self.distance, self.length, self.model.size_in, _WHERE)
        drive = self._simulation.inputs if inputs is None and self._simulation else Drive(inputs, self.model.size_in)
        # A function, and what drives the simulation, know the time; a series that is given begins with the start.
        knows = inputs is None or callable(inputs) or isinstance(inputs, Drive)
        self._first = start.steps if isinstance(start, Snapshot) and knows else 0
        with self._turn():
            self._start = (
                initial_states(self.model, self._recorder) if start is None else states_of(start, self.model, self._recorder)
            )
        self._inputs = self._driven(
            drive if drive is not None else self._simulation.inputs if self._simulation else Drive(None, 0)
        )
        self._step = FitStep(
            self._recorder, self._entries, self.distance, optimizer_of(rate, optimizer, _WHERE), self._inputs, self._dt
        )
        self._watchers = Watchers()
        self._worker = Worker(self._on)
        self._guard = threading.RLock()
        self._running, self._left = False, 0
        self._error: str | None = None
        self._begin()

    # -- what there is to see ------------------------------------------------

    @property
    def of(self) -> tuple[str, ...]:
        """Paths of the parameters."""
        return tuple(entry.path for entry in self._entries)

    @property
    def losses(self) -> np.ndarray:
        """(steps,), the mean squared distance before each step."""
        return np.array(self._losses)

    @property
    def best(self) -> tuple[float, dict[str, Any]] | None:
        """The least loss, and the values that had it; None before the first step."""
        return self._best

    @property
    def running(self) -> bool:
        """Whether it goes on by itself."""
        return self._running

    @property
    def error(self) -> str | None:
        """Why it stopped by itself, in a sentence."""
        return self._error

    @property
    def compilations(self) -> int:
        """How often the step was compiled."""
        return self._step.compilations

    def subscribe(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call ``callback()`` after each step and when it starts or stops, on the thread that did it. Returns what ends that."""
        return self._watchers.add(callback)

    # -- what can be done ----------------------------------------------------

    def step(self, n: int = 1) -> float:
        """Take ``n`` steps now; the loss before the last of them.

        Raises
        ------
        RunningError
            When it goes on by itself, when the loss or its derivative is no longer finite, or the model or the simulation
            cannot go on. The best values so far are kept.
        UnsupportedError
            When no derivative reaches the parameters.
        """
        n = checked_count(n, f"{_WHERE}.step(n=...)")
        if self._running:
            raise RunningError(where=f"{_WHERE}.step", expected="a fit at rest", got="a running one", fix="Call stop() first.")
        for _ in range(n):
            try:
                self._advance()
            except Stopped as stop:
                if isinstance(stop.__cause__, BoutonError):
                    raise stop.__cause__ from None
                raise RunningError(
                    where=f"{_WHERE}.step",
                    expected="a model that can be evolved and differentiated",
                    got=f"{stop}",
                    fix="The best values are kept; see what the model does with these parameters.",
                ) from stop.__cause__
            self._watchers.tell()
        return self._losses[-1]

    def start(self, steps: int = 1000) -> None:
        """Go on by itself, on a thread, for so many steps, until stopped, or until 60 steps have found nothing better.

        Then the best values are kept.
        """
        steps = checked_count(steps, f"{_WHERE}.start(steps=...)")
        with self._guard:
            self._running, self._left, self._since, self._error = True, steps, 0, None
        self._worker.start()
        self._worker.wake()
        self._watchers.tell()

    def stop(self) -> None:
        """Stop, and keep the values with the least loss."""
        self._halt()
        self._keep_best()
        self._watchers.tell()

    def undo(self) -> None:
        """Stop, and go back to the values before the first step; the history begins anew."""
        self._halt()
        if self._before is not None:
            self._write(self._before)
        self._begin()
        self._watchers.tell()

    # -- inside ---------------------------------------------------------------

    def _begin(self) -> None:
        self._losses: list[float] = []
        self._best: tuple[float, dict[str, Any]] | None = None
        self._before: dict[str, Any] | None = None
        self._moments: Any = None
        self._since = 0
        self._error = None

    def _advance(self) -> None:
        with self._guard:
            if self._simulation is not None:
                self._simulation._engine.refuse_other_parts()
            with Foreign("the model"):
                self._step.prepare()
            now = {entry.path: entry.value for entry in self._entries}
            if self._before is None:
                self._before, self._moments = now, self._step.start()
            with Foreign("the model"):
                new, moments, loss, steepest = self._step(self._start, self._moments, self._inputs)
            if not np.isfinite(loss) or not np.isfinite(steepest):
                self._keep_best()
                raise RunningError(
                    where=_WHERE,
                    expected="a loss and derivatives that are finite",
                    got=f"{'a derivative' if np.isfinite(loss) else 'a loss'} that is not, in step {len(self._losses) + 1}",
                    fix="The best values are kept; choose a smaller rate, a shorter target or other parameters.",
                )
            if steepest == 0 and loss > 0 and not self._losses:
                raise UnsupportedError(
                    where=_WHERE,
                    expected="a signal that the parameters reach through derivatives",
                    got=f"derivatives 0 of {self.distance.path!r} by {', '.join(self.of)}",
                    fix="Begin with other values, fit a smooth signal such as vmem, smooth the distance of spikes, or take "
                    "neurons whose spikes have a surrogate (of one step: mode=bm.training_mode).",
                )
            self._losses.append(loss)
            self._since += 1
            if self._best is None or loss < self._best[0]:
                self._best, self._since = (loss, now), 0
            self._write(new)
            self._moments = moments

    def _on(self) -> float | None:
        """One step, when it goes on by itself; see :class:`Worker`."""
        if not self._running:
            return -1.0
        try:
            self._advance()
            self._left -= 1
            if self._left <= 0 or self._since >= _PATIENCE:
                # Whoever sees that it has ended finds the best values there.
                self._keep_best()
                self._running = False
        except (Stopped, BoutonError) as stop:
            self._error = f"After {len(self._losses)} steps: {stop}".removesuffix(".") + "."
            self._running = False
            self._watchers.tell()
            return -1.0
        self._watchers.tell()
        # Others want to compute, too.
        return 0.001 if self._running else -1.0

    def _halt(self) -> None:
        self._running = False
        self._worker.wake()
        # What the present step still writes comes before what follows.
        self._worker.join()

    def _keep_best(self) -> None:
        with self._guard:
            if self._best is not None:
                self._write(self._best[1])

    def _write(self, values: Mapping[str, Any]) -> None:
        Preset(values).apply(self.model if self._simulation is None else self._simulation)

    def _turn(self) -> Any:
        return nullcontext() if self._simulation is None else self._simulation._turns

    def _driven(self, drive: Drive) -> np.ndarray:
        try:
            with Foreign("the input function"):
                return np.asarray(drive(self._first, self.length), jax.dtypes.canonicalize_dtype(float))
        except Stopped as stop:
            raise ValueRefused(
                where=f"{_WHERE}(inputs=...)", expected="inputs for all steps", got=f"{stop}", fix="Give a series of them."
            ) from stop
