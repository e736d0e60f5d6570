"""Simulations run for those who watch them: the last one to leave pauses it, the first to come back resumes it."""

from weakref import WeakKeyDictionary

import bouton as bp


class Audience:
    """The streams through which one simulation is being watched. Every view of that simulation shares it."""

    def __init__(self):
        self._streams: set[int] = set()
        self._suspended = False

    def arrive(self, stream: object, simulation: bp.run.LiveSimulation) -> None:
        """Note that somebody watches; go on if the simulation only stopped because nobody did."""
        self._streams.add(id(stream))
        if self._suspended:
            self._suspended = False
            if simulation.status == "paused":
                simulation.start()

    def leave(self, stream: object, simulation: bp.run.LiveSimulation) -> None:
        """Note that nobody watches through this stream any more; pause if it was the last."""
        self._streams.discard(id(stream))
        if not self._streams and simulation.status == "running":
            self._suspended = True
            simulation.pause()

    def decided(self) -> None:
        """Forget an earlier suspension: somebody has since said what the simulation is to do."""
        self._suspended = False


# One for each simulation however many views it has; an entry goes when its simulation does.
_audiences: WeakKeyDictionary[bp.run.LiveSimulation, Audience] = WeakKeyDictionary()


def audience_of(simulation: bp.run.LiveSimulation) -> Audience:
    """Give the one audience of a simulation."""
    return _audiences.setdefault(simulation, Audience())
