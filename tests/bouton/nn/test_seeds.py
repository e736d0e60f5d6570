"""The two documents on nodes, in mended form."""

import jax
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.nn import check_shape_consistency

NORMAL, XAVIER = bp.initialize.Normal(), bp.init.XavierNormal()


class TestSpecification:
    """The node specification (seed 0)."""

    def test_nodes_are_made_and_named(self):
        with bp.naming("seed_of_specification"):
            assert repr(bp.nn.Dense(num_unit=100)).startswith("Dense(name=Dense0, ")
            shown = repr(bp.nn.Dense(num_unit=100, input_shape=128))
            assert all(
                fact in shown for fact in ("name=Dense1", "forwards=((None, 128),)", "feedbacks=None", "output=(None, 100)")
            )
            node = bp.nn.Dense(num_unit=100, input_shape=128, name="hidden_layer")
            assert repr(node).startswith("Dense(name=hidden_layer, ")

    def test_weights_are_given_as_numbers_a_function_an_initializer_or_none_d4(self):
        given = bm.random.normal(0, 0.01, size=(10, 50))
        node = bp.nn.Dense(num_unit=50, input_shape=10, weight_initializer=given)
        node.initialize(num_batch=1)
        assert node.Wff.shape == (10, 50)
        assert node.weights is node.Wff
        assert_array_equal(node.Wff, given)
        node.weights = np.zeros((10, 50))
        assert not np.any(node.Wff)

        def init(shape):
            return bm.random.random(shape)

        node = bp.nn.Dense(num_unit=30, input_shape=20, weight_initializer=init)
        node.initialize(num_batch=1)
        assert node.Wff.shape == (20, 30)

        node = bp.nn.Dense(num_unit=100, input_shape=20, weight_initializer=bp.init.Normal(0.01))
        node.initialize(num_batch=1)
        assert node.Wff.shape == (20, 100)
        # A standard deviation of 2000 numbers is off by 1.6 %.
        assert_allclose(np.std(node.Wff), 0.01, rtol=0.1)

        node = bp.nn.Dense(num_unit=100, input_shape=20, bias_initializer=None)
        node.initialize(num_batch=1)
        assert node.bias is None
        assert "bias" not in node.parameters()

    def test_a_node_is_called_with_any_number_of_rows(self):
        node = bp.nn.Dense(num_unit=10, input_shape=20)
        node.initialize()
        compiled = bm.jit(node)
        for rows in (1, 2):
            x = bm.random.random((rows, 20))
            assert_allclose(node(x), np.asarray(x) @ np.asarray(node.Wff) + np.asarray(node.bias), rtol=1e-4, atol=1e-5)
            assert_allclose(compiled(x), node(x), rtol=1e-5, atol=1e-6)

    def test_weights_are_train_vars_where_they_are_trained_d6(self):
        node = bp.nn.Dense(num_unit=3, input_shape=4, trainable=False)
        node.initialize(num_batch=1)
        assert isinstance(node.Wff, jax.Array)
        assert not isinstance(node.Wff, bm.TrainVar)
        node = bp.nn.Dense(num_unit=3, input_shape=4, trainable=True)
        node.initialize(num_batch=1)
        assert isinstance(node.Wff, bm.TrainVar)

    def test_a_trained_state_stands_in_every_row_d7(self):
        rnn = bp.nn.VanillaRNN(3, input_shape=(1,), state_trainable=True)
        rnn.initialize(3)
        assert isinstance(rnn.train_state, bm.TrainVar)
        assert rnn.train_state.shape == (3,)
        # Uniform between 0 and 1 from the beginning.
        assert np.all((np.asarray(rnn.train_state) >= 0) & (np.asarray(rnn.train_state) < 1))
        assert_array_equal(rnn.state, [np.asarray(rnn.train_state)] * 3)


class DotNode(bp.nn.Node):
    def __init__(self, num_unit, W_initializer=NORMAL, **kwargs):
        super().__init__(**kwargs)
        self.num_unit = num_unit
        self.W_initializer = W_initializer

    def init_ff(self):
        unique_size, free_sizes = check_shape_consistency(self.feedforward_shapes, -1, True)
        weight_shape = (sum(free_sizes), self.num_unit)
        self.W = bp.nn.init_param(self.W_initializer, weight_shape)
        if self.trainable:
            self.W = bm.TrainVar(self.W)
        self.set_output_shape((*unique_size, self.num_unit))

    def forward(self, ff):
        return bm.dot(bm.concatenate(ff, axis=-1), self.W)


class VRNN(bp.nn.RecurrentNode):
    def __init__(self, num_unit, wi_initializer=XAVIER, wr_initializer=XAVIER, **kwargs):
        super().__init__(**kwargs)
        self.num_unit = num_unit
        self.wi_initializer = wi_initializer
        self.wr_initializer = wr_initializer

    def init_ff(self):
        unique_size, free_sizes = check_shape_consistency(self.feedforward_shapes, -1, True)
        self.wi = bp.nn.init_param(self.wi_initializer, (sum(free_sizes), self.num_unit))
        self.wr = bp.nn.init_param(self.wr_initializer, (self.num_unit, self.num_unit))
        if self.trainable:
            self.wi = bm.TrainVar(self.wi)
            self.wr = bm.TrainVar(self.wr)
        self.set_output_shape((*unique_size, self.num_unit))

    def init_state(self, num_batch=1):
        return bm.zeros((num_batch, self.num_unit))

    def forward(self, ff):
        ff = bm.concatenate(ff, axis=-1)
        state = ff @ self.wi + self.state @ self.wr
        self.state.value = state
        return state


