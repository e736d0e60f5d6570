"""The buttons that steer a live simulation, and what it says about itself, without a picture."""

from typing import Any

import bouton as bp

from ._live_view import LiveView


class TransportView(LiveView):
    """Play, pause, step, reset and speed; simulated time, its rate, compilations and errors.

    Parameters
    ----------
    simulation : bouton.run.LiveSimulation
        What is steered.
    starts : bool
        Whether it begins to run as soon as a page shows it, and was not started before.
    """

    script = "transport.js"

    def __init__(self, simulation: bp.run.LiveSimulation, starts: bool = False):
        super().__init__(simulation)
        self.starts = starts

    def content(self) -> dict[str, Any]:
        """Give what the buttons need."""
        starting = self.starts and self.simulation.status == "ready"
        return super().content() | {"holds": False, "starting": starting, "speed": self.simulation.speed}

    def plain(self) -> str:
        """Say where the simulation is."""
        return f"{self.title}, {self.simulation.status} at {self.simulation.time:.4g} s"

    def picture(self) -> tuple[dict[str, Any], list[bytes], int]:
        """Give the state of the simulation alone."""
        frame = self.simulation.frame((), columns=1)
        head = {"now": float(frame.now), "step": int(frame.step), "status": str(frame.status), "rate": float(frame.rate)}
        return head, [], frame.change
