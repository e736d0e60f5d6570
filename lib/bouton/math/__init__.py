"""Variables, random numbers and object-oriented transforms: ``import bouton.math as bm``."""

from typing import TYPE_CHECKING, Any

from ..core import ArrayCollector as ArrayCollector
from ..core import Collector as Collector
from ..core import NodeDict as NodeDict
from ..core import NodeList as NodeList
from ..core import VarDict as VarDict
from ..core import VarList as VarList
from ..core import clear_name_cache as clear_name_cache
from ..core import to_object as to_object
from ..transform import Parameter as Parameter
from ..transform import TrainVar as TrainVar
from ..transform import Variable as Variable
from ..transform import VariableView as VariableView
from ..transform import checkpoint as checkpoint
from ..transform import cls_jit as cls_jit
from ..transform import for_loop as for_loop
from ..transform import grad as grad
from ..transform import hessian as hessian
from ..transform import jacfwd as jacfwd
from ..transform import jacobian as jacobian
from ..transform import jacrev as jacrev
from ..transform import jit as jit
from ..transform import purify as purify
from ..transform import remat as remat
from ..transform import vector_grad as vector_grad
from . import random as random
from ._delay import LengthDelay as LengthDelay
from ._each_setting import disable_x64 as disable_x64
from ._each_setting import enable_x64 as enable_x64
from ._each_setting import get_bool as get_bool
from ._each_setting import get_complex as get_complex
from ._each_setting import get_dt as get_dt
from ._each_setting import get_float as get_float
from ._each_setting import get_int as get_int
from ._each_setting import get_mode as get_mode
from ._each_setting import get_platform as get_platform
from ._each_setting import set_bool as set_bool
from ._each_setting import set_complex as set_complex
from ._each_setting import set_dt as set_dt
from ._each_setting import set_float as set_float
from ._each_setting import set_int as set_int
from ._each_setting import set_mode as set_mode
from ._each_setting import set_platform as set_platform
from ._environment import batching_environment as batching_environment
from ._environment import environment as environment
from ._environment import set_environment as set
from ._environment import set_environment as set_environment
from ._environment import training_environment as training_environment
from ._modes import BatchingMode as BatchingMode
from ._modes import Mode as Mode
from ._modes import NonBatchingMode as NonBatchingMode
from ._modes import TrainingMode as TrainingMode
from ._modes import batching_mode as batching_mode
from ._modes import nonbatching_mode as nonbatching_mode
from ._modes import training_mode as training_mode

if TYPE_CHECKING:
    from jax.numpy import bool_ as bool_
    from jax.numpy import complex_ as complex_
    from jax.numpy import float_ as float_
    from jax.numpy import int_ as int_


# Without it help() shows none of them.
__all__ = [
    "ArrayCollector",
    "BatchingMode",
    "Collector",
    "LengthDelay",
    "Mode",
    "NodeDict",
    "NodeList",
    "NonBatchingMode",
    "Parameter",
    "TrainVar",
    "TrainingMode",
    "VarDict",
    "VarList",
    "Variable",
    "VariableView",
    "batching_environment",
    "batching_mode",
    "bool_",
    "checkpoint",
    "clear_name_cache",
    "cls_jit",
    "complex_",
    "disable_x64",
    "enable_x64",
    "environment",
    "float_",
    "for_loop",
    "get_bool",
    "get_complex",
    "get_dt",
    "get_float",
    "get_int",
    "get_mode",
    "get_platform",
    "grad",
    "hessian",
    "int_",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jit",
    "nonbatching_mode",
    "purify",
    "random",
    "remat",
    "set",
    "set_bool",
    "set_complex",
    "set_dt",
    "set_environment",
    "set_float",
    "set_int",
    "set_mode",
    "set_platform",
    "to_object",
    "training_environment",
    "training_mode",
    "vector_grad",
]


_PRESENT = {"bool_": get_bool, "complex_": get_complex, "float_": get_float, "int_": get_int}


def __getattr__(name: str) -> Any:
    # These four are settings: whoever reads one gets what it is at that moment.
    if name in _PRESENT:
        return _PRESENT[name]()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
