import os
import subprocess
import sys
import time

import pytest

pytest.importorskip("psutil")

from bouton.notebooks._limits import Watch
from bouton.notebooks._tolerance import Limits


def watch(process=None, started=None, **limits):
    return Watch(process, Limits(**limits), time.monotonic() if started is None else started)


def test_a_cell_without_limits_is_never_too_much():
    found = watch(os.getpid())
    assert found.too_long() is None
    assert found.too_large(now=True) is None
    assert found.memory > 10


def test_time_runs_out_for_a_cell_and_for_a_notebook():
    found = watch(cell=0.01, notebook=100.0)
    time.sleep(0.02)
    assert found.too_long() == "The cell ran past its limit of 0.01 s."
    assert found.seconds > 0.01
    assert watch(cell=10.0, started=time.monotonic() - 31, notebook=30.0).too_long() == "The notebook ran past its limit of 30 s."


def test_the_memory_of_children_counts():
    with subprocess.Popen(
        [sys.executable, "-c", "x = bytearray(80_000_000); print(1, flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        child.stdout.readline()
        alone, family = watch(child.pid, memory=60.0), watch(os.getpid(), memory=60.0)
        child.communicate(b"\n")
    assert 80 < alone.memory < 150
    assert alone.memory < family.memory
    assert alone.too_large(now=True) == f"The kernel held {alone.memory:.0f} MB, past its limit of 60 MB."
    assert alone.too_large() is None


def test_a_process_that_is_gone_holds_nothing():
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        pass
    assert watch(child.pid).memory == 0.0
    assert watch().too_large(now=True) is None
