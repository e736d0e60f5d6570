"""A simulation that breaks, is dropped or runs for ever: what stops, what stays, and what is said.

Nothing here depends on how fast the machine is: the tests wait for what must come, and only what must never happen is looked
for at once.
"""

import gc
import subprocess
import sys
import tracemalloc
import weakref

import numpy as np
import pytest
from live_engine import Level, drive, run_to, shown
from numpy.testing import assert_array_equal

from bouton.errors import RunningError
from bouton.modules import LIF, Sequential
from bouton.run import LiveSimulation

# -- when something breaks ---------------------------------------------------


def test_overflow_stops_it_at_the_exact_time_with_the_path_and_it_can_be_started_again(live, until):
    net = Sequential(Level(gain=2.0), Level(gain=1.0))
    simulation = live(net, record="0_Level.x")
    heard = []
    simulation.subscribe(lambda: heard.append(simulation.status))
    simulation.start()
    until(lambda: simulation.status == "failed")
    # 2^128 is beyond single precision: 127 steps are good.
    assert simulation.error == "At 0.127 s: 0_Level.x became NaN or infinite."
    assert simulation.steps == 127
    assert_array_equal(net[0].x, [2.0**127])
    assert_array_equal(shown(simulation, "0_Level.x")[:, 0], 2.0 ** np.arange(1, 128))
    until(lambda: heard[-1] == "failed")
    assert simulation.frame().status == "failed"
    assert simulation.rate == 0.0
    simulation.set("0_Level.gain", 0.5)
    run_to(simulation, 147, until)
    assert simulation.error is None
    assert_array_equal(shown(simulation, "0_Level.x")[127:, 0], 2.0 ** np.arange(126, 106, -1))


def test_a_failing_step_raises_what_happened_and_says_it(live):
    simulation = live(Level(gain=2.0))
    with pytest.raises(RunningError, match=r"step: .* got a failure: At 0\.127 s: x became NaN or infinite\. Change what drives"):
        simulation.step(500)
    assert (simulation.status, simulation.steps) == ("failed", 127)
    simulation.reset()
    assert (simulation.status, simulation.error) == ("ready", None)
    simulation.step(100)
    assert simulation.status == "paused"


def test_a_restore_heals_a_failure(live):
    simulation = live(Level(gain=2.0))
    kept = simulation.snapshot()
    with pytest.raises(RunningError, match="became NaN or infinite"):
        simulation.step(500)
    simulation.restore(kept)
    assert (simulation.status, simulation.error, simulation.steps) == ("paused", None, 0)


class Breaks(Level):
    """Raises while it is being compiled, once it has been told to."""

    broken = False

    def evolve(self, input_data, record=False):
        if self.broken:
            raise NameError("name 'tau' is not defined")
        return super().evolve(input_data, record)


def test_model_code_that_raises_stops_it_and_it_goes_on_when_mended(live, until):
    model = Breaks()
    simulation = live(model)
    model.broken = True
    simulation.start()
    until(lambda: simulation.status == "failed")
    assert simulation.error == "At 0 s: the model raised NameError: name 'tau' is not defined."
    with pytest.raises(RunningError, match="the model raised NameError") as failed:
        simulation.step()
    assert isinstance(failed.value.__cause__, NameError)
    model.broken = False
    simulation.start()
    until(lambda: simulation.steps > 50)
    assert simulation.error is None


@pytest.mark.parametrize(
    "function, sentence",
    [
        (lambda: 1 / 0, r"At 0\.03 s: the input function raised ZeroDivisionError: division by zero\."),
        (lambda: None.shape, r"At 0\.03 s: the input function raised AttributeError: 'NoneType' object has no .* 'shape'\."),
        (lambda: sys.exit(1), r"At 0\.03 s: the input function raised SystemExit: 1\."),
        (
            lambda: np.ones((10, 4)),
            r"At 0\.03 s: LiveSimulation\(inputs=\.\.\.\): expected shape \(steps, 1\), got \(10, 4\)\. Giv.*\w\.",
        ),
        (lambda: np.ones((4, 1)), r"At 0\.03 s: LiveSimulation\(inputs=\.\.\.\): expected 10 steps .*, got 4\. Return .*\)\."),
        (lambda: None, r"At 0\.03 s: .* expected real numbers in rows of one length, got NoneType\. .*"),
        (lambda: np.full((10, 1), np.nan), r"At 0\.03 s: the input is NaN or infinite\."),
    ],
    ids=["ZeroDivisionError", "AttributeError", "exit", "width", "length", "None", "NaN"],
)
def test_an_input_function_that_goes_wrong_stops_it_with_a_sentence(live, until, function, sentence):
    class Summing(Level):
        def evolve(self, input_data, record=False):
            data, _ = self._auto_batch(input_data)
            return data, {"x": self.x + data.sum((0, 1))}, {}

    simulation = live(Summing(), lambda first, steps: 0.0 if first < 30 else function())
    simulation.start()
    until(lambda: simulation.status == "failed")
    with pytest.raises(AssertionError, match=sentence + "$"):
        raise AssertionError(simulation.error)
    assert simulation.steps == 30
    simulation.inputs = None
    simulation.start()
    until(lambda: simulation.steps > 60)


