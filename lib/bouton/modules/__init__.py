"""Models that evolve a whole series; times in seconds."""

from ._exp_syn import ExpSyn as ExpSyn
from ._exp_syn import ExpSynJax as ExpSynJax
from ._functional import Functional as Functional
from ._lif import LIF as LIF
from ._lif import LIFJax as LIFJax
from ._linear import Linear as Linear
from ._linear import LinearJax as LinearJax
from ._module import Module as Module
from ._rate import Rate as Rate
from ._rate import RateJax as RateJax
from ._sequential import Sequential as Sequential
from ._sequential import SequentialJax as SequentialJax
from ._timed import TimedModule as TimedModule
from ._ts_continuous import TSContinuous as TSContinuous
from ._ts_event import TSEvent as TSEvent
from ._weights import kaiming as kaiming
from ._weights import unit_eigs as unit_eigs
from ._weights import xavier as xavier

# Without it help() shows none of them.
__all__ = [
    "LIF",
    "ExpSyn",
    "ExpSynJax",
    "Functional",
    "LIFJax",
    "Linear",
    "LinearJax",
    "Module",
    "Rate",
    "RateJax",
    "Sequential",
    "SequentialJax",
    "TSContinuous",
    "TSEvent",
    "TimedModule",
    "kaiming",
    "unit_eigs",
    "xavier",
]
