"""A stimulus by hand, added to what drives a live simulation while it runs."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ShapeError, ValueRefused
from ..transform._numbers import is_real, is_whole
from ._columns import Columns
from ._drive import Drive
from ._live import LiveSimulation
from ._of_simulation import checked_simulation
from ._recording import Recording
from ._settings import checked_count
from ._stimulus_drive import Given, StimulatedDrive
from ._stimulus_shapes import Curve, Level, Noise, Shape

_WHERE = "Stimulus"
KINDS = ("step", "pulse", "noise", "curve")

_MOST = 200
_MOST_HEIGHTS = 100_000
# Steps that a trace looks at.
_MOST_STEPS = 50_000


@dataclass(frozen=True)
class StimulusTrace:
    """What the stimuli have given to one channel, as so many pixel columns show it.

    Attributes
    ----------
    time : (float, float), s
        Simulated time at the left and at the right edge.
    lo, hi : (columns,) array
        Smallest and largest value in each column, in the unit of the input; NaN where nothing has been simulated.
    """

    time: tuple[float, float]
    lo: np.ndarray
    hi: np.ndarray


class Stimulus:
    """Hands on the input of a live simulation: a step, pulses, noise, a drawn curve.

    Each method takes effect with the very next step, and all of them may be on at once and add up; another step, noise or curve
    takes the place of the one before, pulses come on top of one another. What drives the simulation besides stays as it is, or is
    left out meanwhile on the channels concerned. Nothing is compiled.

    Parameters
    ----------
    simulation : LiveSimulation
        What is driven. Several of these on one simulation are the same stimulus.

    Raises
    ------
    KindError
        For what is no simulation.

    Notes
    -----
    What is given depends on the settings and the steps at which they were made alone, not on chunks; noise too, with a number
    for each step, channel and seed. When the simulation is reset or restored, what is on begins anew there, and pulses are over.
    Assigning ``simulation.inputs`` takes the stimuli away.

    Examples
    --------
    >>> import bouton as bp
    >>> model = bp.modules.ExpSyn(3, tau=0.02)
    >>> with bp.run.LiveSimulation(model, record="isyn") as sim:
    ...     stimulus = bp.run.Stimulus(sim)
    ...     change = stimulus.pulse(2.0, width=0.005, channels=range(1, 2))
    ...     sim.step(10)
    ...     sim.inputs(0, 6).T.tolist()
    [[0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [2.0, 2.0, 2.0, 2.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]
    """

    def __init__(self, simulation: LiveSimulation):
        checked_simulation(simulation, _WHERE)
        self._simulation = simulation

    @property
    def channels(self) -> int:
        """How many inputs the model has."""
        return self._simulation.model.size_in

    @property
    def unit(self) -> str:
        """Of the input; empty where the model does not say."""
        model = self._simulation.model
        to = getattr(model, "_input_to", None)
        known = {entry.path: entry.unit for entry in model.entries()}
        return known.get(f"system.{to}" if to else "system.input") or ""

    @property
    def given(self) -> tuple[Given, ...]:
        """What is on."""
        drive, step = self._simulation.inputs, self._simulation.steps
        return tuple(drive.on(step)) if isinstance(drive, StimulatedDrive) else ()

    @property
    def drive(self) -> float | None:
        """What every input gets besides, in every step; None where that is not one number."""
        drive = self._simulation.inputs
        return (drive.base if isinstance(drive, StimulatedDrive) else drive).level

    def step(self, height: float, *, channels: Any = None, instead: bool = False) -> int:
        """Give the same from now on.

        Parameters
        ----------
        height : float
            In the unit of the input.
        channels : int or range, optional
            Which inputs get it. Default: all.
        instead : bool
            Whether these get nothing else meanwhile, other stimuli apart.

        Returns
        -------
        int
            Number of this change. A frame whose ``change`` is as large contains it.

        Raises
        ------
        KindError, ValueRefused
            For what is no finite number, and channels that there are not. All methods that give something do the same.
        RunningError
            When the simulation is closed.
        """
        return self._give(Level(_number(height, "step(height)")), None, channels, instead)

    def pulse(self, height: float, width: float, *, channels: Any = None, instead: bool = False) -> int:
        """Give a height for ``width`` seconds, rounded to steps, one at least; the rest as for :meth:`step`."""
        return self._give(Level(_number(height, "pulse(height)"), "pulse"), self._steps(width, "pulse(width)"), channels, instead)

    def noise(self, mean: float = 0.0, sd: float = 1.0, seed: int = 0, *, channels: Any = None, instead: bool = False) -> int:
        """Give normal random numbers from now on, another to each channel in each step.

        Parameters
        ----------
        mean, sd : float
            Of the numbers, in the unit of the input. A number is held for one step, so what it does depends on its length.
        seed : int
            The same seed gives the same number to a channel in a step.
        channels, instead
            As for :meth:`step`.
        """
        if not is_whole(seed) or not 0 <= seed < 2**64:
            raise ValueRefused(
                where=f"{_WHERE}.noise(seed)",
                expected="a whole number of 0 or more",
                got=f"{seed!r}",
                fix="Write for instance 1.",
            )
        shape = Noise(_number(mean, "noise(mean)"), _number(sd, "noise(sd)", least=0.0), int(seed))
        return self._give(shape, None, channels, instead)

    def curve(
        self, heights: Sequence[float], seconds: float, *, repeat: bool = True, channels: Any = None, instead: bool = False
    ) -> int:
        """Give a curve of straight lines, over and over again or once.

        Parameters
        ----------
        heights : (n,) sequence of float
            At equal distances, two or more, in the unit of the input.
        seconds : float, s
            From the first to the last, rounded to steps.
        repeat : bool
            Whether it begins again where it ends.
        channels, instead
            As for :meth:`step`.
        """
        values = np.asarray(heights)
        if values.dtype.kind not in "biuf" or values.ndim != 1 or not 2 <= len(values) <= _MOST_HEIGHTS:
            raise ShapeError(
                where=f"{_WHERE}.curve(heights)",
                expected=f"2 to {_MOST_HEIGHTS} numbers in a row",
                got=f"shape {values.shape} of dtype {values.dtype}",
                fix="Write for instance [0.0, 1.0, 0.0].",
            )
        if not np.all(np.isfinite(values)):
            raise _no_number("curve(heights)", "NaN or infinity")
        steps = self._steps(seconds, "curve(seconds)")
        shape = Curve(tuple(values.astype(float).tolist()), steps, bool(repeat))
        return self._give(shape, None if repeat else steps, channels, instead)

    def off(self, kind: str | None = None) -> int:
        """Give no more of a kind, ``'step'``, ``'pulse'``, ``'noise'`` or ``'curve'``, or by default of all.

        Raises
        ------
        ValueRefused
            For a kind that there is not.
        """
        if kind is not None and kind not in KINDS:
            raise ValueRefused(
                where=f"{_WHERE}.off(kind)", expected=" or ".join(map(repr, KINDS)), got=f"{kind!r}", fix="Leave it out for all."
            )
        return self._turn(lambda drive, step: drive.ended(KINDS if kind is None else (kind,), step, self._seen_from(step), _MOST))

    def trace(self, channel: int = 0, columns: int = 700) -> StimulusTrace:
        """What the stimuli have given to a channel, over the time that the simulation keeps, or its last 50 000 steps.

        Raises
        ------
        ValueRefused
            For a channel that there is not.
        """
        channel = self._channels(channel)[0]
        simulation, columns = self._simulation, checked_count(columns, f"{_WHERE}.trace(columns=...)")
        with simulation._turns:
            drive, now = simulation.inputs, simulation.steps
            held = [ring.first for ring in simulation._engine.rings.values()]
        shown = Columns.covering(min(simulation._engine.window, _MOST_STEPS), now, columns)
        return self._traced(drive, channel, shown, (max(held, default=0), now))

    def of(
        self, recording: Recording, channel: int = 0, columns: int = 700, time: Sequence[float] | None = None
    ) -> StimulusTrace:
        """What they had given to a channel in a recording, over its time or that between two times; its last 50 000 steps.

        Raises
        ------
        ValueRefused
            For a channel that there is not, and times that are none.
        """
        channel, shown = self._channels(channel)[0], recording.columns(columns, time)
        last = recording.first + recording.steps
        drive = self._simulation.inputs if recording.course is None else recording.course.inputs
        return self._traced(drive, channel, shown, (max(recording.first, last - _MOST_STEPS), last))

    # -- inside ---------------------------------------------------------------

    def _traced(self, drive: Drive, channel: int, shown: Columns, steps: tuple[int, int]) -> StimulusTrace:
        """What the stimuli of a drive give, where it has been simulated: from one step up to another."""
        left = shown.begin * shown.steps
        values = np.full(shown.count * shown.steps, np.nan)
        begin, end = max(left, steps[0], drive.known_from), min(shown.end * shown.steps, steps[1])
        if begin < end:
            alone = drive.alone(begin, end, channel) if isinstance(drive, StimulatedDrive) else np.zeros(end - begin)
            values[begin - left : end - left] = alone
        blocks = values.reshape(shown.count, shown.steps)
        lo, hi = np.fmin.reduce(blocks, axis=1), np.fmax.reduce(blocks, axis=1)
        width = shown.steps * self._simulation.dt
        return StimulusTrace((shown.begin * width, shown.end * width), lo, hi)

    def _give(self, shape: Shape, steps: int | None, channels: Any, instead: bool) -> int:
        wanted = self._channels(channels)

        def turned(drive: StimulatedDrive, step: int) -> StimulatedDrive:
            others = drive.ended(() if shape.kind == "pulse" else (shape.kind,), step, self._seen_from(step), _MOST - 1)
            if len(others.given) >= _MOST:
                raise ValueRefused(
                    where=f"{_WHERE}.{shape.kind}",
                    expected=f"at most {_MOST} stimuli at a time",
                    got="another one",
                    fix="Wait, or call off() first.",
                )
            return others.having(Given(shape, step, None if steps is None else step + steps, wanted, bool(instead)))

        return self._turn(turned)

    def _turn(self, turned: Callable[[StimulatedDrive, int], StimulatedDrive]) -> int:
        def stimulated(drive: Drive, step: int) -> Drive:
            return turned(drive if isinstance(drive, StimulatedDrive) else StimulatedDrive(drive), step)

        return self._simulation._turn_drive(stimulated)

    def _seen_from(self, step: int) -> int:
        return step - self._simulation._engine.window

    def _channels(self, channels: Any) -> range:
        count = self.channels
        if channels is None:
            return range(count)
        wanted = range(channels, channels + 1) if is_whole(channels) else channels
        if not isinstance(wanted, range) or wanted.step != 1 or not 0 <= wanted.start < wanted.stop <= count:
            raise ValueRefused(
                where=f"{_WHERE}(channels=...)",
                expected=f"a channel from 0 to {count - 1}, or a range of these",
                got=f"{channels!r}",
                fix=f"Write for instance range(0, {count}), or leave it out for all.",
            )
        return range(int(wanted.start), int(wanted.stop))

    def _steps(self, seconds: Any, what: str) -> int:
        if not is_real(seconds) or not 0 < float(seconds) < math.inf:
            raise ValueRefused(
                where=f"{_WHERE}.{what}", expected="seconds above 0", got=f"{seconds!r}", fix="Write for instance 0.01."
            )
        return max(round(float(seconds) / self._simulation.dt), 1)


def _number(value: Any, what: str, least: float = -math.inf) -> float:
    if not is_real(value):
        raise _no_number(what, f"{value!r}")
    number = float(value)
    if not math.isfinite(number) or number < least:
        raise _no_number(what, f"{value!r}", "" if least == -math.inf else f" of {least:g} or more")
    return number


def _no_number(what: str, got: str, more: str = "") -> ValueRefused:
    return ValueRefused(where=f"{_WHERE}.{what}", expected=f"a finite number{more}", got=got, fix="Write for instance 1.0.")
