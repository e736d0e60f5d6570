"""What does training a spiking network through surrogate gradients cost?

Sizes, loss and surrogate are those of Zenke's first tutorial (SpyTorch) to Neftci, Mostafa and Zenke 2019: 100 inputs, 4 hidden
neurons, 2 outputs, 200 steps of 1 ms, batches of 256. Time constants, input and optimiser are not. A training step with SGD, as
users write it with ``bm.grad`` and ``bm.for_loop``, and the same steps through ``BPTT``, beside bare JAX. ``BPTT`` hands the loss
potentials with the batch first, as its data are, and lays them out so; the other two leave time first.
"""

import time
from collections.abc import Callable

import jax
import numpy as np
from _measure import compilations, in_turn
from _report import options, row, say
from _snn import RATE, TAU_MEM, TAU_OUT, TAU_SYN, loss, readout

import bouton as bp
import bouton.math as bm

BATCHES = 10


class SNN(bp.Network):
    """The network."""

    def __init__(self, inputs: int, hidden: int, outputs: int):
        super().__init__()
        self.i = bp.neurons.InputGroup(inputs)
        self.r = bp.neurons.LIF(hidden, tau=TAU_MEM, V_reset=0.0, V_rest=0.0, V_th=1.0)
        self.o = bp.neurons.LeakyIntegrator(outputs, tau=TAU_OUT)
        self.i2r = self.joined(self.i, self.r)
        self.r2o = self.joined(self.r, self.o)

    def joined(self, pre: bp.neurons.NeuGroup, post: bp.neurons.NeuGroup) -> bp.synapses.Exponential:
        out, weights = bp.synouts.CUBA(), bp.init.KaimingNormal(scale=20.0)
        return bp.synapses.Exponential(pre, post, bp.conn.All2All(), output=out, tau=TAU_SYN, g_max=weights)

    def update(self, tdi: dict, spike: jax.Array) -> jax.Array:
        self.i2r(tdi, spike)
        self.r2o(tdi)
        self.r(tdi)
        self.o(tdi)
        return self.o.V.value


def highest_loss(potentials: jax.Array, labels: jax.Array) -> jax.Array:
    """The loss of the largest potentials, time being the second axis."""
    return bp.losses.cross_entropy_loss(bm.max(potentials, axis=1), labels)


def task(batch: int, steps: int) -> tuple[SNN, list[tuple[jax.Array, jax.Array]]]:
    """Always the same: weights, and batches of spikes, (B, T, 100), with labels."""
    bm.random.seed(1234)
    with bm.training_environment():
        net = SNN(100, 4, 2)
    draw = np.random.default_rng(0)
    batches = [(draw.random((batch, steps, 100)) < 0.02, draw.integers(0, 2, batch)) for _ in range(BATCHES)]
    return net, [(jax.numpy.asarray(x, jax.numpy.float32), jax.numpy.asarray(y)) for x, y in batches]


def by_hand(batch: int, steps: int) -> Callable[[], tuple]:
    net, batches = task(batch, steps)
    weights = net.i2r.g_max.value, net.r2o.g_max.value
    assert np.any(readout(weights, jax.numpy.swapaxes(batches[0][0], 0, 1)) != 0), "no hidden neuron spikes"

    @jax.jit
    def train(weights: tuple, x: jax.Array, y: jax.Array) -> tuple:
        value, slopes = jax.value_and_grad(loss)(weights, jax.numpy.swapaxes(x, 0, 1), y)
        return jax.tree.map(lambda w, slope: w - RATE * slope, weights, slopes), value

    def run() -> tuple:
        nonlocal weights
        for x, y in batches:
            weights, value = train(weights, x, y)
        return value, weights

    return run


def by_grad(batch: int, steps: int) -> Callable[[], tuple]:
    net, batches = task(batch, steps)
    optimizer = bp.optim.SGD(lr=RATE, train_vars=net.train_vars())

    def lost(x: jax.Array, y: jax.Array) -> jax.Array:
        net.reset_state(batch)
        return bp.losses.cross_entropy_loss(bm.max(bm.for_loop(net, bm.swapaxes(x, 0, 1)), axis=0), y)

    gradient = bm.grad(lost, grad_vars=net.train_vars(), return_value=True)

    @bm.jit
    def train(x: jax.Array, y: jax.Array) -> jax.Array:
        slopes, value = gradient(x, y)
        optimizer.update(slopes)
        return value

    net.reset_state(batch)

    def run() -> tuple:
        for x, y in batches:
            value = train(x, y)
        return value, (net.i2r.g_max.value, net.r2o.g_max.value)

    return run


def by_trainer(batch: int, steps: int) -> Callable[[], tuple]:
    net, batches = task(batch, steps)
    trainer = bp.BPTT(net, highest_loss, bp.optim.SGD(lr=RATE), dt=1.0, progress_bar=False)

    def run() -> tuple:
        trainer.fit(batches, num_epoch=1)
        return trainer.get_hist_metric("fit", which="detailed")[-1], (net.i2r.g_max.value, net.r2o.g_max.value)

    return run


ROWS = {"bare JAX": by_hand, "bm.grad": by_grad, "BPTT": by_trainer}


def check(batch: int, steps: int) -> dict[str, float]:
    """All learn alike, every weight moves, and the first step compiles all there is; seconds of the first steps."""
    start, firsts, ends = task(batch, steps)[0], {}, {}
    for name, kind in ROWS.items():
        run = kind(batch, steps)
        began = time.perf_counter()
        jax.block_until_ready(run())
        firsts[name] = time.perf_counter() - began
        before = compilations()
        ends[name] = run()
        assert compilations() == before, f"{name}: {compilations() - before} programs compiled after the first run"
    for name, (value, weights) in ends.items():
        np.testing.assert_allclose(float(value), float(ends["bare JAX"][0]), rtol=2e-3, err_msg=name)
        for weight, other, first in zip(weights, ends["bare JAX"][1], (start.i2r.g_max, start.r2o.g_max), strict=True):
            assert np.all(np.asarray(weight) != first.value), f"{name}: {np.mean(weight == first.value):.0%} did not move"
            np.testing.assert_allclose(weight, other, atol=2e-3, err_msg=name)
    return firsts


def main() -> None:
    asked = options("Cost of training a spiking network.")
    batch, steps = (16, 50) if asked.tiny else (256, 200)
    with bm.environment(dt=1.0):
        firsts = [check(batch, steps) for _ in range(2 if asked.tiny else 3)]
        rows = {name: kind(batch, steps) for name, kind in ROWS.items()}
        for run in rows.values():
            run()
        base = [first["bare JAX"] for first in firsts]
        limits = {"bm.grad": 1.5, "BPTT": 1.5}
        table = f"the first {BATCHES} steps, with compiling"
        found = [row(table, name, [first[name] for first in firsts], base, "s", limit=limits.get(name)) for name in ROWS]
        limits = {"bm.grad": 1.1, "BPTT": 1.1}
        found += in_turn("a training step", rows, rounds=3 if asked.tiny else 15, calls=BATCHES, limits=limits)
    say(found, asked.json)


if __name__ == "__main__":
    main()
