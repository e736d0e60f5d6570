"""Graphs of NIR as modules: what bouton wrote comes back, and of other graphs what their equations say."""

from pathlib import Path

import h5py
import jax
import nir
import numpy as np
import pytest
from nir_equations import integrated

import bouton as bp
import bouton.math as bm
from bouton import errors
from bouton.modules import LIF, ExpSyn, ExpSynJax, FromStep, LIFJax, Linear, LinearJax, Sequential

DATA = Path(__file__).parent / "data"
RNG = np.random.default_rng(1)
X = (RNG.random((2, 50, 4)) < 0.4).astype(np.float32)


def weights(*shape: int) -> np.ndarray:
    return RNG.normal(0, 0.6, shape).astype(np.float32)


MODELS = {
    "linear": lambda: Linear((4, 3), weight=weights(4, 3)),
    "affine": lambda: LinearJax((4, 3), weight=weights(4, 3), bias=0.5, has_bias=True),
    "synapses": lambda: ExpSyn(4, tau=RNG.uniform(0.005, 0.02, 4), spiking_input=False),
    "neurons": lambda: LIF(4, tau_mem=0.015, tau_syn=np.full((1, 1), 0.004), threshold=0.3, max_spikes_per_dt=1),
    "recurrent": lambda: LIFJax(4, w_rec=weights(4, 4), has_rec=True, threshold=np.full(4, 0.4), bias=0.01, spiking_output=False),
    "deep": lambda: Sequential(
        Linear((4, 5), weight=weights(4, 5)),
        LIF(5, w_rec=weights(5, 5), has_rec=True, tau_mem=RNG.uniform(0.01, 0.03, 5), dt=5e-4),
        Linear((5, 2), weight=weights(5, 2), bias=weights(2), has_bias=True),
        ExpSyn(2, dt=5e-4),
    ),
    "neurons of one step": lambda: FromStep(
        bp.neurons.LIF(
            4, tau=RNG.uniform(5, 15, 4), V_th=0.2, V_reset=-0.1, V_initializer=bp.init.Constant(0.1), mode=bm.training_mode
        ),
        dt=1e-3,
        spiking_output=True,
    ),
    "layers of one step": lambda: Sequential(
        FromStep(bp.layers.Dense(4, 3, weights(4, 3), weights(3), mode=bm.training_mode), dt=2e-4),
        FromStep(bp.neurons.LeakyIntegrator(3, R=2.0, V_rest=-1.0, mode=bm.training_mode), dt=2e-4),
    ),
    "functional": lambda: Sequential(LinearJax((4, 3), weight=weights(4, 3)), LIFJax(3), ExpSynJax(3)),
}


@pytest.mark.parametrize("name", MODELS)
def test_what_was_written_is_the_same_model_to_the_last_bit(name, tmp_path):
    model = MODELS[name]()
    nir.write(tmp_path / "model.nir", bp.to_nir(model))
    again = bp.from_nir(tmp_path / "model.nir")
    assert repr(again) == repr(model)
    both = [
        {entry.path: (entry.value, entry.shape, entry.dtype, entry.family) for entry in one.entries() if entry.kind != "random"}
        for one in (model, again)
    ]
    assert both[0].keys() == both[1].keys()
    for path, (value, *facts) in both[0].items():
        assert tuple(facts) == both[1][path][1:], path
        if path.rpartition(".")[2] != "rng_key":
            np.testing.assert_array_equal(np.asarray(value), np.asarray(both[1][path][0]), err_msg=path)
    if name not in ("linear", "affine"):
        assert (model.spiking_input, model.spiking_output) == (again.spiking_input, again.spiking_output)
    np.testing.assert_array_equal(model(X)[0], again(X)[0])


def test_single_precision_is_kept_in_double_precision_and_the_other_way_round():
    with bm.environment(x64=True):
        model = LIF(3, tau_mem=np.array([0.01, 0.02, 1 / 30]), bias=np.array([0.1, 1 / 3, -2 / 7]))
        again = bp.from_nir(bp.to_nir(model))
        np.testing.assert_allclose(again.bias, model.bias, rtol=1e-15)
        np.testing.assert_array_equal(again.tau_mem, model.tau_mem)


