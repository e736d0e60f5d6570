"""A whole series through a system of one step."""

import copy

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, RunningError, ShapeError, UnsupportedError, ValueRefused

XS = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)


class Leak(bp.DynamicalSystemNS):
    def __init__(self, n=3, rate=0.5):
        super().__init__()
        self.v = bm.Variable(jnp.zeros(n))
        self.rate = bm.TrainVar(jnp.asarray(rate))

    def reset_state(self, batch_size=None):
        self.v.value = jnp.zeros_like(self.v.value)

    def update(self, x):
        self.v += self.rate * (x - self.v)
        return self.v * 2.0


class Told(bp.DynamicalSystem):
    """Gives back what it is told."""

    def update(self, shared, x=0.0):
        fit = 1.0 if shared["fit"] else 0.0
        return (
            jnp.stack([shared["t"] * 1.0, jnp.asarray(shared["i"], jnp.float32), jnp.float32(shared["dt"]), jnp.float32(fit)]) + x
        )


def by_hand(xs, rate=0.5):
    v, out = np.zeros(xs.shape[1:]), []
    for x in xs:
        v = v + rate * (x - v)
        out.append(2 * v)
    return np.array(out)


@pytest.mark.parametrize("jit", [True, False])
def test_a_series_comes_out_and_the_state_stays(jit):
    leak = Leak()
    loop = bp.LoopOverTime(leak, jit=jit)
    assert_allclose(loop(XS), by_hand(XS), rtol=1e-5)
    assert_allclose(leak.v * 2.0, by_hand(XS)[-1], rtol=1e-5)


def test_two_halves_are_the_whole_in_state_and_in_time():
    whole, halves = bp.LoopOverTime(Leak()), bp.LoopOverTime(Leak())
    assert_array_equal(whole(XS), np.concatenate([halves(XS[:3]), halves(XS[3:])]))
    whole, halves = bp.LoopOverTime(Told()), bp.LoopOverTime(Told())
    xs = np.zeros(9, np.float32)
    assert_array_equal(whole(xs), np.concatenate([halves(xs[:4]), halves(xs[4:])]))


@pytest.mark.parametrize("jit", [True, False])
def test_the_target_is_told_the_time_of_each_step(jit):
    loop = bp.LoopOverTime(Told(), t0=10.0, i0=3, dt=0.25, shared_arg={"fit": True}, jit=jit)
    wanted = [[10.0 + 0.25 * k, 3.0 + k, 0.25, 1.0] for k in range(6)]
    assert_allclose(loop(np.zeros(4, np.float32)), wanted[:4])
    assert_allclose(loop(np.zeros(2, np.float32)), wanted[4:])
    loop.reset_state()
    assert_allclose(loop(np.zeros(2, np.float32)), wanted[:2])


def test_the_same_numbers_compiled_or_not():
    out = [bp.LoopOverTime(Told(), dt=0.1, jit=jit)(np.zeros(200, np.float32)) for jit in (True, False)]
    assert_array_equal(*out)


def test_what_was_shared_before_is_shared_again():
    with bp.share.restored({"t": 5.0, "fit": False}):
        before = bp.share.get_shargs()
        loop = bp.LoopOverTime(Told(), dt=0.5, shared_arg={"fit": True, "more": 1})
        loop(np.zeros(3, np.float32))
        assert bp.share.get_shargs() == before

        def failing(x):
            raise RuntimeError("stop")

        failed = bp.LoopOverTime(failing)
        with pytest.raises(RuntimeError, match="stop"):
            failed(np.zeros(3, np.float32))
        assert bp.share.get_shargs() == before
        assert failed.i == 0
    assert bm.get_dt() == 0.1


def test_the_dt_is_that_of_the_environment_at_each_call():
    loop = bp.LoopOverTime(Told())
    for dt in (0.5, 0.25, 0.5):
        loop.reset_state()
        with bm.environment(dt=dt):
            assert_allclose(loop(np.zeros(3, np.float32))[:, :3], [[k * dt, k, dt] for k in range(3)])


def test_a_number_for_each_step_has_no_batch():
    loop = bp.LoopOverTime(lambda x: (x.sum(), x), data_first_axis="B")
    xs = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    sums, same = loop(xs)
    assert_allclose(sums, xs.sum((0, 2)))
    assert_array_equal(same, xs)


def test_a_duration_between_two_steps_is_rounded_and_told_of():
    loop = bp.LoopOverTime(lambda: 1.0, dt=0.1)
    with pytest.warns(
        UserWarning, match=r"LoopOverTime: expected a multiple of a step, 0\.1 ms, got 0\.37 ms\. It runs for 4 steps"
    ):
        assert loop(0.37).shape == (4,)
    for duration in (0.3, np.float32(0.3), 1000.0, np.int64(2)):
        assert loop(duration).shape == (round(float(duration) / 0.1),)


