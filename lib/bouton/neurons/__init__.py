"""Groups of neurons that advance step by step."""

from ._group import NeuGroup as NeuGroup
from ._leaky_integrator import LeakyIntegrator as LeakyIntegrator
from ._lif import LIF as LIF
from ._placeholders import InputGroup as InputGroup
from ._placeholders import OutputGroup as OutputGroup

__all__ = ["LIF", "InputGroup", "LeakyIntegrator", "NeuGroup", "OutputGroup"]
