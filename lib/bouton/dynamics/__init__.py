"""Systems that advance by one step, and what their steps share."""

from ..math._share import Share as Share
from ..math._share import share as share
from ._calling import not_pass_shared as not_pass_shared
from ._container import Container as Container
from ._container import Network as Network
from ._loop import LoopOverTime as LoopOverTime
from ._sequential import Sequential as Sequential
from ._system import DynamicalSystem as DynamicalSystem
from ._system import DynamicalSystemNS as DynamicalSystemNS

__all__ = [
    "Container",
    "DynamicalSystem",
    "DynamicalSystemNS",
    "LoopOverTime",
    "Network",
    "Sequential",
    "Share",
    "not_pass_shared",
    "share",
]
