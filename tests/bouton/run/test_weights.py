"""Which weights a model has, and the matrix of each, against what the model holds."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
from bouton.errors import KindError, UnknownPathError, ValueRefused
from bouton.run import Weights


@pytest.fixture
def chain(live):
    return live(bp.modules.Sequential(bp.modules.Linear((4, 6)), bp.modules.LIF(6, has_rec=True), bp.modules.ExpSyn(6)))


@pytest.fixture
def network(live):
    pre, post = bp.neurons.LIF(5), bp.neurons.LIF(3)
    synapses = bp.synapses.Exponential(
        pre, post, bp.conn.IJConn([4, 0, 2], [0, 2, 1]), g_max=np.array([1.0, 2.0, 3.0], np.float32)
    )
    inner = bp.synapses.Delta(post, post, bp.conn.All2All(include_self=False), g_max=np.ones((3, 3), np.float32))
    net = bp.Network(pre=pre, post=post, across=synapses, within=inner)
    return live(bp.modules.FromStep(net, 1e-4, input_to="pre.input", output_from="post.spike"))


def test_weights_come_first_and_columns_of_constants_are_none(chain):
    weights = Weights(chain)
    assert [(s.path, s.shape, s.kind, s.names) for s in weights.sources] == [
        ("0_Linear.weight", (4, 6), "parameter", ("pre", "post")),
        ("1_LIF.w_rec", (6, 6), "parameter", ("pre", "post")),
    ]
    assert weights.path == "0_Linear.weight"


def test_a_matrix_is_that_of_the_model_and_stale_once_it_is_changed(chain):
    weights = Weights(chain, "1_LIF.w_rec")
    assert weights.stale
    assert_array_equal(weights().mean, np.asarray(chain.model.entry("1_LIF.w_rec").value))
    assert not weights.stale
    chain.step(20)
    assert not weights.stale
    change = chain.set("1_LIF.w_rec", np.arange(36, dtype=np.float32).reshape(6, 6))
    assert weights.stale
    matrix = weights()
    assert matrix.change == change
    assert_array_equal(matrix.extreme, np.arange(36).reshape(6, 6))
    edges, counts = matrix.histogram(4)
    assert (edges.tolist(), counts.tolist()) == ([0, 8.75, 17.5, 26.25, 35], [9, 9, 9, 9])


def test_synapses_stand_where_their_connections_say(network):
    weights = Weights(network)
    across, within = weights.sources
    assert (across.path, across.shape, across.synapses, across.names) == (
        "system.across.g_max",
        (5, 3),
        3,
        ("pre, system.pre", "post, system.post"),
    )
    assert (within.shape, within.synapses) == ((3, 3), 6)
    # One weight for each synapse, in the order of the presynaptic neurons: 0 to 2, 2 to 1, 4 to 0.
    wanted = np.full((5, 3), np.nan)
    wanted[[0, 2, 4], [2, 1, 0]] = 1.0, 2.0, 3.0
    assert_array_equal(weights().mean, wanted.astype(np.float32))
    weights.path = "system.within.g_max"
    assert_array_equal(weights().mean, np.where(np.eye(3), np.nan, 1.0).astype(np.float32))


def test_one_weight_for_all_synapses_and_a_histogram_of_one_bin(live):
    net = bp.examples.COBA(50, fan_out=10, seed=1)
    model = bp.modules.FromStep(net, 1e-4, input_to="excitatory.input", output_from="excitatory.spike")
    weights = Weights(live(model), "system.I2E.g_max")
    matrix, joined = weights(), net.I2E.conn.require("conn_mat")
    assert (weights.source.unit, weights.source.synapses) == ("µS", int(joined.sum()))
    assert_array_equal(matrix.density, joined.astype(np.float32))
    edges, counts = matrix.histogram()
    assert counts.tolist() == [joined.sum()]
    assert edges[0] < 0.067 < edges[1]


def test_what_has_no_weights_is_refused(chain, live):
    with pytest.raises(KindError, match=r"Weights\(simulation\): expected a LiveSimulation, got Sequential"):
        Weights(chain.model)
    with pytest.raises(
        UnknownPathError, match=r"Weights\(path\): expected the path of weights.*got '1_LIF\.w_rek'\. Did you mean"
    ):
        Weights(chain, "1_LIF.w_rek")
    with pytest.raises(ValueRefused, match=r"expected a model with weights: .*got ExpSyn with none"):
        Weights(live(bp.modules.ExpSyn(3)))
    with pytest.raises(ValueRefused, match=r"Weights\(rows=\.\.\.\): expected a whole number of at least 1, got 0"):
        Weights(chain)(rows=0)
