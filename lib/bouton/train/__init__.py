"""Training systems of one step."""

from ._backprop import BPFF as BPFF
from ._backprop import BPTT as BPTT
from ._history import Curve as Curve
from ._offline import OfflineTrainer as OfflineTrainer
from ._offline import RidgeTrainer as RidgeTrainer
from ._offline_methods import LinearRegression as LinearRegression
from ._offline_methods import RidgeRegression as RidgeRegression
from ._offline_methods import get_supported_offline_methods as get_supported_offline_methods
from ._offline_methods import register_offline_method as register_offline_method

__all__ = [
    "BPFF",
    "BPTT",
    "Curve",
    "LinearRegression",
    "OfflineTrainer",
    "RidgeRegression",
    "RidgeTrainer",
    "get_supported_offline_methods",
    "register_offline_method",
]
