"""The simulation that something looks at or steers."""

from typing import Any

from ..errors import KindError
from ._live import LiveSimulation


def checked_simulation(simulation: Any, where: str) -> LiveSimulation:
    """The simulation.

    Raises
    ------
    KindError
        When it is none.
    """
    if not isinstance(simulation, LiveSimulation):
        raise KindError(
            where=f"{where}(simulation)",
            expected="a LiveSimulation",
            got=type(simulation).__name__,
            fix="Make one of the model first: bp.run.LiveSimulation(model, record=[...]).",
        )
    return simulation
