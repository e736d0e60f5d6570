"""Optimisers and schedules of their rates, over optax."""

from ._adam import Adam as Adam
from ._adam import AdamW as AdamW
from ._adam import NAdam as NAdam
from ._adaptive import SM3 as SM3
from ._adaptive import Adadelta as Adadelta
from ._adaptive import Adagrad as Adagrad
from ._adaptive import RMSProp as RMSProp
from ._descent import LARS as LARS
from ._descent import SGD as SGD
from ._descent import Lion as Lion
from ._descent import Momentum as Momentum
from ._descent import MomentumNesterov as MomentumNesterov
from ._from_optax import FromOptax as FromOptax
from ._optimizer import Optimizer as Optimizer
from ._per_call import ExponentialDecay as ExponentialDecay
from ._per_call import InverseTimeDecay as InverseTimeDecay
from ._per_call import PiecewiseConstant as PiecewiseConstant
from ._per_call import PolynomialDecay as PolynomialDecay
from ._per_epoch import CosineAnnealingLR as CosineAnnealingLR
from ._per_epoch import CosineAnnealingWarmRestarts as CosineAnnealingWarmRestarts
from ._per_epoch import ExponentialLR as ExponentialLR
from ._per_epoch import MultiStepLR as MultiStepLR
from ._per_epoch import StepLR as StepLR
from ._scheduler import Constant as Constant
from ._scheduler import Scheduler as Scheduler

__all__ = [
    "LARS",
    "SGD",
    "SM3",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Constant",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "ExponentialDecay",
    "ExponentialLR",
    "FromOptax",
    "InverseTimeDecay",
    "Lion",
    "Momentum",
    "MomentumNesterov",
    "MultiStepLR",
    "NAdam",
    "Optimizer",
    "PiecewiseConstant",
    "PolynomialDecay",
    "RMSProp",
    "Scheduler",
    "StepLR",
]
