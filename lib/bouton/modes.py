"""Modes under their older names: ``bp.modes.TrainingMode``, ``bp.modes.training``, ..."""

from .math import BatchingMode as BatchingMode
from .math import Mode as Mode
from .math import NonBatchingMode as NonBatchingMode
from .math import NonBatchingMode as NormalMode
from .math import TrainingMode as TrainingMode
from .math import batching_mode as batching
from .math import nonbatching_mode as normal
from .math import training_mode as training

__all__ = ["BatchingMode", "Mode", "NonBatchingMode", "NormalMode", "TrainingMode", "batching", "normal", "training"]
