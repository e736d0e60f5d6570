"""Runs the cells of a notebook in a kernel, one after the other, and stops what hangs."""

import re
import time
from queue import Empty
from typing import Any, NamedTuple

from nbval.kernel import RunningKernel

from ._gather import Gathered, Sheet
from ._limits import Watch
from ._tolerance import Limits

# How long a kernel may take to answer an interrupt before it is killed.
_GRACE = 3.0
_POLL = 0.2
# What Python says on stderr about an exception that no cell sees.
_UNSEEN = re.compile(r"^(?:Exception in thread |Task exception was never retrieved)", re.MULTILINE)


class CellRun(NamedTuple):
    """What came of one cell.

    Parameters
    ----------
    sheet : Sheet
        Its outputs; later cells may still update them.
    seconds, memory : float
        How long it ran, s, and the most memory that was seen, MB.
    problem : str or None
        Why it was stopped: time, memory, or a kernel that died.
    unseen : str or None
        What stderr tells of an exception in a thread or a task.
    """

    sheet: Sheet
    seconds: float
    memory: float
    problem: str | None
    unseen: str | None

    @property
    def error(self) -> dict[str, Any] | None:
        """The exception that ended it."""
        return next((output for output in self.sheet.outputs if output["output_type"] == "error"), None)


class Session:
    """A kernel with a notebook running in it.

    Parameters
    ----------
    kernel : nbval.kernel.RunningKernel
        The kernel; killed when a cell cannot be stopped otherwise.
    """

    def __init__(self, kernel: RunningKernel):
        self.gathered = Gathered()
        self.is_over = False  # whether no cell can follow
        self._kernel = kernel
        self._start = time.monotonic()
        self._unseen = ""

    def run(self, source: str, limits: Limits) -> CellRun:
        """Execute a cell and wait for its end, or for the end of what it may take."""
        if not self._kernel.is_alive():
            self.is_over = True
            return CellRun(Sheet(), 0.0, 0.0, "The kernel is dead.", None)
        watch = Watch(_process(self._kernel), limits, self._start)
        self._unseen = ""
        msg_id = self._kernel.execute_cell_input(source, allow_stdin=False)
        sheet = self.gathered.begin(msg_id)
        problem = self._wait(msg_id, watch)
        if problem is None:
            problem = watch.too_large(now=True)
            if problem:
                problem = self._kill(problem)
        return CellRun(sheet, watch.seconds, watch.memory, problem, self._unseen or None)

    def drain(self) -> None:
        """Take the messages that came after the last cell."""
        while self._kernel.is_alive() and self._message(0.0) is not None:
            pass

    def _wait(self, msg_id: str, watch: Watch) -> str | None:
        """Take messages until the kernel has done with this one; the sentence that tells why it had to be stopped."""
        while True:
            if self._is_idle(self._message(_POLL), msg_id):
                return None
            problem = watch.too_large()
            if problem:
                return self._kill(problem)
            problem = watch.too_long()
            if problem:
                self.is_over = True
                return self._interrupt(msg_id, problem)
            if not self._kernel.is_alive():
                return self._died(msg_id)

    def _interrupt(self, msg_id: str, problem: str) -> str:
        self._kernel.interrupt()
        until = time.monotonic() + _GRACE
        while time.monotonic() < until:
            if self._is_idle(self._message(_POLL), msg_id):
                return problem
        return self._kill(f"{problem} It did not answer an interrupt within {_GRACE:g} s.")

    def _kill(self, problem: str) -> str:
        self.is_over = True
        self._kernel.stop()
        return f"{problem} Its kernel was killed."

    def _died(self, msg_id: str) -> str:
        # What it said before is still on the way.
        while not self._is_idle(message := self._message(_POLL), msg_id) and message is not None:
            pass
        self.is_over = True
        return f"The kernel died{_status(self._kernel)}."

    def _message(self, timeout: float) -> dict[str, Any] | None:
        try:
            message = self._kernel.get_message("iopub", timeout=timeout)
        except Empty:
            return None
        self.gathered.take(message)
        content = message["content"]
        if message["msg_type"] == "stream" and content["name"] == "stderr":
            self._unseen += content["text"] if self._unseen or _UNSEEN.search(content["text"]) else ""
        return message

    @staticmethod
    def _is_idle(message: dict[str, Any] | None, msg_id: str) -> bool:
        return (
            message is not None
            and message["msg_type"] == "status"
            and message["content"]["execution_state"] == "idle"
            and message["parent_header"].get("msg_id") == msg_id
        )


def _process(kernel: RunningKernel) -> int | None:
    return getattr(kernel.km.provisioner, "pid", None)


def _status(kernel: RunningKernel) -> str:
    code = getattr(getattr(kernel.km.provisioner, "process", None), "returncode", None)
    if code is None:
        return ""
    return f", by signal {-code}" if code < 0 else f", with status {code}"
