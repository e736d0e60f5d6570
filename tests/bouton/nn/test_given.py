"""What a step is given."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused

nn = bp.nn


def test_entries_have_one_batch():
    i, j = nn.Input(1), nn.Input(1)
    net = ({i, j} >> nn.Dense(1)).initialize()
    with pytest.raises(ShapeError, match=r"expected as many trials for each entry node, got 2 for .*, 3 for .*Give all"):
        net({i.name: np.ones((2, 1)), j.name: np.ones((3, 1))})


class Scaled(nn.Node):
    """Its input times a keyword, and times one that is only shared."""

    def init_ff(self):
        self.set_output_shape(self.feedforward_shapes[0])

    def forward(self, ff, gain=1.0):
        return ff[0] * gain * bp.share.load("factor", 1.0)


@pytest.mark.parametrize("wrong, meant", [("trian", "train"), ("training", "train"), ("gian", "gain"), ("monitor", "monitors")])
def test_a_misspelt_keyword_is_refused_with_the_nearest_that_is_known(wrong, meant):
    net = (nn.Input(1) >> Scaled() >> nn.Dropout(0.5)).initialize()
    runner = nn.RNNRunner(net, progress_bar=False)
    words = rf"\({wrong}=\.\.\.\): expected a keyword that a node takes, as .*'gain'.*got '{wrong}'\. Did you mean '{meant}'\?"
    with pytest.raises(ValueRefused, match=words):
        net(np.ones((1, 1)), **{wrong: False})
    with pytest.raises(ValueRefused, match=f"Did you mean '{meant}'"):
        runner.predict(np.ones((1, 2, 1)), shared_kwargs={wrong: False})


def test_keywords_that_nobody_takes_are_shared_d12():
    net = (nn.Input(1) >> Scaled() >> nn.Dense(1, np.ones)).initialize()
    x = np.ones((1, 1))
    assert net(x, factor=3.0, gain=2.0, train=False, t=1.0).item() == 6
    assert net(x, unheard=1).item() == 1


def test_whoever_takes_any_keyword_is_given_all():
    class Any(Scaled):
        def forward(self, ff, **shared):
            return ff[0] * shared.get("trian", 1.0)

    net = (nn.Input(1) >> Any() >> Scaled()).initialize()
    assert net(np.ones((1, 1)), trian=4.0).item() == 4


def test_feedback_from_outside_is_refused_whatever_the_form_of_the_inputs():
    net = (nn.Input(1, name="in_fb") >> nn.Dense(1)).initialize()
    x = np.ones((1, 1))
    for given in (x, {"in_fb": x}):
        with pytest.raises(ValueRefused, match=r"\(fb=\.\.\.\): expected no feedback from outside, got ndarray\. Wire a sender"):
            net(given, x)
    assert net({"t": 1.0}, x).shape == net({}, x).shape == (1, 1)


def test_a_single_node_is_named_once():
    node = nn.Dense(1, input_shape=2, name="named_once").initialize()
    with pytest.raises(ShapeError, match=r"^Dense\(named_once\): expected shape \(batch, 2\), got \(1, 3\)"):
        node(np.ones((1, 3)))
    net = (nn.Input(2, name="in_named") >> node).initialize()
    with pytest.raises(ShapeError, match=r"^Network\(.*\), in_named: .*got \(2,\)\. .*runners and trainers take series \(batch"):
        net(np.ones(2))


class TestForced:
    """forced_states, forced_feedbacks."""

    def make(self):
        with bp.naming("forced"):
            i, r, o = nn.Input(1, name="i"), nn.VanillaRNN(1, 0.0, np.ones, np.ones, activation=lambda x: x, name="r"), None
            o = nn.Dense(1, np.ones, name="o")
            return ((i >> r >> o) & (r << o)).initialize(1)

    @pytest.mark.parametrize("compile_", [False, True])
    def test_a_state_is_overwritten_after_the_nodes_turn(self, compile_):
        net = self.make()
        step = (
            bm.jit(lambda x, forced: net(x, forced_states={"r": forced}))
            if compile_
            else lambda x, forced: net(x, forced_states={"r": forced})
        )
        assert step(np.ones((1, 1)), np.full((1, 1), 100.0)).item() == 1
        assert net["r"].state.item() == 100
        # 1 + 100 + the output before, 1
        assert net(np.ones((1, 1))).item() == 102

    def test_feedback_is_replaced_in_this_step_alone(self):
        net = self.make()
        assert net(np.ones((1, 1)), forced_feedbacks={"o": [[50.0]]}).item() == 51
        assert net["o"].fb_output.item() == 51
        assert net(np.ones((1, 1))).item() == 1 + 51 + 51

    def test_a_state_with_a_trained_beginning_is_overwritten_too(self):
        node = nn.VanillaRNN(2, input_shape=1, state_trainable=True, name=None).initialize(1)
        node(np.ones((1, 1)), forced_states={node.name: [[3.0, 4.0]]})
        assert_array_equal(node.state, [[3, 4]])

    @pytest.mark.parametrize(
        "given, error, words",
        [
            ({"forced_states": {"q": 1}}, ValueRefused, "forced_states: expected the name of a node, got 'q'"),
            (
                {"forced_states": {"o": [[1.0]]}},
                ValueRefused,
                "expected the name of a node that has a state, got 'o'. These have one: r",
            ),
            ({"forced_states": {"r": [1.0]}}, ShapeError, r"forced_states\['r'\]: expected shape \(1, 1\), got \(1,\)"),
            ({"forced_states": [1.0]}, KindError, "forced_states: expected a dict by the names of nodes, got list"),
            ({"forced_feedbacks": {"r": [[1.0]]}}, ValueRefused, "a node that sends feedback, got 'r'. These do: o"),
            (
                {"forced_feedbacks": {"o": [[1.0, 2.0]]}},
                ShapeError,
                r"forced_feedbacks\['o'\]: expected shape \(1, 1\), got \(1, 2\)",
            ),
        ],
    )
    def test_what_does_not_fit_is_refused_before_anything_runs(self, given, error, words):
        net = self.make()
        with pytest.raises(error, match=words):
            net(np.ones((1, 1)), **given)
        assert net["r"].state.item() == 0
