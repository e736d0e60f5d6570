"""What does a graph of 200 nodes cost, to make ready and in a compiled step?

20 rows of 9 recurrent nodes each, and behind every row a dense node that feeds back to the first of the row. The same is done by
hand in bare JAX with the same weights: a step called from Python, and 100 steps in a compiled loop.
"""

import time
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from _measure import compilations, in_turn
from _report import Row, options, row, say

import bouton as bp
import bouton.math as bm

LIMIT, READY = 1.15, 2.0


def graph(rows: int, length: int, units: int) -> tuple[bp.nn.Network, list[list[bp.nn.VanillaRNN]], list[bp.nn.Dense]]:
    """A source, and rows of recurrent nodes that begin at it, each with a readout."""
    bm.random.seed(1234)
    source, chains, readouts = bp.nn.Input(units), [], []
    edges, back = [], []
    for _ in range(rows):
        chain = [bp.nn.VanillaRNN(units, activation="tanh") for _ in range(length)]
        readout = bp.nn.Dense(units)
        edges += [*zip([source, *chain], [*chain, readout], strict=True)]
        back.append((readout, chain[0]))
        chains.append(chain)
        readouts.append(readout)
    net = bp.nn.Network(ff_edges=edges, fb_edges=back)
    return net, chains, readouts


def by_hand(chains: list, readouts: list) -> tuple[Callable, dict, dict]:
    """The same step as a pure function of weights, states and an input."""
    weights = {
        "chains": [[{k: getattr(n, k).value for k in ("Wff", "Wrec", "bias")} for n in chain] for chain in chains],
        "Wfb": [chain[0].Wfb.value for chain in chains],
        "outs": [{"W": n.Wff.value, "b": n.bias.value} for n in readouts],
    }
    states = {
        "h": [[n.state.value for n in chain] for chain in chains],
        "y": [n.fb_output.value for n in readouts],
    }

    def step(weights: dict, states: dict, x: jax.Array) -> tuple[dict, list]:
        hs, ys = [], []
        for chain, Wfb, out, h, y in zip(
            weights["chains"], weights["Wfb"], weights["outs"], states["h"], states["y"], strict=True
        ):
            u, new = x, []
            for k, (w, before) in enumerate(zip(chain, h, strict=True)):
                drive = u @ w["Wff"] + w["bias"] + (y @ Wfb if k == 0 else 0.0)
                u = jnp.tanh(drive + before @ w["Wrec"])
                new.append(u)
            hs.append(new)
            ys.append(u @ out["W"] + out["b"])
        return {"h": hs, "y": ys}, ys

    return step, weights, states


def readiness(rows: int, length: int, units: int) -> list[Row]:
    """A graph from construction to states, for the first time in this process, beside drawing as many arrays of these shapes."""
    began = time.perf_counter()
    net, _, _ = graph(rows, length, units)
    net.initialize(4)
    cells = [cell.value for cell in net.vars("relative").values()]
    jax.block_until_ready(cells)
    ready = time.perf_counter() - began
    began = time.perf_counter()
    keys = jax.random.split(jax.random.key(1), len(cells))
    jax.block_until_ready([jax.random.normal(key, x.shape) for key, x in zip(keys, cells, strict=True)])
    bare = time.perf_counter() - began
    table = f"{len(net.lnodes)} nodes"
    return [
        row(table, "bare JAX, as many arrays", [bare, bare], [bare, bare], "s"),
        row(table, "constructed and initialised", [ready, ready], [bare, bare], "s", limit=READY, limit_on="value"),
    ]


def steps(rows: int, length: int, units: int, rounds: int, times: int) -> list[Row]:
    """One step called from Python, and several in a loop."""
    net, chains, readouts = graph(rows, length, units)
    net.initialize(4)
    step, weights, states = by_hand(chains, readouts)
    x = jax.random.normal(jax.random.key(0), (4, units))
    xs = jnp.broadcast_to(x, (times, *x.shape))
    ours, bare = bm.jit(net), jax.jit(step)
    loop = jax.jit(lambda weights, states, xs: jax.lax.scan(lambda s, x: step(weights, s, x), states, xs))

    def called() -> object:
        return ours(x)

    def bare_called() -> object:
        nonlocal states
        states, out = bare(weights, states, x)
        return out

    def looped() -> object:
        return bm.for_loop(net, xs)

    def bare_looped() -> object:
        nonlocal states
        states, out = loop(weights, states, xs)
        return out

    found: list[Row] = []
    for what, rows_of in (
        (f"a step of {len(net.lnodes)} nodes", {"bare JAX": bare_called, "bm.jit(net)": called}),
        (f"{times} steps", {"bare lax.scan": bare_looped, "bm.for_loop": looped}),
    ):
        names = [*rows_of]
        for run in rows_of.values():
            jax.block_until_ready(run())
        before = compilations()
        mine, theirs = jax.tree.leaves(rows_of[names[1]]()), jax.tree.leaves(rows_of[names[0]]())
        assert compilations() == before, f"{what}: {compilations() - before} programs compiled after the first run"
        for a, b in zip(mine, theirs, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4, err_msg=what)
        found += in_turn(what, rows_of, rounds=rounds, limits={names[1]: LIMIT})
    return found


def main() -> None:
    asked = options("Cost of a graph of nodes.")
    sizes = (2, 2, 3) if asked.tiny else (20, 9, 10)
    first = readiness(*sizes)
    say(first + steps(*sizes, rounds=3 if asked.tiny else 15, times=5 if asked.tiny else 100), asked.json)


if __name__ == "__main__":
    main()
