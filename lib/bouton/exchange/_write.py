"""bouton's modules as a graph of NIR."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from .._version import __version__
from ..errors import KindError, UnsupportedError, ValueRefused
from ..modules import LIF, ExpSyn, ExpSynJax, FromStep, LIFJax, Linear, LinearJax, Module, Sequential, SequentialJax
from ._package import nir
from ._part import WHERE, Part, each, facts, refuse_zero
from ._steps import membrane_gain, synapse_gain
from ._write_steps import from_step


def to_nir(module: Module) -> Any:
    """A module as a graph of NIR, the neuromorphic intermediate representation, which other libraries and chips read.

    Parameters
    ----------
    module : Module
        ``Linear``, ``LIF`` with one synapse a neuron, ``ExpSyn``, their functional forms; ``FromStep`` around ``neurons.LIF``,
        ``neurons.LeakyIntegrator``, ``layers.Dense`` or a ``bp.Sequential`` of these; or a ``Sequential`` of all of these.

    Returns
    -------
    nir.NIRGraph
        ``nir.write(path, graph)`` makes a file of it. Times are in seconds. ``Linear`` becomes ``Linear`` or ``Affine``, ``LIF``
        a ``CubaLIF``, with recurrent weights a ``Linear`` in a loop, ``ExpSyn`` an ``LI``; systems of one step what their
        equations are. What NIR has no place for stands in
        the metadata: the time step, the reset, the most spikes of a step; :func:`from_nir` makes the same module of it.

    Raises
    ------
    UnsupportedError
        For a module that NIR has no node for.
    ValueRefused
        For several time steps, or a time constant of 0.
    KindError
        For what is no module.
    EnvironmentProblem
        Where the package ``nir`` is not installed.

    Warns
    -----
    UserWarning
        For noise, which NIR does not know.

    Notes
    -----
    NIR's nodes are differential equations [1]_. ``r``, ``w_in`` and ``v_leak`` are chosen such that their solution over a step,
    the input held, is the step of the module: who integrates exactly gets the same potentials. Differences remain
    where NIR leaves no choice: a neuron of NIR goes to ``v_reset`` after a spike, a ``LIF`` module loses one threshold for each.

    References
    ----------
    .. [1] Pedersen et al. (2024), Neuromorphic intermediate representation: a unified instruction set for interoperable
       brain-inspired computing, Nature Communications 15, 8122.

    Examples
    --------
    >>> import bouton as bp
    >>> net = bp.modules.Sequential(bp.modules.Linear((2, 3)), bp.modules.LIF(3))
    >>> sorted(bp.to_nir(net).nodes)
    ['0_Linear', '1_LIF', 'input', 'output']
    """
    package = nir(WHERE)
    if not isinstance(module, Module):
        raise KindError(
            where=f"{WHERE}(module)", expected="a bp.modules.Module", got=type(module).__name__, fix="Pass the module itself."
        )
    step = _time_step(module)
    part = _part(module, "", step)
    noisy = [entry.path for entry in module.entries() if entry.name == "noise_std" and np.any(np.asarray(entry.value))]
    if noisy:
        warnings.warn(
            f"to_nir: expected a module without noise, got {', '.join(noisy)} above 0. NIR has none: it is left out.",
            stacklevel=2,
        )
    nodes = {
        "input": package.Input(input_type={"input": np.array([module.size_in])}),
        **part.nodes,
        "output": package.Output(output_type={"output": np.array([module.size_out])}),
    }
    edges = [*(("input", name) for name in part.first), *part.edges, *((name, "output") for name in part.last)]
    metadata = {"library": "bouton", "version": __version__} | ({} if step is None else {"dt": step})
    return package.NIRGraph(nodes=nodes, edges=edges, metadata=metadata)


def _time_step(module: Module) -> float | None:
    steps = {float(entry.value): entry.path for entry in module.entries() if entry.name == "dt"}
    if len(steps) > 1:
        raise ValueRefused(
            where=f"{WHERE}, dt",
            expected="one time step throughout the model",
            got=", ".join(f"{path} = {step:g} s" for step, path in steps.items()),
            fix="Give all modules the same dt.",
        )
    return next(iter(steps), None)


def _part(module: Module, name: str, dt: float | None) -> Part:
    own = name or type(module).__name__
    kind = type(module).__name__
    write = _WRITERS.get(type(module))
    # Not a class of the user's own, which may do anything else.
    if isinstance(module, Sequential) and type(module) in (Sequential, SequentialJax):
        return _chain(module, name, dt)
    if write is None:
        raise UnsupportedError(
            where=f"{WHERE}, {module.full_name}",
            expected=f"one of {', '.join(sorted({cls.__name__ for cls in _WRITERS}))}, or a Sequential of these",
            got=f"{kind}, which NIR has no node for" if type(module).__module__.startswith("bouton") else f"{kind}",
            fix="Write it as a Sequential of these modules.",
        )
    return write(module, own, dt)


def _chain(module: Sequential, name: str, dt: float | None) -> Part:
    above = f"{name}." if name else ""
    return Part.in_a_row([_part(one, f"{above}{i}_{type(one).__name__}", dt) for i, one in enumerate(module)])


def _linear(module: Linear, name: str) -> Part:
    weight = np.asarray(module.weight).T
    told = facts(module)
    if "bias" not in module.parameters():
        return Part.of(name, nir(WHERE).Linear(weight=weight, metadata=told))
    bias = each(module, "bias", (module.size_out,), told)
    return Part.of(name, nir(WHERE).Affine(weight=weight, bias=bias, metadata=told))


def _lif(module: LIF, name: str, dt: float) -> Part:
    n = module.size_out
    if module.size_in != n:
        raise UnsupportedError(
            where=f"{WHERE}, {module.full_name}",
            expected="one synapse a neuron, as NIR's CubaLIF has",
            got=f"{module.size_in // n}",
            fix="Use LIF(N) behind a Linear.",
        )
    told = facts(module) | {"dt": dt, "noise_std": float(module.noise_std), "reset": "subtract"}
    told["max_spikes_per_dt"] = float(module.max_spikes_per_dt)
    tau_mem, bias, threshold = (each(module, key, (n,), told) for key in ("tau_mem", "bias", "threshold"))
    tau_syn = each(module, "tau_syn", (n, 1), told)[:, 0]
    refuse_zero(module.full_name, tau_mem=tau_mem, tau_syn=tau_syn)
    r = membrane_gain(dt, tau_mem.astype(np.float64))
    node = nir(WHERE).CubaLIF(
        tau_syn=tau_syn,
        tau_mem=tau_mem,
        r=r,
        v_leak=bias * r,
        v_threshold=threshold,
        v_reset=np.zeros_like(threshold),
        w_in=synapse_gain(dt, tau_syn.astype(np.float64)),
        metadata=told,
    )
    part = Part.of(name, node)
    if "w_rec" in module.parameters():
        loop = f"{name}.w_rec"
        part.nodes[loop] = nir(WHERE).Linear(weight=np.asarray(module.w_rec).T, metadata={"library": "bouton"})
        part.edges = [(name, loop), (loop, name)]
    return part


def _exp_syn(module: ExpSyn, name: str, dt: float) -> Part:
    told = facts(module) | {"dt": dt, "noise_std": float(module.noise_std)}
    tau = each(module, "tau", (module.size_out,), told)
    refuse_zero(module.full_name, tau=tau)
    gain = synapse_gain(dt, tau.astype(np.float64))
    return Part.of(name, nir(WHERE).LI(tau=tau, r=gain, v_leak=np.zeros_like(gain), metadata=told))


_WRITERS: dict[type, Callable[..., Part]] = {
    ExpSyn: _exp_syn,
    ExpSynJax: _exp_syn,
    FromStep: lambda module, name, dt: from_step(module, name, dt, _part),
    LIF: _lif,
    LIFJax: _lif,
    Linear: lambda module, name, _: _linear(module, name),
    LinearJax: lambda module, name, _: _linear(module, name),
}
