"""A system of one step over time."""

import threading

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from step_models import Leak, Pair, Sum, Told

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, LargeRecordWarning, RunningError, ShapeError, ValueRefused
from bouton.run import _pieces


def runner_of(target, *args, **options):
    return bp.DSRunner(target, *args, **{"dt": 0.1, "progress_bar": False, **options})


@pytest.mark.parametrize("jit", [True, False])
def test_a_membrane_relaxes_as_the_closed_form_says(jit):
    runner = runner_of(Leak(2), inputs=("input", 3.0), monitors=["V"], jit=jit)
    out = runner.run(1.2)
    expected = 3.0 * (1 - np.exp(-0.1 * np.arange(1, 13) / 10.0))
    assert_allclose(runner.mon.V, np.stack([expected, expected], 1), rtol=1e-5)
    assert_array_equal(out, runner.mon.V)
    assert_allclose(runner.mon.ts, 0.1 * np.arange(1, 13))
    assert isinstance(runner.mon.V, np.ndarray)


def test_durations_are_rounded_to_the_nearest_step():
    runner = runner_of(Sum())
    assert len(runner.run(0.3)) == 3  # 0.3 / 0.1 is 2.9999999999999996
    assert len(runner(0.1)) == 1
    assert len(runner.run(np.float32(0.7))) == 7
    assert len(runner.run(jnp.asarray(0.5))) == 5
    with pytest.warns(
        UserWarning, match=r"expected a multiple of a step, 0\.1 ms, got 0\.26 ms\. It runs for 3 steps, 0\.3 ms: give"
    ):
        assert len(runner.run(0.26)) == 3
    with pytest.warns(UserWarning, match=r"It runs for 1 steps"):
        assert len(runner.predict(0.14)) == 1


def test_each_step_is_told_time_number_dt_and_phase():
    runner = runner_of(Told(), t0=5.0, dt=0.5)
    out = runner.run(1.5)
    assert_array_equal(out, np.array([[5.0, 0, 0.5, 0], [5.5, 1, 0.5, 0], [6.0, 2, 0.5, 0]], np.float32))
    assert (runner.t0, runner.i0) == (6.5, 3)
    told = runner.run(0.5, shared_args={"fit": True})
    assert_array_equal(told, np.array([[6.5, 3, 0.5, 1]], np.float32))


def test_a_second_run_goes_on_and_compiles_nothing_also_with_another_parameter():
    leak = Leak(1)
    runner = runner_of(leak, inputs=("input", 1.0), monitors=["V"])
    runner.run(1.0)
    first = runner.compilations
    leak.tau = 5.0
    runner.run(1.0)
    at_one = 1 - np.exp(-0.1)
    expected = 1 + (at_one - 1) * np.exp(-0.1 * np.arange(1, 11) / 5.0)
    assert_allclose(runner.mon.V[:, 0], expected, rtol=1e-5)
    assert_allclose(runner.mon.ts, 1 + 0.1 * np.arange(1, 11))
    assert runner.compilations == first
    runner.reset_state()
    assert (runner.t0, runner.i0) == (0.0, 0)
    runner.run(1.0)
    assert_allclose(runner.mon.V[0, 0], 1 - np.exp(-0.02), rtol=1e-5)
    runner.run(1.0, reset_state=True)
    assert_allclose(runner.mon.V[0, 0], 1 - np.exp(-0.02), rtol=1e-5)
    assert runner.compilations == first


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


@pytest.mark.parametrize("changed", ["batch", "cell"])
def test_the_size_of_a_record_follows_the_model(changed):
    leak = Leak(5, mode=bm.BatchingMode(1))
    leak.other = bm.Variable(bm.zeros(3))
    runner = runner_of(leak, monitors={"V": leak.V, "other": lambda _: leak.other.value})
    for _ in range(2):
        assert runner.record_size(1.0) == 10 * 4 * (5 + 3)
    if changed == "batch":
        runner.reset_state(4)
        assert runner.record_size(1.0) == 10 * 4 * (4 * 5 + 3)
    else:
        del leak.other
        leak.other = bm.Variable(bm.zeros(7))
        assert runner.record_size(1.0) == 10 * 4 * (5 + 7)


def test_time_goes_on_however_the_runs_before_were_long_and_cut():
    runner = runner_of(Told(), dt=0.5, chunk=4)
    found = [runner.run(duration)[:, 0] for duration in (5.0, 0.5, 2.0, 2.0)]
    assert_array_equal(np.concatenate(found), 0.5 * np.arange(19))
    with bm.environment(float_=jnp.float16):
        assert_array_equal(runner.run(1.0)[:, :2], [[9.5, 19], [10.0, 20]])
    runner.reset_state()
    assert_array_equal(runner.run(1.0)[:, 0], [0.0, 0.5])


def test_one_run_compiles_once():
    runner = runner_of(Sum(), monitors=["total"])
    runner.run(2.0)
    runner.run(2.0)
    assert runner.compilations == 1


