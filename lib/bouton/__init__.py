"""Models of neural dynamics in JAX that you can touch while they run.

The namespaces that not everybody needs, such as ``modules`` or ``optim``, are loaded at their first use.
"""

import importlib
from typing import TYPE_CHECKING, Any

from . import check as check
from . import errors as errors
from . import math as math
from . import modes as modes
from . import parameters as parameters
from ._version import __version__ as __version__
from .core import Entry as Entry
from .core import Object as Base
from .core import Object as BrainPyObject
from .core import Object as Object
from .core import functional as functional
from .core import naming as naming
from .core import tree as tree
from .math._share import share as share

if TYPE_CHECKING:
    from . import connect as conn
    from . import connect as connect
    from . import examples as examples
    from . import exchange as exchange
    from . import init as init
    from . import init as initialize
    from . import layers as layers
    from . import losses as losses
    from . import modules as modules
    from . import neurons as neurons
    from . import nn as nn
    from . import optim as optim
    from . import optim as optimizers
    from . import run as run
    from . import synapses as synapses
    from . import synouts as synouts
    from . import synplast as synplast
    from . import tools as tools
    from . import train as train
    from .dynamics import Container as Container
    from .dynamics import DynamicalSystem as DynamicalSystem
    from .dynamics import DynamicalSystemNS as DynamicalSystemNS
    from .dynamics import LoopOverTime as LoopOverTime
    from .dynamics import Network as Network
    from .dynamics import Sequential as Sequential
    from .dynamics import not_pass_shared as not_pass_shared
    from .exchange import from_nir as from_nir
    from .exchange import to_nir as to_nir
    from .modules import StepOf as StepOf
    from .run import DSRunner as DSRunner
    from .train import BPFF as BPFF
    from .train import BPTT as BPTT
    from .train import ForceTrainer as ForceTrainer
    from .train import OfflineTrainer as OfflineTrainer
    from .train import OnlineTrainer as OnlineTrainer
    from .train import RidgeTrainer as RidgeTrainer

# The public name of a namespace that is loaded late, and its own; or of what is in one, and the namespace.
_LATE = {
    "Container": "dynamics",
    "DynamicalSystem": "dynamics",
    "DynamicalSystemNS": "dynamics",
    "LoopOverTime": "dynamics",
    "Network": "dynamics",
    "Sequential": "dynamics",
    "not_pass_shared": "dynamics",
    "OnlineTrainer": "train",
    "ForceTrainer": "train",
    "RidgeTrainer": "train",
    "OfflineTrainer": "train",
    "BPTT": "train",
    "BPFF": "train",
    "DSRunner": "run",
    "StepOf": "modules",
    "conn": "connect",
    "connect": "connect",
    "examples": "examples",
    "exchange": "exchange",
    "from_nir": "exchange",
    "to_nir": "exchange",
    "init": "init",
    "initialize": "init",
    "layers": "layers",
    "losses": "losses",
    "modules": "modules",
    "neurons": "neurons",
    "nn": "nn",
    "optim": "optim",
    "optimizers": "optim",
    "run": "run",
    "tools": "tools",
    "train": "train",
    "synapses": "synapses",
    "synouts": "synouts",
    "synplast": "synplast",
}

__all__ = [
    "BPFF",
    "BPTT",
    "Base",
    "BrainPyObject",
    "Container",
    "DSRunner",
    "DynamicalSystem",
    "DynamicalSystemNS",
    "Entry",
    "ForceTrainer",
    "LoopOverTime",
    "Network",
    "Object",
    "OfflineTrainer",
    "OnlineTrainer",
    "RidgeTrainer",
    "Sequential",
    "StepOf",
    "__version__",
    "check",
    "conn",
    "connect",
    "errors",
    "examples",
    "exchange",
    "from_nir",
    "functional",
    "init",
    "initialize",
    "layers",
    "losses",
    "math",
    "modes",
    "modules",
    "naming",
    "neurons",
    "nn",
    "not_pass_shared",
    "optim",
    "optimizers",
    "parameters",
    "run",
    "share",
    "synapses",
    "synouts",
    "synplast",
    "to_nir",
    "tools",
    "train",
    "tree",
]


def __getattr__(name: str) -> Any:
    if name in _LATE:
        namespace = importlib.import_module(f"{__name__}.{_LATE[name]}")
        # No namespace has anything of its own name in it.
        return getattr(namespace, name, namespace)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
