"""Delays to the exact step, in steps and in ms, for all elements and for each its own."""

import copy

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, MathError, RunningError, ShapeError, ValueRefused

IMPULSE = np.eye(1, 9, dtype=np.float32)[0]  # 1 in the first step, then 0


def shifted(x, k):
    """``x`` delayed by ``k`` steps, zeros before."""
    return np.concatenate([np.zeros((k, *x.shape[1:]), x.dtype), x])[: len(x)]


def run(how, step, xs):
    """One call of ``step`` for each of ``xs``."""
    if how == "eager":
        return jnp.stack([step(x) for x in xs])
    if how == "jit":
        compiled = bm.jit(step)
        return jnp.stack([compiled(x) for x in xs])
    return bm.for_loop(step, xs)


HOW = pytest.mark.parametrize("how", ["eager", "jit", "for_loop"])


@HOW
@pytest.mark.parametrize("k", [0, 1, 3, 5])
def test_an_impulse_comes_back_after_exactly_so_many_steps(how, k):
    delay = bm.LengthDelay(jnp.zeros(()), 5)

    def step(x):
        delay.update(x)
        return delay(k)

    assert_array_equal(run(how, step, jnp.asarray(IMPULSE)), shifted(IMPULSE, k))


@HOW
def test_read_before_the_push_it_is_one_step_more(how):
    delay = bm.LengthDelay(jnp.zeros(()), 5)

    def step(x):
        out = delay(2)
        delay.update(x)
        return out

    assert_array_equal(run(how, step, jnp.asarray(IMPULSE)), shifted(IMPULSE, 3))


@HOW
def test_each_element_may_have_its_own_delay(how):
    rng = np.random.default_rng(0)
    xs = rng.normal(size=(12, 2, 4)).astype(np.float32)
    ks = np.array([0, 3, 1, 5])
    delay = bm.LengthDelay(bm.Variable(jnp.zeros((2, 4)), batch_axis=0), 5)

    def step(x):
        delay.update(x)
        return delay(ks)

    wanted = np.stack([shifted(xs[:, :, n], k) for n, k in enumerate(ks)], axis=-1)
    assert_array_equal(run(how, step, jnp.asarray(xs)), wanted)


@pytest.mark.parametrize("shape", [(4,), (2, 4)])
def test_elements_are_taken_by_index_with_one_delay_or_one_each(shape):
    rng = np.random.default_rng(0)
    xs = rng.normal(size=(9, *shape)).astype(np.float32)
    indices, ks = np.array([3, 0, 3, 1, 2]), np.array([0, 2, 5, 1, 3])
    delay = bm.LengthDelay(jnp.zeros(shape), 5)

    def step(x):
        delay.update(x)
        return delay(ks, indices), delay(2, indices)

    each, one = bm.for_loop(step, jnp.asarray(xs))
    assert_array_equal(each, np.stack([shifted(xs[..., i], k) for i, k in zip(indices, ks, strict=True)], axis=-1))
    assert_array_equal(one, shifted(xs[..., indices], 2))


@HOW
def test_a_time_is_the_nearest_number_of_steps(how):
    with bm.environment(dt=0.1):
        delay = bm.LengthDelay(jnp.zeros(()), 0.5)
        assert delay.delay_len == 5

        def step(x):
            delay.update(x)
            return jnp.stack([delay(0.3), delay(0.5), delay(jnp.asarray(0.3))])

        outs = run(how, step, jnp.asarray(IMPULSE))
    assert_array_equal(outs, np.stack([shifted(IMPULSE, 3), shifted(IMPULSE, 5), shifted(IMPULSE, 3)], axis=1))


def test_times_of_each_element_are_delays_too():
    with bm.environment(dt=0.5):
        delay = bm.LengthDelay(jnp.zeros(3), np.array([0.0, 1.0, 2.0]))
        outs = []
        for x in IMPULSE:
            delay.update(jnp.full(3, x))
            outs.append(delay(np.array([0.0, 1.0, 2.0])))
    assert_array_equal(outs, np.stack([shifted(IMPULSE, k) for k in (0, 2, 4)], axis=1))


def test_a_delay_in_a_cell_can_be_changed_without_compiling():
    delay, k = bm.LengthDelay(jnp.zeros(()), 5), bm.Variable(jnp.asarray(2))
    for x in (1.0, 2.0, 3.0, 4.0):
        delay.update(x)
    look = bm.jit(lambda: delay(k))
    assert look() == 2.0
    k.value = 3
    assert look() == 1.0
    assert look.compilations == 1


# -- another dt


