"""Spikes that can be trained through: forward a step at 0, backward a smooth substitute for its derivative.

Each comes as a function of ``x`` and its parameters, and as a class that holds the parameters and is a function of ``x`` alone.
Where ``x >= 0`` the result is 1, elsewhere 0, in the dtype of ``x``; NaN stays NaN. Values and derivatives are finite for every
other ``x`` and all parameters. Parameters may be arrays, also traced ones; they get a gradient of zero.
"""

from ._objects import ERF as ERF
from ._objects import S2NN as S2NN
from ._objects import Arctan as Arctan
from ._objects import GaussianGrad as GaussianGrad
from ._objects import InvSquareGrad as InvSquareGrad
from ._objects import LeakyRelu as LeakyRelu
from ._objects import LogTailedRelu as LogTailedRelu
from ._objects import MultiGaussianGrad as MultiGaussianGrad
from ._objects import NonzeroSignLog as NonzeroSignLog
from ._objects import PiecewiseLinear as PiecewiseLinear
from ._objects import PiecewiseQuadratic as PiecewiseQuadratic
from ._objects import ReluGrad as ReluGrad
from ._objects import Sigmoid as Sigmoid
from ._objects import SlayerGrad as SlayerGrad
from ._objects import SoftSign as SoftSign
from ._objects import Surrogate as Surrogate
from ._one_sided import leaky_relu as leaky_relu
from ._one_sided import log_tailed_relu as log_tailed_relu
from ._one_sided import s2nn as s2nn
from ._symmetric import arctan as arctan
from ._symmetric import erf as erf
from ._symmetric import gaussian_grad as gaussian_grad
from ._symmetric import inv_square_grad as inv_square_grad
from ._symmetric import multi_gaussian_grad as multi_gaussian_grad
from ._symmetric import nonzero_sign_log as nonzero_sign_log
from ._symmetric import piecewise_linear as piecewise_linear
from ._symmetric import piecewise_quadratic as piecewise_quadratic
from ._symmetric import relu_grad as relu_grad
from ._symmetric import sigmoid as sigmoid
from ._symmetric import slayer_grad as slayer_grad
from ._symmetric import soft_sign as soft_sign

# Without it help() shows none of them.
__all__ = [
    "ERF",
    "S2NN",
    "Arctan",
    "GaussianGrad",
    "InvSquareGrad",
    "LeakyRelu",
    "LogTailedRelu",
    "MultiGaussianGrad",
    "NonzeroSignLog",
    "PiecewiseLinear",
    "PiecewiseQuadratic",
    "ReluGrad",
    "Sigmoid",
    "SlayerGrad",
    "SoftSign",
    "Surrogate",
    "arctan",
    "erf",
    "gaussian_grad",
    "inv_square_grad",
    "leaky_relu",
    "log_tailed_relu",
    "multi_gaussian_grad",
    "nonzero_sign_log",
    "piecewise_linear",
    "piecewise_quadratic",
    "relu_grad",
    "s2nn",
    "sigmoid",
    "slayer_grad",
    "soft_sign",
]
