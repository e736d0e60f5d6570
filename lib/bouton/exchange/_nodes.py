"""Nodes of NIR as modules, and as systems of one step."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import neurons
from ..dynamics import DynamicalSystem
from ..dynamics import Sequential as StepSequential
from ..errors import BoutonError, UnsupportedError, ValueRefused
from ..layers import Dense
from ..math import TrainingMode
from ..modules import LIF, ExpSyn, ExpSynJax, FromStep, LIFJax, Linear, LinearJax, Module, StepOf
from ._flat import Flat
from ._steps import membrane_gain, synapse_gain

_MS = 1e3
_MODULES = {"LIF": LIF, "LIFJax": LIFJax, "Linear": Linear, "LinearJax": LinearJax, "ExpSyn": ExpSyn, "ExpSynJax": ExpSynJax}


class Reader:
    """Makes modules and systems of the nodes of a graph.

    Parameters
    ----------
    flat : Flat
    dt : float or None, s
        None where no node needs it.
    reset : {'value', 'subtract'}, optional
        Of neurons with a synapse; by default what each says.

    Attributes
    ----------
    loops : dict of str to str
        Neurons that are a module with recurrent weights, and the node of these weights.
    """

    def __init__(self, flat: Flat, dt: float | None, reset: str | None):
        self._flat, self._dt, self._reset = flat, dt, reset
        for name, node in flat.nodes.items():
            self._check(name, node)
        self.loops = dict(self._found_loops())

    @property
    def dt(self) -> float:
        """Length of a step, s; :class:`ValueRefused` where nobody told it."""
        if self._dt is None:
            raise untold()
        return self._dt

    def modules(self, name: str) -> list[Module]:
        """Modules that together are the node."""
        node = self._flat.nodes[name]
        try:
            return _MODULES_OF[type(node).__name__](self, name, node)
        except BoutonError as error:
            error.add_note(f"This is node {name!r} of the graph.")
            raise

    def system(self, name: str) -> DynamicalSystem:
        """A step of the node, in a mode for training."""
        made = [
            module.system if isinstance(module, FromStep) else StepOf(module, mode=TrainingMode())
            for module in self.modules(name)
        ]
        return made[0] if len(made) == 1 else StepSequential(*made, mode=TrainingMode())

    # -- what there is -----------------------------------------------------

    def _check(self, name: str, node: Any) -> None:
        kind = type(node).__name__
        if kind not in _MODULES_OF:
            raise UnsupportedError(
                where=f"from_nir, node {name!r}",
                expected=f"one of {', '.join(_MODULES_OF)}",
                got=kind,
                fix="Replace it by these where the graph is made.",
            )
        shapes = [tuple(int(n) for n in next(iter(types.values()))) for types in (node.input_type, node.output_type)]
        if any(len(shape) != 1 for shape in shapes):
            raise UnsupportedError(
                where=f"from_nir, node {name!r} ({kind})",
                expected="flat data, with one axis",
                got=" and ".join(map(str, dict.fromkeys(shapes))),
                fix="Flatten the data where the graph is made.",
            )

    def _found_loops(self) -> Any:
        before, after = self._flat.before, self._flat.after
        for name, node in self._flat.nodes.items():
            if type(node).__name__ != "CubaLIF" or self._resets(node) != "subtract":
                continue
            loops = [two for two in after[name] if two and before[two] == [name] and after[two] == [name]]
            if len(loops) == 1 and type(self._flat.nodes[loops[0]]).__name__ == "Linear":
                yield name, loops[0]

    def _resets(self, node: Any) -> str:
        return self._reset or ("subtract" if node.metadata.get("reset") == "subtract" else "value")

    # -- one by one --------------------------------------------------------

    def linear(self, name: str, node: Any) -> list[Module]:
        """Weights, perhaps with a bias."""
        bias = getattr(node, "bias", None)
        n_out, n_in = node.weight.shape
        if node.metadata.get("module") == "FromStep":
            dense = Dense(n_in, n_out, _number(node.weight.T), None if bias is None else _number(bias), mode=TrainingMode())
            return [self._stepped(dense, node)]
        options = {} if bias is None else {"bias": _value(node, "bias", bias), "has_bias": True}
        return [_class(node, Linear)((n_in, n_out), weight=_number(node.weight.T), **options, **_spiking(node))]

    def scale(self, name: str, node: Any) -> list[Module]:
        """A factor for each channel."""
        return [_scaled(node.scale)]

    def li(self, name: str, node: Any) -> list[Module]:
        """A leaky integrator; a synapse where bouton wrote one."""
        tau = np.asarray(node.tau, np.float64)
        if node.metadata.get("library") == "bouton" and node.metadata.get("module") in ("ExpSyn", "ExpSynJax"):
            module = _class(node, ExpSyn)(
                tau.size, tau=_value(node, "tau", node.tau), dt=self.dt, noise_std=_noise(node), **_spiking(node)
            )
            return [*_gain(np.asarray(node.r, np.float64) / synapse_gain(self.dt, tau)), module]
        return [self._stepped(self._integrator(node, "tau", "r", "v_leak"), node)]

    def lif(self, name: str, node: Any) -> list[Module]:
        """A leaky integrate-and-fire neuron."""
        return [self._stepped(self._neurons(node, "tau"), node)]

    def cuba_li(self, name: str, node: Any) -> list[Module]:
        """A synapse and a leaky integrator."""
        membrane = self._integrator(node, "tau_mem", "r", "v_leak")
        return [self._stepped(StepSequential(self._integrator(node, "tau_syn", "w_in"), membrane, mode=TrainingMode()), node)]

    def cuba_lif(self, name: str, node: Any) -> list[Module]:
        """A synapse and a leaky integrate-and-fire neuron."""
        if self._resets(node) == "subtract":
            return self._subtracting(name, node)
        membrane = self._neurons(node, "tau_mem")
        return [self._stepped(StepSequential(self._integrator(node, "tau_syn", "w_in"), membrane, mode=TrainingMode()), node)]

    def _subtracting(self, name: str, node: Any) -> list[Module]:
        tau_mem, tau_syn, r = (np.asarray(x, np.float64) for x in (node.tau_mem, node.tau_syn, node.r))
        membrane = membrane_gain(self.dt, tau_mem)
        # What a count of spikes adds to the membrane, beside what it adds in a LIF module.
        gain = np.asarray(node.w_in, np.float64) / synapse_gain(self.dt, tau_syn) * (r / membrane)
        told = node.metadata
        options = {}
        if name in self.loops:
            weight = np.asarray(self._flat.nodes[self.loops[name]].weight).T
            options = {"w_rec": _number(weight if _is_one(gain) else weight * gain), "has_rec": True}
        module = _class(node, LIF)(
            tau_mem.size,
            tau_mem=_value(node, "tau_mem", node.tau_mem),
            tau_syn=_value(node, "tau_syn", np.asarray(node.tau_syn)[:, None]),
            bias=_value(node, "bias", np.asarray(node.v_leak, np.float64) / membrane),
            threshold=_value(node, "threshold", node.v_threshold),
            max_spikes_per_dt=float(told.get("max_spikes_per_dt", 1.0)),
            noise_std=_noise(node),
            dt=self.dt,
            **options,
            **_spiking(node, {"spiking_output": True}),
        )
        return [*_gain(gain), module]

    def _integrator(self, node: Any, tau: str, r: str, rest: str | None = None) -> neurons.LeakyIntegrator:
        return neurons.LeakyIntegrator(np.size(node.tau if tau == "tau" else node.tau_mem), **_membrane(node, tau, r, rest))

    def _neurons(self, node: Any, tau: str) -> neurons.LIF:
        return neurons.LIF(
            np.size(node.v_threshold),
            **_membrane(node, tau, "r", "v_leak"),
            V_reset=_value(node, "V_reset", node.v_reset),
            V_th=_value(node, "V_th", node.v_threshold),
        )

    def _stepped(self, system: DynamicalSystem, node: Any) -> FromStep:
        return FromStep(system, self.dt, **_spiking(node, {"spiking_output": type(node).__name__.endswith("LIF")}))


def _membrane(node: Any, tau: str, r: str, rest: str | None) -> dict[str, Any]:
    times = np.asarray(getattr(node, tau), np.float64) * _MS
    potential = np.zeros(times.shape) if rest is None else np.asarray(getattr(node, rest))
    begin = potential if rest is None else node.metadata.get("v_begin", potential)
    return {
        "V_rest": _value(node, "V_rest", potential),
        "R": _value(node, "R", getattr(node, r)),
        "tau": _value(node, "tau", times),
        "V_initializer": _number(np.broadcast_to(np.asarray(begin), times.shape)),
        "mode": TrainingMode(),
    }


def untold() -> ValueRefused:
    """For a graph that does not say how long a step is."""
    return ValueRefused(
        where="from_nir(dt=...)",
        expected="a time step in seconds, which this graph does not tell",
        got="none",
        fix="Write for instance from_nir(graph, dt=1e-3).",
    )


def _class(node: Any, otherwise: type[Module]) -> Any:
    """The class that bouton wrote down, if it is one of a few that are known, and otherwise the usual one."""
    told = node.metadata.get("module") if node.metadata.get("library") == "bouton" else None
    found = _MODULES.get(told) if isinstance(told, str) else None
    return found if found is not None and issubclass(found, otherwise) else otherwise


def _value(node: Any, key: str, value: Any) -> Any:
    """A value for each neuron, or the one for all that it was made of."""
    value = np.asarray(value)
    shape = node.metadata.get(f"shape_of_{key}")
    if shape == "scalar" and np.all(value == value.flat[0]):
        return _number(value.flat[0])
    if shape == "1x1" and np.all(value == value.flat[0]):
        return _number(value.reshape(-1)[:1].reshape(1, 1))
    return _number(value)


def _number(value: Any) -> Any:
    value = np.asarray(value)
    # Doubles are kept where JAX keeps them.
    return np.asarray(value, np.float64) if value.dtype.kind in "iub" else value


def _noise(node: Any) -> float:
    noise = float(node.metadata.get("noise_std", 0.0))
    if not 0 <= noise < float("inf"):
        raise ValueRefused(where="from_nir, noise_std", expected="0 or more", got=f"{noise}", fix="Mend the metadata.")
    return noise


def _spiking(node: Any, otherwise: dict[str, bool] | None = None) -> dict[str, Any]:
    told = {key: bool(node.metadata[key]) for key in ("spiking_input", "spiking_output") if key in node.metadata}
    return {**(otherwise or {}), **told}


def _is_one(gain: np.ndarray) -> bool:
    # Time constants are written in single precision, gains in double: what was one is so to the last bits.
    return bool(np.all(np.abs(gain - 1.0) < 1e-9))


def _gain(gain: np.ndarray) -> list[Module]:
    return [] if _is_one(gain) else [_scaled(gain)]


def _scaled(gain: Any) -> Module:
    return Linear((np.size(gain), np.size(gain)), weight=np.diag(np.asarray(gain, np.float64)))


_MODULES_OF: dict[str, Callable[[Reader, str, Any], list[Module]]] = {
    "Linear": Reader.linear,
    "Affine": Reader.linear,
    "Scale": Reader.scale,
    "LI": Reader.li,
    "LIF": Reader.lif,
    "CubaLI": Reader.cuba_li,
    "CubaLIF": Reader.cuba_lif,
}
