"""Losses: how far predictions are from their targets."""

from ._classes import binary_logistic_loss as binary_logistic_loss
from ._classes import cross_entropy_loss as cross_entropy_loss
from ._classes import multiclass_logistic_loss as multiclass_logistic_loss
from ._classes import sigmoid_binary_cross_entropy as sigmoid_binary_cross_entropy
from ._classes import softmax_cross_entropy as softmax_cross_entropy
from ._ctc import ctc_loss as ctc_loss
from ._regression import huber_loss as huber_loss
from ._regression import l1_loss as l1_loss
from ._regression import l2_loss as l2_loss
from ._regression import log_cosh_loss as log_cosh_loss
from ._regression import mean_absolute_error as mean_absolute_error
from ._regression import mean_squared_error as mean_squared_error
from ._regression import mean_squared_log_error as mean_squared_log_error

__all__ = [
    "binary_logistic_loss",
    "cross_entropy_loss",
    "ctc_loss",
    "huber_loss",
    "l1_loss",
    "l2_loss",
    "log_cosh_loss",
    "mean_absolute_error",
    "mean_squared_error",
    "mean_squared_log_error",
    "multiclass_logistic_loss",
    "sigmoid_binary_cross_entropy",
    "softmax_cross_entropy",
]
