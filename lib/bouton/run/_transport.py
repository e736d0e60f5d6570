"""What moves a live simulation: a thread of its own, or a call of step."""

import threading
from typing import Self

from ..errors import RunningError
from ._drive import Drive
from ._engine import Engine
from ._foreign import Foreign, Stopped
from ._lengths import Stopwatch
from ._look import Look
from ._pace import Pace
from ._settings import checked_count
from ._worker import Worker


class Transport(Look):
    """A live simulation that can be started, paused, stepped, reset and closed.

    Parameters
    ----------
    engine : Engine
        What runs.
    pace : Pace
        What it runs by.
    drive : Drive
        What drives it.
    """

    def __init__(self, engine: Engine, pace: Pace, drive: Drive):
        super().__init__(engine, pace, drive)
        self._counting = threading.Lock()
        self._worker = Worker(self._turn)
        self._shortening = Worker(self._shorten)

    def start(self) -> None:
        """Run until paused; goes on from where it is, also after a failure.

        Raises
        ------
        RunningError
            When the simulation is closed, or a part of the model has been replaced since it was made. All methods that move or
            change something do the same, but for ``pause`` and ``close``.
        """
        with self._turns:
            self._refuse_closed("start")
            if self._status == "running":
                return
            self._engine.refuse_other_parts()
            self._status, self._error = "running", None
            self._pace.restart(self.time)
            self._worker.start()
        self._worker.wake()
        self._tell()

    def pause(self) -> None:
        """Stop after the chunk that is being computed; nothing moves once this returns."""
        with self._turns:
            if self._status != "running":
                return
            self._status = "paused"
        self._worker.wake()
        self._tell()

    def step(self, n: int = 1) -> None:
        """Advance by ``n`` steps now, in the calling thread; less when another thread starts or closes the simulation.

        Raises
        ------
        RunningError
            When the simulation is running or closed, or it fails on the way.
        """
        n = checked_count(n, "LiveSimulation.step(n=...)")
        with self._turns:
            self._refuse_closed("step")
            if self._status == "running":
                raise RunningError(
                    where="LiveSimulation.step", expected="a simulation at rest", got="a running one", fix="Call pause() first."
                )
            self._engine.refuse_other_parts()
            self._status, self._error = "paused", None
        trouble = None
        while n and trouble is None:
            done = self.chunk if n >= self.chunk else 1
            # Others may look between chunks.
            with self._turns:
                if self._status != "paused":
                    return
                trouble = self._advance(done)
            n -= done
            trouble = self._tell() or trouble
        if trouble is not None:
            raise RunningError(
                where="LiveSimulation.step",
                expected="a model that can be advanced",
                got=f"a failure: {(self._error or str(trouble)).removesuffix('.')}",
                fix="Change what drives it there, or call reset().",
            ) from trouble.__cause__

    def reset(self) -> None:
        """Back to time 0 and to the initial states; parameters stay as they are. Goes on running if it was."""
        with self._turns:
            self._refuse_closed("reset")
            self._engine.reset()
            self._drive = self._drive.anew(0)
            self._pace.restart(0.0)
            self._status, self._error = "running" if self._status == "running" else "ready", None
        self._worker.wake()
        self._tell()

    def close(self) -> None:
        """End the thread; nothing can be run after this."""
        self._end(None)

    def _end(self, reason: str | None) -> None:
        with self._turns:
            if self._status == "closed":
                return
            self._status = "closed"
            self._error = self._error or reason
        self._worker.wake()
        self._worker.join()
        self._tell()
        self._watchers.clear()

    def _give_way(self) -> None:
        """Close for another that moves the same model."""
        self._end("Another live simulation moves this model now; this one is closed.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- inside ---------------------------------------------------------------

    def _news(self) -> None:
        """Have a change computed at once, or when nothing runs, looked at."""
        self._worker.wake()
        if self._status not in ("running", "closed"):
            self._tell()

    def _count_change(self) -> int:
        with self._counting:
            self._change += 1
            return self._change

    def _turn(self) -> float:
        """Compute a chunk if one is due; see :class:`Worker`."""
        with self._turns:
            if self._status != "running":
                # A thread for those that run; start() makes another.
                return -1.0
            steps, wait = self._pace.next(self.time, self._change != self._shown_change)
            if wait > 0:
                return wait
            compiled, stopwatch = self.compilations, Stopwatch()
            self._advance(steps)
            if self.compilations == compiled and self._pace.lengths.took(steps, stopwatch.read()):
                self._shortening.start()
        self._tell()
        return 0.0

    def _shorten(self) -> float:
        """Compile a shorter chunk while the long ones go on, and turn to it; see :class:`Worker`."""
        lengths = self._pace.lengths
        try:
            with Foreign("the model"):
                with self._turns:
                    if self._status == "closed":
                        return -1.0
                    compile_it = self._engine.prepare(lengths.wanted or lengths.usual)
                compile_it()
            if self._status != "closed":
                lengths.turn()
        except Stopped:
            # Of a model that cannot be cut like that the chunks stay long.
            pass
        return -1.0

    def _advance(self, steps: int) -> Stopped | None:
        change = self._change
        trouble = None
        try:
            with Foreign("the input function"):
                inputs = self._drive(self.steps, steps)
            self._engine.run(inputs)
        except Stopped as stop:
            trouble = stop
            self._fail(stop)
        self._shown_change = change
        self._pace.measure(self.time)
        return trouble

    def _tell(self) -> Stopped | None:
        trouble = self._watchers.tell()
        if trouble is not None:
            with self._turns:
                self._fail(trouble)
            # Those that are left have not heard of this.
            self._watchers.tell()
        return trouble

    def _fail(self, stop: Stopped) -> None:
        # Ten digits: a time as exact as the clock, without the rounding of the last.
        self._error = f"At {self.time:.10g} s: {stop}."
        if self._status != "closed":
            self._status = "failed"

    def _refuse_closed(self, what: str) -> None:
        if self._status == "closed":
            raise RunningError(
                where=f"LiveSimulation.{what}", expected="an open simulation", got="a closed one", fix="Make a new one."
            )
