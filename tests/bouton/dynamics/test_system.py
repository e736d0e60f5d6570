"""Systems of one step: their mode, their steps, eager and compiled, their copies and names."""

import copy
import gc

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from plain_systems import Leak, Scale

import bouton as bp
import bouton.math as bm
from bouton.errors import NoImplementationError, ValueRefused

pytestmark = pytest.mark.usefixtures("nothing_shared")


def test_the_mode_is_that_of_the_environment_unless_one_is_given():
    with bm.training_environment(batch_size=3):
        assert Leak().mode.batch_size == 3
        assert Leak(mode=bm.nonbatching_mode).mode == bm.nonbatching_mode
    assert Leak().mode == bm.nonbatching_mode


def test_the_mode_can_be_assigned_and_compiled_code_follows():
    class Asks(bp.DynamicalSystemNS):
        def update(self, x):
            return x * 2.0 if self.mode.is_child_of(bm.TrainingMode) else x

    asks = Asks()
    step = bm.jit(asks)
    assert step(1.0) == 1.0
    asks.mode = bm.training_mode
    assert asks.mode is bm.training_mode
    assert step(1.0) == 2.0


def test_what_is_no_mode_is_refused():
    leak = Leak()
    with pytest.raises(ValueRefused, match=r"Leak\.mode: expected a mode, got 'training'\. Pass for instance"):
        leak.mode = "training"
    with pytest.raises(ValueError, match="expected a mode, got 3"):
        Leak(mode=3)
    assert leak.mode is bm.nonbatching_mode


def test_a_class_need_not_call_its_base():
    class Bare(bp.DynamicalSystemNS):
        def __init__(self):
            self.w = bm.Variable(jnp.ones(2))

        def update(self, x):
            return self.w * x

    bare = Bare()
    assert bare.mode == bm.nonbatching_mode
    assert_allclose(bare(2.0), [2.0, 2.0])


def by_hand(xs, dt):
    v, out = np.zeros(2), []
    for x in xs:
        v = v + dt * (x - v)
        out.append(v)
    return np.array(out)


def test_a_system_steps_alike_eager_compiled_and_in_a_loop():
    xs = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0]], np.float32)
    with bm.environment(dt=0.25):
        wanted = by_hand(xs, 0.25)
        leak = Leak()
        assert_allclose([leak(x) for x in xs], wanted, rtol=1e-6)
        leak.reset()
        step = bm.jit(leak)
        assert_allclose([step(x) for x in xs], wanted, rtol=1e-6)
        leak.reset()
        assert_allclose(bm.for_loop(leak, xs), wanted, rtol=1e-6)
        leak.reset()
        assert_allclose(bm.for_loop(leak, xs, jit=False), wanted, rtol=1e-6)
        assert_allclose(leak.v, wanted[-1], rtol=1e-6)


def test_gradients_pass_through_steps():
    leak, scale = Leak(), Scale(2.0)
    xs = jnp.ones((3, 2))

    def loss():
        leak.reset()
        return bm.for_loop(lambda x: x >> scale >> leak, xs)[-1].sum()

    with bm.environment(dt=0.25):
        grads = bm.grad(loss, grad_vars=scale.by)()
    assert_allclose(grads, 2 * (1 - 0.75**3), rtol=1e-6)


def test_a_class_without_a_step_says_so():
    with pytest.raises(
        NoImplementationError, match=r"DynamicalSystem\.update: expected a method that says one step of the system, got none"
    ):
        bp.DynamicalSystem()()


def test_it_shows_name_and_mode():
    assert repr(Leak(name="leak_of_the_text")) == "Leak(name=leak_of_the_text, mode=NonBatchingMode)"
    assert repr(Leak(name="other_leak", mode=bm.TrainingMode(2))) == "Leak(name=other_leak, mode=TrainingMode(batch_size=2))"


def test_state_may_be_an_attribute():
    class Cell(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.state = bm.Variable(3)

    cell = Cell()
    assert isinstance(cell.state, bm.Variable)
    assert list(cell.states()) == ["state"]


def test_a_copy_has_a_mode_of_its_own():
    leak = Leak()
    other = copy.deepcopy(leak)
    other.mode = bm.batching_mode
    assert leak.mode == bm.nonbatching_mode
    other.v.value = jnp.ones(2)
    assert float(leak.v.sum()) == 0


def test_names_are_free_when_a_system_is_gone():
    Leak(name="short_lived_leak")
    gc.collect()
    assert Leak(name="short_lived_leak").name == "short_lived_leak"
