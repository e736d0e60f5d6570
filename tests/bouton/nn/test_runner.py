"""Graphs run over time, beside NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton import nn

RNG = np.random.default_rng(3)
B, T = 3, 7
X = RNG.normal(size=(B, T, 2)).astype(np.float32)
H0, Y0 = RNG.normal(size=(B, 4)).astype(np.float32), RNG.normal(size=(B, 3)).astype(np.float32)
COMPILED = []
# For good: JAX takes back no listener but all of them, those of other tests too.
jax.monitoring.register_event_duration_secs_listener(
    lambda event, *_, **__: COMPILED.append(event) if "backend_compile" in event else None
)


class Scaled(nn.Node):
    """Its input times a keyword, where that is given."""

    def init_ff(self):
        self.set_output_shape(self.feedforward_shapes[0])

    def forward(self, ff, gain=1.0):
        return ff[0] * gain


def fed_back(num_batch=B, **cells):
    """Inputs, cells that listen to the readout, and the readout: (graph, input, cells, readout)."""
    i, r, o = nn.Input(2), nn.VanillaRNN(4, activation="tanh", **cells), nn.Dense(3)
    net = (i >> r >> o) & (r << o)
    return net.initialize(num_batch), i, r, o


def by_numpy(r, o, x, h, y, feedback=None, states=None):
    """States and outputs (B, T, ...) of the cells and the readout that :func:`fed_back` makes."""
    hs, ys = [], []
    for t in range(x.shape[1]):
        y = y if feedback is None else feedback[:, t]
        h = np.tanh(x[:, t] @ np.asarray(r.Wff) + h @ np.asarray(r.Wrec) + y @ np.asarray(r.Wfb) + np.asarray(r.bias))
        y = h @ np.asarray(o.Wff) + np.asarray(o.bias)
        h = h if states is None else states[:, t]
        hs.append(h)
        ys.append(y)
    return np.stack(hs, 1), np.stack(ys, 1)


def runner_of(target, monitors=None, **more):
    return nn.RNNRunner(target, monitors, progress_bar=False, **more)


@pytest.mark.parametrize("jit", [True, False])
def test_a_run_is_the_recurrence_with_feedback_of_the_step_before(jit):
    net, i, r, o = fed_back()
    h0 = np.asarray(r.state)
    keys = [f"{r.name}.state", f"{r.name}.feedbacks", f"{i.name}.output", f"{o.name}.inputs"]
    runner = runner_of(net, keys, jit=jit)
    out = runner.predict(X)
    hs, ys = by_numpy(r, o, X, h0, np.zeros((B, 3)))
    assert_allclose(out, ys, atol=1e-5)
    assert_allclose(runner.mon[keys[0]], hs, atol=1e-5)
    (sent,) = runner.mon[keys[1]]
    assert_allclose(sent, np.concatenate([np.zeros((B, 1, 3)), ys[:, :-1]], 1), atol=1e-5)
    assert_array_equal(runner.mon[keys[2]], X)
    assert_allclose(runner.mon[keys[3]][0], hs, atol=1e-5)
    assert isinstance(runner.mon[keys[0]], np.ndarray)


def test_two_runs_are_one_that_is_cut():
    net, _, r, o = fed_back()
    h0 = np.asarray(r.state)
    runner = runner_of(net, [f"{r.name}.state"], dt=0.5)
    parts = [runner(X[:, :3])]
    assert_allclose(runner.mon.ts, [0.5, 1.0, 1.5])
    parts.append(runner(X[:, 3:]))
    assert_allclose(runner.mon.ts, [2.0, 2.5, 3.0, 3.5])
    assert_allclose(np.concatenate(parts, 1), by_numpy(r, o, X, h0, np.zeros((B, 3)))[1], atol=1e-5)


def test_with_reset_it_begins_anew_for_as_many_trials_as_the_data_have():
    net, _, r, o = fed_back(num_batch=1, state_initializer=bp.init.ZeroInit())
    runner = runner_of(net)
    runner.predict(X, reset=True)
    assert_allclose(runner.predict(X[:2], reset=True), by_numpy(r, o, X[:2], np.zeros((2, 4)), np.zeros((2, 3)))[1], atol=1e-5)


def test_initial_and_forced_values_take_the_place_of_the_networks_own():
    net, _, r, o = fed_back()
    runner = runner_of(net, [f"{r.name}.state"])
    out = runner.predict(X, initial_states={r.name: H0}, initial_feedbacks={o.name: Y0})
    assert_allclose(out, by_numpy(r, o, X, H0, Y0)[1], atol=1e-5)
    taught, states = RNG.normal(size=(B, T, 3)), RNG.normal(size=(B, T, 4))
    out = runner.predict(X, initial_states={r.name: H0}, forced_feedbacks={o.name: taught})
    assert_allclose(out, by_numpy(r, o, X, H0, None, feedback=taught)[1], atol=1e-5)
    out = runner.predict(X, initial_states={r.name: H0}, initial_feedbacks={o.name: Y0}, forced_states={r.name: states})
    assert_allclose(out, by_numpy(r, o, X, H0, Y0, states=states)[1], atol=1e-5)
    assert_allclose(runner.mon[f"{r.name}.state"], states, atol=1e-6)


def test_a_state_that_begins_with_a_trained_one_can_be_given_and_forced_too():
    net, _, r, o = fed_back(state_trainable=True)
    runner, learnt = runner_of(net), np.asarray(r.train_state)
    states = RNG.normal(size=(B, T, 4))
    out = runner.predict(X, initial_states={r.name: H0}, initial_feedbacks={o.name: Y0}, forced_states={r.name: states})
    assert_allclose(out, by_numpy(r, o, X, H0, Y0, states=states)[1], atol=1e-5)
    assert_array_equal(r.train_state, learnt)
    runner.predict(X, reset=True)
    out = runner.predict(X, reset=True)
    assert_allclose(out, by_numpy(r, o, X, np.tile(learnt, (B, 1)), np.zeros((B, 3)))[1], atol=1e-5)


def test_several_entries_and_exits_go_by_their_names():
    a, b = nn.Input(1), nn.Input(2)
    c, d = nn.Dense(2), nn.Dense(3)
    net = ({a, b} >> c) & (b >> d)
    runner = runner_of(net.initialize(B))
    xa, xb = RNG.normal(size=(B, T, 1)), RNG.normal(size=(B, T, 2))
    out = runner.predict({b.name: xb, a.name: xa})
    assert_allclose(out[c.name], np.concatenate([xa, xb], -1) @ np.asarray(c.Wff), atol=1e-5)
    assert_allclose(out[d.name], xb @ np.asarray(d.Wff), atol=1e-5)


def test_whole_numbers_jax_arrays_and_data_of_more_axes_are_taken():
    net = nn.Input((2, 2)) >> nn.Reshape(-1) >> nn.Dense(1, weight_initializer=np.ones((4, 1)))
    runner = runner_of(net.initialize())
    whole = np.arange(2 * 5 * 4).reshape(2, 5, 2, 2)
    expected = whole.sum((-1, -2))[..., None]
    for x in (whole, jnp.asarray(whole, jnp.float32), bm.Variable(jnp.asarray(whole, jnp.float32))):
        assert_allclose(runner.predict(x), expected)


def test_a_second_run_of_the_same_shapes_compiles_nothing():
    net, *_ = fed_back()
    runner = runner_of(net)
    runner.predict(X, reset=True)
    assert runner.compilations == 1
    before = len(COMPILED)
    runner.predict(X + 1, reset=True)
    runner.predict(X)
    assert runner.compilations == 1
    assert len(COMPILED) == before


def test_keywords_reach_every_node_that_takes_them():
    net = nn.Input(2) >> Scaled() >> Scaled() >> nn.Activation("relu")
    runner = runner_of(net.initialize(B))
    counts = []
    for shared, factor in (
        (None, 1.0),
        ({"gain": 2.0}, 4.0),
        ({"gain": 3.0}, 9.0),
        (None, 1.0),
        ({"gain": np.float32(0.5)}, 0.25),
    ):
        assert_allclose(runner.predict(X, shared_kwargs=shared), np.maximum(X, 0.0) * factor, rtol=1e-6)
        counts.append(runner.compilations)
    assert counts == [1, 2, 2, 2, 2]


def test_dropout_acts_where_it_is_told_that_training_is_under_way():
    net = nn.Input(400) >> nn.Dropout(0.5, seed=1)
    runner, x = runner_of(net.initialize()), np.ones((1, 5, 400))
    assert_array_equal(runner.predict(x), x)
    for flag in ("train", "fit"):
        kept = np.asarray(runner.predict(x, shared_kwargs={flag: True})) > 0
        # Five standard deviations of a binomial of 2000.
        assert abs(kept.mean() - 0.5) < 0.06
    assert_array_equal(runner.predict(x, shared_kwargs={"train": False}), x)


def test_weights_are_recorded_without_a_batch():
    net, _, r, _ = fed_back()
    runner = runner_of(net, [f"{r.name}.Wfb"])
    runner.predict(X)
    assert_array_equal(runner.mon[f"{r.name}.Wfb"], np.tile(r.Wfb, (T, 1, 1)))


def test_halves_of_a_state_are_recorded_with_their_batch():
    net = (nn.Input(2) >> nn.LSTM(4, name="halved")).initialize(B)
    runner = runner_of(net, ["halved.h", "halved.c", "halved.state"])
    runner.predict(X)
    state = runner.mon["halved.state"]
    assert_array_equal(runner.mon["halved.h"], state[..., :4])
    assert_array_equal(runner.mon["halved.c"], state[..., 4:])
    assert runner.mon.to_xarray()["halved.h"].dims[:2] == ("batch", "time")


def test_inputs_by_node_are_recorded_by_name():
    class Sum(nn.Node):
        data_pass_type = nn.PASS_NODE_DICT

        def init_ff(self):
            self.set_output_shape((None, 1))

        def forward(self, ff):
            return sum(x.sum(-1, keepdims=True) for x in ff.values())

    a, b, total = nn.Input(1), nn.Input(2), Sum()
    runner = runner_of(({a, b} >> total).initialize(B), [f"{total.name}.inputs"])
    runner.predict({a.name: X[..., :1], b.name: X})
    assert_array_equal(runner.mon[f"{total.name}.inputs"][b.name], X)
    assert_array_equal(runner.mon.to_xarray()[f"{total.name}.inputs_{b.name}"], X)


def test_a_run_is_stopped_from_its_callback_and_keeps_what_there_was():
    net, _, r, o = fed_back()
    h0, calls = np.asarray(r.state), []

    def callback(done, total):
        calls.append((done, total))
        if done == 4:
            runner.stop()

    runner = runner_of(net, [f"{r.name}.state"], chunk=2, callback=callback)
    out = runner.predict(X)
    hs, ys = by_numpy(r, o, X[:, :4], h0, np.zeros((B, 3)))
    assert calls == [(2, 7), (4, 7)]
    assert_allclose(out, ys, atol=1e-5)
    assert_allclose(runner.mon[f"{r.name}.state"], hs, atol=1e-5)
    assert len(runner.mon.ts) == 4


def test_of_a_run_that_ends_with_an_error_there_is_what_was_read_until_then():
    def callback(done, total):
        if done == 4:
            raise OSError("full")

    net, _, r, o = fed_back()
    h0 = np.asarray(r.state)
    runner = runner_of(net, [f"{r.name}.state"], callback=callback, chunk=2)
    with pytest.raises(OSError, match="full"):
        runner.predict(X)
    assert_allclose(runner.mon[f"{r.name}.state"], by_numpy(r, o, X[:, :4], h0, np.zeros((B, 3)))[0], atol=1e-5)
    assert len(runner.mon.ts) == 4
    runner.predict(X[:, :2])
    assert runner.mon[f"{r.name}.state"].shape == (B, 2, 4)
    # Nothing was read before this one fails.
    r.__dict__["activation"] = r._layer.activation = lambda x: 1 / 0
    with pytest.raises(ZeroDivisionError):
        runner.predict(X[:, :3], shared_kwargs={"other": True})
    assert [*runner.mon] == ["ts"]


def test_inputs_and_feedback_have_names_in_a_dataset():
    a, b, r, o = nn.Input(1), nn.Input(2), nn.VanillaRNN(4, name="with_inputs"), nn.Dense(3)
    net = (({a, b} >> r >> o) & (r << o)).initialize(B)
    runner = runner_of(net, ["with_inputs.inputs", "with_inputs.feedbacks"])
    runner.predict({a.name: X[..., :1], b.name: X})
    data = runner.mon.to_xarray()
    assert_array_equal(data["with_inputs.inputs_0"], X[..., :1])
    assert_array_equal(data["with_inputs.inputs_1"], X)
    assert data["with_inputs.feedbacks"].dims[:2] == ("batch", "time")
    assert data["with_inputs.feedbacks"].shape == (B, T, 3)
    assert repr(runner.mon).startswith("Record(with_inputs.inputs_0: float32(3, 7, 1), with_inputs.inputs_1: float32(3, 7, 2), ")


def test_a_single_node_runs_too_and_the_record_has_named_axes():
    node = nn.VanillaRNN(3, input_shape=2, name="alone").initialize(B)
    runner = runner_of(node, ["alone.state"])
    out = runner.predict(X)
    assert_array_equal(runner.mon["alone.state"], out)
    data = runner.mon.to_xarray()
    assert data["alone.state"].dims[:2] == ("batch", "time")
    assert repr(runner).startswith("RNNRunner(VanillaRNN(name=alone,")


def test_systems_in_a_graph_know_the_time_and_their_inputs_are_cleared():
    class Gathers(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__(mode=bm.batching_mode)
            self.input = bm.Variable(jnp.zeros((1, 1)), batch_axis=0)

        def reset_state(self, batch_size=1):
            self.input.value = jnp.zeros((batch_size, 1))

        def update(self, x):
            self.input += x
            return self.input.value + bp.share["t"]

        def clear_input(self):
            self.input.value = jnp.zeros_like(self.input.value)

    net = nn.Input(1) >> nn.FromSystem(Gathers())
    runner = runner_of(net.initialize(B), dt=0.5)
    assert_allclose(runner.predict(X[..., :1]), X[..., :1] + 0.5 * np.arange(T)[:, None], rtol=1e-5, atol=1e-6)


def test_a_runner_leaves_the_names_of_nodes_as_they_are():
    node = nn.Dense(1, input_shape=2, name="kept_name").initialize(B)
    net = nn.Input(2) >> nn.Dense(1)
    before = [one._attribute_name for one in (node, *net.lnodes)]
    runner_of(node).predict(X)
    runner_of(net.initialize(B)).predict(X)
    assert [one._attribute_name for one in (node, *net.lnodes)] == before