@pytest.mark.parametrize("chunk", [1, 4, 5, 20])
def test_pieces_are_the_whole_bit_for_bit(chunk):
    def run(chunk):
        inputs = [("input", lambda shared: jnp.sin(shared["t"]), "func"), ("input", np.linspace(0, 1, 21), "iter")]
        runner = runner_of(Leak(3, tau=np.array([3.0, 5.0, 7.0])), inputs=inputs, monitors=["V", "input"], t0=0.3, chunk=chunk)
        return runner.run(2.1), runner.mon

    (whole, by_whole), (pieces, by_pieces) = run(21), run(chunk)
    assert_array_equal(pieces, whole)
    assert_array_equal(by_pieces.V, by_whole.V)
    assert_array_equal(by_pieces.input, by_whole.input)
    assert_array_equal(by_pieces.ts, by_whole.ts)


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize("chunk", [None, 6])
def test_every_third_step_is_read_and_all_outputs_are_kept(chunk, jit):
    runner = runner_of(Sum(), monitors={"total": "total", "t": lambda shared: shared["t"]}, every=3, chunk=chunk, jit=jit)
    out = runner.run(1.1)
    assert_array_equal(out, np.arange(1.0, 12.0))
    assert_array_equal(runner.mon.total, [3.0, 6.0, 9.0])
    assert_allclose(runner.mon.t, [0.2, 0.5, 0.8], rtol=1e-6)
    assert_allclose(runner.mon.ts, [0.3, 0.6, 0.9])
    assert_array_equal(runner.run(0.2), [12.0, 13.0])
    assert len(runner.mon.ts) == 0


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


def test_a_callback_is_told_and_can_stop_and_what_was_recorded_stays():
    seen = []

    def look(done, total):
        seen.append((done, total))
        if done == 8:
            runner.stop()

    runner = runner_of(Sum(), monitors=["total"], chunk=4, callback=look)
    out = runner.run(2.0)
    assert seen == [(4, 20), (8, 20)]
    assert_array_equal(out, np.arange(1.0, 9.0))
    assert_array_equal(runner.mon.total, np.arange(1.0, 9.0))
    assert (len(runner.mon.ts), runner.i0) == (8, 8)
    assert_array_equal(runner.run(0.4), np.arange(9.0, 13.0))  # the button is not pressed for ever


def test_an_interrupt_keeps_what_was_recorded():
    def interrupt(done, total):
        if done == 8:
            raise KeyboardInterrupt

    runner = runner_of(Sum(), monitors=["total"], chunk=4, callback=interrupt)
    with pytest.raises(KeyboardInterrupt):
        runner.run(2.0)
    assert_array_equal(runner.mon.total, np.arange(1.0, 9.0))
    assert runner.i0 == 8


def test_it_does_not_run_twice_at_once():
    inside, go_on = threading.Event(), threading.Event()

    def wait(done, total):
        inside.set()
        go_on.wait(30)

    runner = runner_of(Sum(), callback=wait)
    thread = threading.Thread(target=runner.run, args=(0.2,))
    thread.start()
    assert inside.wait(30)
    try:
        with pytest.raises(RunningError, match=r"DSRunner\.run: expected one run at a time, got a second\. Wait for its end"):
            runner.run(0.2)
    finally:
        go_on.set()
        thread.join()


def test_the_progress_bar_says_how_many_steps_and_changes_no_result(capsys):
    plain, shown = runner_of(Sum()), runner_of(Sum(), progress_bar=True)
    assert_array_equal(plain.run(3.0), shown.run(3.0))
    text = capsys.readouterr().err
    assert "Predict 30 steps:" in text
    assert "30/30" in text


def test_records_can_stay_on_the_device_and_come_step_by_step():
    stays = runner_of(Sum(), monitors=["total"], numpy_mon_after_run=False, chunk=3)
    stays.run(0.6)
    assert isinstance(stays.mon.total, jnp.ndarray)
    comes = runner_of(Sum(), monitors=["total"], memory_efficient=True)
    comes.run(0.6)
    assert isinstance(comes.mon.total, np.ndarray)
    assert_array_equal(stays.mon.total, comes.mon.total)


def test_outputs_need_not_be_kept():
    assert runner_of(Sum(), outputs=False).run(0.5) is None


def test_the_time_a_run_takes_comes_with_its_outputs():
    seconds, out = runner_of(Sum()).run(0.5, eval_time=True)
    assert 0 < seconds < 60
    assert len(out) == 5


def test_a_run_that_gives_nothing_back_has_ended_all_the_same():
    class Long(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.x = bm.Variable(jnp.full((400, 400), 1 / 400))

        def update(self):
            self.x.value = self.x.value @ self.x.value

    runner = runner_of(Long())
    for _ in range(2):
        runner.run(10.0)
        assert runner.target.x.value.is_ready()


def test_a_large_record_is_announced_before_it_is_made(monkeypatch):
    runner = runner_of(Pair(), monitors=["E.V", "I.V"], every=2)
    assert runner.record_size(1.0) == 5 * 5 * 4
    assert runner.i0 == 0
    monkeypatch.setattr(_pieces, "_LARGE", 64)
    with pytest.warns(LargeRecordWarning, match=r"a record of at most 64 bytes, got 100 bytes\. Read a part of the elements"):
        runner.run(1.0)


def test_a_network_returns_nothing_and_its_parts_are_recorded():
    runner = runner_of(Pair(), inputs=[("E.input", 1.0), ("I.input", 2.0)], monitors=["E.V", "I.V"])
    assert runner.run(0.5) is None
    assert runner.mon["E.V"].shape == (5, 3)
    assert_allclose(runner.mon["I.V"][:, 0], 2 * (1 - np.exp(-0.01 * np.arange(1, 6))), rtol=1e-5)


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


def test_the_step_is_that_of_the_environment_at_construction():
    with bm.environment(dt=0.25):
        runner = bp.DSRunner(Sum(), progress_bar=False)
    assert len(runner.run(1.0)) == 4
    assert "dt=0.25 ms, t=1 ms" in repr(runner)


def test_the_length_of_a_step_is_that_of_the_whole_runner():
    runner = runner_of(Sum(), dt=0.5)
    assert runner.dt == 0.5
    with pytest.raises(AttributeError, match="dt"):
        runner.dt = 0.1


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
