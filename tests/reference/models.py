"""The models of the sequence face as the specification writes them: NumPy, float64, one plain loop over time and units."""

import math

import numpy as np

ACTIVATIONS = {
    "relu": lambda x, threshold: max(x - threshold, 0.0),
    "tanh": lambda x, threshold: math.tanh(x - threshold),
    "sigmoid": lambda x, threshold: (math.tanh(x - threshold) + 1) / 2,
}


def each(value, n):
    """A scalar or one value per unit, as one value per unit."""
    return np.broadcast_to(np.asarray(value, float), (n,))


def linear(series, weight, bias=None):
    """``x @ weight + bias`` for a series (T, Nin)."""
    steps, outputs = len(series), weight.shape[1]
    out = np.zeros((steps, outputs))
    for t in range(steps):
        for j in range(outputs):
            out[t, j] = sum(series[t, i] * weight[i, j] for i in range(weight.shape[0]))
            out[t, j] += 0.0 if bias is None else each(bias, outputs)[j]
    return out


def exp_syn(series, tau, dt=1e-3, isyn=None, noise=None):
    """Exponential synapses over (T, N); ``noise`` (T, N) is added with the input.

    Returns the currents (T, N).
    """
    steps, n = series.shape
    isyn = np.zeros(n) if isyn is None else np.array(isyn, float)
    out = np.zeros((steps, n))
    for t in range(steps):
        for k in range(n):
            arriving = series[t, k] + (0.0 if noise is None else noise[t, k])
            isyn[k] = (isyn[k] + arriving) * math.exp(-dt / each(tau, n)[k])
        out[t] = isyn
    return out


def rate(series, tau=20e-3, bias=0.0, threshold=0.0, w_rec=None, act="relu", dt=1e-3, x=None, noise=None):
    """Rate neurons over (T, N).

    Returns output, recurrent input and activity, each (T, N).
    """
    steps, n = series.shape
    tau, bias, threshold = each(tau, n), each(bias, n), each(threshold, n)
    x = np.zeros(n) if x is None else np.array(x, float)
    act = ACTIVATIONS.get(act, act)
    outputs, recurrent, activity = np.zeros((steps, n)), np.zeros((steps, n)), np.zeros((steps, n))
    for t in range(steps):
        rates = [act(x[k], threshold[k]) for k in range(n)]
        for j in range(n):
            recurrent[t, j] = 0.0 if w_rec is None else sum(rates[i] * w_rec[i, j] for i in range(n))
        for k in range(n):
            alpha = dt / max(tau[k], 10 * dt)
            drive = series[t, k] + bias[k] + recurrent[t, k] + (0.0 if noise is None else noise[t, k])
            x[k] = x[k] + alpha * (-x[k] + drive)
        activity[t] = x
        outputs[t] = [act(x[k], threshold[k]) for k in range(n)]
    return outputs, recurrent, activity


def lif(
    series,
    n,
    tau_mem=20e-3,
    tau_syn=20e-3,
    bias=0.0,
    threshold=1.0,
    w_rec=None,
    dt=1e-3,
    most=math.inf,
    noise=None,
    state=None,
    tau_ada=1.0,
    beta=0.0,
):
    """LIF neurons over (T, n * S), whose threshold spikes lift by ``beta``.

    Returns a dict of spikes, vmem and ada (T, n), isyn and irec (T, n, S), and U (T, n).
    """
    steps, inputs = series.shape
    synapses = inputs // n
    tau_mem, bias, threshold = each(tau_mem, n), each(bias, n), each(threshold, n)
    tau_syn = np.broadcast_to(np.asarray(tau_syn, float), (n, synapses))
    start = state or {}
    spikes = np.array(start.get("spikes", np.zeros(n)), float)
    isyn = np.array(start.get("isyn", np.zeros((n, synapses))), float)
    vmem = np.array(start.get("vmem", np.zeros(n)), float)
    ada = np.array(start.get("ada", np.zeros(n)), float)
    tau_ada, beta = each(tau_ada, n), each(beta, n)
    record = {
        "ada": np.zeros((steps, n)),
        "spikes": np.zeros((steps, n)),
        "vmem": np.zeros((steps, n)),
        "isyn": np.zeros((steps, n, synapses)),
        "irec": np.zeros((steps, n, synapses)),
        "U": np.zeros((steps, n)),
    }
    for t in range(steps):
        irec = np.zeros((n, synapses))
        if w_rec is not None:
            for k in range(n):
                for s in range(synapses):
                    irec[k, s] = sum(spikes[i] * w_rec[i, k * synapses + s] for i in range(n))
        for k in range(n):
            for s in range(synapses):
                isyn[k, s] += series[t, k * synapses + s] + irec[k, s]
                isyn[k, s] *= math.exp(-dt / tau_syn[k, s])
            vmem[k] *= math.exp(-dt / tau_mem[k])
            vmem[k] += isyn[k].sum() + bias[k] + (0.0 if noise is None else noise[t, k])
            lift = beta[k] * ada[k]
            record["U"][t, k] = (math.tanh(vmem[k] - lift - threshold[k]) + 1) / 2
            spikes[k] = math.floor((vmem[k] - lift) / threshold[k]) if vmem[k] >= threshold[k] + lift else 0.0
            spikes[k] = min(spikes[k], most)
            vmem[k] -= spikes[k] * threshold[k]
            ada[k] = ada[k] * math.exp(-dt / tau_ada[k]) + spikes[k]
        for name, value in (("spikes", spikes), ("vmem", vmem), ("ada", ada), ("isyn", isyn), ("irec", irec)):
            record[name][t] = value
    return record


def batched(run, series, *args, **kwargs):
    """``run`` for each element of a batch (B, T, N) alone; results stacked."""
    results = [run(one, *args, **kwargs) for one in series]
    if isinstance(results[0], dict):
        return {name: np.stack([r[name] for r in results]) for name in results[0]}
    if isinstance(results[0], tuple):
        return tuple(np.stack(parts) for parts in zip(*results, strict=True))
    return np.stack(results)
