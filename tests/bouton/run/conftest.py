"""Live simulations that are closed, waiting without guessing how fast the machine is, and a look for threads left behind."""

import gc
import threading
import time

import pytest

from bouton.run import LiveSimulation


def _live_threads():
    return [t for t in threading.enumerate() if t.name == "bouton-live"]


def _until(condition, seconds=120.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it has not come to pass"
        time.sleep(0.002)


@pytest.fixture
def until():
    """Wait for a condition; long enough for any machine."""
    return _until


@pytest.fixture
def live_threads():
    """The threads of live simulations that run now."""
    return _live_threads


@pytest.fixture
def live():
    """Make simulations that are closed after the test, as fast as it goes unless told otherwise."""
    made = []

    def make(model, *args, record="output", speed=None, chunk=10, window=1.0, **kwargs):
        made.append(LiveSimulation(model, *args, record=record, speed=speed, chunk=chunk, window=window, **kwargs))
        return made[-1]

    yield make
    for simulation in made:
        simulation.close()


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    yield
    if _live_threads():
        gc.collect()
    _until(lambda: not _live_threads())
