"""NIR's equations in NumPy, solved over steps in which the input is held; written from its documentation alone."""

import nir
import numpy as np


def integrated(graph: nir.NIRGraph, series: np.ndarray, dt: float, order: list[str], resets: str = "value") -> dict:
    """Outputs (T, N) of the nodes, and potentials of the neurons under ``'name.v'``.

    ``order`` is the order of the nodes; a node that comes later gives what it gave in the step before. Neurons begin at rest;
    those that lose a threshold with each spike, as bouton's modules do, begin at 0.
    """
    found: dict[str, list] = {}
    now = {name: np.zeros(tuple(node.output_type["output"])) for name, node in graph.nodes.items() if name in order}
    state = {name: _begin(node) for name, node in graph.nodes.items()}
    if resets == "subtract":
        state = {name: {key: np.zeros_like(value) for key, value in values.items()} for name, values in state.items()}
    for x in np.asarray(series, np.float64):
        for name in order:
            come = [x if one == "input" else now[one] for one, two in graph.edges if two == name]
            now[name] = _step(graph.nodes[name], state[name], sum(come), dt, resets)
            found.setdefault(name, []).append(now[name])
            for key, value in state[name].items():
                found.setdefault(f"{name}.{key}", []).append(value.copy())
    return {name: np.array(values) for name, values in found.items()}


def _begin(node: nir.NIRNode) -> dict[str, np.ndarray]:
    state = {}
    if hasattr(node, "v_leak"):
        state["v"] = np.array(node.v_leak, np.float64)
        if type(node).__name__.startswith("Cuba"):
            state["i"] = np.zeros_like(state["v"])
    return state


def _step(node: nir.NIRNode, state: dict, u: np.ndarray, dt: float, resets: str) -> np.ndarray:
    kind = type(node).__name__
    if kind in ("Linear", "Affine"):
        return np.asarray(node.weight, np.float64) @ u + (np.asarray(node.bias, np.float64) if kind == "Affine" else 0)
    if kind == "Scale":
        return node.scale * u
    if kind.startswith("Cuba"):
        kept = np.exp(-dt / np.asarray(node.tau_syn, np.float64))
        state["i"] = state["i"] * kept + node.w_in * u * (1 - kept)
        u = state["i"]
    kept = np.exp(-dt / np.asarray(getattr(node, "tau_mem", getattr(node, "tau", None)), np.float64))
    v = state["v"] * kept + (node.v_leak + node.r * u) * (1 - kept)
    if kind in ("LI", "CubaLI"):
        state["v"] = v
        return v
    if resets == "subtract":
        spikes = np.where(v >= node.v_threshold, np.floor(v / node.v_threshold), 0.0)
        state["v"] = v - spikes * node.v_threshold
    else:
        spikes = (v >= node.v_threshold).astype(float)
        state["v"] = np.where(spikes > 0, node.v_reset, v)
    return spikes