def test_after_another_dt_a_time_is_refused_until_the_reset():
    with bm.environment(dt=0.1):
        delay = bm.LengthDelay(jnp.zeros(2), 1.0)
        look = bm.jit(lambda: delay(1.0))
        look()
    with bm.environment(dt=0.25):
        with pytest.raises(RunningError, match=r"the dt with which the past was stored, 0\.1 ms, got 0\.25 ms\. Reset the state"):
            delay(1.0)
        with pytest.raises(RunningError, match=r"0\.25 ms"):
            look()
        assert_array_equal(delay(3), [0.0, 0.0])
        delay.reset()
        assert delay.delay_len == 4
        outs = []
        for x in IMPULSE:
            delay.update(jnp.full(2, x))
            outs.append(float(delay(1.0)[0]))
            assert_array_equal(delay(1.0), look())
    assert_array_equal(outs, shifted(IMPULSE, 4))
    with bm.environment(dt=0.1), pytest.raises(RunningError, match=r"0\.25 ms, got 0\.1 ms"):
        look()


def test_the_dt_is_the_shared_one():
    with bp.share.restored({"dt": 0.5}):
        assert bm.LengthDelay(jnp.zeros(2), 1.0).delay_len == 2


def test_a_delay_in_steps_does_not_mind_dt():
    delay = bm.LengthDelay(jnp.zeros(()), 3)
    with bm.environment(dt=0.7):
        delay.update(1.0)
        delay.update(2.0)
        delay.reset()
        delay.update(1.0)
        assert (float(delay(0)), float(delay(1)), delay.delay_len) == (1.0, 0.0, 3)


# -- how it begins


def test_it_begins_with_the_target_and_what_came_before():
    v = bm.Variable(jnp.array([1.0, 2.0]))
    assert_array_equal([bm.LengthDelay(v, 2)(k) for k in range(3)], [[1, 2], [0, 0], [0, 0]])
    assert_array_equal([bm.LengthDelay(v, 2, -1.0)(k) for k in range(3)], [[1, 2], [-1, -1], [-1, -1]])
    before = np.array([[3.0, 4.0], [5.0, 6.0]], np.float32)
    assert_array_equal([bm.LengthDelay(v, 2, before)(k) for k in range(3)], [[1, 2], [3, 4], [5, 6]])
    made = bm.LengthDelay(v, 2, lambda shape: jnp.full(shape, 7.0))
    assert_array_equal([made(k) for k in range(3)], [[1, 2], [7, 7], [7, 7]])


def test_truth_values_and_a_delay_of_nothing_are_kept():
    delay = bm.LengthDelay(jnp.zeros(2, bool), 0)
    delay.update(jnp.array([True, False]))
    assert delay(0).dtype == bool
    assert_array_equal(delay(), [True, False])


def test_a_variable_is_what_is_pushed():
    v = bm.Variable(jnp.zeros(2))
    delay = bm.LengthDelay(v, 2)
    for k in range(1, 4):
        v.value = jnp.full(2, float(k))
        delay.update()
    assert_array_equal([delay(k)[0] for k in range(3)], [3, 2, 1])


def test_a_reset_forgets_and_takes_over_the_batch():
    v = bm.Variable(jnp.zeros((1, 3)), batch_axis=0)
    delay = bm.LengthDelay(v, 2)
    v.value = jnp.ones((5, 3))
    with pytest.raises(ShapeError, match=r"LengthDelay\.update: expected shape \(1, 3\), got \(5, 3\)\. .*reset the delay"):
        delay.update()
    delay.reset_state(5)
    assert_array_equal(delay(0), np.ones((5, 3)))
    assert_array_equal(delay(2), np.zeros((5, 3)))
    delay.update(2.0 * jnp.ones((5, 3)))
    assert_array_equal(delay(1), np.ones((5, 3)))
    with pytest.raises(MathError):
        delay.reset(jnp.ones((5, 4)))
    plain = bm.LengthDelay(jnp.ones(2), 1)
    plain.update(jnp.zeros(2))
    assert_array_equal(plain.reset()(0), [1, 1])
    assert_array_equal(plain.reset(jnp.zeros(2))(0), [0, 0])


# -- derivatives, maps, copies


def test_gradients_pass_through_the_past():
    w = bm.TrainVar(jnp.asarray(3.0))
    delay = bm.LengthDelay(jnp.zeros(()), 2)

    def loss():
        delay.reset()

        def step(x):
            delay.update(w * x)
            return delay(2)

        return (bm.for_loop(step, jnp.arange(1.0, 6.0)) ** 2).sum()

    # 3x for x = 1, 2, 3 comes out: 2 w (1 + 4 + 9)
    assert_allclose(bm.grad(loss, grad_vars=w)(), 2 * 3.0 * 14, rtol=1e-6)


def test_it_maps_over_many():
    xs = np.random.default_rng(1).normal(size=(4, 7)).astype(np.float32)

    def series(row):
        delay = bm.LengthDelay(jnp.zeros(()), 3)

        def step(x):
            delay.update(x)
            return delay(3)

        return bm.for_loop(step, row)

    assert_array_equal(bm.vmap(series)(jnp.asarray(xs)), np.stack([shifted(row, 3) for row in xs]))


