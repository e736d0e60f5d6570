"""Training systems of one step."""

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
from ._penalised import ElasticNetRegression as ElasticNetRegression
from ._penalised import LassoRegression as LassoRegression
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
    "get_supported_offline_methods",
    "get_supported_online_methods",
    "register_offline_method",
    "register_online_method",
]
