"""Random graphs with feedback against an evaluation in NumPy, whatever the order in which they were put together (D-11)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import bouton as bp
import bouton.math as bm

nn = bp.nn
WIDTH, BATCH, STEPS = 2, 2, 3


def build(rng, size):
    """Nodes in an order of construction that is not that of running; edges by number; feedback where a path leads back."""
    rank = rng.permutation(size)
    rank = np.where(rank == 0, rank[0], rank)
    rank[0] = 0
    kinds = ["input", *rng.choice(["dense", "sum", "concat", "rnn"], size - 1)]
    ff = set()
    for b in range(1, size):
        before = [a for a in range(size) if rank[a] < rank[b]]
        chosen = rng.choice(before, min(len(before), rng.integers(1, 4)), replace=False)
        ff |= {(int(a), b) for a in chosen}
    order = sorted(range(size), key=lambda k: rank[k])
    widths = {}
    for b in order:
        into = [widths[a] for a in sorted(a for a, c in ff if c == b)]
        if kinds[b] == "sum" and len(set(into)) > 1:
            kinds[b] = "dense"
        widths[b] = {"input": WIDTH, "dense": WIDTH, "rnn": WIDTH}.get(kinds[b]) or (
            sum(into) if kinds[b] == "concat" else into[0]
        )
    reached = {b: {b} for b in range(size)}
    for b in order:
        for a, c in ff:
            if c == b:
                for start in range(size):
                    if a in reached[start]:
                        reached[start].add(b)
    fb = {(s, r) for r in range(1, size) if kinds[r] in ("dense", "rnn") for s in reached[r] - {r} if rng.random() < 0.4}
    return kinds, order, ff, fb


def nodes_of(kinds, rng):
    def drawn(shape):
        return (0.5 * rng.normal(size=shape)).astype(np.float32)

    make = {
        "input": lambda: nn.Input(WIDTH),
        "dense": lambda: nn.Dense(WIDTH, drawn, drawn),
        "sum": nn.Summation,
        "concat": nn.Concat,
        "rnn": lambda: nn.VanillaRNN(WIDTH, np.zeros, drawn, drawn, drawn, "tanh"),
    }
    return [make[kind]() for kind in kinds]


def evaluated(nodes, kinds, order, ff, fb, xs):
    """The same in NumPy: inputs, and feedback, in the order of construction."""
    w = [{name: np.asarray(getattr(node, name, 0.0), float) for name in ("Wff", "Wrec", "Wfb", "bias")} for node in nodes]
    states, sent = [np.zeros((BATCH, WIDTH)) for _ in nodes], {}
    exits = [k for k in order if not any(a == k for a, _ in ff)]
    for x in xs:
        out = {}
        for k in order:
            into = [x] if kinds[k] == "input" else [out[a] for a in sorted(a for a, b in ff if b == k)]
            back = [sent.get(s, np.zeros((BATCH, nodes[s].output_shape[1]))) for s in sorted(s for s, r in fb if r == k)]
            drive = np.concatenate(into, 1)
            if kinds[k] in ("dense", "rnn"):
                drive = drive @ w[k]["Wff"] + w[k]["bias"] + (np.concatenate(back, 1) @ w[k]["Wfb"] if back else 0)
            out[k] = {
                "sum": lambda into=into: sum(into),
                "rnn": lambda k=k, drive=drive: np.tanh(drive + states[k] @ w[k]["Wrec"]),
            }.get(kinds[k], lambda drive=drive: drive)()
            states[k] = out[k] if kinds[k] == "rnn" else states[k]
        sent = dict(out)
        yield np.concatenate([out[k] for k in exits], 1)


def put_together(rng, nodes, ff, fb):
    """By operators, in a random order."""
    parts = [lambda a=a, b=b: nodes[a] >> nodes[b] for a, b in ff] + [lambda s=s, r=r: nodes[r] << nodes[s] for s, r in fb]
    net = nn.Network([nodes[int(rng.integers(len(nodes)))]])
    for k in rng.permutation(len(parts)):
        part = parts[k]()
        net = net & part if rng.random() < 0.5 else part & net
    return net


def side_by_side(net, out):
    return np.concatenate([out[node.name] for node in net.exit_nodes], -1) if isinstance(out, dict) else np.asarray(out)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_a_graph_gives_what_numpy_gives_d11(seed, size):
    rng = np.random.default_rng(seed)
    kinds, _, ff, fb = build(rng, size)
    nodes = nodes_of(kinds, rng)
    net = put_together(rng, nodes, [*ff], [*fb])
    again = nn.Network(
        nodes[::-1], [(nodes[a], nodes[b]) for a, b in sorted(ff, reverse=True)], [(nodes[s], nodes[r]) for s, r in fb]
    )
    assert (net.lnodes, net.ff_edges, net.fb_edges) == (again.lnodes, again.ff_edges, again.fb_edges)
    place = {node: k for k, node in enumerate(net.lnodes)}
    assert all(place[a] < place[b] for a, b in net.ff_edges)
    net.initialize(BATCH)
    xs = rng.normal(size=(STEPS, BATCH, WIDTH)).astype(np.float32)
    in_order = [nodes.index(node) for node in net.lnodes]
    expected = [*evaluated(nodes, kinds, in_order, ff, fb, xs)]
    assert_allclose([side_by_side(net, net(x)) for x in xs], expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("seed", [8, 11])
def test_a_compiled_graph_gives_the_same(seed):
    rng = np.random.default_rng(seed)
    kinds, _, ff, fb = build(rng, 6)
    nodes = nodes_of(kinds, rng)
    net = put_together(rng, nodes, [*ff], [*fb]).initialize(BATCH)
    assert net.fb_edges
    xs = rng.normal(size=(STEPS, BATCH, WIDTH)).astype(np.float32)
    expected = [*evaluated(nodes, kinds, [nodes.index(node) for node in net.lnodes], ff, fb, xs)]
    assert_allclose(side_by_side(net, bm.for_loop(net, xs)), expected, rtol=1e-3, atol=1e-4)
    net.reset_state()
    step = bm.jit(net)
    assert_allclose([side_by_side(net, step(x)) for x in xs], expected, rtol=1e-3, atol=1e-4)