def test_another_time_step_keeps_the_equations():
    model = LIF(4, tau_mem=0.02, tau_syn=0.005, threshold=50.0, bias=0.01)
    graph = bp.to_nir(model)
    finer = bp.from_nir(graph, dt=1e-4)
    found = integrated(graph, np.repeat(X[0], 10, axis=0), 1e-4, ["LIF"], "subtract")
    _, _, record = finer(np.repeat(X[0], 10, axis=0), record=True)
    np.testing.assert_allclose(record["1_LIF"]["vmem"][0], found["LIF.v"], rtol=1e-4, atol=1e-5)


def graph_of(nodes: dict, edges: list, **facts) -> nir.NIRGraph:
    first = next(iter(nodes.values()))
    last = list(nodes.values())[-1]
    ends = {"input": nir.Input(first.input_type["input"]), "output": nir.Output(last.output_type["output"])}
    return nir.NIRGraph({**ends, **nodes}, edges, **facts)


def neurons(n: int, threshold: float = 1.0, reset: float = -0.2, leak: float = 0.1) -> nir.LIF:
    return nir.LIF(
        tau=RNG.uniform(0.005, 0.02, n),
        r=RNG.uniform(4, 8, n),
        v_leak=np.full(n, leak),
        v_threshold=np.full(n, threshold),
        v_reset=np.full(n, reset),
    )


def cuba(n: int, kind=nir.CubaLIF, **options):
    usual = {
        "tau_syn": RNG.uniform(0.002, 0.01, n),
        "tau_mem": RNG.uniform(0.005, 0.02, n),
        "r": RNG.uniform(3, 6, n),
        "v_leak": np.full(n, 0.1),
        "w_in": RNG.uniform(1, 2, n),
    }
    if kind is nir.CubaLIF:
        usual |= {"v_threshold": np.full(n, 0.8), "v_reset": np.full(n, -0.1)}
    return kind(**(usual | options))


IN_A_ROW = {
    "LI": lambda: nir.LI(tau=RNG.uniform(0.005, 0.02, 4), r=RNG.uniform(1, 2, 4), v_leak=np.array([0, 0.5, -0.5, 0])),
    "LIF": lambda: neurons(4),
    "CubaLI": lambda: cuba(4, nir.CubaLI),
    "CubaLIF": lambda: cuba(4),
    "Scale": lambda: nir.Scale(RNG.normal(size=4)),
    "Linear": lambda: nir.Linear(weights(3, 4)),
    "Affine": lambda: nir.Affine(weights(3, 4), weights(3)),
}


@pytest.mark.parametrize("kind", IN_A_ROW)
def test_a_node_of_another_library_does_what_its_equations_say(kind):
    node = IN_A_ROW[kind]()
    graph = graph_of({"node": node}, [("input", "node"), ("node", "output")])
    expected = [integrated(graph, x, 1e-3, ["node"])["node"] for x in X]
    if kind in ("LIF", "CubaLIF"):
        assert 10 < np.sum(expected) < 300
    np.testing.assert_allclose(bp.from_nir(graph, dt=1e-3)(X)[0], expected, rtol=1e-4, atol=1e-5)


def test_a_reset_that_another_library_did_not_write_can_be_said():
    graph = graph_of({"node": cuba(4)}, [("input", "node"), ("node", "output")])
    graph.nodes["node"].v_leak[:] = 0.0
    expected = [integrated(graph, x, 1e-3, ["node"], "subtract")["node"] for x in X]
    module = bp.from_nir(graph, dt=1e-3, reset="subtract")
    assert np.max(expected) == 1
    np.testing.assert_array_equal(module(X)[0], expected)
    assert type(module[1]) is LIF


