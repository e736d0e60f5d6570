"""Synapses between groups of neurons: ``bp.synapses``."""

from ._delta import Delta as Delta
from ._dual import Alpha as Alpha
from ._dual import DualExponential as DualExponential
from ._exponential import Exponential as Exponential
from ._gap import GapJunction as GapJunction
from ._nmda import NMDA as NMDA
from ._transmitter import AMPA as AMPA
from ._transmitter import GABAa as GABAa
from ._two_ended import TwoEndConn as TwoEndConn

__all__ = ["AMPA", "NMDA", "Alpha", "Delta", "DualExponential", "Exponential", "GABAa", "GapJunction", "TwoEndConn"]
