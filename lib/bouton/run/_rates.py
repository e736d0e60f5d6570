"""How often the units of a live simulation have events, over the time that it keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core._names import nearest
from ..errors import UnknownPathError, ValueRefused
from ..transform._numbers import is_real
from ._columns import Columns, Scroll
from ._live import LiveSimulation
from ._of_simulation import checked_simulation
from ._recording import Recording
from ._settings import checked_count
from ._signals import Signal

_WHERE = "Rates"


def _gaussian(t: np.ndarray) -> np.ndarray:
    return np.exp(-0.5 * t**2)


def _box(t: np.ndarray) -> np.ndarray:
    return np.where(np.abs(t) <= 0.5 + 1e-9, 1.0, 0.0)


def _exponential(t: np.ndarray) -> np.ndarray:
    return np.where(t >= 0, np.exp(-np.maximum(t, 0)), 0.0)


KERNELS = {"gaussian": _gaussian, "box": _box, "exponential": _exponential}
"""By name: the weight of what was ``t`` widths ago. A width is a standard deviation, a whole width, or a time constant."""


@dataclass(frozen=True)
class RateCurves:
    """Rates of populations over time.

    Attributes
    ----------
    time : (float, float), s
        Simulated time at the beginning of the first bin and at the end of the last.
    rates : dict of str to (bins,) array, Hz
        Events of a unit in a second, averaged over the units; NaN where a bin has not been simulated in full.
    change : int
        Number of the last change of a parameter that these contain.
    """

    time: tuple[float, float]
    rates: dict[str, np.ndarray]
    change: int


class Rates:
    """Rates of the populations of a live simulation.

    Parameters
    ----------
    simulation : LiveSimulation
    paths : str or sequence of str, optional
        Signals of events that it records. Default: all.
    kernel : {'gaussian', 'box', 'exponential'} or None
        What smooths the rates; may be assigned later. An exponential one looks back only.
    width : float, s
        Standard deviation, whole width or time constant of the kernel; may be assigned later.

    Raises
    ------
    KindError, UnknownPathError, ValueRefused
        For what is no simulation, signals that it does not record as events, and settings that are none.

    Notes
    -----
    From one call to the next only steps that are new are counted. Of a signal that is thinned out, the units kept are counted.

    Examples
    --------
    >>> import bouton as bp
    >>> with bp.run.LiveSimulation(bp.modules.LIF(50, bias=0.06, noise_std=0.0), record="spikes", window=1.0) as sim:
    ...     sim.step(1000)
    ...     curves = bp.run.Rates(sim, kernel=None)(bins=4)
    >>> curves.rates["spikes"].round().tolist()
    [28.0, 28.0, 32.0, 28.0]
    """

    def __init__(
        self,
        simulation: LiveSimulation,
        paths: str | Sequence[str] | None = None,
        *,
        kernel: str | None = "gaussian",
        width: float = 0.02,
    ):
        checked_simulation(simulation, _WHERE)
        self._simulation = simulation
        self.signals = _events(simulation, paths)
        self._scrolls: dict[str, Scroll] = {}
        self._shape = (0, 0)
        self.kernel, self.width = kernel, width

    @property
    def kernel(self) -> str | None:
        """What smooths the rates. Assign to change it."""
        return self._kernel

    @kernel.setter
    def kernel(self, kernel: str | None) -> None:
        if kernel is not None and kernel not in KERNELS:
            raise ValueRefused(
                where=f"{_WHERE}.kernel",
                expected=f"{', '.join(map(repr, KERNELS))} or None",
                got=f"{kernel!r}",
                fix="None draws the counts of each bin.",
            )
        self._kernel = kernel

    @property
    def width(self) -> float:
        """Width of the kernel, s. Assign to change it."""
        return self._width

    @width.setter
    def width(self, width: float) -> None:
        if not is_real(width) or not 0 < float(width) < np.inf:
            raise ValueRefused(
                where=f"{_WHERE}.width", expected="seconds above 0", got=f"{width!r}", fix="For no smoothing set kernel to None."
            )
        self._width = float(width)

    def __call__(self, bins: int = 400) -> RateCurves:
        """The rates, over about the last ``window`` seconds of the simulation, in at most so many bins."""
        simulation = self._simulation
        bins = checked_count(bins, f"{_WHERE}(bins=...)")
        with simulation._turns:
            engine, change = simulation._engine, simulation._shown_change
            shown = Columns.covering(engine.window, engine.steps, bins)
            if (shown.steps, shown.count) != self._shape:
                self._shape = (shown.steps, shown.count)
                fold, blank = _shares, np.float32(np.nan)
                self._scrolls = {s.path: Scroll(engine.rings[s.path], None, fold, blank) for s in self.signals}
            found = {path: scroll.at(shown).astype(float) for path, scroll in self._scrolls.items()}
            held = {path: (engine.rings[path].first, engine.rings[path].next) for path in found}
        bin_time = shown.steps * simulation.dt
        rates = {
            path: self._smoothed(_complete(shares, shown, *held[path]) / simulation.dt, bin_time)
            for path, shares in found.items()
        }
        return RateCurves((shown.begin * bin_time, shown.end * bin_time), rates, change)

    def of(self, recording: Recording, bins: int = 400, time: Sequence[float] | None = None) -> RateCurves:
        """The rates of a recording, over all of it or between two times, in about so many bins.

        Raises
        ------
        UnknownPathError, ValueRefused
            For a recording without one of the signals, and times that are none.
        """
        shown = recording.columns(bins, time)
        bin_time = shown.steps * recording.dt
        # What is beside the part that is shown smooths it, too.
        reach = 0 if self._kernel is None else int(np.ceil(6 * self._width / bin_time))
        first, last = recording.first // shown.steps, -(-(recording.first + recording.steps) // shown.steps)
        wide = Columns(
            min(shown.begin, max(shown.begin - reach, first)), max(shown.end, min(shown.end + reach, last)), shown.steps
        )
        rates = {}
        for signal in self.signals:
            held = recording.held(signal.path)
            shares = Scroll(held, None, _shares, np.float32(np.nan)).at(wide).astype(float)
            smooth = self._smoothed(_complete(shares, wide, held.first, held.next) / recording.dt, bin_time)
            rates[signal.path] = smooth[shown.begin - wide.begin :][: shown.count]
        return RateCurves((shown.begin * bin_time, shown.end * bin_time), rates, recording.change)

    def _smoothed(self, shares: np.ndarray, bin_time: float) -> np.ndarray:
        """Weighted means of the bins that there are: nothing is taken to be 0 before the first or after the last."""
        rate, after, before = shares
        known = np.isfinite(rate)
        if self._kernel is None or not known.any():
            return rate
        # An event counts for the two bins beside it, by how near it is to the middle of each; in the middle of one it would be up
        # to half a bin from where it was, and a steady rhythm would seem to waver.
        counted = np.where(known, rate, 0.0)
        pairs = known[:-1] & known[1:]
        onwards, back = np.where(pairs, after[:-1], 0.0), np.where(pairs, before[1:], 0.0)
        counted[:-1] += back - onwards
        counted[1:] += onwards - back
        reach = min(int(np.ceil(6 * self._width / bin_time)), len(rate) - 1)
        weights = KERNELS[self._kernel](np.arange(-reach, reach + 1) * bin_time / self._width)
        sums, total = (np.convolve(part, weights)[reach : reach + len(rate)] for part in (counted, known.astype(float)))
        return np.where(known, sums / np.where(known, total, 1.0), np.nan)


def _complete(shares: np.ndarray, shown: Columns, first: int, last: int) -> np.ndarray:
    """Without the bins that are held in part, at the end, or after a restore at the beginning."""
    shares[:, : max(-(-first // shown.steps) - shown.begin, 0)] = np.nan
    shares[:, max(last // shown.steps - shown.begin, 0) :] = np.nan
    return shares


def _shares(blocks: np.ndarray) -> np.ndarray:
    """Of ``(columns, steps, units)``: events of a unit in a step, and how much of that falls to the column behind and before."""
    columns, steps, _ = blocks.shape
    if not blocks.size:
        return np.zeros((3, columns), np.float32)
    off = (np.arange(steps) + 0.5) / steps - 0.5
    ways = np.stack([np.ones(steps), np.maximum(off, 0.0), np.maximum(-off, 0.0)], dtype=np.float32) / steps
    return ways @ blocks.mean(axis=2, dtype=np.float32).T


def _events(simulation: LiveSimulation, paths: Any) -> tuple[Signal, ...]:
    known = {signal.path: signal for signal in simulation.signals if signal.kind == "events"}
    wanted = list(known) if paths is None else [paths] if isinstance(paths, str) else list(paths)
    for path in wanted:
        if path not in known:
            raise UnknownPathError(
                where=f"{_WHERE}(paths=...)",
                expected="a signal of events that is recorded",
                got=f"{path!r}",
                fix=nearest(path, known),
            )
    if not wanted:
        raise ValueRefused(
            where=f"{_WHERE}(simulation)",
            expected="a simulation that records events",
            got=f"signals {', '.join(s.path for s in simulation.signals)}",
            fix="Record spikes too: LiveSimulation(model, record=['spikes', ...]).",
        )
    return tuple(known[path] for path in wanted)
