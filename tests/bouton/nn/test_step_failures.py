"""Steps that fail, and what is refused in one."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from step_graphs import BATCH, XS, dense, nn, plain_feedback, rnn

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError


def test_a_number_of_trials_that_there_are_no_states_for_is_refused():
    net, _ = plain_feedback()
    net.initialize(2)
    with pytest.raises(
        ValueError, match=r"VanillaRNN\(.*\): expected 2 trials, for which it has states, got 3\. Call initialize\(3\)"
    ):
        net(XS[0])
    i, d, o = nn.Input(2), dense(1), dense(1)
    stateless = (i >> d >> o).initialize(1)
    assert stateless(XS[0]).shape == (3, 1)
    fed_back = ((i >> d >> o) & (d << o)).initialize(1)
    with pytest.raises(ShapeError, match=r"Dense\(.*\): expected 1 trials"):
        fed_back(XS[0])
    # In the network without it feedback does not count.
    assert stateless(XS[0]).shape == (3, 1)


class Breaking(nn.Node):
    """Moves a state and a Variable of its own on, and then may fail."""

    def __init__(self, fails=None, **kwargs):
        super().__init__(**kwargs)
        self.count = bm.Variable(jnp.zeros((), jnp.int32))
        self.__dict__["fails"] = fails

    def init_ff(self):
        self.set_output_shape(self.feedforward_shapes[0])

    def init_state(self, num_batch=1):
        self.count.value = jnp.zeros((), jnp.int32)
        return jnp.zeros((num_batch, *self.output_shape[1:]))

    def forward(self, ff):
        self.count += 1
        self.state.value = self.state + ff[0]
        if self.fails == "forward":
            raise OSError("gone")
        return self.state * self.count.astype(jnp.float32)

    def feedback(self, ff_output):
        if self.fails == "feedback":
            raise OSError("gone")
        return ff_output


def test_a_node_may_move_other_variables_on_than_its_state():
    node = Breaking(input_shape=1).initialize(1)
    xs = np.ones((4, 1, 1))
    expected = [1, 2 * 2, 3 * 3, 4 * 4]
    for run in (lambda: [node(x) for x in xs], lambda: bm.for_loop(node, xs)):
        assert_array_equal(np.ravel(run()), expected)
        assert node.count.item() == 4
        node.reset_state()
        assert node.count.item() == 0


@pytest.mark.parametrize("fails", ["forward", "feedback"])
@pytest.mark.parametrize(
    "run",
    [
        lambda net: net(XS[0]),
        lambda net: bm.jit(net)(XS[0]),
        lambda net: bm.for_loop(net, XS),
        lambda net: bm.grad(lambda: net(XS[0]).sum(), grad_vars=net.train_vars().unique())(),
    ],
    ids=["eager", "jit", "for_loop", "grad"],
)
def test_an_error_in_a_step_leaves_every_variable_as_it_was(fails, run):
    i, r, bad = nn.Input(2), rnn(2), Breaking()
    net = ((i >> r >> bad) & (r << bad)).initialize(BATCH)
    net(XS[0])
    before = {path: np.array(cell) for path, cell in net.vars().items()}
    shared = bp.share.get_shargs()
    bad.__dict__["fails"] = fails
    with pytest.raises(OSError, match="gone"):
        run(net)
    for path, cell in net.vars().items():
        assert_array_equal(cell, before[path], err_msg=path)
    assert bp.share.get_shargs() == shared
    bad.__dict__["fails"] = None
    assert np.isfinite(net(XS[0])).all()


def test_forward_has_to_return_an_array():
    class Silent(Breaking):
        def forward(self, ff):
            """Nothing."""

    class Wordy(Breaking):
        def forward(self, ff):
            return "out"

    class Twofold(Breaking):
        def forward(self, ff):
            return ff[0], ff[0]

    class Summed(Breaking):
        def forward(self, ff):
            return ff[0].sum()

    for kind, error, words in (
        (Silent, KindError, r"\.forward: expected the output, an array, got NoneType\. End it with return"),
        (Wordy, KindError, r"\.forward.*expected an array of numbers, got str"),
        (Twofold, KindError, r"\.forward: expected the output, an array, got tuple"),
        (Summed, ShapeError, r"\.forward: expected shape \(batch, 1\), as init_ff said, got \(\)\. Return that shape"),
    ):
        node = kind(input_shape=1).initialize()
        for call in (node, bm.jit(node)):
            with pytest.raises(error, match=kind.__name__ + r"\(.*\)" + words):
                call(np.ones((1, 1)))


def test_forward_returns_a_row_for_each_trial():
    class Forgets(Breaking):
        def forward(self, ff):
            return jnp.ones((1, 1))

    node = Forgets(input_shape=1).initialize(3)
    words = r"Forgets\(.*\)\.forward: expected a row for each of 3 trials that came in, got shape \(1, 1\)\. The batch is axis 0"
    with pytest.raises(ShapeError, match=words):
        node(np.ones((3, 1)))
    assert node.initialize(1)(np.ones((1, 1))).shape == (1, 1)


def test_what_forward_raises_tells_the_node_and_what_it_was_called_with():
    class Matrix(Breaking):
        def forward(self, ff):
            return ff @ jnp.ones((1, 1))

    class Single(Breaking):
        data_pass_type = nn.PASS_ONLY_ONE

        def init_ff(self):
            self.set_output_shape(1)

        def init_fb(self):
            """No weights."""

        def forward(self, ff, fb=None):
            raise OSError("gone")

    node = Matrix(input_shape=1, name="matrix").initialize(2)
    for call in (node, bm.jit(node)):
        with pytest.raises(TypeError, match="unsupported operand") as caught:
            call(np.ones((2, 1)))
        assert caught.value.__notes__[0] == "This was in Matrix(matrix).forward, called with ff = a tuple of arrays (2, 1)."

    class ByNode(Matrix):
        data_pass_type = nn.PASS_NODE_DICT

        def init_ff(self):
            self.set_output_shape(1)

    with pytest.raises(TypeError) as caught:
        ByNode(input_shape=1, name="by_node").initialize(1)(np.ones((1, 1)))
    assert caught.value.__notes__[0] == "This was in ByNode(by_node).forward, called with ff = a dict."
    single, out = Single(name="single"), nn.Dense(3)
    net = ((nn.Input(1) >> single >> out) & (single << out)).initialize()
    with pytest.raises(OSError, match="gone") as caught:
        net(np.ones((1, 1)))
    assert caught.value.__notes__[0] == "This was in Single(single).forward, called with ff of shape (1, 1), fb of shape (1, 3)."


def test_a_series_in_place_of_a_step_is_told_of_the_runner():
    net = (bp.nn.Input(3) >> bp.nn.Dense(1)).initialize(2)
    with pytest.raises(ShapeError, match=r"got \(2, 10, 3\). A call is one step: .*RNNRunner\(net\).predict"):
        net(np.ones((2, 10, 3)))


def test_feedback_of_another_shape_than_the_output_is_refused_by_name():
    class Half(bp.nn.Dense):
        def feedback(self, ff_output):
            return ff_output[:, :1]

    first, second = bp.nn.Dense(2), Half(2, name="half")
    net = ((bp.nn.Input(1) >> first >> second) & (first << second)).initialize(1)
    with pytest.raises(ShapeError, match=r"Half\(half\).feedback: expected shape \(batch, 2\).*got \(1, 1\).*a node of its own"):
        net(np.ones((1, 1)))
