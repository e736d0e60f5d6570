"""Models to and from other libraries."""

from ._read import from_nir as from_nir
from ._write import to_nir as to_nir

# Without it help() shows none of them.
__all__ = ["from_nir", "to_nir"]
