"""From a model of any face to a simulation of it."""

from collections.abc import Sequence
from typing import Any

import bouton as bp
import bouton.math as bm
from bouton import errors

_WHERE = "bouton_widgets.explore"

# Of systems that count milliseconds: as much in five seconds on the wall.
_WINDOW, _SPEED = 0.5, 0.1


def simulation_of(
    model: Any, inputs: Any = None, record: str | Sequence[str] | None = None, dt: float | None = None
) -> bp.run.LiveSimulation:
    """A simulation of a model.

    Parameters
    ----------
    model : bouton.modules.Module, bouton.DynamicalSystem or bouton.run.LiveSimulation
        A simulation is given back as it is.
    inputs, record
        As of `bouton.run.LiveSimulation`.
    dt : float, s, optional
        Time step of a system of one step. Default: that of the environment.

    Raises
    ------
    KindError
        For what is none of these.
    ValueRefused
        For inputs, a record or a time step beside a simulation, which has its own; for a time step beside a module.
    """
    if isinstance(model, bp.run.LiveSimulation):
        given = {"inputs": inputs, "record": record, "dt": dt}
        _refuse_given(given, "a simulation, which has its own", "Give them to the LiveSimulation instead.")
        return model
    if isinstance(model, bp.modules.Module):
        _refuse_given({"dt": dt}, "a module, which has its own", "Set dt of the module itself.")
        return bp.run.LiveSimulation(model, inputs, record=record)
    if isinstance(model, bp.DynamicalSystem):
        module = module_of(model, dt)
        # Of long steps a hundred at least.
        window = max(_WINDOW, 100 * float(module.dt))
        return bp.run.LiveSimulation(module, inputs, record=record, window=window, speed=_SPEED)
    raise errors.KindError(
        where=f"{_WHERE}(model)",
        expected="a module, a system of one step, a graph of nodes, or a LiveSimulation of one",
        got=f"the class {model.__name__}" if isinstance(model, type) else type(model).__name__,
        fix="Make one, bp.modules.LIF(10) for instance, and pass it here.",
    )


def module_of(system: bp.DynamicalSystem, dt: float | None = None) -> bp.modules.Module:
    """A system of one step or a graph as a module; of a network its first input and its first spikes.

    Parameters
    ----------
    system : bouton.DynamicalSystem
        In steps of one call.
    dt : float, s, optional
        Time step. Default: that of the environment.
    """
    step = bm.get_dt() / 1000 if dt is None else dt
    # In the order of the model.
    states = [entry.path for entry in system.entries() if entry.kind == "state"]
    ends = [next((path for path in states if path.rpartition(".")[2] == name), None) for name in ("input", "spike")]
    try:
        return bp.modules.FromStep(system, step, spiking_output="spike" in states)
    except (errors.BoutonError, TypeError):
        # A network that is called without an argument takes its input where its first neurons do.
        if ends[0] is None:
            raise
    spikes = ends[1] is not None
    return bp.modules.FromStep(system, step, input_to=ends[0], output_from=ends[1] or ends[0], spiking_output=spikes)


def _refuse_given(given: dict[str, Any], beside: str, fix: str) -> None:
    found = [name for name, value in given.items() if value is not None]
    if found:
        raise errors.ValueRefused(where=f"{_WHERE}({found[0]}=...)", expected=f"none beside {beside}", got="one", fix=fix)