@pytest.mark.parametrize("name, order", [("chain", ["0", "1", "2", "3"]), ("recurrent", ["0", "1.lif", "2", "1.w_rec"])])
def test_a_network_that_snntorch_has_written(name, order):
    graph = nir.read(DATA / f"snntorch_{name}.nir")
    module = bp.from_nir(DATA / f"snntorch_{name}.nir", dt=1e-4)
    series = 3 * X
    expected = np.array([integrated(graph, x, 1e-4, order)[order[-1] if name == "chain" else "2"] for x in series])
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(module(series)[0], expected, rtol=1e-3, atol=1e-4)
    values = [np.asarray(entry.value) for entry in module.entries() if entry.is_array]
    weight = graph.nodes["0"].weight
    assert any(value.shape == weight.T.shape and np.array_equal(value, weight.T) for value in values)


def test_branches_and_loops_of_any_kind():
    nodes = {
        "a": nir.Linear(weights(5, 4)),
        "b": neurons(5),
        "back": nir.Affine(weights(5, 5), weights(5)),
        "c": nir.Linear(weights(3, 5)),
        "skip": nir.Linear(weights(3, 4)),
        "d": nir.LI(tau=np.full(3, 0.01), r=np.ones(3), v_leak=np.zeros(3)),
    }
    edges = [("input", "a"), ("a", "b"), ("b", "back"), ("back", "b"), ("b", "c"), ("c", "d"), ("input", "skip"), ("skip", "d")]
    graph = graph_of(nodes, [*edges, ("d", "output")])
    expected = [integrated(graph, x, 1e-3, ["a", "b", "c", "skip", "d", "back"])["d"] for x in X]
    module = bp.from_nir(graph, dt=1e-3)
    np.testing.assert_allclose(module(X)[0], expected, rtol=1e-3, atol=1e-4)
    # It goes on where it stopped.
    module.reset_state()
    halves = [module(X[:1, :20])[0], module(X[:1, 20:])[0]]
    np.testing.assert_allclose(np.concatenate(halves, axis=1)[0], expected[0], rtol=1e-3, atol=1e-4)


def test_neurons_that_lose_their_threshold_stand_in_branches_too():
    layer = LIF(4, w_rec=weights(4, 4), has_rec=True, threshold=0.7)
    graph = bp.to_nir(layer)
    nodes = {name: node for name, node in graph.nodes.items() if name not in ("input", "output")}
    nodes["out"] = nir.Linear(weights(2, 4))
    nodes["skip"] = nir.Linear(weights(2, 4))
    edges = [edge for edge in graph.edges if edge[1] != "output"]
    edges += [("LIF", "out"), ("input", "skip"), ("out", "sum"), ("skip", "sum"), ("sum", "output")]
    nodes["sum"] = nir.Scale(np.ones(2))
    whole = graph_of(nodes, edges)
    expected = [integrated(whole, x, 1e-3, ["LIF", "out", "skip", "sum", "LIF.w_rec"], "subtract")["sum"] for x in X]
    np.testing.assert_allclose(bp.from_nir(whole, dt=1e-3)(X)[0], expected, rtol=1e-4, atol=1e-5)


