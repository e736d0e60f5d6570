import io
import threading

import pytest
from tqdm import tqdm

from bouton.notebooks._noise import as_shown, without_noise


class Thing:
    pass


def test_two_objects_of_a_class_read_alike():
    one, two = Thing(), Thing()
    assert repr(one) != repr(two)
    assert without_noise(repr(one)) == without_noise(repr(two))
    assert without_noise(repr(one.__str__)) == without_noise(repr(two.__str__))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("/tmp/ipykernel_123/456.py:1: UserWarning: w", "/var/x/ipykernel_9/88.py:1: UserWarning: w"),
        ("<ipython-input-1-0a1b2c>", "<ipython-input-7-99aabb>"),
        ("pid 4711, ppid=12", "pid 9, ppid=123456"),
        ("in process 4711", "in process 12345"),
        ("<ForkProcess pid=10 parent=9 started>", "<ForkProcess pid=123 parent=77 started>"),
        ("id 9b2f9f0c-5d55-4b6a-8f6f-0c9b0a6f1e11", "id 00000000-1111-2222-3333-444444444444"),
    ],
)
def test_process_numbers_and_random_ids_read_alike(one, two):
    assert without_noise(one) == without_noise(two)


def test_a_thread_reads_as_every_other_of_its_name():
    thread = threading.Thread(target=print, name="worker")
    thread.start()
    thread.join()
    assert without_noise("<Thread(worker, started 140213)>") == without_noise("<Thread(worker, started 990011)>")
    assert without_noise("<Thread(worker, started daemon 1402134)>") == "<Thread(worker, started daemon …)>"


@pytest.mark.parametrize(
    "text", ["process 3 of 8", "0x1f", "3 started", "[0:3]", "[12, 34]", "md5 d41d8cd98f00b204e9800998ecf8427e"]
)
def test_what_says_something_stays(text):
    assert without_noise(text) == text


def bar(**options):
    out = io.StringIO()
    for _ in tqdm(range(20), file=out, ncols=80, **options):
        pass
    return out.getvalue()


def test_a_progress_bar_comes_to_its_last_state_without_times():
    slow = without_noise(as_shown(bar(mininterval=0)))
    assert slow == without_noise(as_shown(bar(mininterval=100)))
    assert "100%" in slow
    assert "20/20 […]" in slow
    assert "it/s" not in slow


def test_a_line_that_was_written_over_shows_its_last_state():
    assert as_shown("a\r\nb") == "a\nb"
    assert as_shown("10%\r50%\r100%\ndone\n") == "100%\ndone\n"
    assert as_shown("10%\r100%\r") == "100%"
    assert as_shown("abc\b\b\bxyz") == "xyz"
    assert as_shown("\b\bx") == "\b\bx"
