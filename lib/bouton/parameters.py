"""What registers an attribute with a model: ``self.tau = Parameter(0.02, family='taus', unit='s')``."""

from .core import Constant as Constant
from .core import Parameter as Parameter
from .core import SimulationParameter as SimulationParameter
from .core import State as State

# Without it help() shows none of them.
__all__ = ["Constant", "Parameter", "SimulationParameter", "State"]
