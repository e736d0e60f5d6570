"""Training systems of one step."""

from ._backprop import BPFF as BPFF
from ._backprop import BPTT as BPTT
from ._history import Curve as Curve

__all__ = ["BPFF", "BPTT", "Curve"]
