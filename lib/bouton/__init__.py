"""Models of neural dynamics in JAX that you can touch while they run."""

from . import errors as errors
from . import math as math
from . import modules as modules
from . import parameters as parameters
from . import run as run
from ._version import __version__ as __version__
from .core import Entry as Entry
from .core import Object as Base
from .core import Object as BrainPyObject
from .core import Object as Object

__all__ = ["Base", "BrainPyObject", "Entry", "Object", "__version__", "errors", "math", "modules", "parameters", "run"]
