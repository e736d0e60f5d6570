"""Groups of neurons that advance step by step."""

from ._group import NeuGroup as NeuGroup

__all__ = ["NeuGroup"]
