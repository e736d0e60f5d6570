"""What does it cost to turn a knob and see the new trace?

A layer of LIF neurons over 1000 steps. ``tau_mem`` gets another value, the module is called, the new trace is on the host. Plain
constructor, plain assignment, plain call: of a module, and of ``neurons.LIF`` in a ``DSRunner`` that monitors it. Bare JAX passes
the time constant as an argument, moves the same states and returns the same outputs; beside the runner it brings them into an
array of the caller's own, as the runner's record is, and not only into sight. Nothing is compiled after the first call.
"""

import itertools
from collections.abc import Callable, Iterator

import _bare
import jax
import jax.numpy as jnp
import numpy as np
from _measure import compilations, in_turn
from _report import Row, options, say

import bouton as bp

BIAS, TAU = 0.02, 20e-3
DT = 1.0  # ms, of the runner


def knob() -> Iterator[float]:
    """Values of the time constant, each another than the last: 10 to 30 ms."""
    return (10e-3 + 20e-3 * (k * 0.618 % 1) for k in itertools.count(1))


def by_hand(neurons: int, currents: jax.Array, recorded: bool) -> Callable[[float], np.ndarray]:
    """Bare JAX: a new time constant in, the trace on the host out."""
    run = jax.jit(_bare.series, static_argnames="recorded")
    fixed = {"tau_syn": jnp.full(neurons, TAU), "bias": jnp.full(neurons, BIAS), "threshold": jnp.ones(neurons)}
    state = (jnp.zeros(neurons), jnp.zeros(neurons))

    def turn(tau: float) -> np.ndarray:
        nonlocal state
        spikes, state, vmem = run({**fixed, "tau_mem": np.float32(tau)}, state, currents, recorded=recorded)
        return np.asarray(vmem if recorded else spikes)

    return turn


def by_module(neurons: int, currents: jax.Array, recorded: bool) -> Callable[[float], np.ndarray]:
    """The same through the module."""
    layer = bp.modules.LIF(neurons, tau_mem=TAU, bias=BIAS)

    def turn(tau: float) -> np.ndarray:
        layer.tau_mem = tau
        spikes, _, record = layer(currents, record="vmem" if recorded else False)
        return np.asarray(record["vmem"] if recorded else spikes)

    return turn


def step_by_hand(neurons: int, drive: np.ndarray, recorded: bool) -> Callable[[float], np.ndarray]:
    """Bare JAX: the neurons of ``neurons.LIF``, in ms, each with its own constant input."""

    @jax.jit
    def run(state: tuple, tau: jax.Array, currents: jax.Array) -> tuple:
        decay = jnp.exp(-DT / tau)

        def turn(state: tuple, current: jax.Array) -> tuple[tuple, jax.Array]:
            v = current + (state[0] - current) * decay
            spike = v >= 1.0
            v = jnp.where(spike, 0.0, v)
            return (v, spike), v if recorded else spike

        return jax.lax.scan(turn, state, currents)

    state = (jnp.zeros(neurons), jnp.zeros(neurons, bool))

    def turn(tau: float) -> np.ndarray:
        nonlocal state
        state, read = run(state, np.float32(tau * 1000), drive)
        return np.array(read)

    return turn


def by_runner(neurons: int, drive: np.ndarray, recorded: bool) -> Callable[[float], np.ndarray]:
    """The same through the runner."""
    lif = bp.neurons.LIF(neurons, tau=TAU * 1000, V_rest=0.0, V_reset=0.0, V_th=1.0)
    monitor = "V" if recorded else "spike"
    runner = bp.DSRunner(lif, monitors=[monitor], dt=DT, progress_bar=False, outputs=False)

    def turn(tau: float) -> np.ndarray:
        lif.tau = tau * 1000
        runner.run(inputs=drive)
        return runner.mon[monitor]

    return turn


def check(
    bare: Callable[[float], np.ndarray], module: Callable[[float], np.ndarray], recorded: bool, steps_a_second: float
) -> None:
    """The trace follows the knob, in both alike, and only the first call compiles."""
    before = compilations()
    first = bare(15e-3), module(15e-3)
    # Beside the two loops, JAX compiles small things once: a zero, a cast.
    assert 2 <= compilations() - before <= 12, f"{compilations() - before} programs compiled by the first calls"
    before = compilations()
    second = bare(25e-3), module(25e-3)
    assert compilations() == before, "a changed parameter compiled again"
    for mine, theirs in (first, second):
        alike = np.isclose(mine, theirs, atol=1e-4).mean()
        assert alike > 0.99, f"only {alike:.1%} of the trace is that of bare JAX"
    for old, new in zip(first, second, strict=True):
        assert (old != new).mean() > (0.5 if recorded else 0.01), "the trace did not follow the parameter"
    if not recorded:
        for trace in (*first, *second):
            rate = trace.mean() * steps_a_second
            assert 1 < rate < 200, f"{rate:.0f} spikes a second"


def measure(neurons: int, steps: int, recorded: bool, rounds: int) -> list[Row]:
    what = f"{neurons} neurons, {steps} steps, "
    currents = jax.random.uniform(jax.random.key(0), (1, steps, neurons), maxval=0.01)
    drive = np.random.default_rng(0).uniform(0.0, 3.0, (steps, neurons)).astype(np.float32)
    found = []
    for table, name, bare, ours, rate in (
        ("vmem recorded" if recorded else "spikes", "modules.LIF", by_hand, by_module, 1 / _bare.DT),
        ("V monitored" if recorded else "spikes monitored", "DSRunner", step_by_hand, by_runner, 1000 / DT),
    ):
        data = currents if name == "modules.LIF" else drive
        rows = {"bare JAX": bare(neurons, data, recorded), name: ours(neurons, data, recorded)}
        check(*rows.values(), recorded, rate)
        values = knob()
        turned = {name: lambda run=run, values=values: run(next(values)) for name, run in rows.items()}
        found += in_turn(what + table, turned, rounds=rounds, limits={name: 1.2})
    return found


def main() -> None:
    asked = options("Cost of a changed parameter, up to the new trace on the host.")
    sizes = (20, 50) if asked.tiny else (1000, 1000)
    rounds = 3 if asked.tiny else 300
    say([row for recorded in (True, False) for row in measure(*sizes, recorded, rounds)], asked.json)


if __name__ == "__main__":
    main()
