"""Where code that is not bouton's is called: a model, an input function, a watcher."""

from types import TracebackType

from ..errors import BoutonError


class Stopped(Exception):
    """The simulation cannot go on; the message says why, and the cause, if any, is what the foreign code raised."""


class Foreign:
    """Around a call of foreign code: whatever it raises becomes a :class:`Stopped` that says whose code it was.

    On a thread of its own, an exception that nobody expected would end the thread, and the simulation would seem to run for ever.

    Parameters
    ----------
    whose : str
        ``'the model'``.
    """

    def __init__(self, whose: str):
        self.whose = whose

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        # An interrupt from the keyboard is not theirs. SystemExit, in a thread, would end it without a word.
        if not isinstance(error, Exception | SystemExit) or isinstance(error, Stopped):
            return
        if isinstance(error, BoutonError):
            raise Stopped(str(error).removesuffix(".")) from error
        raise Stopped(f"{self.whose} raised {type(error).__name__}" + (f": {error}" if str(error) else "")) from error
