"""Checks for the constructors of models: ``bp.check.is_subclass(self.mode, (bm.TrainingMode, bm.BatchingMode))``."""

from typing import TypeVar

from .errors import KindError, UnsupportedError

T = TypeVar("T")

__all__ = ["is_subclass"]


def is_subclass(instance: T, types: type | tuple[type, ...] | list[type], name: str = "") -> T:
    """Give ``instance`` back if some of ``types`` is its type or derived from it.

    A type that is listed supports what is more general: where training is supported, batches are.

    Parameters
    ----------
    instance : object
        For instance the mode of a system.
    types : type, or tuple or list of types
        What is supported.
    name : str
        Of what supports them, for the message.

    Raises
    ------
    UnsupportedError
        When none is.
    KindError
        For an entry of ``types`` that is no type.
    """
    listed = types if isinstance(types, tuple | list) else (types,)
    for entry in listed:
        if not isinstance(entry, type):
            raise KindError(
                where="check.is_subclass(types=...)",
                expected="types",
                got=f"{entry!r}",
                fix="Pass the class, bm.TrainingMode, and not an instance of it.",
            )
    if not listed:
        raise KindError(where="check.is_subclass(types=...)", expected="types", got="none", fix="Say what is supported.")
    if any(issubclass(entry, type(instance)) for entry in listed):
        return instance
    names, subject = ", ".join(entry.__name__ for entry in listed), name or "The model"
    raise UnsupportedError(
        where=name or "check.is_subclass",
        expected=f"one of {names}",
        got=f"{instance!r}",
        fix=f"{subject} does not support {instance!r}. We only support {names}.{_HOW.get(listed[0].__name__, '')}",
    )


# For the modes, how to get the first of those that are supported.
_HOW = {
    "TrainingMode": " Build it inside `with bm.training_environment():`, or pass mode=bm.training_mode.",
    "BatchingMode": " Build it inside `with bm.batching_environment():`, or pass mode=bm.batching_mode.",
    "NonBatchingMode": " Pass mode=bm.nonbatching_mode.",
}