def test_a_copy_has_a_past_of_its_own_and_the_copied_source():
    class Holder(bp.Object):
        def __init__(self):
            self.v = bm.Variable(jnp.zeros(()))
            self.delay = bm.LengthDelay(self.v, 2)

    one = Holder()
    two = copy.deepcopy(one)
    two.v.value = 5.0
    two.delay.update()
    assert two.delay(0) == 5.0
    assert one.delay(0) == 0.0
    assert list(one.vars("relative")) == ["v", "delay.data", "delay.newest"]


# -- what is refused


def test_more_than_is_stored_is_refused():
    delay = bm.LengthDelay(jnp.zeros(2), 3)
    with pytest.raises(
        ValueRefused, match=r"at most the 3 steps that are stored, got 4\. Make the delay with a larger delay_len"
    ):
        delay(4)
    with pytest.raises(ValueRefused, match="got 5"):
        bm.jit(lambda: delay(np.array([1, 5])))()
    with bm.environment(dt=0.1), pytest.raises(ValueRefused, match="got 4"):
        bm.LengthDelay(jnp.zeros(2), 0.3)(0.4)


def test_more_than_is_stored_is_nan_where_only_the_trace_knows():
    delay = bm.LengthDelay(jnp.ones(2), 3, 2.0)
    assert_array_equal(bm.jit(lambda k: delay(k))(4), [np.nan, np.nan])
    assert_array_equal(bm.jit(lambda k: delay(k))(3), [2.0, 2.0])
    assert_array_equal(bm.jit(lambda k: delay(k))(-1), [np.nan, np.nan])
    spikes = bm.LengthDelay(jnp.zeros(1, bool), 2, True)
    assert_array_equal(bm.jit(lambda k: spikes(k))(7), [True])


@pytest.mark.parametrize(
    ("k", "error", "sentence"),
    [
        (-1, ValueRefused, r"LengthDelay\(delay\): expected 0 or more, got -1\. A delay looks back"),
        (np.nan, ValueRefused, "expected 0 or more, got nan"),
        ("2", KindError, r"expected steps, whole numbers, or times in ms, floats, got <U1\. Write for instance 15"),
        (np.array([1, 2, 3]), ShapeError, r"one delay, or delays that broadcast to shape \(2,\), got shape \(3,\)"),
    ],
)
def test_what_is_no_delay_is_refused(k, error, sentence):
    with pytest.raises(error, match=sentence):
        bm.LengthDelay(jnp.zeros(2), 3)(k)


def test_delays_by_index_are_one_for_each():
    with pytest.raises(ShapeError, match=r"broadcast to shape \(3,\), got shape \(2,\)\. Give one for each index"):
        bm.LengthDelay(jnp.zeros(2), 3)(np.array([1, 2]), np.array([0, 1, 1]))


def test_what_does_not_fit_is_refused():
    with pytest.raises(KindError, match=r"LengthDelay\(delay_len=\.\.\.\): expected steps"):
        bm.LengthDelay(jnp.zeros(2), "long")
    with pytest.raises(ShapeError, match=r"a number, or what broadcasts to shape \(3, 2\), got shape \(3, 3\)"):
        bm.LengthDelay(jnp.zeros(2), 3, jnp.zeros((3, 3)))
    delay = bm.LengthDelay(jnp.zeros(2), 3)
    with pytest.raises(KindError, match=r"LengthDelay\.update: expected a value, got none\. Pass what is to be pushed"):
        delay.update()
    with pytest.raises(ShapeError, match=r"expected shape \(2,\), got \(3,\)"):
        delay.update(jnp.zeros(3))
    with pytest.raises(KindError, match=r"expected dtype float32, got complex64\. Convert it"):
        delay.update(jnp.zeros(2, complex))
    assert_array_equal(delay(0), [0, 0])


def test_an_exception_in_compiled_code_leaves_the_past_as_it_was():
    delay = bm.LengthDelay(jnp.zeros(()), 2)
    delay.update(1.0)

    def failing():
        delay.update(2.0)
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        bm.jit(failing)()
    assert (float(delay(0)), float(delay(1))) == (1.0, 0.0)


@pytest.fixture
def checks():
    bp.check.turn_on()
    yield
    bp.check.turn_off()


@pytest.mark.parametrize("dtype", [np.float32, bool])
@pytest.mark.parametrize("far", [7, -1])
def test_compiled_code_refuses_to_look_back_too_far_where_checks_are_on(checks, dtype, far):
    delay = bm.LengthDelay(jnp.zeros(2, dtype), 3)
    assert bp.check.is_checking()
    looked = bm.jit(lambda k: delay(k))
    assert_array_equal(looked(3), [0, 0])
    with pytest.raises(Exception, match=rf"LengthDelay\(delay\): expected at most the 3 steps that are stored, got {far}\. Make"):
        np.asarray(looked(far))
    with pytest.raises(Exception, match=rf"3 steps that are stored, got {far}\."):
        np.asarray(bm.for_loop(lambda k: delay(k), np.array([0, far])))
    bp.check.turn_off()
    assert_array_equal(looked(3), [0, 0])
    looked(far)
    assert looked.compilations == 2
