"""What a node knows of itself, and what a subclass says."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, MathError, NoImplementationError, RunningError, ShapeError, ValueRefused

nn = bp.nn


class Passing(nn.Node):
    """What comes, goes."""

    def init_ff(self):
        self.set_output_shape(self.feedforward_shapes[0])

    def forward(self, ff):
        return ff[0]


def test_a_state_is_written_in_place():
    node = nn.VanillaRNN(2, input_shape=1).initialize(3)
    state = node.state
    node.state += 1.0
    node.state.value = node.state * 0 + 5
    assert node.state is state
    assert_array_equal(state, np.full((3, 2), 5.0))


def test_set_state_may_change_the_batch_and_neither_another_axis_nor_the_dtype():
    node = nn.VanillaRNN(2, input_shape=1).initialize(3)
    node.set_state(np.ones((5, 2)))
    assert node.state.shape == (5, 2)
    for wrong in (np.ones((5, 3)), np.ones(2), np.ones((1, 5, 2))):
        with pytest.raises(ValueError, match=r"VanillaRNN\(.*\)\.set_state: expected shape \(num_batch, 2\), got") as caught:
            node.set_state(wrong)
        assert isinstance(caught.value, ShapeError)
    with pytest.raises(MathError, match="dtype float32, got int32"):
        node.set_state(np.ones((5, 2), np.int32))
    with pytest.raises(KindError, match="expected an array of numbers"):
        node.set_state("zeros")
    assert node.state.shape == (5, 2)


def test_set_state_needs_to_know_the_output():
    with pytest.raises(ShapeError, match=r"expected a node that knows its output shape, got none\. Call initialize\(\) first"):
        Passing().set_state(np.ones((1, 2)))


def test_a_first_state_is_not_made_in_compiled_code():
    class Late(Passing):
        def forward(self, ff):
            self.set_state(ff[0])
            return ff[0]

    node = Late(input_shape=2).initialize()
    with pytest.raises(
        RunningError, match=r"Late\(.*\)\.state: expected to be made outside of compiled code.*Let init_state return"
    ):
        bm.jit(node)(np.ones((1, 2)))
    assert node.state is None
    node(np.ones((1, 2)))
    assert_array_equal(bm.jit(node)(np.full((1, 2), 3.0)), [[3, 3]])
    assert_array_equal(node.state, [[3, 3]])


@pytest.mark.parametrize("shape", [(3,), 3])
def test_set_output_shape_takes_a_tuple_or_a_number_of_features(shape):
    node = Passing()
    node.set_output_shape((None, *shape) if isinstance(shape, tuple) else shape)
    assert node.output_shape == (None, 3)
    node.set_output_shape([None, 3])
    with pytest.raises(ShapeError, match=r"set_output_shape: expected \(None, 3\), which it is already, got \(None, 4\)"):
        node.set_output_shape((None, 4))


@pytest.mark.parametrize("shape", [(3, 4), (), None, True, "ab", 1.5])
def test_an_output_shape_begins_with_none(shape):
    with pytest.raises(ShapeError, match=r"expected a tuple that begins with None, for the batch, got .*Write \(None, 10\)"):
        Passing().set_output_shape(shape)


def test_an_output_shape_is_of_whole_numbers():
    for shape in ((None, 0), (None, None), (None, 1.5)):
        with pytest.raises(ValueRefused, match="set_output_shape: expected whole numbers above 0"):
            Passing().set_output_shape(shape)


def test_what_a_subclass_has_to_write_is_named():
    with pytest.raises(
        NotImplementedError, match=r"Node\.init_ff: expected a method that says what follows from feedforward"
    ) as caught:
        nn.Node(input_shape=1).initialize()
    assert isinstance(caught.value, NoImplementationError)

    class Silent(nn.Node):
        def init_ff(self):
            self.set_output_shape(2)

    with pytest.raises(NoImplementationError, match=r"Silent\.forward: .* got none\. Define forward in the class"):
        Silent(input_shape=1).initialize()(np.ones((1, 1)))


def test_hooks_may_leave_arrays_which_become_parameters():
    class Leaving(Passing):
        def __init__(self, given, **kwargs):
            super().__init__(**kwargs)
            self.given = given

        def init_ff(self):
            super().init_ff()
            self.W = jnp.ones((2, 2))
            self.count = jnp.arange(2)
            self.table = np.ones(2)

        def forward(self, ff):
            return ff[0] @ self.W

    given = jnp.ones(3)
    node = Leaving(given, input_shape=2).initialize()
    assert list(node.vars("relative")) == list(node.parameters()) == ["W"]
    assert node.given is given
    compiled = bm.jit(node)
    assert_array_equal(compiled(np.ones((1, 2))), [[2, 2]])
    node.W = np.zeros((2, 2))
    assert_array_equal(compiled(np.ones((1, 2))), [[0, 0]])
