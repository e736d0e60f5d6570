"""Shapes flow, then weights, states and feedback buffers are made; what fails leaves all as it was."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, NoImplementationError, RunningError, ShapeError, ValueRefused

nn = bp.nn
HOOKS = ("init_ff", "init_state", "init_fb", "init_fb_output")


class Noting(nn.Node):
    """Notes which hooks are called, and fails in one of them."""

    def __init__(self, notes, fails=None, error=None, **kwargs):
        super().__init__(**kwargs)
        self.__dict__.update(notes=notes, fails=fails, error=error or TypeError("ouch"))

    def told(self, hook):
        self.notes.append((hook, self.name))
        if self.fails == hook:
            raise self.error

    def init_ff(self):
        self.W = nn.init_param(bp.init.Normal(), (self.feedforward_shapes[0][-1], 2))
        self.T = bm.TrainVar(jnp.ones(2))
        self.inner = bp.layers.Dense(2, 2)
        self.several = bm.VarList([bm.Variable(2)])
        self.set_output_shape(2)
        self.told("init_ff")

    def init_state(self, num_batch=1):
        self.told("init_state")
        return jnp.full((num_batch, 2), 1.0)

    def init_fb(self):
        self.Wfb = jnp.ones((2, 2))
        self.told("init_fb")

    def init_fb_output(self, num_batch=1):
        self.told("init_fb_output")
        return jnp.full((num_batch, 2), 5.0)

    def forward(self, ff, fb=None):
        self.state.value = self.state + ff[0] @ self.W
        return self.state.value


def values(net):
    return {path: np.array(cell) for path, cell in net.vars("relative").unique().items()}


def same(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[path], b[path]) for path in a)


def test_hooks_are_called_in_order_and_those_for_weights_once():
    notes = []
    with bp.naming("order_of_hooks"):
        i, a, b = nn.Input(3), Noting(notes, name="a"), Noting(notes, name="b")
        net = (i >> a >> b) & (a << b)
        assert net.initialize(2) is net
    states = [("init_state", "a"), ("init_state", "b")]
    assert notes == [("init_ff", "a"), ("init_ff", "b"), *states, ("init_fb", "a"), ("init_fb_output", "b")]
    notes.clear()
    weights = np.array(a.W)
    net(np.ones((2, 3)))
    net.initialize(5)
    assert notes == [*states, ("init_fb_output", "b")]
    assert_array_equal(a.W, weights)
    assert_array_equal(a.state, np.ones((5, 2)))
    assert_array_equal(b.fb_output, np.full((5, 2), 5.0))
    assert a.fb_output is None


def test_shapes_come_from_the_outputs_of_the_senders():
    i, j, d = nn.Input(2), nn.Input(3), nn.Dense(4)
    net = ({i, j} >> d).initialize()
    assert d.feedforward_shapes == ((None, 2), (None, 3))
    assert d.Wff.shape == (5, 4)
    assert net.feedforward_shapes == {i: (None, 2), j: (None, 3)}
    assert net.output_shape == (None, 4)
    a, b = nn.Dense(1), nn.Dense(2)
    assert (net >> {a, b}).initialize().output_shape == {a: (None, 1), b: (None, 2)}


def test_a_lone_node_needs_to_know_its_input():
    with pytest.raises(ValueError, match=r"Dense\(.*\)\.initialize: .*got neither\. Connect an Input node, .*input_shape=10"):
        nn.Dense(3).initialize()
    assert nn.Dense(3, input_shape=2).initialize().Wff.shape == (2, 3)


@pytest.mark.parametrize(
    "wrong, error", [(0, ValueRefused), (-1, ValueRefused), (1.5, KindError), (True, KindError), ("2", KindError)]
)
def test_a_number_of_trials_is_a_whole_number_of_1_or_more(wrong, error):
    node = nn.VanillaRNN(2, input_shape=1)
    with pytest.raises(error, match=r"initialize\(num_batch=\.\.\.\): expected"):
        node.initialize(wrong)
    node.initialize(np.int64(2))
    with pytest.raises(error, match=r"reset_state\(batch_size=\.\.\.\): expected"):
        node.reset_state(wrong)
    assert node.state.shape == (2, 2)


def test_an_empty_network_has_nothing_to_initialise():
    with pytest.raises(ValueRefused, match="initialize: expected a network with nodes, got an empty one"):
        nn.Network().initialize()
    assert not nn.Network().is_initialized


def test_a_node_without_an_output_shape_is_named():
    class Forgets(nn.Node):
        def init_ff(self):
            """Nothing."""

    with pytest.raises(
        ValueError, match=r"Forgets\(forgetful\)\.init_ff: expected an init_ff that sets the output shape"
    ) as caught:
        (nn.Input(1) >> Forgets(name="forgetful")).initialize()
    assert "self.set_output_shape(" in str(caught.value)


def test_an_input_shape_and_what_it_is_wired_to_have_to_agree():
    with pytest.raises(ShapeError, match=r"expected shapes \(None, 3\), which its input_shape says, got \(None, 2\)\. Wire it"):
        (nn.Input(2) >> nn.Dense(1, input_shape=3)).initialize()


def test_weights_stay_and_other_shapes_are_refused():
    d, o = nn.Dense(1), nn.Dense(2)
    (nn.Input(2) >> d).initialize()
    with pytest.raises(ShapeError, match=r"expected shapes \(None, 2\), which its weights were made for, got \(None, 3\)"):
        (nn.Input(3) >> d).initialize()
    ((nn.Input(2) >> d >> o) & (d << o)).initialize()
    other = nn.Dense(3)
    with pytest.raises(
        ShapeError, match=r"expected shapes \(None, 2\), which its feedback weights were made for, got \(None, 3\)"
    ):
        ((nn.Input(2) >> d >> other) & (d << other)).initialize()


def test_a_receiver_of_feedback_needs_an_argument_for_it():
    class Short(Noting):
        def forward(self, ff):
            return ff[0]

    node, o = Short([], name="short"), nn.Dense(1)
    with pytest.raises(
        ValueRefused, match=r"Short\(short\)\.forward: expected a second argument fb, .*Write def forward\(self, ff, fb"
    ):
        ((nn.Input(1) >> node >> o) & (node << o)).initialize()


def graph(**bad):
    """A node in the middle that sends feedback and receives some, between two with states."""
    r, middle, o = nn.VanillaRNN(3), Noting([], **bad), Noting([])
    return (nn.Input(2) >> r >> middle >> o) & (middle << o) & (r << middle), middle


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize(
    "error, kind",
    [(TypeError("ouch"), ValueRefused), (ShapeError(where="w", expected="ouch", got="g", fix="Fix."), ShapeError)],
    ids=["any", "of bouton"],
)
def test_what_a_hook_raises_names_the_node_and_is_the_cause(hook, error, kind):
    net, bad = graph(fails=hook, error=error)
    with pytest.raises(kind, match=rf"Noting\({bad.name}\)\.{hook}.*ouch") as caught:
        net.initialize()
    assert caught.value.__cause__ is error


def test_an_error_that_names_the_node_already_is_left_as_it_is():
    net, bad = graph(fails="init_ff")
    bad.__dict__["error"] = error = NoImplementationError(where=f"weights of {bad.name}", expected="e", got="g", fix="Fix.")
    with pytest.raises(NoImplementationError) as caught:
        net.initialize()
    assert caught.value is error


def test_a_short_name_is_not_taken_for_a_part_of_a_word():
    error = ShapeError(where="Dense.W", expected="e", got="g", fix="Fix.")
    with bp.naming("short_names"):
        net, _ = graph(fails="init_ff", error=error, name="e")
        with pytest.raises(ShapeError, match=r"Noting\(e\)\.init_ff, Dense\.W: expected e, got g\. Fix\."):
            net.initialize()


@pytest.mark.parametrize("warning", [UserWarning("mind"), KeyboardInterrupt()])
def test_warnings_and_interrupts_are_no_errors_of_a_hook(warning):
    net, _ = graph(fails="init_ff", error=warning)
    with pytest.raises(type(warning)) as caught:
        net.initialize()
    assert caught.value is warning
    assert not net.is_initialized


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_raises_leaves_no_node_half_initialised(hook):
    bm.random.seed(7)
    net, bad = graph(fails=hook)
    with pytest.raises(ValueRefused, match="ouch"):
        net.initialize(2)
    assert net.vars() == {}
    # The source is initialised from the beginning.
    for node in net.lnodes[1:]:
        assert not node.is_initialized
        assert node.modules() == {}
        assert node.feedforward_shapes is node.feedback_shapes is node.fb_output is None
    assert bad.output_shape is None
    assert not hasattr(bad, "W")
    bad.__dict__["fails"] = None
    net.initialize(2)
    bm.random.seed(7)
    other, _ = graph()
    # Random numbers were put back, too.
    other.initialize(2)
    assert all(np.array_equal(a, b) for a, b in zip(values(net).values(), values(other).values(), strict=True))


@pytest.mark.parametrize("hook", ["init_state", "init_fb_output"])
@pytest.mark.parametrize("again", [lambda net: net.initialize(5), lambda net: net.reset_state(5)])
def test_a_hook_that_raises_later_leaves_states_as_they_were(hook, again):
    net, bad = graph()
    net.initialize(2)
    net(np.ones((2, 2)))
    before = values(net)
    bad.__dict__["fails"] = hook
    for run in (lambda: again(net), bm.jit(lambda: again(net) and None)):
        with pytest.raises(ValueRefused, match="ouch"):
            run()
        assert same(values(net), before)
    bad.__dict__["fails"] = None
    assert net(np.ones((2, 2))).shape == (2, 2)
    net.reset_state()
    assert bad.state.shape == (2, 2)


def test_in_compiled_code_states_begin_anew_and_nothing_is_made():
    net, _ = graph()
    with pytest.raises(
        RunningError, match="initialize: expected a call outside of compiled code, where weights and states can be"
    ):
        bm.jit(lambda: net.initialize(2) and None)()
    assert net.vars() == {}
    net.initialize(2)
    first = values(net)
    net(np.ones((2, 2)))
    assert not same(values(net), first)
    state = net.lnodes[1].state
    bm.jit(lambda: net.reset_state() and None)()
    drawn = values(net)
    name = net.lnodes[1].name
    # The state of a VanillaRNN is drawn.
    assert all(np.array_equal(drawn[path], first[path]) for path in first if path != f"{name}.state")
    bm.jit(lambda: net.reset_state(4) and None)()
    assert state.shape == (4, 3)
    assert net(np.ones((4, 2))).shape == (4, 2)
    net.reset_state()
    assert state.shape == (4, 3)


def test_a_feedback_buffer_has_a_row_for_each_trial():
    class Wrong(nn.Dense):
        def init_fb_output(self, num_batch=1):
            return jnp.zeros((num_batch + 1, 1))

    r, o = nn.VanillaRNN(1), Wrong(1)
    with pytest.raises(
        ShapeError, match=r"Wrong\(.*\)\.init_fb_output, what it returns: expected shape \(2, \.\.\.\), got \(3, 1\)"
    ):
        ((nn.Input(1) >> r >> o) & (r << o)).initialize(2)


def test_a_member_of_another_network_may_stand_at_the_entry():
    d, o = nn.Dense(2, np.ones), nn.Dense(1, np.ones)
    (nn.Input(3) >> d).initialize()
    net = (d >> o).initialize()
    assert net(np.ones((1, 3))).item() == 6
    assert d.is_initialized
    assert_array_equal(d(np.ones((1, 3))), [[3, 3]])


def test_a_feedback_buffer_is_of_the_floats_of_the_environment():
    with bm.environment(float_="bfloat16"):
        r, o = nn.VanillaRNN(1), nn.Dense(1)
        ((nn.Input(1) >> r >> o) & (r << o)).initialize()
        assert o.fb_output.dtype == o.Wff.dtype
