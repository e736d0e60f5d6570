"""Variables, random numbers and object-oriented transforms: ``import bouton.math as bm``."""

from ..core import ArrayCollector as ArrayCollector
from ..core import Collector as Collector
from ..core import NodeDict as NodeDict
from ..core import NodeList as NodeList
from ..core import VarDict as VarDict
from ..core import VarList as VarList
from ..core import clear_name_cache as clear_name_cache
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

# Without it help() shows none of them.
__all__ = [
    "ArrayCollector",
    "Collector",
    "NodeDict",
    "NodeList",
    "Parameter",
    "TrainVar",
    "VarDict",
    "VarList",
    "Variable",
    "VariableView",
    "checkpoint",
    "clear_name_cache",
    "cls_jit",
    "for_loop",
    "grad",
    "hessian",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jit",
    "purify",
    "random",
    "remat",
    "vector_grad",
]
