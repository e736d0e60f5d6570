"""Plasticity of synapses within a second: ``bp.synplast``."""

from ._short_term import STD as STD
from ._short_term import STP as STP

__all__ = ["STD", "STP"]
