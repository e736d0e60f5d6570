"""What does it cost to record everything?

A layer of LIF neurons, each with its own constant input, runs over 1000 steps, and the potentials of all of them in each step
come to the host: in bare JAX by one compiled loop and one copy, and through a ``DSRunner`` as users write it, which cuts the
run as it sees fit.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from _measure import in_turn
from _report import Row, options, say

import bouton as bp

TAU, DT = 20.0, 1.0  # ms


def bare(neurons: int, steps: int, current: jax.Array) -> Callable[[], np.ndarray]:
    """By hand: the state goes on from run to run, the record is an array of its own."""

    @jax.jit
    def run(state: tuple, current: jax.Array) -> tuple:
        decay = jnp.exp(-DT / TAU)

        def turn(state: tuple, _: None) -> tuple[tuple, jax.Array]:
            v = current + (state[0] - current) * decay
            spike = v >= 1.0
            v = jnp.where(spike, 0.0, v)
            return (v, spike), v

        return jax.lax.scan(turn, state, length=steps)

    state = (jnp.zeros(neurons), jnp.zeros(neurons, bool))

    def turn() -> np.ndarray:
        nonlocal state
        state, read = run(state, current)
        return np.array(read)

    return turn


def by_runner(neurons: int, steps: int, current: jax.Array) -> Callable[[], np.ndarray]:
    """The same through the runner."""
    lif = bp.neurons.LIF(neurons, tau=TAU, V_rest=0.0, V_reset=0.0, V_th=1.0)
    runner = bp.DSRunner(lif, inputs=("input", current), monitors=["V"], dt=DT, progress_bar=False, outputs=False)

    def turn() -> np.ndarray:
        runner.run(steps * DT)
        return runner.mon["V"]

    return turn


def measure(neurons: int, steps: int, rounds: int) -> list[Row]:
    current = jnp.asarray(np.random.default_rng(0).uniform(0.0, 3.0, neurons), jnp.float32)
    rows = {"bare JAX": bare(neurons, steps, current), "DSRunner": by_runner(neurons, steps, current)}
    for _ in range(2):
        mine, theirs = (run() for run in rows.values())
        assert mine.shape == theirs.shape == (steps, neurons)
        assert np.isclose(mine, theirs, atol=1e-4).mean() > 0.99, "not the potentials of bare JAX"
    megabytes = neurons * steps * 4 / 1e6
    return in_turn(f"V of {neurons} neurons in {steps} steps, {megabytes:g} MB", rows, rounds=rounds, limits={"DSRunner": 1.2})


def main() -> None:
    asked = options("Cost of a run whose potentials all come to the host.")
    sizes, steps = ((20,), 50) if asked.tiny else ((1000, 10_000, 100_000), 1000)
    say(
        [row for neurons in sizes for row in measure(neurons, steps, 3 if asked.tiny else max(6, 200_000 // neurons))], asked.json
    )


if __name__ == "__main__":
    main()
