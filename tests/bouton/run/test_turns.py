"""The fair lock: one at a time, in order, reentrant, and not lost when a waiting thread is interrupted."""

import sys
import threading
import time

import pytest

from bouton.run._turns import Turns


def started(target):
    thread = threading.Thread(target=target)
    thread.start()
    return thread


def test_threads_that_count_together_lose_nothing():
    turns, count = Turns(), [0]

    def work():
        for _ in range(300):
            with turns, turns:
                seen = count[0]
                time.sleep(0)
                count[0] = seen + 1

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [started(work) for _ in range(4)]
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert count[0] == 1200
    assert turns._owner is None


def test_it_is_handed_over_in_the_order_of_asking(until):
    turns, order, threads = Turns(), [], []

    def take(k):
        with turns:
            order.append(k)

    with turns:
        for k in range(5):
            threads.append(started(lambda k=k: take(k)))
            until(lambda k=k: len(turns._queue) == k + 1)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_a_thread_that_always_wants_it_does_not_keep_it_from_others():
    turns, done = Turns(), threading.Event()

    def greedy():
        while not done.is_set():
            with turns:
                time.sleep(0.001)

    thread = started(greedy)
    for _ in range(50):
        with turns:
            time.sleep(0)
    done.set()
    thread.join()


def test_it_is_let_go_when_the_block_raises():
    turns = Turns()
    with pytest.raises(ValueError, match="inside"), turns:
        raise ValueError("inside")
    thread = started(lambda: turns.__enter__() or turns.__exit__())
    thread.join(60)
    assert not thread.is_alive()


class Interrupted:
    """Stands for the private lock of a waiting thread that is interrupted from the keyboard."""

    def __init__(self, meanwhile):
        self.meanwhile, self.calls = meanwhile, 0

    def acquire(self):
        self.calls += 1
        if self.calls == 2:
            self.meanwhile()
            raise KeyboardInterrupt
        return True

    def release(self):
        return None


@pytest.mark.parametrize("handed_over_already", [False, True])
def test_an_interrupted_wait_leaves_the_lock_to_the_next(monkeypatch, handed_over_already):
    turns, held, go = Turns(), threading.Event(), threading.Event()

    def hold():
        with turns:
            held.set()
            go.wait(60)

    holder = started(hold)
    held.wait(60)

    def meanwhile():
        if handed_over_already:
            go.set()
            holder.join(60)

    with monkeypatch.context() as patch:
        patch.setattr("bouton.run._turns.threading.Lock", lambda: Interrupted(meanwhile))
        with pytest.raises(KeyboardInterrupt):
            turns.__enter__()
    go.set()
    holder.join(60)
    assert (turns._owner, turns._depth, len(turns._queue)) == (None, 0, 0)
    with turns:
        assert turns._owner == threading.get_ident()
