"""What a conductance becomes for the postsynaptic neurons: ``bp.synouts``."""

from ._outputs import COBA as COBA
from ._outputs import CUBA as CUBA
from ._outputs import MgBlock as MgBlock
from ._part import Part as Part
from ._synout import SynOut as SynOut

__all__ = ["COBA", "CUBA", "MgBlock", "Part", "SynOut"]
