"""Published networks, ready to run: ``bp.examples``."""

from ._coba import COBA as COBA
from ._cuba import CUBA as CUBA

__all__ = ["COBA", "CUBA"]
