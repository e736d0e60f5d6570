"""What does a second of a sparse spiking network cost?

The network of Vogels and Abbott 2005, ``bp.examples.COBA``, with 4000 and 40 000 neurons through ``DSRunner`` without monitors,
beside the best versions in bare JAX: the same connections, the same beginning, the same spikes. Where they are told of, other
simulators run the same network in interpreters of their own:

    python benchmarks/coba.py --brian2 .venv-brian2/bin/python --brainpy .venv-brainpy/bin/python
"""

import contextlib
import functools
import sys
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from _coba import DT, by_hand
from _measure import compilations, in_turn
from _peers import Peer
from _report import Row, options, row, say
from _spikes import buffered, one_by_one

import bouton as bp

PEERS = ("brian2", "brainpy")


class Network:
    """The network as it is drawn, for everyone."""

    def __init__(self, num: int, fan_out: int):
        self.num, self.fan_out = num, fan_out
        net = self.model()
        self.excitatory = net.excitatory.num
        parts = (net.E2E, 0, 0), (net.E2I, 0, self.excitatory), (net.I2E, self.excitatory, 0), (net.I2I,) + (self.excitatory,) * 2
        joined = [(part.conn.synapses, pre, post) for part, pre, post in parts]
        self.pre = np.concatenate([np.asarray(synapses.pre_ids) + pre for synapses, pre, _ in joined])
        self.post = np.concatenate([np.asarray(synapses.post_ids) + post for synapses, _, post in joined])
        self.V = np.concatenate([net.excitatory.V.value, net.inhibitory.V.value])
        # In units of the leak conductance, 10 nS.
        self.g_e = np.concatenate([net.E2E.g.value, net.E2I.g.value]) / 0.01
        self.g_i = np.concatenate([net.I2E.g.value, net.I2I.g.value]) / 0.01

    def model(self) -> bp.examples.COBA:
        return bp.examples.COBA(self.num, self.fan_out, seed=1)

    def by_hand(self, way: Callable) -> Callable:
        return by_hand(self.pre, self.post, self.excitatory, self.num, way)

    def beginning(self) -> tuple:
        g = jnp.asarray(np.concatenate([self.g_e, self.g_i]))
        return jnp.asarray(self.V), g, jnp.zeros(self.num, jnp.int32), jnp.zeros(self.num, bool)

    def save(self, file: str) -> None:
        known = {name: getattr(self, name) for name in ("pre", "post", "V", "g_e", "g_i", "excitatory")}
        np.savez(file, **known)


def check(network: Network, way: Callable, steps: int) -> None:
    """The first spikes are those of the network by hand, and it neither falls silent nor runs away."""
    net = network.model()
    runner = bp.DSRunner(net, monitors=["excitatory.spike", "inhibitory.spike"], progress_bar=False)
    runner.run(steps * DT)
    ours = np.concatenate([runner.mon["excitatory.spike"], runner.mon["inhibitory.spike"]], axis=1)
    _, theirs = network.by_hand(way)(network.beginning(), steps=steps, recorded=True)
    # Two programs round differently, and some neuron just fails to spike.
    assert np.sum(ours != theirs) <= 0.02 * ours.sum(), f"{np.sum(ours != theirs)} of {ours.sum()} spikes differ from bare JAX"
    rate = ours.sum() / network.num / (steps * DT / 1000)
    assert 3 < rate < 60, f"{rate:.1f} spikes a second"


def bare(run: Callable, beginning: tuple, steps: int) -> Callable[[], object]:
    """A run that goes on from where the last one has ended."""
    state = beginning

    def go_on() -> object:
        nonlocal state
        state, _ = run(state, steps=steps)
        return state

    return go_on


def through_runner(net: bp.examples.COBA, steps: int) -> Callable[[], object]:
    runner = bp.DSRunner(net, progress_bar=False)
    cells = [*net.vars().values()]

    def go_on() -> object:
        runner.run(steps * DT)
        return [cell.value for cell in cells]

    return go_on


def first_calls(network: Network, ways: dict[str, Callable], steps: int, rounds: int) -> list[Row]:
    """Tracing and compiling: a first call, less a second one."""
    wall: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    for _ in range(rounds):
        found = {name: bare(network.by_hand(way), network.beginning(), steps) for name, way in ways.items()}
        found["DSRunner"] = through_runner(network.model(), steps)
        for name, go_on in found.items():
            before = compilations()
            first, second = timed(go_on), timed(go_on)
            # And, the first time, a small one for each thing that JAX itself does.
            assert 1 <= compilations() - before <= 3, f"{name}: {compilations() - before} programs compiled"
            wall.setdefault(name, []).append(first[0] - second[0])
            cpu.setdefault(name, []).append(first[1] - second[1])
    base, table = next(iter(ways)), f"{network.num} neurons, first call"
    limits = {"DSRunner": 1.0}
    return [
        row(table, name, wall[name], wall[base], "s", cpu=(cpu[name], cpu[base]), limit=limits.get(name), limit_on="value")
        for name in wall
    ]


def timed(go_on: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and processor time."""
    start, cpu = time.perf_counter(), time.process_time()
    jax.block_until_ready(go_on())
    return time.perf_counter() - start, time.process_time() - cpu


def measure(num: int, ways: dict[str, Callable], steps: int, rounds: int, asked: Namespace) -> list[Row]:
    network = Network(num, 20 if asked.tiny else 80)
    way = next(iter(ways.values()))
    check(network, way, 30 if asked.tiny else 200)
    found = first_calls(network, ways, 10, 2 if asked.tiny else 3)
    rows = {name: bare(network.by_hand(way), network.beginning(), steps) for name, way in ways.items()}
    rows["DSRunner"] = through_runner(network.model(), steps)
    for go_on in rows.values():
        jax.block_until_ready(go_on())
    with contextlib.ExitStack() as stack:
        file = str(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "network.npz")
        network.save(file)
        for name in PEERS:
            if python := getattr(asked, name):
                peer = stack.enter_context(Peer(name, python, file, f"{steps * DT:g}"))
                rate = peer.first["spikes"] / num / (steps * DT / 1000)
                told = f"{num} neurons: {name} {peer.first['version']}, {rate:.1f} spikes a second, "
                sys.stderr.write(f"{told}ready after {peer.first['seconds']:.1f} s\n")
                rows[name] = peer
        in_a_second = steps * DT / 1000
        table = f"{num} neurons, a second"
        return found + in_turn(table, rows, rounds=rounds, calls=in_a_second, limits={"DSRunner": 1.15})


def main() -> None:
    asked = options("Cost of a second of the network of Vogels and Abbott.", peers=PEERS)
    tiny = asked.tiny
    few, many = (functools.partial(buffered, capacity=capacity) for capacity in (16, 64))
    small, large = ({"bare: one by one": one_by_one, "bare: buffer": buffer} for buffer in (few, many))
    found = measure(100 if tiny else 4000, small, 20 if tiny else 10_000, 2 if tiny else 9, asked)
    if not tiny:
        found += measure(40_000, large, 5000, 5, asked)
    say(found, asked.json)


if __name__ == "__main__":
    main()
