"""Training: systems of one step by trainers, and helpers for losses of functional modules."""

from ._backprop import BPTT as BPTT
from ._feedforward import BPFF as BPFF
from ._history import Curve as Curve
from ._logistic import LogisticRegression as LogisticRegression
from ._offline import OfflineTrainer as OfflineTrainer
from ._offline import RidgeTrainer as RidgeTrainer
from ._offline_methods import LinearRegression as LinearRegression
from ._offline_methods import RidgeRegression as RidgeRegression
from ._offline_methods import get_supported_offline_methods as get_supported_offline_methods
from ._offline_methods import register_offline_method as register_offline_method
from ._online import ForceTrainer as ForceTrainer
from ._online import OnlineTrainer as OnlineTrainer
from ._online_methods import LMS as LMS
from ._online_methods import RLS as RLS
from ._online_methods import get_supported_online_methods as get_supported_online_methods
from ._online_methods import register_online_method as register_online_method
from ._outputs import logsoftmax as logsoftmax
from ._outputs import mse as mse
from ._outputs import softmax as softmax
from ._outputs import sse as sse
from ._penalised import ElasticNetRegression as ElasticNetRegression
from ._penalised import LassoRegression as LassoRegression
from ._penalties import bounds_cost as bounds_cost
from ._penalties import l0_norm_approx as l0_norm_approx
from ._penalties import l2sqr_norm as l2sqr_norm
from ._penalties import make_bounds as make_bounds
from ._polynomial import PolynomialRegression as PolynomialRegression

__all__ = [
    "BPFF",
    "BPTT",
    "LMS",
    "RLS",
    "Curve",
    "ElasticNetRegression",
    "ForceTrainer",
    "LassoRegression",
    "LinearRegression",
    "LogisticRegression",
    "OfflineTrainer",
    "OnlineTrainer",
    "PolynomialRegression",
    "RidgeRegression",
    "RidgeTrainer",
    "bounds_cost",
    "get_supported_offline_methods",
    "get_supported_online_methods",
    "l0_norm_approx",
    "l2sqr_norm",
    "logsoftmax",
    "make_bounds",
    "mse",
    "register_offline_method",
    "register_online_method",
    "softmax",
    "sse",
]
