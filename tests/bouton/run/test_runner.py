"""A system of one step over time."""

import threading

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from step_models import Leak, Sum, Told, runner_of

import bouton as bp
import bouton.math as bm
from bouton.errors import RunningError


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


def test_time_goes_on_however_the_runs_before_were_long_and_cut():
    runner = runner_of(Told(), dt=0.5, chunk=4)
    found = [runner.run(duration)[:, 0] for duration in (5.0, 0.5, 2.0, 2.0, 90.0)]
    assert_array_equal(np.concatenate(found), 0.5 * np.arange(199))
    with bm.environment(float_=jnp.float16):
        assert_array_equal(runner.run(1.0)[:, :2], [[99.5, 199], [100.0, 200]])
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
