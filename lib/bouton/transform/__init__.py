"""Cells, and the transforms that see through them."""

from ._grad import grad as grad
from ._jit import Jitted as Jitted
from ._jit import cls_jit as cls_jit
from ._jit import jit as jit
from ._loop import for_loop as for_loop
from ._purify import Purified as Purified
from ._purify import purify as purify
from ._purify import result_shapes as result_shapes
from ._random import DEFAULT as DEFAULT
from ._random import KeyVariable as KeyVariable
from ._random import RandomKey as RandomKey
from ._settings import BOOL as BOOL
from ._settings import COMPLEX as COMPLEX
from ._settings import DT as DT
from ._settings import FLOAT as FLOAT
from ._settings import INT as INT
from ._settings import Setting as Setting
from ._settings import default_bool as default_bool
from ._settings import default_complex as default_complex
from ._settings import default_float as default_float
from ._settings import default_int as default_int
from ._variable import TrainVar as TrainVar
from ._variable import Variable as Variable