class FeedBackDotNode(bp.nn.Node):
    def __init__(self, num_unit, W_initializer=NORMAL, **kwargs):
        super().__init__(**kwargs)
        self.num_unit = num_unit
        self.W_initializer = W_initializer

    def init_ff(self):
        unique_size, free_sizes = check_shape_consistency(self.feedforward_shapes, -1, True)
        self.Wff = bp.nn.init_param(self.W_initializer, (sum(free_sizes), self.num_unit))
        if self.trainable:
            self.Wff = bm.TrainVar(self.Wff)
        self.set_output_shape((*unique_size, self.num_unit))

    def init_fb(self):
        _, free_sizes = check_shape_consistency(self.feedback_shapes, -1, True)
        self.Wfb = bp.nn.init_param(self.W_initializer, (sum(free_sizes), self.num_unit))
        if self.trainable:
            self.Wfb = bm.TrainVar(self.Wfb)

    def forward(self, ff, fb=None):
        res = bm.dot(bm.concatenate(ff, axis=-1), self.Wff)
        if fb is not None:
            res += bm.dot(bm.concatenate(fb, axis=-1), self.Wfb)
        return res


class Dropout(bp.nn.Node):
    def __init__(self, prob, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.prob = prob
        self.rng = bm.random.RandomState(seed=seed)

    def init_ff(self):
        assert len(self.feedforward_shapes) == 1, "Only support one feedforward input."
        self.set_output_shape(self.feedforward_shapes[0])

    def forward(self, ff, **kwargs):
        assert len(ff) == 1, "Only support one feedforward input."
        if kwargs.get("train", True):
            keep_mask = self.rng.bernoulli(self.prob, ff[0].shape)
            return bm.where(keep_mask, ff[0] / self.prob, 0.0)
        return ff[0]


class TestCustomization:
    """The node customization (seed 2)."""

    def test_a_node_of_ones_own_is_shown_and_called(self):
        with bp.naming("seed_of_customization"):
            assert repr(DotNode(10, name="my_dot_node")) == (
                "DotNode(name=my_dot_node, trainable=False, forwards=None, feedbacks=None, output=None, "
                "support_feedback=False, data_pass_type=PASS_SEQUENCE)"
            )
            assert repr(DotNode(10, trainable=True)).startswith("DotNode(name=DotNode0, trainable=True, ")
            node = DotNode(10)
            i1, i2, i3 = (bp.nn.Input(k, name=f"i{k}") for k in (1, 2, 3))
            net = {i1, i2, i3} >> node
            net.initialize(num_batch=1)
            assert node.W.shape == (6, 10)
            data = {"i1": bm.ones((1, 1)), "i2": bm.zeros((1, 2)), "i3": bm.random.random((1, 3))}
            expected = np.concatenate([np.asarray(data[name]) for name in ("i1", "i2", "i3")], 1) @ np.asarray(node.W)
            for call in (net, bm.jit(net)):
                out = call(data)
                assert out.shape == (1, 10)
                assert_allclose(out, expected, rtol=1e-4, atol=1e-6)

    @pytest.mark.parametrize("trainable", [False, True])
    def test_a_recurrent_node_of_ones_own_runs(self, trainable):
        rnn = VRNN(4, trainable=trainable)
        net = (bp.nn.Input(2) >> rnn).initialize(3)
        assert len(net.train_vars()) == 2 * trainable
        xs = np.random.default_rng(0).normal(size=(3, 3, 2)).astype(np.float32)
        expected, h = [], np.zeros((3, 4))
        for x in xs:
            h = x @ np.asarray(rnn.wi) + h @ np.asarray(rnn.wr)
            expected.append(h)
        assert_allclose(bm.for_loop(net, xs), expected, rtol=1e-4, atol=1e-5)

    def test_feedback_is_refused_where_it_is_not_supported(self):
        with pytest.raises(ValueError, match="supports feedback") as caught:
            DotNode(1) << bp.nn.Input(1)
        assert "support_feedback=False" in str(caught.value)
        with bp.naming("seed_of_feedback"):
            net = FeedBackDotNode(1) << bp.nn.Input(1)
            assert repr(net) == "Network(FeedBackDotNode0, Input0)"
        with pytest.raises(ValueError, match="a feedforward path"):
            net.initialize()

    @pytest.mark.parametrize("trainable", [False, True])
    def test_a_node_with_feedback_of_ones_own_runs(self, trainable):
        node, o = FeedBackDotNode(2, trainable=trainable), bp.nn.Dense(3)
        net = ((bp.nn.Input(2) >> node >> o) & (node << o)).initialize(1)
        assert node.Wfb.shape == (3, 2)
        y = np.zeros((1, 3))
        for _ in range(3):
            y = (np.ones((1, 2)) @ np.asarray(node.Wff) + y @ np.asarray(node.Wfb)) @ np.asarray(o.Wff)
            assert_allclose(net(np.ones((1, 2))), y, rtol=1e-3, atol=1e-6)

    def test_dropout_of_ones_own_obeys_train_d12(self):
        net = (bp.nn.Input(1000) >> Dropout(0.8, seed=1) >> DotNode(1, np.ones)).initialize()
        x = np.ones((1, 1000))
        assert net(x, train=False).item() == 1000
        for on in (net(x), net(x, train=True), bm.jit(lambda x: net(x, train=True))(x)):
            # 800 are kept, give or take 13, and stand for 1.25 each.
            assert on.item() != 1000
            assert abs(on.item() - 1000) < 5 * 13 * 1.25
