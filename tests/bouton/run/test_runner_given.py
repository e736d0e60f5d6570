"""What a run is given: inputs over time, and what is shared."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from step_models import Leak, Sum, Told, runner_of

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused


def test_inputs_like_the_last_ones_are_their_own_and_others_are_looked_at():
    runner = runner_of(Sum(), monitors=["total"])
    total = 0.0
    for x in ([1.0, 2.0, 3.0], [0.5, 0.0, -4.0]):
        runner.run(inputs=np.array(x, np.float32))
        assert_allclose(runner.mon.total, total + np.cumsum(x))
        total += sum(x)
    assert runner.compilations == 1
    runner.run(inputs=np.array([1.0, 1.0, 1.0]))
    assert_allclose(runner.mon.total, total + np.arange(1.0, 4.0))
    runner.run(inputs=np.ones(2, np.float32))
    assert_allclose(runner.mon.total, total + np.array([4.0, 5.0]))
    with pytest.raises(KindError, match=r"run\(inputs=\.\.\.\): expected numbers, got <U1"):
        runner.run(inputs=np.array(["a", "b"]))
    with pytest.raises(ShapeError, match=r"expected arrays \(T, \.\.\.\) of one length, got shapes \(0,\)"):
        runner.run(inputs=np.zeros(0, np.float32))
    with pytest.warns(UserWarning, match="expected a duration or inputs, got both"):
        runner.run(0.7, inputs=np.ones(2, np.float32))
    assert runner.i0 == 13


def test_inputs_over_time_with_the_batch_first_or_second():
    xs = np.random.default_rng(0).normal(size=(4, 6, 3)).astype(np.float32)
    expected = np.zeros((4, 6, 3))
    now = np.zeros((4, 3))
    for k in range(6):
        now = xs[:, k] + (now - xs[:, k]) * np.exp(-0.01)
        expected[:, k] = now
    runner = runner_of(Leak(3, mode=bm.batching_mode), monitors=["V"])
    assert_allclose(runner.run(inputs=xs, reset_state=True), expected, rtol=1e-4, atol=1e-6)
    assert_allclose(runner.mon.V, expected, rtol=1e-4, atol=1e-6)
    runner = runner_of(Leak(3, mode=bm.batching_mode), monitors=["V"], data_first_axis="T")
    out = runner.run(inputs=xs.swapaxes(0, 1), reset_state=True)
    assert_allclose(out, expected.swapaxes(0, 1), rtol=1e-4, atol=1e-6)
    assert_allclose(runner.mon.V, expected.swapaxes(0, 1), rtol=1e-4, atol=1e-6)


def test_a_tuple_of_inputs_is_spread_and_a_dict_is_one_argument():
    class Two(bp.DynamicalSystemNS):
        def update(self, x, y=None):
            return x["a"] if y is None else x - y

    xs, ys = np.arange(4.0), np.ones(4)
    assert_array_equal(runner_of(Two()).run(inputs=(xs, ys)), xs - 1)
    assert_array_equal(runner_of(Two()).run(inputs={"a": xs}), xs)


def test_a_state_that_must_be_told_its_batch_is_told_that_of_the_mode_or_of_the_data():
    class Layer(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__(mode=bm.BatchingMode(2))
            self.state = bm.Variable(jnp.zeros((1, 3)), batch_axis=0)

        def reset_state(self, batch_size):
            self.state.value = jnp.zeros((batch_size, 3))

        def update(self, x=0.0):
            self.state.value = self.state + x
            return self.state.value

    runner = runner_of(Layer(), monitors=["state"])
    runner.reset_state()
    assert runner.run(0.2).shape == (2, 2, 3)
    assert runner.run(inputs=np.ones((5, 4, 3)), reset_state=True).shape == (5, 4, 3)
    assert runner.mon.state.shape == (5, 4, 3)


def test_what_is_shared_is_afterwards_what_it_was_before_also_when_a_run_fails():
    class Fails(bp.DynamicalSystemNS):
        def update(self):
            raise RuntimeError("on purpose")

    bp.share.save(t=77.0, mine=1)
    try:
        before = bp.share.get_shargs()
        runner_of(Told()).run(0.2, shared_args={"other": 3})
        assert bp.share.get_shargs() == before
        with pytest.raises(RuntimeError, match="on purpose"):
            runner_of(Fails()).run(0.2)
        assert bp.share.get_shargs() == before
        assert bm.get_dt() == 0.1
    finally:
        bp.share.clear_shargs("t", "mine")


def test_the_callers_shared_arguments_are_left_alone():
    given = {"gain": 2.0}
    runner_of(Told()).run(0.1, shared_args=given)
    assert given == {"gain": 2.0}


def test_gathered_inputs_are_cleared_after_each_step():
    class Own(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.input = bm.Variable(2)

        def update(self):
            return self.input * 1.0

        def clear_input(self):
            self.input.value = jnp.zeros(2)

    runner = runner_of(Own(), inputs=("input", 3.0), monitors=["input"])
    assert_array_equal(runner.run(0.3), np.full((3, 2), 3.0))
    assert_array_equal(runner.mon.input, np.full((3, 2), 3.0))


class Says(bp.DynamicalSystemNS):
    def update(self):
        return "a word"


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: bp.DSRunner(jnp.sin), KindError, r"DSRunner\(target=\.\.\.\): expected a DynamicalSystem, got "),
        (
            lambda: bp.DSRunner(Sum(), data_first_axis="N"),
            ValueRefused,
            r"data_first_axis=\.\.\.\): expected 'T' or 'B', got 'N'",
        ),
        (
            lambda: bp.DSRunner(Sum(), every=0),
            ValueRefused,
            r"every=\.\.\.\): expected a whole number of steps, 1 or more, got 0",
        ),
        (lambda: bp.DSRunner(Sum(), chunk=2.5), ValueRefused, r"chunk=\.\.\.\): expected a whole number of steps"),
        (lambda: bp.DSRunner(Sum(), dt=-1.0), ValueRefused, r"DSRunner.*dt.*expected .*, got -1"),
        (lambda: runner_of(Sum()).run(), ValueRefused, r"DSRunner\.run: expected a duration, or inputs over time, got neither"),
        (lambda: runner_of(Sum()).run(0.04), ValueRefused, r"expected a time of at least a step, 0\.1 ms, got 0\.04"),
        (lambda: runner_of(Sum()).run(np.ones(3)), ValueRefused, r"inputs over time are passed as run\(inputs=\.\.\.\)"),
        (lambda: bp.DSRunner(Sum(), t0="now"), ValueRefused, r"DSRunner\(t0=\.\.\.\): expected a time in ms, got 'now'"),
        (lambda: bp.DSRunner(Sum(), callback=3), KindError, r"callback=\.\.\.\): expected a function of the steps .*, got int"),
        (lambda: runner_of(Sum()).run(1.0, shared_args=[1]), KindError, r"shared_args=\.\.\.\): expected a dict .*, got list"),
        (
            lambda: runner_of(Sum()).run(1.0, shared_args={"dt": 1.0}),
            ValueRefused,
            r"shared_args=\.\.\.\): expected other names than t, i and dt, .*, got 'dt'\. Pass dt and t0 to the constructor",
        ),
        (
            lambda: runner_of(bp.layers.Dense(3, 2)).run(1.0),
            KindError,
            r"DSRunner\.run: expected the arguments of Dense\.update\(x\), got 0 from inputs in each step\. Pass run\(inputs=",
        ),
        (lambda: runner_of(Sum()).run(inputs=(np.ones(3),) * 2), KindError, r"Sum\.update\(x\), got 2 from inputs"),
        (lambda: runner_of(Sum()).run(inputs=iter([1.0])), KindError, r"expected an array, got an iterator\. Make an array"),
        (lambda: runner_of(Sum()).run(inputs=["a"]), KindError, r"run\(inputs=\.\.\.\): expected numbers, got <U1"),
        (lambda: runner_of(Sum()).run(inputs=[[1], [1, 2]]), ShapeError, r"expected values of one shape, got values of several"),
        (lambda: runner_of(Says()).run(0.1), KindError, r"Says\.update: expected arrays, .*, as what it returns, got str"),
        (lambda: runner_of(Sum()).run(inputs=1.0), ShapeError, r"expected arrays \(T, \.\.\.\) of one length, got shapes \(\)"),
        (lambda: runner_of(Sum()).run(inputs=(np.ones(3), np.ones(4))), ShapeError, r"got shapes \(3,\), \(4,\)"),
    ],
)
def test_what_cannot_be_run_is_refused_in_words(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_inputs_decide_over_a_duration_with_a_warning():
    with pytest.warns(UserWarning, match=r"expected a duration or inputs, got both\. The inputs decide how long it runs"):
        assert len(runner_of(Sum()).run(10.0, inputs=np.ones(3))) == 3
