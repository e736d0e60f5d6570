"""Modules as graphs of NIR: by its equations, they do what the module does."""

import jax
import nir
import numpy as np
import pytest
from nir_equations import integrated

import bouton as bp
from bouton import errors
from bouton.modules import LIF, ExpSyn, FromStep, Linear, Module, Rate, Sequential

RNG = np.random.default_rng(0)
SPIKES = (RNG.random((60, 4)) < 0.3).astype(np.float32)


def neurons(n: int = 4, **options) -> LIF:
    usual = {
        "tau_mem": RNG.uniform(0.01, 0.03, n).astype(np.float32),
        "tau_syn": RNG.uniform(0.005, 0.01, (n, 1)).astype(np.float32),
        "bias": RNG.normal(0, 0.02, n).astype(np.float32),
        "threshold": RNG.uniform(1, 2, n).astype(np.float32),
    }
    return LIF(n, **(usual | options))


def weights(*shape: int) -> np.ndarray:
    return RNG.normal(0, 0.5, shape).astype(np.float32)


def test_a_synapse_is_a_leaky_integrator():
    module = ExpSyn(4, tau=RNG.uniform(0.005, 0.02, 4).astype(np.float32), dt=2e-3)
    graph = bp.to_nir(module)
    assert type(graph.nodes["ExpSyn"]) is nir.LI
    expected = integrated(graph, SPIKES, 2e-3, ["ExpSyn"])["ExpSyn"]
    np.testing.assert_allclose(module(SPIKES)[0][0], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("dt", [1e-3, 2.5e-4])
def test_neurons_are_a_cuba_lif_that_loses_its_threshold(dt):
    module = neurons(dt=dt)
    graph = bp.to_nir(module)
    assert type(graph.nodes["LIF"]) is nir.CubaLIF
    found = integrated(graph, SPIKES, dt, ["LIF"], "subtract")
    spikes, _, record = module(SPIKES, record=True)
    assert spikes.sum() > 10
    np.testing.assert_array_equal(spikes[0], found["LIF"])
    np.testing.assert_allclose(record["vmem"][0], found["LIF.v"], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(record["isyn"][0, :, :, 0], found["LIF.i"], rtol=1e-4, atol=1e-5)


def test_recurrent_weights_are_a_loop_that_brings_the_spikes_of_the_step_before():
    module = neurons(w_rec=weights(4, 4), has_rec=True)
    graph = bp.to_nir(module)
    assert {("LIF", "LIF.w_rec"), ("LIF.w_rec", "LIF")} < set(graph.edges)
    found = integrated(graph, SPIKES, 1e-3, ["LIF", "LIF.w_rec"], "subtract")
    np.testing.assert_array_equal(module(SPIKES)[0][0], found["LIF"])


def test_weights_go_from_inputs_to_outputs():
    module = Linear((4, 3), weight=weights(4, 3), bias=weights(3), has_bias=True)
    graph = bp.to_nir(module)
    node = graph.nodes["Linear"]
    assert type(node) is nir.Affine
    assert node.weight.shape == (3, 4)
    np.testing.assert_allclose(module(SPIKES)[0][0], integrated(graph, SPIKES, 1e-3, ["Linear"])["Linear"], rtol=1e-5, atol=1e-6)
    assert type(bp.to_nir(Linear((4, 3))).nodes["Linear"]) is nir.Linear


def test_modules_in_modules_are_one_graph_in_order():
    net = Sequential(Linear((4, 3), weight=weights(4, 3)), Sequential(neurons(3), Linear((3, 2), weight=weights(3, 2))))
    graph = bp.to_nir(net)
    order = ["0_Linear", "1_Sequential.0_LIF", "1_Sequential.1_Linear"]
    assert [name for name in graph.nodes if name not in ("input", "output")] == order
    found = integrated(graph, SPIKES, 1e-3, order, "subtract")
    np.testing.assert_allclose(net(SPIKES)[0][0], found[order[-1]], rtol=1e-5, atol=1e-6)


def test_shapes_and_the_time_step_are_written():
    net = Sequential(Linear((4, 3)), LIF(3, dt=5e-4))
    graph = bp.to_nir(net)
    assert graph.metadata["dt"] == pytest.approx(5e-4)
    assert graph.nodes["1_LIF"].metadata["dt"] == pytest.approx(5e-4)
    assert [tuple(graph.nodes["input"].input_type["input"]), tuple(graph.nodes["output"].output_type["output"])] == [(4,), (3,)]
    assert all(node.input_type is not None and node.output_type is not None for node in graph.nodes.values())
    # A linear layer alone has no time.
    assert "dt" not in bp.to_nir(Linear((4, 3))).metadata


def test_noise_is_left_out_with_a_warning():
    with pytest.warns(UserWarning, match=r"without noise, got noise_std above 0.*it is left out"):
        graph = bp.to_nir(LIF(2, noise_std=0.5))
    assert graph.nodes["LIF"].metadata["noise_std"] == 0.5


class Doubled(Module):
    def evolve(self, input_data, record=False):
        return 2 * input_data, {}, {}


@pytest.mark.parametrize(
    "made, kind, words",
    [
        (lambda: Rate(3), errors.UnsupportedError, r"Rate: expected one of ExpSyn, .* got Rate, which NIR has no node for"),
        (lambda: Doubled(3), errors.UnsupportedError, r"Doubled: expected one of .*Write it as a Sequential"),
        (lambda: Sequential(Linear((2, 3)), Rate(3)), errors.UnsupportedError, r"to_nir, Rate '1_Rate'"),
        (lambda: LIF((6, 3)), errors.UnsupportedError, r"LIF: expected one synapse a neuron.* got 2"),
        (lambda: LIF(2, tau_syn=0.0), errors.ValueRefused, r"LIF.tau_syn: expected time constants above 0.* got 0\."),
        (lambda: ExpSyn(2, tau=0.0), errors.ValueRefused, r"ExpSyn.tau: expected time constants above 0"),
        (
            lambda: Sequential(LIF(2), LIF(2, dt=1e-4)),
            errors.ValueRefused,
            r"dt: expected one time step .* got 0_LIF.dt = 0.001 s, 1_LIF.dt = 0.0001 s",
        ),
        (
            lambda: FromStep(bp.neurons.LIF(2, tau_ref=2.0), dt=1e-3),
            errors.UnsupportedError,
            r"FromStep\(LIF\): expected neurons without a refractory time, got tau_ref",
        ),
        (
            lambda: FromStep(bp.neurons.LIF(2, noise=1.0), dt=1e-3),
            errors.UnsupportedError,
            r"expected neurons without noise, which NIR does not know, got noise",
        ),
        (
            lambda: FromStep(bp.neurons.LIF(2), dt=1e-3, output_from="V"),
            errors.UnsupportedError,
            r"got input_to or output_from",
        ),
        (
            lambda: FromStep(bp.layers.GRUCell(2, 2), dt=1e-3),
            errors.UnsupportedError,
            r"FromStep\(GRUCell\): expected one of Dense, LeakyIntegrator, LIF, .* got GRUCell",
        ),
        (lambda: np.ones(3), errors.KindError, r"to_nir\(module\): expected a bp.modules.Module, got ndarray"),
    ],
)
def test_what_cannot_be_written_is_refused(made, kind, words):
    with pytest.raises(kind, match=words):
        bp.to_nir(made())


def test_values_are_as_they_were_and_nothing_is_shared():
    module = neurons()
    graph = bp.to_nir(module)
    before = jax.tree_util.tree_map(np.asarray, module.parameters())
    graph.nodes["LIF"].tau_mem[:] = 7.0
    jax.tree_util.tree_map(np.testing.assert_array_equal, module.parameters(), before)
