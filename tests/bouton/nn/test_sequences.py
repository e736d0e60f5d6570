"""What a run of a graph is given, and what is refused."""

import re

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
from bouton import nn
from bouton.errors import KindError, ShapeError, UnsupportedError, ValueRefused

RNG = np.random.default_rng(3)
B, T = 3, 7
X = RNG.normal(size=(B, T, 2)).astype(np.float32)
H0, Y0 = RNG.normal(size=(B, 4)).astype(np.float32), RNG.normal(size=(B, 3)).astype(np.float32)


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


def runner_of(target, monitors=None, **more):
    return nn.RNNRunner(target, monitors, progress_bar=False, **more)


def refused(error, words, call):
    with pytest.raises(error, match=re.escape(words)):
        call()


def test_what_cannot_be_run_is_told_when_the_runner_is_made():
    refused(
        KindError,
        "RNNRunner(target=...): expected a node or a network of bp.nn, got Dense.",
        lambda: nn.RNNRunner(bp.layers.Dense(1, 1)),
    )
    net = nn.Input(1, name="in_r") >> nn.Dense(1, name="out_r")
    refused(ValueRefused, "expected an initialised node, got", lambda: nn.RNNRunner(net))
    net.initialize()
    refused(ValueRefused, "expected a node that has a state, got 'out_r.state'", lambda: nn.RNNRunner(net, ["out_r.state"]))
    refused(UnsupportedError, "got 'out_r.weight'", lambda: nn.RNNRunner(net, ["out_r.weight"]))


def test_data_that_do_not_fit_are_told_by_name_before_anything_changes():
    net, i, r, o = fed_back(num_batch=2)
    runner, before = runner_of(net), np.asarray(r.state)
    refused(
        ShapeError,
        f"RNNRunner.predict, {i.name}: expected shape (B, T, 2), got (7, 2). Put the trials",
        lambda: runner.predict(X[0]),
    )
    refused(ShapeError, "expected shape (B, T, 2), got (3, 7, 1). Give as many features", lambda: runner.predict(X[..., :1]))
    refused(ShapeError, "as many trials and steps for each entry node, one or more", lambda: runner.predict(X[:, :0]))
    refused(
        ShapeError,
        f"expected 2 trials, for which {r.name} has states, got 3. Write predict(x, reset=True)",
        lambda: runner.predict(X),
    )
    refused(KindError, "expected numbers", lambda: runner.predict(["a"]))
    refused(KindError, "predict(reset=...): expected True or False, got ndarray", lambda: runner.predict(X[:2], reset=X))
    refused(ValueRefused, "expected the name of an entry node, got 'x'", lambda: runner.predict({"x": X}))
    refused(ValueRefused, "forced_states: expected the name of a node, got 'x'", lambda: runner.predict(X, {"x": X}))
    for words, call in (
        (f"forced_states['{o.name}']: expected a node that has a state", {"forced_states": {o.name: Y0}}),
        (f"initial_feedbacks['{r.name}']: expected a node that sends feedback", {"initial_feedbacks": {r.name: H0}}),
    ):
        refused(ValueRefused, words, lambda call=call: runner.predict(X, reset=True, **call))
    for words, call in (
        (
            f"initial_states['{r.name}']: expected shape (3, 4), got (2, 4). Give a value for each trial.",
            {"initial_states": {r.name: H0[:2]}},
        ),
        (
            f"forced_feedbacks['{o.name}']: expected shape (3, 7, 3), got (3, 3). Give a value for each trial of",
            {"forced_feedbacks": {o.name: Y0}},
        ),
    ):
        refused(ShapeError, words, lambda call=call: runner.predict(X, reset=True, **call))
    assert_array_equal(r.state, before)


def test_several_entries_need_data_for_each():
    a, b = nn.Input(1, name="in_a"), nn.Input(2, name="in_b")
    runner = runner_of(({a, b} >> nn.Dense(1)).initialize(B))
    words = "expected a dict with inputs for 'in_a', 'in_b', got ndarray. Write predict({'in_a': x, ...})"
    refused(ValueRefused, words, lambda: runner.predict(X))
    refused(ValueRefused, "expected inputs for 'in_a', 'in_b', got none for 'in_a'", lambda: runner.predict({"in_b": X}))
    refused(ShapeError, "got in_a: (3, 6, 1), in_b: (3, 7, 2)", lambda: runner.predict({"in_a": X[:, 1:, :1], "in_b": X}))


def test_shared_keywords_are_plain_numbers_and_truth_values():
    runner = runner_of((nn.Input(2) >> Scaled()).initialize(B))
    refused(
        KindError,
        "predict(shared_kwargs=...)['gain']: expected a number or a truth value",
        lambda: runner.predict(X, shared_kwargs={"gain": X}),
    )
    refused(KindError, "predict(shared_kwargs=...): expected a dict, got float", lambda: runner.predict(X, shared_kwargs=2.0))
