"""Which live views an explorer offers: a line for each."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import bouton as bp
from bouton import errors

from ._activity import ActivityView
from ._histogram import HistogramView
from ._phase import PhaseView
from ._rates import RatesView
from ._stimulus import StimulusView
from ._traces import TracesView
from ._view import View
from ._weights import WeightsView

Simulation = bp.run.LiveSimulation


def values(simulation: Simulation, *_: str) -> list[str]:
    """Signals of values."""
    return [signal.path for signal in simulation.signals if signal.kind == "trace"]


def events(simulation: Simulation) -> list[str]:
    """Signals of events."""
    return [signal.path for signal in simulation.signals if signal.kind == "events"]


def states(simulation: Simulation, *others: str) -> list[str]:
    """Signals that are states, with at least one more of as many units; beside another those that go with it."""
    sizes = {entry.path: math.prod(entry.shape) for entry in simulation.model.entries() if entry.kind == "state"}
    known = [path for path in values(simulation) if path in sizes]
    if others:
        return [path for path in known if path not in others and sizes[path] == sizes[others[0]]]
    return [path for path in known if any(path != one and sizes[path] == sizes[one] for one in known)]


@dataclass(frozen=True)
class Kind:
    """A live view that an explorer can show.

    Attributes
    ----------
    name : str
        Of its script, and of the view on a page.
    label : str
        What a reader is shown.
    make : callable
        Makes it of a simulation and one path for each choice.
    choices : dict of str to callable
        Labels of what has to be chosen, each with what gives the paths that can be, of a simulation and what was chosen before.
        A view is offered where every choice has a path.
    needs : callable
        Gives something where there is anything to be shown.
    """

    name: str
    label: str
    make: Callable[..., View]
    choices: dict[str, Callable[..., Sequence[str]]] = field(default_factory=dict)
    needs: Callable[[Simulation], Any] = lambda simulation: simulation.signals

    def offer(self, simulation: Simulation, wanted: Sequence[str] = ()) -> list[tuple[str, list[str], str]] | None:
        """Of each choice its label, the paths that can be chosen, and the one that is.

        Parameters
        ----------
        simulation : bouton.run.LiveSimulation
            Of which.
        wanted : sequence of str
            What is to be chosen, as far as it can be; of the others the first.

        Returns
        -------
        list of (str, list of str, str) or None
            None where the view has nothing to show.
        """
        found: list[tuple[str, list[str], str]] = []
        for k, (label, paths) in enumerate(self.choices.items()):
            known = list(paths(simulation, *(chosen for *_, chosen in found)))
            if not known:
                return None
            found.append((label, known, wanted[k] if k < len(wanted) and wanted[k] in known else known[0]))
        return found if self.needs(simulation) else None


def weights(simulation: Simulation) -> Sequence[Any]:
    """Matrices of weights."""
    try:
        return bp.run.Weights(simulation).sources
    except errors.ValueRefused:
        return ()


def _phase(simulation: Simulation, x: str, y: str) -> View:
    return PhaseView(bp.run.PhasePlane(simulation, x, y), simulation, simulation.window, transport=False)


KINDS = {
    kind.name: kind
    for kind in (
        Kind("traces", "Traces and rasters", lambda s: TracesView(s, transport=False)),
        Kind("stimulus", "Stimulus", lambda s: StimulusView(bp.run.Stimulus(s), s, transport=False)),
        Kind("rates", "Population rates", lambda s: RatesView(bp.run.Rates(s), s, transport=False), needs=events),
        Kind(
            "histogram",
            "Histogram",
            lambda s, path: HistogramView(bp.run.Distribution(s, path), s, transport=False),
            {"Signal": values},
        ),
        Kind("weights", "Weights", lambda s: WeightsView(bp.run.Weights(s), s, transport=False), needs=weights),
        Kind("activity", "Activity", lambda s: ActivityView(s, transport=False)),
        Kind("phase", "Phase plane", _phase, {"Across": states, "Up": states}),
    )
}
"""By name, in the order in which they stand on a page."""