@pytest.mark.parametrize("how", ["eager", "step by step", "as part of others"])
def test_time_goes_on_with_another_dt(how):
    loop = bp.LoopOverTime(Told(), t0=2.0, i0=5, jit=how != "step by step")
    call = bm.jit(loop) if how == "as part of others" else loop
    steps = [(0.5, [2.0, 2.5]), (0.25, [3.0, 3.25, 3.5]), (0.25, [3.75]), (1.0, [4.0, 5.0])]
    for _ in range(2):
        told = []
        for dt, times in steps:
            with bm.environment(dt=dt):
                told.append(np.asarray(call(np.zeros(len(times), np.float32)))[:, :2])
        assert_allclose(np.concatenate(told), [[t, 5 + k] for k, t in enumerate(t for _, times in steps for t in times)])
        loop.reset_state()


def test_a_dt_of_its_own_is_that_of_the_environment_inside():
    loop = bp.LoopOverTime(lambda x: x + bm.get_dt() + bp.share.dt, dt=0.5)
    with bp.share.restored({"dt": 0.3}):
        assert_allclose(loop(jnp.zeros(2)), [1.0, 1.0])


def test_a_duration_is_so_many_steps_without_an_input():
    loop = bp.LoopOverTime(Told(), dt=0.1)
    assert loop(0.3).shape == (3, 4)
    assert loop(1).shape == (10, 4)
    assert float(loop(0.1)[0, 1]) == 13


def test_the_batch_may_be_the_first_axis():
    xs = np.random.default_rng(1).normal(size=(2, 7, 3)).astype(np.float32)
    leak = Leak((2, 3))
    out, v = bp.LoopOverTime(leak, out_vars=leak.v, data_first_axis="B")(xs)
    wanted = np.stack([by_hand(x) for x in xs])
    assert_allclose(out, wanted, rtol=1e-5)
    assert_allclose(v, wanted / 2, rtol=1e-5)


def test_variables_come_out_in_their_structure():
    leak = Leak()
    out, vs = bp.LoopOverTime(leak, out_vars={"v": leak.v, "all": [leak.v, leak.rate]})(XS)
    assert_allclose(vs["v"] * 2.0, out)
    assert_allclose(vs["all"][0] * 2.0, out)
    assert_allclose(vs["all"][1], np.full(7, 0.5))


def test_several_inputs_and_trees_of_them():
    loop = bp.LoopOverTime(lambda a, b: a + b["x"] * 2.0)
    assert_allclose(loop(XS, {"x": XS}), 3.0 * XS, rtol=1e-6)


def test_a_dict_in_front_is_shared():
    with bp.share.restored({}):
        loop = bp.LoopOverTime(lambda x: x * bp.share["gain"])
        assert_allclose(loop({"gain": 3.0}, jnp.ones(2)), [3.0, 3.0])
        assert_allclose(loop({"gain": 4.0}, jnp.ones(2)), [4.0, 4.0])


@pytest.mark.parametrize("jit", [True, False])
def test_without_a_state_all_steps_are_computed_at_once(jit):
    calls = []

    class Layer(bp.DynamicalSystemNS):
        def update(self, x):
            calls.append(x.shape)
            return x @ jnp.ones((3, 2)) + bp.share["t"]

    loop = bp.LoopOverTime(Layer(), no_state=True, dt=0.5, jit=jit)
    wanted = XS.sum(1, keepdims=True) + np.zeros((1, 2)) + 0.5 * np.arange(7)[:, None]
    assert_allclose(loop(XS), wanted, rtol=1e-5, atol=1e-6)
    assert set(calls) == {(3,)}
    assert len(calls) < 7
    assert_allclose(loop(XS[:2]), wanted[:2] + 3.5, rtol=1e-5)


def test_without_a_state_each_step_draws_numbers_of_its_own():
    rng = bm.random.RandomState(0)
    loop = bp.LoopOverTime(lambda x: x + rng.normal(size=()), no_state=True)
    assert len(np.unique(loop(jnp.zeros(5)))) == 5


def test_a_state_is_refused_where_none_was_said_to_be():
    leak = Leak()
    with pytest.raises(UnsupportedError, match=r"no_state=True\): .* got one that writes to target\.v\. Leave no_state out"):
        bp.LoopOverTime(leak, no_state=True)(XS)
    assert float(leak.v.sum()) == 0


def test_gradients_pass_through_the_series():
    leak = Leak()
    loop = bp.LoopOverTime(leak)

    def loss():
        loop.reset_state()
        return loop(jnp.ones((4, 3)))[-1].sum()

    # v₄ = 1 - (1 - r)⁴
    assert_allclose(bm.grad(loss, grad_vars=leak.rate)(), 3 * 2 * 4 * 0.5**3, rtol=1e-5)


