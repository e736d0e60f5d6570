"""What a model's arrays are prepared for: one trial, a batch of trials, or training on a batch."""

from typing import Any

from ..errors import KindError, ValueRefused
from ..transform import Setting
from ..transform._numbers import as_whole


class Mode:
    """Base of all modes.

    Two modes are equal when they are of one class; the batch size does not count.
    """

    def is_a(self, cls: type) -> bool:
        """Whether the mode is of exactly this class."""
        return type(self) is _classes("is_a", cls)[0]

    def is_child_of(self, *classes: type) -> bool:
        """Whether the mode's class is one of these, or derived from one."""
        return isinstance(self, _classes("is_child_of", *classes))

    def is_parent_of(self, *classes: type) -> bool:
        """Whether one of these is the mode's class, or derived from it."""
        return any(issubclass(cls, type(self)) for cls in _classes("is_parent_of", *classes))

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return type(self).__name__


class NonBatchingMode(Mode):
    """Arrays have no axis for a batch."""


class BatchingMode(Mode):
    """Arrays have a first axis for the trials of a batch.

    Parameters
    ----------
    batch_size : int
        Trials, 1 or more.

    Raises
    ------
    KindError, ValueRefused
        When ``batch_size`` is no whole number, or less than 1.
    """

    def __init__(self, batch_size: int = 1):
        self._batch_size = _size(batch_size, type(self).__name__)

    @property
    def batch_size(self) -> int:
        """Trials in a batch."""
        return self._batch_size

    def __repr__(self) -> str:
        return f"{type(self).__name__}(batch_size={self.batch_size})"


class TrainingMode(BatchingMode):
    """Arrays have a first axis for the trials of a batch, and what can be trained is a TrainVar."""


def _size(size: Any, where: str) -> int:
    try:
        number = as_whole(size)
    except TypeError as error:
        raise KindError(
            where=f"{where}.batch_size",
            expected="a whole number",
            got=f"{type(size).__name__}",
            fix="Give the number of trials in a batch.",
        ) from error
    if number < 1:
        raise ValueRefused(
            where=f"{where}.batch_size",
            expected="1 or more",
            got=f"{number}",
            fix="Give the number of trials in a batch, or use NonBatchingMode.",
        )
    return number


def _classes(where: str, *classes: Any) -> tuple[type, ...]:
    for cls in classes:
        if not isinstance(cls, type):
            raise KindError(
                where=f"Mode.{where}",
                expected="classes, such as bouton.math.TrainingMode",
                got=f"{cls!r}",
                fix="Pass the class instead of an instance.",
            )
    return classes


nonbatching_mode = NonBatchingMode()
batching_mode = BatchingMode()
training_mode = TrainingMode()

# Modes are equal whatever their batch size, but the code that is compiled is not.
MODE = Setting("mode", nonbatching_mode, key=lambda mode: (type(mode), tuple(vars(mode).items())))