def test_an_input_function_may_use_the_simulation(live, until):
    def stops_itself(first, steps):
        if first >= 50:
            simulation.pause()
        return simulation.frame().step

    simulation = live(Level(), stops_itself)
    simulation.start()
    until(lambda: simulation.steps == 60)
    assert simulation.status == "paused"
    assert_array_equal(shown(simulation)[:, 0], np.repeat(np.arange(0, 60, 10), 10))


def test_an_input_function_may_close_the_simulation(live, until):
    def closes(first, steps):
        simulation.close()
        raise ValueError("too late")

    simulation = live(Level(), closes)
    simulation.start()
    until(lambda: simulation.error is not None)
    assert simulation.status == "closed"


def test_a_watcher_that_raises_stops_it_is_dropped_and_the_others_hear_of_it(live, until):
    simulation = live(Level())
    heard = []

    def raises():
        if simulation.steps >= 30:
            raise KeyError("page")

    simulation.subscribe(raises)
    simulation.subscribe(lambda: heard.append(simulation.status))
    simulation.start()
    until(lambda: simulation.status == "failed")
    assert simulation.error == "At 0.03 s: a function that watches the simulation raised KeyError: 'page'."
    until(lambda: heard[-1] == "failed")
    simulation.start()
    until(lambda: simulation.steps > 60)


def test_a_watcher_that_raises_in_the_callers_thread_is_told_to_the_caller_of_step(live):
    simulation = live(Level())
    simulation.subscribe(lambda: 1 / 0)
    with pytest.raises(RunningError, match="a function that watches the simulation raised ZeroDivisionError") as failed:
        simulation.step(100)
    assert isinstance(failed.value.__cause__, ZeroDivisionError)
    assert (simulation.status, simulation.steps) == ("failed", 10)
    simulation.step(100)
    assert simulation.steps == 110


def test_a_watcher_may_steer_the_simulation(live, until):
    simulation = live(Level(), record=["output", "x"])

    def steers():
        if simulation.steps == 50:
            simulation.set("level", 7.0)
            simulation.set("x", [3.0])
        if simulation.steps >= 100:
            simulation.pause()

    simulation.subscribe(steers)
    simulation.start()
    until(lambda: simulation.status == "paused")
    assert simulation.steps == 100
    assert_array_equal(shown(simulation)[:, 0], [0.0] * 50 + [7.0] * 50)
    assert_array_equal(shown(simulation, "x")[:, 0], [1.0] * 50 + [3.0] * 50)


def test_a_watcher_is_not_told_of_what_it_changes_itself_and_the_others_are(live):
    simulation, called, seen = live(Level()), [], []

    def keeps():
        called.append(simulation.change)
        simulation.set("level", 7.0)

    simulation.subscribe(lambda: seen.append(float(simulation.model.level)))
    simulation.subscribe(keeps)
    # At rest each change is told at once, on the thread that made it.
    simulation.set("level", 3.0)
    assert called == [1]
    assert seen == [3.0, 7.0]
    assert simulation.status == "ready"
    simulation.set("level", 4.0)
    assert (called, seen[-1]) == ([1, 3], 7.0)


