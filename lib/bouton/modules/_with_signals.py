"""The signals inside a module: their paths, which of them count events, and series of them with times."""

from collections.abc import Callable, Mapping
from typing import Any

from ..errors import ValueRefused
from ._described import Described
from ._timed_record import wrap_record


class WithSignals(Described):
    """An object that records signals ``(batch, time, ...)`` when it is called, and so do those below it."""

    def _signal_names(self) -> tuple[str, ...]:
        """Names of its own signals, where they are known before a call."""
        return ()

    def _signals(self, above: tuple = ()) -> list[str]:
        """Paths of the signals that library modules below record; for the sentence about an unknown one."""
        return [*self._signal_names(), *self._below(lambda child, tops: child._signals(tops), above)]

    def _wrap_recorded_state(self, record: Mapping[str, Any], t_start: float = 0.0) -> dict:
        """A record as time series that begin at ``t_start`` seconds, nested alike."""
        return wrap_record(record, self._time_step(), t_start, events=self._event_signals())

    def _event_signals(self, above: tuple = ()) -> list[str]:
        """Paths of the signals here and below that count events, beside those called ``spikes``."""
        return self._below(lambda child, tops: child._event_signals(tops), above)

    def _below(self, signals: Callable[["WithSignals", tuple], list[str]], above: tuple) -> list[str]:
        """What ``signals`` gives for each module below, with the path from here; a module in a circle is passed by."""
        tops = (*above, self)
        return [
            f"{name}.{path}"
            for name, child in self.modules().items()
            if isinstance(child, WithSignals) and not any(child is a for a in tops)
            for path in signals(child, tops)
        ]

    def _time_step(self) -> float:
        steps = [e.value for e in self.entries() if e.name == "dt"]
        if not steps:
            raise ValueRefused(
                where=f"{self.class_name}.dt",
                expected="a time step in seconds",
                got="a module without one",
                fix="Give the module, or one below it, a SimulationParameter called dt.",
            )
        return float(steps[0])
