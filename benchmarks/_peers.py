"""Other simulators, each in an interpreter of its own that is told to run, and tells how long it took."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from _measure import Told

HERE = Path(__file__).parent


class Peer:
    """A process with ``_peer_NAME.py``, which has compiled when this is made.

    Parameters
    ----------
    name : str
        ``'brian2'`` or ``'brainpy'``.
    python : str
        An interpreter in whose environment it is installed.
    *arguments : str
        Of the script.

    Attributes
    ----------
    first : dict
        What it said when it had compiled: ``version``, ``seconds`` that it took, ``spikes``.
    """

    def __init__(self, name: str, python: str, *arguments: str):
        command = [python, str(HERE / f"_peer_{name}.py"), *arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.name = name
        self.first = self._answer()

    def __call__(self) -> Told:
        """Run once more."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        answer = self._answer()
        return Told(answer["seconds"], answer["cpu"])

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"{self.name} ended with status {self._process.wait()}"
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
