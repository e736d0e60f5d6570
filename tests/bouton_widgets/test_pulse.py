import asyncio
import threading
import time

from bouton_widgets._pulse import Pulse


def run_loop():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def stop():
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    return loop, stop


def watch(pulse, seconds):
    end = time.monotonic() + seconds
    seen = []
    while time.monotonic() < end:
        seen.append(pulse())
        time.sleep(0.02)
    return seen


def test_without_a_loop_nothing_is_busy():
    assert Pulse.of_this_thread()() is False


def test_a_loop_that_comes_round_is_not_busy():
    loop, stop = run_loop()
    seen = watch(Pulse(loop), 0.6)
    stop()
    assert not any(seen)


def test_a_loop_that_executes_something_long_is_busy_until_it_is_done():
    loop, stop = run_loop()
    pulse = Pulse(loop)
    loop.call_soon_threadsafe(time.sleep, 1.0)
    seen = watch(pulse, 0.9)
    assert not seen[0]
    assert seen[-1]
    time.sleep(0.5)
    assert not pulse()
    stop()


def test_a_loop_that_is_closed_is_not_busy():
    loop, stop = run_loop()
    stop()
    pulse = Pulse(loop)
    assert pulse() is False
    time.sleep(0.4)
    assert pulse() is False


def test_it_finds_the_loop_that_runs_in_the_thread():
    async def look():
        return Pulse.of_this_thread()._loop is asyncio.get_running_loop()

    assert asyncio.run(look())
