"""Which live views an explorer offers: a line for each."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import bouton as bp
from bouton import errors

from ._activity import ActivityView
from ._histogram import HistogramView
from ._phase_view import PhaseView
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
    """States of floats that have another of the same units; beside one those that go with it. First what is recorded."""
    recorded = set(values(simulation))
    floats = {e.path: e for e in simulation.model.entries() if e.kind == "state" and e.dtype is not None and e.dtype.kind == "f"}
    found = {path: entry for path, entry in floats.items() if path in recorded or entry.name not in _ASIDE}
    ordered = sorted(found, key=lambda path: path not in recorded)
    of = [found[path] for path in others if path in found]

    def goes(entry: bp.Entry) -> bool:
        return any(_of_one_unit(entry, other, recorded) for other in (of or found.values()))

    return [path for path in ordered if path not in others and goes(found[path])]


# What a part takes in or keeps in mind: on a plane only when somebody has it recorded.
_ASIDE = ("input", "rec_input", "irec", "t_last_spike", "spikes", "spike")


def _of_one_unit(one: bp.Entry, other: bp.Entry, recorded: Collection[str]) -> bool:
    """Whether two states are of the same units: of one part, or of neurons and a synapse that ends on them."""
    if one is other or math.prod(one.shape) != math.prod(other.shape):
        return False
    parts = [getattr(entry.owner, "post", None) or entry.owner for entry in (one, other)]
    return parts[0] is parts[1] or {one.path, other.path} <= set(recorded)


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
