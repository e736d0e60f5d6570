"""Systems of one step, behind :class:`bouton.modules.FromStep`, as nodes of NIR."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from ..dynamics import DynamicalSystem
from ..dynamics import Sequential as StepSequential
from ..errors import UnsupportedError
from ..layers import Dense
from ..modules import FromStep, Module, StepOf
from ..neurons import LIF, LeakyIntegrator
from ._network import Whole
from ._package import nir
from ._part import WHERE, Part, each, facts, refuse_zero

_SECONDS = 1e-3


def from_step(module: FromStep, name: str, dt: float, part_of: Callable[[Module, str, float], Part]) -> Part:
    """The system that a module goes by; ``part_of`` writes modules in it."""
    if module._input_to is not None or module._output_from is not None:
        raise _unsupported(module, "a system that is called with its input and returns its output", "input_to or output_from")
    fresh = copy.deepcopy(module)
    fresh.reset_state()
    told = facts(module) | {"dt": dt}
    if not isinstance(fresh.system, Whole):
        return _system(fresh.system, name, told, module)
    parts = {
        key: part_of(one.module, key, dt) if isinstance(one, StepOf) else _system(one, key, told, module)
        for key, one in fresh.system.systems.items()
    }
    return Part.wired(parts, fresh.system.edges)


def _system(system: DynamicalSystem, name: str, told: dict[str, Any], module: FromStep) -> Part:
    if type(system) is StepSequential:
        stages: list[Any] = list(system)
        cuba = _with_synapse(stages, name, told, module)
        return cuba or Part.in_a_row([_system(one, f"{name}.{k}", told, module) for k, one in enumerate(stages)])
    write = _WRITERS.get(type(system))
    if write is None:
        known = ", ".join(cls.__name__ for cls in _WRITERS)
        raise _unsupported(module, f"one of {known}, or a Sequential of these", type(system).__name__)
    return write(system, name, dict(told), module)


def _dense(system: Dense, name: str, told: dict[str, Any], _module: FromStep) -> Part:
    weight = np.array(np.asarray(system.W).T)
    if system.b is None:
        return Part.of(name, nir(WHERE).Linear(weight=weight, metadata=told))
    return Part.of(name, nir(WHERE).Affine(weight=weight, bias=np.array(np.asarray(system.b)), metadata=told))


def _integrator(system: LeakyIntegrator, name: str, told: dict[str, Any], module: FromStep) -> Part:
    return Part.of(name, nir(WHERE).LI(**_membrane(system, told, module), metadata=told))


def _neurons(system: LIF, name: str, told: dict[str, Any], module: FromStep) -> Part:
    if system.tau_ref is not None:
        raise _unsupported(module, "neurons without a refractory time", "tau_ref")
    membrane = _membrane(system, told, module)
    n = (system.num,)
    node = nir(WHERE).LIF(
        **membrane, v_threshold=each(system, "V_th", n, told), v_reset=each(system, "V_reset", n, told), metadata=told
    )
    return Part.of(name, node)


def _with_synapse(systems: list[DynamicalSystem], name: str, told: dict[str, Any], module: FromStep) -> Part | None:
    """Neurons behind a leaky integrator that begins and rests at 0, as one node, or None where there is no such pair."""
    if [type(one) for one in systems] not in ([LeakyIntegrator, LIF], [LeakyIntegrator, LeakyIntegrator]):
        return None
    synapse, neurons = (_system(one, name, told, module).nodes[name] for one in systems)
    if np.any(synapse.v_leak) or "v_begin" in synapse.metadata or synapse.tau.shape != neurons.tau.shape:
        return None
    spiking = isinstance(neurons, nir(WHERE).LIF)
    kind = nir(WHERE).CubaLIF if spiking else nir(WHERE).CubaLI
    reset = {"v_threshold": neurons.v_threshold, "v_reset": neurons.v_reset} if spiking else {}
    begin = {key: value for key, value in neurons.metadata.items() if not key.startswith("shape_of_")}
    membrane = {"tau_mem": neurons.tau, "r": neurons.r, "v_leak": neurons.v_leak, **reset}
    return Part.of(name, kind(tau_syn=synapse.tau, w_in=synapse.r, **membrane, metadata=begin))


def _membrane(system: Any, told: dict[str, Any], module: FromStep) -> dict[str, np.ndarray]:
    if getattr(system, "noise", None) is not None:
        raise _unsupported(module, "neurons without noise, which NIR does not know", "noise")
    n = (system.num,)
    tau, r, rest = (each(system, key, n, told) for key in ("tau", "R", "V_rest"))
    refuse_zero(module.full_name, tau=tau)
    begin = np.asarray(system.V.value).reshape(-1)[: system.num]
    if not np.array_equal(begin, rest):
        # NIR does not say where a potential begins; at rest, if nobody says.
        told["v_begin"] = begin
    return {"tau": tau.astype(np.float64) * _SECONDS, "r": r, "v_leak": rest}


def _unsupported(module: FromStep, expected: str, got: str) -> UnsupportedError:
    return UnsupportedError(
        where=f"{WHERE}, {module.full_name}({type(module.system).__name__})",
        expected=expected,
        got=got,
        fix="NIR has no node for it; write the model with those.",
    )


_WRITERS: dict[type, Callable[..., Part]] = {Dense: _dense, LeakyIntegrator: _integrator, LIF: _neurons}
