"""How the values of a signal of a live simulation are distributed over its units: now, and over the time that is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..core._names import nearest
from ..errors import UnknownPathError, ValueRefused
from ._live import LiveSimulation
from ._of_simulation import checked_simulation
from ._recording import Recording
from ._settings import checked_count

_WHERE = "Distribution"

# Values looked at for the time that is kept: of a larger signal only every so many steps.
_MOST_VALUES = 200_000


@dataclass(frozen=True)
class SignalValues:
    """Values of a signal.

    Attributes
    ----------
    now : (units,) array
        Of each unit kept; empty before the first step.
    window : (n,) array
        Over the time that is kept: all, or those of steps spread evenly.
    change : int
        Number of the last change of a parameter that these contain.
    """

    now: np.ndarray
    window: np.ndarray
    change: int

    def histogram(self, ends: Sequence[float], bins: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Edges ``(bins + 1,)``, and parts ``(bins,)`` of the values now and of those over the time that is kept.

        Parts add up to 1 if no value is outside; they are 0 where there are no values.

        Raises
        ------
        ValueRefused
            For ends that are none, and no bins.
        """
        edges = np.asarray(ends, float)
        if edges.shape != (2,) or not np.all(np.isfinite(edges)) or not edges[0] < edges[1]:
            raise ValueRefused(
                where=f"{_WHERE}, histogram(ends)",
                expected="a smaller and a larger number",
                got=f"{ends!r}",
                fix="Write for instance (-80.0, 40.0).",
            )
        low, high = float(edges[0]), float(edges[1])
        bins = checked_count(bins, f"{_WHERE}, histogram(bins=...)")
        now, window = (np.histogram(v, bins, (low, high))[0] / max(len(v), 1) for v in (self.now, self.window))
        return np.linspace(low, high, bins + 1), now, window


class Distribution:
    """How the values of a signal are distributed; a call gives the values.

    Parameters
    ----------
    simulation : LiveSimulation
    path : str
        A signal of values, no events, that it records.

    Raises
    ------
    KindError, UnknownPathError
        For what is no simulation, and for a signal that is not recorded, or holds events.

    Notes
    -----
    At most some 200 000 values are looked at, however large the signal is. Of one that is thinned out, the units kept count.

    Examples
    --------
    >>> import bouton as bp
    >>> with bp.run.LiveSimulation(bp.modules.ExpSyn(4, tau=0.02), inputs=1.0, record="isyn") as sim:
    ...     sim.step(1000)
    ...     values = bp.run.Distribution(sim, "isyn")()
    >>> values.histogram((0.0, 20.0), bins=4)[1].tolist()  # settled at tau/dt - 1/2
    [0.0, 0.0, 0.0, 1.0]
    """

    def __init__(self, simulation: LiveSimulation, path: str):
        checked_simulation(simulation, _WHERE)
        known = {signal.path: signal for signal in simulation.signals if signal.kind == "trace"}
        if path not in known:
            raise UnknownPathError(
                where=f"{_WHERE}(path)", expected="a signal of values that is recorded", got=f"{path!r}", fix=nearest(path, known)
            )
        self._simulation, self.signal = simulation, known[path]

    def __call__(self) -> SignalValues:
        """The values as they are."""
        simulation = self._simulation
        with simulation._turns:
            ring, change = simulation._engine.rings[self.signal.path], simulation._shown_change
            first, last = ring.first, ring.next
            count = max(_MOST_VALUES // max(self.signal.units, 1), 1)
            every = max(-(-(last - first) // count), 1)
            # At fixed multiples, so that a histogram does not flicker.
            steps = np.arange(-(-first // every) * every, last, every)
            window = ring.rows(steps).ravel()
            now = ring.rows(np.array([last - 1]))[0] if last > first else np.zeros(0, np.float32)
        return SignalValues(now, window, change)

    def of(self, recording: Recording, time: Sequence[float] | None = None, at: float | None = None) -> SignalValues:
        """The values of a recording: those between two times, or all, and as ``now`` those nearest to one time, or the last.

        Raises
        ------
        UnknownPathError, ValueRefused
            For a recording without the signal, and times that are none.
        """
        held = recording.held(self.signal.path)
        values = recording.values[self.signal.path]
        if not len(values):
            return SignalValues(np.zeros(0, np.float32), np.zeros(0, np.float32), recording.change)
        first, last = held.first, held.next
        if time is not None:
            recording.columns(1, time)  # refuses what is no time
            # Steps whose times, after the step, are within.
            first, last = (min(max(round(edge / recording.dt), first), last) for edge in time)
        every = max(-(-(last - first) // max(_MOST_VALUES // max(self.signal.units, 1), 1)), 1)
        window = held.rows(np.arange(-(-first // every) * every, last, every)).ravel()
        return SignalValues(values[-1 if at is None else recording.nearest(at)], window, recording.change)
