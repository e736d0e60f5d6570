"""What does it cost to deliver the spikes of a step, beside the best ways in bare JAX?

Spike trains drawn beforehand arrive in a conductance that decays, step by step in one compiled loop. The loads: those of the
network of Vogels and Abbott 2005 with 4000 neurons and with 40 000 (fan-out 80, some 8 and 85 spikes a step), a network in which
one neuron in ten fires, and two of a hundred neurons, all joined. Bare JAX has every way that has its day somewhere, the
first row being the best by hand.
"""

import functools
from collections.abc import Callable, Mapping

import jax
import jax.numpy as jnp
import numpy as np
from _measure import compilations, in_turn
from _report import Row, options, say
from _spikes import buffered, multiplied, one_by_one, scattered
from jax import lax

from bouton.connect import Synapses, propagate

DECAY = 0.98
Way = Callable[[jax.Array, jax.Array, jax.Array, jax.Array], jax.Array]


def load(neurons: int, fan_out: int, share: float, steps: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Targets, weights and spike trains."""
    draw = np.random.default_rng(0)
    if fan_out == neurons:
        targets = np.tile(np.arange(neurons, dtype=np.int32), (neurons, 1))
    else:
        targets = draw.integers(0, neurons, (neurons, fan_out), dtype=np.int32)
    return targets, draw.random(targets.shape, dtype=np.float32), draw.random((steps, neurons)) < share


def expected(targets: np.ndarray, weight: np.ndarray, trains: np.ndarray) -> np.ndarray:
    """The last conductance, by NumPy."""
    g = np.zeros(targets.shape[0])
    for spikes in trains:
        np.add.at(g, targets[spikes], weight[spikes])
        g *= DECAY
    return g


def by_hand(way: Way) -> Callable[..., jax.Array]:
    def run(targets: jax.Array, weight: jax.Array, trains: jax.Array) -> jax.Array:
        def step(g: jax.Array, spikes: jax.Array) -> tuple[jax.Array, None]:
            return DECAY * way(spikes, targets, weight, g), None

        return lax.scan(step, jnp.zeros(targets.shape[0]), trains)[0]

    return jax.jit(run)


def by_bouton(active: float) -> Callable[..., jax.Array]:
    def run(synapses: Synapses, weight: jax.Array, trains: jax.Array) -> jax.Array:
        def step(g: jax.Array, spikes: jax.Array) -> tuple[jax.Array, None]:
            return DECAY * (g + propagate(spikes, synapses, weight, active=active)), None

        return lax.scan(step, jnp.zeros(synapses.post_size), trains)[0]

    return jax.jit(run)


def measure(
    neurons: int, fan_out: int, spikes: float, steps: int, ways: Mapping[str, Way], limit: float, rounds: int
) -> list[Row]:
    targets, weight, trains = load(neurons, fan_out, spikes / neurons, steps)
    assert trains.any(), "no neuron spikes"
    synapses = Synapses.between(np.repeat(np.arange(neurons), fan_out), targets.ravel(), neurons, neurons)
    bare = tuple(map(jnp.asarray, (targets, weight, trains)))
    ours = (jax.tree.map(jnp.asarray, synapses), bare[1].ravel(), bare[2])
    rows = {f"bare: {name}": functools.partial(by_hand(way), *bare) for name, way in ways.items()}
    rows["propagate"] = functools.partial(by_bouton(spikes / neurons), *ours)
    right = expected(targets, weight, trains)
    for name, run in rows.items():
        before = compilations()
        np.testing.assert_allclose(run(), right, rtol=1e-4, err_msg=name)
        run()
        assert compilations() - before == 1, f"{name}: {compilations() - before} programs compiled"
    table = f"{neurons} neurons, fan-out {fan_out}, {spikes:g} spikes a step"
    return in_turn(table, rows, rounds=rounds, calls=steps, limits={"propagate": limit})


def main() -> None:
    asked = options("Cost of delivering the spikes of a step.")
    tiny = asked.tiny
    rounds, fan_out = (2, 20) if tiny else (15, 80)
    few, many = (functools.partial(buffered, capacity=capacity) for capacity in (16, 64))
    small = {"one by one": one_by_one, "buffer": few, "scatter": scattered}
    large = {"buffer": many, "one by one": one_by_one}
    busy = {"scatter": scattered, "buffer": many, "one by one": one_by_one}
    matrix = {"matrix": multiplied, "one by one": one_by_one}
    rows = measure(200 if tiny else 4000, fan_out, 8, 5 if tiny else 200, small, 1.15, rounds)
    rows += measure(2000 if tiny else 40_000, fan_out, 85, 5 if tiny else 100, large, 1.15, rounds)
    rows += measure(300 if tiny else 4000, fan_out, 30 if tiny else 400, 5 if tiny else 50, busy, 1.15, rounds)
    for spikes in (1, 50):
        # Half a microsecond goes into the promise that a silent neuron delivers nothing, even through an infinite weight.
        rows += measure(100, 100, spikes, 20 if tiny else 1000, matrix, 2, rounds)
    say(rows, asked.json)


if __name__ == "__main__":
    main()
