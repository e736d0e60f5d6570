"""The thread under a live simulation: when it turns, when it waits, when it ends."""

import gc
import subprocess
import sys
import threading
import weakref

import pytest

from bouton.run._worker import Worker


class Turner:
    """Counts its turns and answers each with the next of some delays, and the last for ever."""

    def __init__(self, *delays):
        self.turns, self.delays, self.worker = 0, list(delays), Worker(self.turn)

    def turn(self):
        self.turns += 1
        return self.delays.pop(0) if len(self.delays) > 1 else self.delays[0]


def test_it_turns_until_told_to_end(until, live_threads):
    turner = Turner(0.0, 0.0, 0.001, -1.0)
    turner.worker.start()
    turner.worker.join()
    assert turner.turns == 4
    until(lambda: not live_threads())


def test_it_waits_until_woken_and_once_started_is_one_thread(until, live_threads):
    turner = Turner(None)
    for _ in range(3):
        turner.worker.start()
    assert len(live_threads()) == 1
    until(lambda: turner.turns == 1)
    turner.worker.wake()
    until(lambda: turner.turns == 2)
    turner.delays[0] = -1.0
    turner.worker.wake()
    turner.worker.join()
    assert turner.turns == 3


@pytest.mark.parametrize("delay", [1e12, float("inf")])
def test_a_wait_beyond_all_time_is_one_that_can_be_ended(delay, until):
    turner = Turner(delay, -1.0)
    turner.worker.start()
    until(lambda: turner.turns == 1)
    turner.worker.wake()
    turner.worker.join()
    assert turner.turns == 2


def test_a_wake_during_a_turn_is_not_lost(until):
    class Woken(Turner):
        def turn(self):
            if self.turns == 0:
                self.worker.wake()
            return super().turn()

    turner = Woken(3600.0, -1.0)
    turner.worker.start()
    turner.worker.join()
    assert turner.turns == 2


def test_many_threads_that_start_it_start_one_thread(live_threads):
    for _ in range(20):
        turner = Turner(0.001)
        gate = threading.Barrier(8)
        starters = [threading.Thread(target=lambda t=turner, g=gate: (g.wait(), t.worker.start())) for _ in range(8)]
        for starter in starters:
            starter.start()
        for starter in starters:
            starter.join()
        assert len(live_threads()) == 1
        turner.delays[0] = -1.0
        turner.worker.join()


def test_it_can_be_started_again_after_it_has_ended():
    turner = Turner(-1.0)
    for n in range(1, 4):
        turner.worker.start()
        turner.worker.join()
        assert turner.turns == n


def test_it_can_be_joined_from_within_and_before_it_was_started():
    class Joins(Turner):
        def turn(self):
            self.worker.join()
            return super().turn()

    turner = Joins(-1.0)
    turner.worker.join()
    turner.worker.start()
    turner.worker.join()
    assert turner.turns == 1


@pytest.mark.parametrize("delay", [None, 3600.0, 0.0])
def test_it_ends_when_nobody_refers_to_the_object_any_more(delay, until, live_threads):
    turner = Turner(delay)
    turner.worker.start()
    gone = weakref.ref(turner)
    until(lambda: gone().turns > 0)
    gc.disable()
    try:
        del turner
        until(lambda: gone() is None and not live_threads())
    finally:
        gc.enable()


@pytest.mark.parametrize("delay", ["0.0", "None", "3600.0"])
def test_the_end_of_the_interpreter_ends_it(delay):
    code = f"""
import threading
from bouton.run._worker import Worker
class Turner:
    turned = threading.Event()
    def turn(self):
        self.turned.set()
        return {delay}
turner = Turner()
worker = Worker(turner.turn)
worker.start()
turner.turned.wait()
print("done")
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_a_thread_that_is_about_to_end_goes_on_when_it_is_started_again(until, live_threads):
    class Restarted(Turner):
        def turn(self):
            if self.turns == 0:
                # It has been told to end, and does not know yet that somebody starts it.
                self.worker.start()
            return super().turn()

    turner = Restarted(-1.0)
    turner.worker.start()
    turner.worker.join()
    assert turner.turns == 2
    turner.worker.start()
    until(lambda: turner.turns == 3)
    until(lambda: not live_threads())
