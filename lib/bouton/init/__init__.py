"""The first values of weights and states. Called with a shape, an initialiser returns an array."""

from ._drawn import Exponential as Exponential
from ._drawn import Gamma as Gamma
from ._drawn import Normal as Normal
from ._drawn import TruncatedNormal as TruncatedNormal
from ._drawn import Uniform as Uniform
from ._fixed import Constant as Constant
from ._fixed import Identity as Identity
from ._fixed import OneInit as OneInit
from ._fixed import ZeroInit as ZeroInit
from ._initializer import Initializer as Initializer
from ._orthogonal import Orthogonal as Orthogonal
from ._parameter import init_param as init_param
from ._parameter import parameter as parameter
from ._scaled import KaimingNormal as KaimingNormal
from ._scaled import KaimingUniform as KaimingUniform
from ._scaled import LecunNormal as LecunNormal
from ._scaled import LecunUniform as LecunUniform
from ._scaled import VarianceScaling as VarianceScaling
from ._scaled import XavierNormal as XavierNormal
from ._scaled import XavierUniform as XavierUniform
from ._variables import variable as variable
from ._variables import variable_ as variable_

# Without it help() shows none of them.
__all__ = [
    "Constant",
    "Exponential",
    "Gamma",
    "Identity",
    "Initializer",
    "KaimingNormal",
    "KaimingUniform",
    "LecunNormal",
    "LecunUniform",
    "Normal",
    "OneInit",
    "Orthogonal",
    "TruncatedNormal",
    "Uniform",
    "VarianceScaling",
    "XavierNormal",
    "XavierUniform",
    "ZeroInit",
    "init_param",
    "parameter",
    "variable",
    "variable_",
]
