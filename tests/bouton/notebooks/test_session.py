"""The session over a kernel that is played: what it says and when."""

from queue import Empty
from types import SimpleNamespace

import pytest

pytest.importorskip("nbval")

from bouton.notebooks import _session
from bouton.notebooks._session import Session
from bouton.notebooks._tolerance import Limits


class Played:
    """A kernel that says these messages, then nothing; an interrupt makes it say others."""

    def __init__(self, *messages, after_interrupt=(), alive=True):
        self.messages, self.after_interrupt, self.alive = list(messages), list(after_interrupt), alive
        self.done = []
        self.km = SimpleNamespace(provisioner=SimpleNamespace(pid=None, process=SimpleNamespace(returncode=-11)))

    def execute_cell_input(self, source, allow_stdin):
        self.done.append(source)
        return "m"

    def get_message(self, stream, timeout):
        if not self.messages:
            raise Empty
        return self.messages.pop(0)

    def is_alive(self):
        return self.alive

    def interrupt(self):
        self.done.append("interrupt")
        self.messages += self.after_interrupt

    def stop(self):
        self.done.append("stop")
        self.alive = False


def message(kind, parent="m", **content):
    return {"msg_type": kind, "parent_header": {"msg_id": parent}, "content": content}


def said(text, name="stdout"):
    return message("stream", name=name, text=text)


IDLE = message("status", execution_state="idle")


def test_a_cell_ends_when_the_kernel_is_idle_for_it():
    kernel = Played(
        message("status", execution_state="busy"), message("status", "other", execution_state="idle"), said("a"), IDLE
    )
    found = Session(kernel).run("print('a')", Limits())
    assert [output["text"] for output in found.sheet.outputs] == ["a"]
    assert (found.problem, found.unseen, found.error) == (None, None, None)
    assert kernel.done == ["print('a')"]


def test_an_exception_is_told():
    found = Session(Played(message("error", ename="ValueError", evalue="bad", traceback=[]), IDLE)).run("", Limits())
    assert found.error["ename"] == "ValueError"


@pytest.mark.parametrize("first", ["Exception in thread Thread-1 (f):\n", "Task exception was never retrieved\n"])
def test_an_exception_that_no_cell_sees_is_told(first):
    found = Session(Played(said(first, "stderr"), said("ZeroDivisionError", "stderr"), IDLE)).run("", Limits())
    assert found.unseen == f"{first}ZeroDivisionError"
    assert found.problem is None


def test_a_cell_that_answers_an_interrupt_keeps_its_kernel_and_nothing_follows():
    kernel = Played(after_interrupt=[IDLE])
    session = Session(kernel)
    assert session.run("", Limits(cell=0.01)).problem == "The cell ran past its limit of 0.01 s."
    assert session.is_over
    assert kernel.done[1:] == ["interrupt"]


def test_a_cell_that_answers_no_interrupt_loses_its_kernel(monkeypatch):
    monkeypatch.setattr(_session, "_GRACE", 0.05)
    kernel = Played()
    session = Session(kernel)
    assert session.run("", Limits(notebook=0.01)).problem == (
        "The notebook ran past its limit of 0.01 s. It did not answer an interrupt within 0.05 s. Its kernel was killed."
    )
    assert kernel.done[1:] == ["interrupt", "stop"]
    assert session.run("next", Limits()).problem == "The kernel is dead."


def test_a_kernel_that_dies_is_told_with_its_signal():
    kernel = Played(said("last words"), alive=True)
    session = Session(kernel)
    kernel.is_alive = lambda: "" not in kernel.done
    found = session.run("", Limits())
    assert found.problem == "The kernel died, by signal 11."
    assert session.is_over
    assert [output["text"] for output in found.sheet.outputs] == ["last words"]


def test_what_came_late_is_taken():
    kernel = Played(IDLE)
    session = Session(kernel)
    found = session.run("", Limits())
    kernel.messages.append(said("late"))
    session.drain()
    assert [output["text"] for output in found.sheet.outputs] == ["late"]
