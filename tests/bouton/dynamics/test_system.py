"""Systems of one step: how they are called, what they are told, and how they begin anew."""

import copy
import gc

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, NoImplementationError, ValueRefused


class Leak(bp.DynamicalSystem):
    """``v ← v + dt (current - v)``, told what is shared."""

    def __init__(self, n=2, **options):
        super().__init__(**options)
        self.n = n
        self.v = bm.Variable(jnp.zeros(n))

    def reset_state(self, batch_size=None):
        self.v.value = jnp.zeros(self.n)

    def update(self, shared, current):
        self.v += shared["dt"] * (current - self.v)
        return self.v.value


class Scale(bp.DynamicalSystemNS):
    def __init__(self, by=2.0, **options):
        super().__init__(**options)
        self.by = bm.TrainVar(jnp.asarray(by))

    def update(self, x):
        return x * self.by


class Marked(bp.DynamicalSystem):
    @bp.not_pass_shared
    def update(self, x):
        return x + 1.0

    @bp.not_pass_shared
    def other(self, x):
        return x + 2.0


@pytest.fixture(autouse=True)
def nothing_shared():
    with bp.share.restored({}):
        bp.share.clear()
        yield


def test_a_dict_in_front_is_what_a_system_is_told():
    leak = Leak()
    assert_allclose(leak({"dt": 0.5}, 2.0), [1.0, 1.0])
    assert bp.share["dt"] == 0.5


def test_without_a_dict_a_system_is_told_what_is_shared():
    leak = Leak()
    with bm.environment(dt=0.25):
        assert_allclose(leak(2.0), [0.5, 0.5])
    bp.share.save(dt=0.5)
    assert_allclose(leak(2.0), [1.25, 1.25])


def test_a_system_is_told_the_usual_things_where_nothing_is_shared():
    class Asks(bp.DynamicalSystem):
        def update(self, shared):
            return shared

    with bm.environment(dt=0.25):
        assert Asks()() == {"t": 0.0, "i": 0, "fit": False, "dt": 0.25}
        assert Asks()({"i": 3, "mine": 1}) == {"t": 0.0, "i": 3, "fit": False, "dt": 0.25, "mine": 1}


def test_what_a_system_hands_on_does_not_fix_the_time_step():
    class Outer(bp.DynamicalSystem):
        def __init__(self):
            super().__init__()
            self.inner = Leak()

        def update(self, shared, x):
            return self.inner(shared, x)

    outer = Outer()
    with bm.environment(dt=0.25):
        outer(2.0)
    assert bp.share.get_shargs() == {}
    with bm.environment(dt=0.5):
        assert_allclose(outer(2.0), [1.25, 1.25])


def test_a_system_without_shared_arguments_shares_and_drops_a_dict():
    scale = Scale()
    assert scale(3.0) == 6.0
    assert scale({"fit": True}, 3.0) == 6.0
    assert scale({}, 3.0) == 6.0
    assert bp.share["fit"] is True


def test_a_marked_method_takes_no_shared_arguments():
    marked = Marked()
    assert marked(1.0) == marked({"t": 0.5}, 1.0) == 2.0
    assert marked.other({"i": 2}, 1.0) == marked.other(1.0) == 3.0
    assert bp.share.get_shargs() == {"t": 0.5, "i": 2}


def test_a_mark_counts_below_and_above_a_compiled_method():
    class Below(bp.DynamicalSystem):
        @bm.cls_jit
        @bp.not_pass_shared
        def update(self, x):
            return x * 2.0

    class Above(bp.DynamicalSystem):
        @bp.not_pass_shared
        def update(self, x):
            return self.compiled(x)

        @bm.cls_jit
        def compiled(self, x):
            return x * 2.0

    assert Below()(3.0) == Above()(3.0) == Below()({"t": 1.0}, 3.0) == 6.0


def test_a_mark_counts_below_what_only_says_what_it_wraps():
    def counted(method):
        def update(self, *args):
            return method(self, *args) + 1.0

        update.__wrapped__ = method
        return update

    class Counted(bp.DynamicalSystem):
        @counted
        @bp.not_pass_shared
        def update(self, x):
            return x * 2.0

    assert Counted()(3.0) == 7.0


def test_a_subclass_calls_as_its_own_update_does():
    class Told(Marked):
        def update(self, shared, x):
            return shared["t"] + x

    class Inherits(Marked):
        pass

    assert Told()({"t": 0.5}, 1.0) == 1.5
    assert Inherits()(1.0) == 2.0


@pytest.mark.parametrize("x", [np.array([1.0, 2.0], np.float32), jnp.array([1.0, 2.0]), bm.Variable(jnp.array([1.0, 2.0]))])
def test_an_array_in_front_is_what_a_system_is_called_with(x):
    assert_allclose(x >> Scale(2.0) >> Scale(3.0), [6.0, 12.0])


def test_a_traced_array_and_a_number_in_front_are_too():
    scale = Scale(2.0)
    x = jnp.array([1.0, 2.0])
    assert_allclose(bm.jit(lambda x: x >> scale)(x), [2.0, 4.0])
    assert_allclose(jax.vmap(lambda x: x >> scale)(x), [2.0, 4.0])
    assert bm.grad(lambda x: x >> scale)(1.0) == 2.0
    assert 1.5 >> scale == 3.0


def test_a_system_in_front_is_refused():
    with pytest.raises(KindError, match=r"Scale >> Scale: expected an array on the left of >>.* bp\.Sequential\(first, second\)"):
        Scale() >> Scale()


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


def test_compiled_with_the_shared_dict_as_an_argument_time_compiles_nothing():
    class Clock(bp.DynamicalSystem):
        def update(self, shared, x):
            return shared["t"] + x

    step = bm.jit(Clock())
    assert [float(step({"t": t}, 1.0)) for t in (0.0, 0.5, 1.0)] == [1.0, 1.5, 2.0]
    assert step.compilations == 1
    assert bp.share.get_shargs() == {}


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
