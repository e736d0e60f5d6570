"""Where a network begins and ends."""

from typing import Any

from ..math import Mode
from ._group import NeuGroup


class _Placeholder(NeuGroup):
    # It has nothing to reset, and that is no mistake.
    _is_reset = False

    def __init__(self, size: int | tuple[int, ...], keep_size: bool = False, mode: Mode | None = None, name: str | None = None):
        super().__init__(size, keep_size, name, mode)
        self.spike = None

    def update(self, x: Any = None) -> Any:
        """``x`` as it is."""
        return x


class InputGroup(_Placeholder):
    """Stands for what drives a network: a synapse can start from it, and is then passed the spikes.

    ``update(x)`` returns ``x``; ``spike`` is ``None``.

    Parameters
    ----------
    size : int or tuple of int
        How many inputs.
    keep_size : bool
        Whether the shape of the sheet is kept.
    mode : Mode, optional
        Default: that of the environment.
    name : str, optional
        Unique among live objects.
    """


class OutputGroup(_Placeholder):
    """Stands for what a network drives: a synapse can end at it that returns its current instead of adding it.

    ``update(x)`` returns ``x``; ``spike`` is ``None``.

    Parameters
    ----------
    size : int or tuple of int
        How many outputs.
    keep_size : bool
        Whether the shape of the sheet is kept.
    mode : Mode, optional
        Default: that of the environment.
    name : str, optional
        Unique among live objects.
    """