def test_a_watcher_hears_what_another_does_in_answer_to_it(live):
    simulation, seen = live(Level()), []

    def keeps():
        seen.append(float(simulation.model.level))
        if seen[-1] == 3.0:
            simulation.set("level", 4.0)

    simulation.subscribe(keeps)
    simulation.subscribe(lambda: simulation.set("level", 5.0) if float(simulation.model.level) == 4.0 else None)
    simulation.set("level", 3.0)
    assert seen == [3.0, 5.0]


def test_a_watcher_may_close_the_simulation(live, until, live_threads):
    simulation = live(Level())
    simulation.subscribe(lambda: simulation.close() if simulation.steps >= 20 else None)
    simulation.start()
    until(lambda: simulation.status == "closed" and not live_threads())
    assert simulation.steps == 20


def test_one_that_asks_for_frames_all_the_time_does_not_keep_it_from_running(live, until):
    simulation = live(LIF(200), 0.1, record=["vmem", "spikes"])
    simulation.start()
    until(lambda: simulation.steps > 0)
    for _ in range(20):
        steps, frames = simulation.steps, 0
        while simulation.steps < steps + 20:
            simulation.frame()
            frames += 1
            # A turn for a turn, and some more for a thread that the system does not run.
            assert frames < 2000


# -- the thread --------------------------------------------------------------


def test_the_thread_is_there_from_start_to_close(live, until, live_threads):
    simulation = live(Level())
    simulation.step(20)
    assert live_threads() == []
    simulation.start()
    simulation.pause()
    simulation.start()
    assert len(live_threads()) == 1
    simulation.close()
    assert live_threads() == []


def test_a_context_closes_it_also_after_an_error(live, live_threads):
    def goes_wrong(simulation):
        with simulation:
            simulation.start()
            raise ValueError("mine")

    simulation = live(Level())
    with pytest.raises(ValueError, match="mine"):
        goes_wrong(simulation)
    assert simulation.status == "closed"
    assert live_threads() == []


def test_one_that_gives_way_to_another_of_the_same_model_says_so_and_keeps_what_went_wrong_before(live):
    model = Level(gain=2.0)
    first = live(model)
    second = live(model)
    assert first.status == "closed"
    assert first.error == "Another live simulation moves this model now; this one is closed."
    with pytest.raises(RunningError):
        second.step(200)
    failure = second.error
    live(model)
    assert (second.status, second.error) == ("closed", failure)


@pytest.mark.parametrize("speed", [None, 1e-6], ids=["busy", "waiting"])
@pytest.mark.parametrize("end", ["start", "pause"])
def test_a_simulation_that_nobody_refers_to_ends_its_thread_and_frees_the_model(speed, end, until, live_threads):
    simulation = LiveSimulation(LIF(20), 0.1, record="vmem", speed=speed, chunk=10)
    simulation.start()
    getattr(simulation, end)()
    gone, model = weakref.ref(simulation), weakref.ref(simulation.model)
    gc.disable()
    try:
        del simulation
        until(lambda: gone() is None and not live_threads())
    finally:
        gc.enable()
    gc.collect()
    assert model() is None


@pytest.mark.parametrize(
    "more",
    ["", "bp.run.LiveSimulation(bp.modules.LIF(3), record='vmem', speed=1e-9).start()", "simulation.subscribe(lambda: 1 / 0)"],
)
def test_the_interpreter_ends_while_a_simulation_runs(more):
    code = f"""
import bouton as bp
simulation = bp.run.LiveSimulation(bp.modules.LIF(100), 0.1, record=["vmem", "spikes"], speed=None)
simulation.start()
while simulation.steps < 500:
    pass
{more}
print("done")
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=200)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


# -- memory ------------------------------------------------------------------


def test_memory_does_not_grow_however_long_it_runs(live, until):
    resource = pytest.importorskip("resource")
    unit = 1 if sys.platform == "darwin" else 1024
    simulation = live(LIF(500), drive(50, 500), record=["vmem", "spikes"], chunk=50, window=0.5)
    simulation.start()
    until(lambda: simulation.steps > 2000)
    nbytes = simulation.nbytes
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    tracemalloc.start()
    try:
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        steps = simulation.steps
        while simulation.steps < steps + 50_000:
            simulation.set("tau_mem", np.full(500, 0.02))
            simulation.frame()
            assert simulation.status == "running"
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert simulation.nbytes == nbytes == 500 * 500 * 5
    # The signals of these steps alone are 125 MB.
    assert after - before < 2e6
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit - peak < 60e6