def test_it_is_compiled_and_mapped_as_part_of_others():
    leak = Leak()
    loop = bp.LoopOverTime(leak)
    step = bm.jit(lambda x: loop(x))
    assert_allclose(np.concatenate([step(XS[:3]), step(XS[3:6])]), by_hand(XS)[:6], rtol=1e-5)
    assert loop.i == 6
    assert step.compilations == 1

    def fresh(x):
        return bp.LoopOverTime(Leak())(x)

    xs = np.stack([XS, XS + 1])
    assert_allclose(bm.vmap(fresh)(xs), np.stack([by_hand(x) for x in xs]), rtol=1e-5)


def test_calls_of_one_length_are_compiled_once():
    traced = []

    def step(x):
        traced.append(1)
        return x

    loop = bp.LoopOverTime(step)
    loop(XS)
    first = len(traced)
    for _ in range(3):
        loop(XS)
    assert len(traced) == first


def test_a_delay_in_ms_follows_the_dt_of_the_loop():
    class Delayed(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.delay = bm.LengthDelay(jnp.zeros(()), 2.0)

        def update(self, x):
            self.delay.update(x)
            return self.delay(2.0)

    impulse = np.eye(1, 12, dtype=np.float32)[0]
    target = Delayed()
    for dt in (0.1, 0.5, 0.25):
        loop = bp.LoopOverTime(target, dt=dt)
        if dt != 0.1:
            with pytest.raises(RunningError, match="the dt with which the past was stored"):
                loop(impulse)
        loop.reset_state()
        assert_array_equal(np.flatnonzero(loop(impulse)), [round(2.0 / dt)] if dt > 0.1 else [])


def test_a_reset_reaches_the_target():
    leak = Leak()
    loop = bp.LoopOverTime(leak)
    loop(XS)
    loop.reset_state()
    assert float(leak.v.sum()) == 0
    assert loop.i == 0
    plain = bp.LoopOverTime(lambda x: x)
    plain(XS)
    assert plain.reset_state(2).i == 0


def test_a_copy_runs_for_itself():
    leak = Leak()
    loop = bp.LoopOverTime(leak, out_vars=leak.v, dt=0.5)
    loop(XS)
    other = copy.deepcopy(loop)
    other.reset_state()
    out, v = other(XS)
    assert_allclose(out, by_hand(XS), rtol=1e-5)
    assert_allclose(v, by_hand(XS) / 2, rtol=1e-5)
    assert_allclose(leak.v * 2.0, by_hand(XS)[-1], rtol=1e-5)


@pytest.mark.parametrize(
    ("make", "error", "sentence"),
    [
        (lambda: bp.LoopOverTime(3), KindError, r"target=\.\.\.\): expected a system, or a function of one step, got int"),
        (lambda: bp.LoopOverTime(Leak(), data_first_axis="N"), ValueRefused, "expected 'T' or 'B', got 'N'"),
        (lambda: bp.LoopOverTime(Leak(), out_vars=[1.0]), KindError, r"out_vars=\.\.\.\): expected Variables, got float"),
        (lambda: bp.LoopOverTime(Leak(), dt=-1.0), ValueRefused, r"dt=\.\.\.\): expected a number above 0"),
        (lambda: bp.LoopOverTime(Leak(), dt=0.5)(0.1), ValueRefused, r"a duration of at least a step, 0\.5 ms, got 0\.1 ms"),
        (
            lambda: bp.LoopOverTime(Leak(), dt=0.5)(np.nan),
            ValueRefused,
            r"at least a step, 0\.5 ms, got nan ms\. Give a number of",
        ),
        (lambda: bp.LoopOverTime(Leak(), t0="now"), KindError, r"t0=\.\.\.\): expected a number, got str"),
        (lambda: bp.LoopOverTime(Leak(), i0=0.5), KindError, r"i0=\.\.\.\): expected a whole number, got 0\.5\. Give the number"),
        (lambda: bp.LoopOverTime(Leak(), shared_arg=3), KindError, r"shared_arg=\.\.\.\): expected a dict, got int\. Write for"),
        (
            lambda: bp.LoopOverTime(Leak(), shared_arg={"t": 1.0}),
            ValueRefused,
            r"expected other names than t and i, which each step is given, got 't'\. Say with t0",
        ),
        (lambda: bp.LoopOverTime(Leak())(), ShapeError, r"expected inputs \(T, \.\.\.\) of one length, got none"),
        (
            lambda: bp.LoopOverTime(Leak())(jnp.zeros(())),
            ShapeError,
            r"got shapes \(\)\. Give an array with a value for each step",
        ),
        (lambda: bp.LoopOverTime(Leak())(XS, XS[:2]), ShapeError, r"got shapes \(7, 3\), \(2, 3\)"),
        (
            lambda: bp.LoopOverTime(Leak(), data_first_axis="B")(XS[0]),
            ShapeError,
            r"\(B, T, \.\.\.\) of one length, got shapes \(3,\)",
        ),
    ],
)
def test_what_cannot_be_is_refused(make, error, sentence):
    with pytest.raises(error, match=sentence):
        make()
