"""Models that evolve a whole series; times in seconds."""

from ._alif import aLIF as aLIF
from ._alif import aLIFJax as aLIFJax
from ._exp_smooth import ExpSmooth as ExpSmooth
from ._exp_smooth import ExpSmoothJax as ExpSmoothJax
from ._exp_syn import ExpSyn as ExpSyn
from ._exp_syn import ExpSynJax as ExpSynJax
from ._ffwd_stack import FFwdStack as FFwdStack
from ._ffwd_stack import FFwdStackJax as FFwdStackJax
from ._from_step import FromStep as FromStep
from ._functional import Functional as Functional
from ._graph import ModuleGraph as ModuleGraph
from ._graph import ModuleOfGraph as ModuleOfGraph
from ._instant import Instant as Instant
from ._instant import InstantJax as InstantJax
from ._lif import LIF as LIF
from ._lif import LIFJax as LIFJax
from ._linear import Linear as Linear
from ._linear import LinearJax as LinearJax
from ._module import Module as Module
from ._rate import Rate as Rate
from ._rate import RateJax as RateJax
from ._residual import Residual as Residual
from ._residual import ResidualJax as ResidualJax
from ._sequential import Sequential as Sequential
from ._sequential import SequentialJax as SequentialJax
from ._softmax import LogSoftmax as LogSoftmax
from ._softmax import LogSoftmaxJax as LogSoftmaxJax
from ._softmax import Softmax as Softmax
from ._softmax import SoftmaxJax as SoftmaxJax
from ._step_of import StepOf as StepOf
from ._timed import TimedModule as TimedModule
from ._ts_continuous import TSContinuous as TSContinuous
from ._ts_event import TSEvent as TSEvent
from ._weights import kaiming as kaiming
from ._weights import unit_eigs as unit_eigs
from ._weights import xavier as xavier

# Without it help() shows none of them.
__all__ = [
    "LIF",
    "ExpSmooth",
    "ExpSmoothJax",
    "ExpSyn",
    "ExpSynJax",
    "FFwdStack",
    "FFwdStackJax",
    "FromStep",
    "Functional",
    "Instant",
    "InstantJax",
    "LIFJax",
    "Linear",
    "LinearJax",
    "LogSoftmax",
    "LogSoftmaxJax",
    "Module",
    "ModuleGraph",
    "ModuleOfGraph",
    "Rate",
    "RateJax",
    "Residual",
    "ResidualJax",
    "Sequential",
    "SequentialJax",
    "Softmax",
    "SoftmaxJax",
    "StepOf",
    "TSContinuous",
    "TSEvent",
    "TimedModule",
    "aLIF",
    "aLIFJax",
    "kaiming",
    "unit_eigs",
    "xavier",
]
