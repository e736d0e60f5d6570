"""What can be seen of a simulation, from an engine that the test moves by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from bouton.errors import UnknownPathError
from bouton.modules import LIF, Rate
from bouton.run._drive import Drive
from bouton.run._engine import Engine
from bouton.run._look import Look
from bouton.run._pace import Pace


def looked_at(model=None, record="x", chunk=10, window=50):
    engine = Engine(Rate(4) if model is None else model, record, chunk, window, 4096)
    return Look(engine, Pace(1.0, 1e-3, chunk), Drive(None, engine.model.size_in)), engine


def advance(engine, chunks):
    for _ in range(chunks):
        engine.run(np.ones((engine.chunk, engine.model.size_in), np.float32))


def test_before_anything_ran_everything_is_at_its_beginning():
    look, _ = looked_at()
    assert (look.status, look.error, look.steps, look.time, look.change) == ("ready", None, 0, 0.0, 0)
    assert (look.rate, look.compilations, look.dt, look.chunk, look.window) == (0.0, 0, 1e-3, 10, 0.05)
    assert [s.path for s in look.signals] == ["x"]
    assert repr(look) == "Look(Rate, ready at 0.000 s)"


def test_a_frame_before_anything_ran_is_empty_in_full_size():
    look, _ = looked_at(LIF(4), ["vmem", "spikes"])
    frame = look.frame(columns=25)
    assert (frame.step, frame.now, frame.change, frame.status, frame.rate) == (0, 0.0, 0, "ready", 0.0)
    assert frame.time == (0.0, 0.05)
    assert np.isnan(frame.traces["vmem"].lo).all()
    assert frame.traces["vmem"].hi.shape == (4, 25)
    assert_array_equal(frame.events["spikes"], np.zeros((4, 25)))


def test_steps_and_time_follow_the_engine():
    look, engine = looked_at()
    advance(engine, 7)
    assert (look.steps, look.time) == (70, pytest.approx(0.07))
    assert repr(look) == "Look(Rate, ready at 0.070 s)"


def test_a_frame_says_what_time_its_columns_are_from():
    look, engine = looked_at()
    advance(engine, 7)
    frame = look.frame(columns=9)
    # Columns of six steps: the last begins at step 66, and eight of them fit the window of 50 steps.
    assert_allclose(frame.time, (0.024, 0.072))
    assert frame.now == pytest.approx(0.07)
    assert frame.traces["x"].lo.shape == (4, 8)
    values = 1 - 0.95 ** np.arange(1.0, 71.0)
    assert_allclose(frame.traces["x"].lo[2], values[24:70:6], rtol=1e-4)
    assert_allclose(frame.traces["x"].hi[2], [*values[29:70:6], values[69]], rtol=1e-4)


def test_a_frame_has_the_paths_asked_for():
    look, _ = looked_at(LIF(4), ["vmem", "isyn", "spikes", "output"])
    frame = look.frame()
    assert (list(frame.traces), list(frame.events)) == (["vmem", "isyn"], ["spikes", "output"])
    frame = look.frame(["spikes", "isyn"])
    assert (list(frame.traces), list(frame.events)) == (["isyn"], ["spikes"])
    assert list(look.frame("vmem").traces) == ["vmem"]
    frame = look.frame([])
    assert (frame.traces, frame.events) == ({}, {})


@pytest.mark.parametrize("paths", ["vmen", ["x", "vmen"]])
def test_a_signal_that_is_not_recorded_is_refused(paths):
    look, _ = looked_at()
    with pytest.raises(
        UnknownPathError, match=r"frame\(paths=\.\.\.\): expected one of .* signals, x, got 'vmen'\. Add it to rec"
    ):
        look.frame(paths)


def test_memory_is_that_of_the_window_and_never_grows():
    look, engine = looked_at(LIF(8), ["vmem", "spikes"])
    # 50 steps of 8 units, 4 bytes for a value and 1 for a spike.
    assert look.nbytes == 50 * 8 * 5
    advance(engine, 12)
    assert look.nbytes == 50 * 8 * 5


def test_a_frame_of_a_large_population_is_no_larger_than_its_pixels():
    engine = Engine(LIF(100_000), ["vmem", "spikes"], 5, 20, 4096)
    look = Look(engine, Pace(1.0, 1e-3, 5), Drive(None, engine.model.size_in))
    advance(engine, 5)
    # One in 25 neurons is kept.
    assert [(s.units, s.every) for s in look.signals] == [(4000, 25)] * 2
    assert look.nbytes == 20 * 4000 * 5
    frame = look.frame(columns=10, units=8, rows=256)
    assert frame.traces["vmem"].lo.shape == frame.traces["vmem"].hi.shape == (8, 10)
    assert frame.events["spikes"].shape == (256, 10)
    assert (frame.traces["vmem"].hi > 0).all()
