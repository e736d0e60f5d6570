"""A look-out for attributes that change after the compilation."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from ._jit import Jitted, usual_call


def debug_rebound(on: bool = True) -> AbstractContextManager[None]:
    """Look out for attributes that change after the function that uses them was compiled.

    What is neither a Variable nor an argument is a constant of compiled code, so ``model.gain = 2.0`` after the first call of a
    compiled method has no effect. While this is on, the next call warns of it with a
    :class:`~bouton.errors.ReboundWarning`, once for each change.

    Parameters
    ----------
    on : bool
        Whether to look.

    Returns
    -------
    context manager
        As the head of a ``with`` block it ends with the block; otherwise it stays.

    Notes
    -----
    Only methods and objects whose first call comes while it is on are looked at, with the objects below them. Each call then
    compares all plain attributes, which takes time; while it is off, calls cost nothing more.
    """
    before = Jitted.warns_of_changes
    _look(on)
    return _looking_until_end(before)


@contextmanager
def _looking_until_end(before: bool) -> Iterator[None]:
    try:
        yield
    finally:
        _look(before)


def _look(on: bool) -> None:
    # Another method, and no question in the one that is called millions of times.
    Jitted.warns_of_changes = on
    Jitted.__call__ = Jitted.call_with_a_look if on else usual_call