def test_graphs_in_graphs_are_taken_apart():
    inner = graph_of(
        {"lif": neurons(3), "w_rec": nir.Linear(weights(3, 3))},
        [("input", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")],
    )
    inner.nodes["output"] = nir.Output(np.array([3]))
    nodes = {"a": nir.Linear(weights(3, 4)), "inner": inner, "b": nir.Linear(weights(2, 3))}
    graph = nir.NIRGraph(
        {"input": nir.Input(np.array([4])), **nodes, "output": nir.Output(np.array([2]))},
        [("input", "a"), ("a", "inner"), ("inner", "b"), ("b", "output")],
        type_check=False,
    )
    flat = {"a": nodes["a"], "lif": inner.nodes["lif"], "w_rec": inner.nodes["w_rec"], "b": nodes["b"]}
    same = graph_of(flat, [("input", "a"), ("a", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "b"), ("b", "output")])
    expected = [integrated(same, x, 1e-3, ["a", "lif", "b", "w_rec"])["b"] for x in X]
    np.testing.assert_allclose(bp.from_nir(graph, dt=1e-3)(X)[0], expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", ["chain", "recurrent"])
def test_what_was_read_from_others_can_be_written_and_read_again(name, tmp_path):
    graph = nir.read(DATA / f"snntorch_{name}.nir")
    module = bp.from_nir(graph, dt=1e-4)
    written = bp.to_nir(module)
    kinds = sorted(type(node).__name__ for node in graph.nodes.values())
    assert sorted(type(node).__name__ for node in written.nodes.values()) == kinds
    assert len(written.edges) == len(graph.edges)
    nir.write(tmp_path / "again.nir", written)
    again = bp.from_nir(tmp_path / "again.nir")
    assert again.entry("dt" if name == "recurrent" else "1_FromStep.dt").value == pytest.approx(1e-4)
    np.testing.assert_array_equal(again(3 * X)[0], module(3 * X)[0])


def test_what_was_read_can_be_trained():
    module = bp.from_nir(DATA / "snntorch_chain.nir", dt=1e-4)
    before = [np.asarray(value) for value in jax.tree_util.tree_leaves(module.parameters("weights"))]
    grad = bm.grad(lambda: bm.mean((module(3 * X)[0] - 1.0) ** 2), grad_vars=module.train_vars())()
    assert any(np.any(np.asarray(g)) for g in jax.tree_util.tree_leaves(grad))
    assert len(before) >= 2


def hostile(**metadata) -> nir.NIRGraph:
    graph = bp.to_nir(LIF(2))
    graph.nodes["LIF"].metadata |= metadata
    return graph


def test_a_class_in_a_file_is_looked_up_among_a_few_and_never_executed():
    module = bp.from_nir(hostile(module="__import__('os').system('false')"))
    assert type(module) is LIF
    assert type(bp.from_nir(hostile(module="Linear"))) is LIF


line = [("input", "a"), ("a", "output")]


@pytest.mark.parametrize(
    "made, options, kind, words",
    [
        (lambda: 3, {}, errors.KindError, r"from_nir\(graph\): expected a nir.NIRGraph, or the path of a file, got int"),
        (lambda: "nowhere.nir", {}, errors.FolderError, r"'nowhere.nir'.*expected a file, got none"),
        (lambda: graph_of({"a": neurons(2)}, line), {}, errors.ValueRefused, r"dt=\.\.\..*does not tell, got none.*dt=1e-3"),
        (lambda: graph_of({"a": neurons(2)}, line), {"dt": -1.0}, errors.ValueRefused, r"seconds above 0, got -1.0"),
        (lambda: graph_of({"a": neurons(2)}, line), {"dt": "x"}, errors.ValueRefused, r"seconds above 0, got 'x'"),
        (lambda: hostile(dt="x"), {"reset": "zero"}, errors.ValueRefused, r"expected 'value' or 'subtract', got 'zero'"),
        (lambda: hostile(noise_std=-1.0), {}, errors.ValueRefused, r"noise_std: expected 0 or more, got -1.0"),
        (
            lambda: graph_of({"a": nir.IF(np.ones(2), np.ones(2))}, line),
            {"dt": 1e-3},
            errors.UnsupportedError,
            r"node 'a': expected one of Linear, .*, got IF",
        ),
        (
            lambda: graph_of({"a": nir.Scale(np.ones((2, 3)))}, line),
            {"dt": 1e-3},
            errors.UnsupportedError,
            r"node 'a' \(Scale\): expected flat data.*got \(2, 3\)",
        ),
        (
            lambda: nir.NIRGraph(
                {"i": nir.Input(np.array([2])), "j": nir.Input(np.array([2])), "a": neurons(2), "o": nir.Output(np.array([2]))},
                [("i", "a"), ("j", "a"), ("a", "o")],
            ),
            {"dt": 1e-3},
            errors.UnsupportedError,
            r"the graph: expected one input, got 2: i, j",
        ),
        (
            lambda: nir.NIRGraph(
                {"i": nir.Input(np.array([2])), "a": neurons(2), "b": neurons(2), "o": nir.Output(np.array([2]))},
                [("i", "a"), ("a", "o"), ("b", "o")],
                type_check=False,
            ),
            {"dt": 1e-3},
            errors.ValueRefused,
            r"node 'b': expected a node reached from the input",
        ),
        (
            lambda: nir.NIRGraph(
                {"i": nir.Input(np.array([2])), "a": neurons(2), "b": neurons(2), "o": nir.Output(np.array([2]))},
                [("i", "a"), ("a", "o"), ("a", "b")],
                type_check=False,
            ),
            {"dt": 1e-3},
            errors.ValueRefused,
            r"node 'b': expected a node that leads to the output",
        ),
        (
            lambda: graph_of({"a": neurons(2), "b": neurons(2)}, [("input", "a"), ("a", "b")]),
            {"dt": 1e-3},
            errors.ValueRefused,
            r"from_nir, node 'output': expected an edge that leads to it, got none\. Add the edge \('b', 'output'\)\.",
        ),
        (
            lambda: graph_of({"a": neurons(2)}, [("a", "output")]),
            {"dt": 1e-3},
            errors.ValueRefused,
            r"node 'a': expected an edge that leads to it, got none\. Add the edge \('input', 'a'\)\.",
        ),
        (
            lambda: graph_of({"a": neurons(2), "b": neurons(2)}, [("input", "a"), ("a", "output"), ("a", "b")]),
            {"dt": 1e-3},
            errors.ValueRefused,
            r"node 'b': expected an edge that leads away from it, got none\. Add the edge that is missing, or",
        ),
        *(
            (
                lambda edge=edge: nir.NIRGraph(
                    {"i": nir.Input(np.array([2])), "a": neurons(2), "o": nir.Output(np.array([2]))}, [edge], type_check=False
                ),
                {"dt": 1e-3},
                errors.ValueRefused,
                words,
            )
            for edge, words in (
                (("i", "a"), r"node 'o': expected an edge that leads to it, got none\. Add the edge \('a', 'o'\)\."),
                (("a", "o"), r"node 'i': expected an edge that leads away from it, got none\. Add the edge \('i', 'a'\)\."),
            )
        ),
        (
            lambda: nir.NIRGraph({"i": nir.Input(np.array([2])), "o": nir.Output(np.array([2]))}, [("i", "o")]),
            {"dt": 1e-3},
            errors.ValueRefused,
            r"expected a node between the input and the output",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(made, options, kind, words):
    with pytest.raises(kind, match=words):
        bp.from_nir(made(), **options)


def test_values_that_no_neuron_has_are_refused_with_the_node():
    graph = graph_of({"a": neurons(2)}, line)
    graph.nodes["a"].tau[:] = 0.0
    with pytest.raises(errors.ValueRefused) as refused:
        bp.from_nir(graph, dt=1e-3)
    assert "node 'a'" in "".join(refused.value.__notes__)


@pytest.mark.parametrize("part", [0, 100, 5000])
def test_a_damaged_file_is_refused(tmp_path, part):
    whole = (DATA / "snntorch_chain.nir").read_bytes()
    (tmp_path / "half.nir").write_bytes(whole[:part])
    with pytest.raises(errors.ValueRefused, match=r"half.nir'\): expected a file that nir.write has made"):
        bp.from_nir(tmp_path / "half.nir", dt=1e-4)


def test_a_file_of_something_else_is_refused(tmp_path):
    with h5py.File(tmp_path / "other.nir", "w") as file:
        file.create_group("node").create_dataset("type", data="Nothing")
    with pytest.raises(errors.ValueRefused, match=r"got one that nir cannot read"):
        bp.from_nir(tmp_path / "other.nir", dt=1e-4)
