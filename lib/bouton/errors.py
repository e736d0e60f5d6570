"""What bouton raises: one hierarchy, each class also the builtin a caller would catch.

Every message says, in this order, *where* (path and attribute), what was *expected*, what was *got*, and the *fix*. The four
parts stay readable as attributes, so that a widget can mark the field that failed.
"""


class BoutonError(Exception):
    """Base of everything that bouton raises on purpose.

    Parameters
    ----------
    where : str
        Path of the attribute, call or file the mistake concerns.
    expected, got : str
        What would have been accepted, and what came.
    fix : str
        One whole sentence that says what to do.
    """

    def __init__(self, *, where: str, expected: str, got: str, fix: str):
        self.where, self.expected, self.got, self.fix = where, expected, got, fix
        super().__init__(f"{where}: expected {expected}, got {got}. {fix}")

    def __str__(self) -> str:
        # KeyError would print the quoted repr of the message.
        return str(self.args[0])

    def __reduce__(self):
        return _rebuild, (type(self), self.where, self.expected, self.got, self.fix)


def _rebuild(cls: type[BoutonError], where: str, expected: str, got: str, fix: str) -> BoutonError:
    return cls(where=where, expected=expected, got=got, fix=fix)


class ShapeError(BoutonError, ValueError):
    """A value has none of the shapes its place permits."""


class ValueRefused(BoutonError, ValueError):
    """A value of the right kind that its place cannot take: out of bounds, an unknown name, a contradiction."""


class FolderError(ValueRefused, FileNotFoundError):
    """A file is to be written into a folder that is not there."""


class KindError(BoutonError, TypeError):
    """A value of the wrong kind: a string for a number, a list for a module."""


class UnknownPathError(BoutonError, KeyError):
    """A path or a name that the model does not have."""


class MonitorError(UnknownPathError):
    """A monitor names what the model does not have, or a record is asked for what was not monitored."""


class PositionError(BoutonError, IndexError):
    """A position in a sequence that is not so long."""


class UninitialisedError(BoutonError, AttributeError):
    """A model was used whose class has not called ``super().__init__(...)``."""


class MathError(BoutonError, ValueError):
    """A Variable was given a value of another shape or dtype."""


class LeakedTracerError(BoutonError, RuntimeError):
    """A value that only exists while a function is being compiled was kept, or written, outside of it."""


class NoImplementationError(BoutonError, NotImplementedError):
    """The class leaves this to its subclasses, and this subclass has not done it."""


class UnsupportedError(BoutonError, NotImplementedError):
    """The combination that was asked for does not exist."""


class RunningError(BoutonError, RuntimeError):
    """A simulation cannot do this in its present condition."""


class EnvironmentProblem(BoutonError, RuntimeError):
    """Something that bouton needs is missing on this machine."""


class UniqueNameError(BoutonError, ValueError):
    """A name that another live object has."""


class UnregisteredWarning(UserWarning):
    """What was assigned does not become part of the model, though it looks as if it were meant to."""


class SharedNameWarning(UserWarning):
    """Two live objects may come to have one name."""


class ReboundWarning(UserWarning):
    """An attribute that is no Variable changes where compiled code cannot follow."""


class LargeRecordWarning(UserWarning):
    """A run is about to record more than a gigabyte."""
