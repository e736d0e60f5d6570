"""Arrays, Variables, random numbers, object-oriented transforms and the environment: ``import bouton.math as bm``.

The array functions are those of :mod:`jax.numpy` that every supported JAX has; they take Variables as well. Those that make new
arrays give them the precision of the environment.
"""

from typing import TYPE_CHECKING, Any

from jax import Array as Array
from jax.numpy import abs as abs
from jax.numpy import absolute as absolute
from jax.numpy import acos as acos
from jax.numpy import acosh as acosh
from jax.numpy import add as add
from jax.numpy import all as all
from jax.numpy import allclose as allclose
from jax.numpy import amax as amax
from jax.numpy import amin as amin
from jax.numpy import angle as angle
from jax.numpy import any as any
from jax.numpy import append as append
from jax.numpy import apply_along_axis as apply_along_axis
from jax.numpy import apply_over_axes as apply_over_axes
from jax.numpy import arccos as arccos
from jax.numpy import arccosh as arccosh
from jax.numpy import arcsin as arcsin
from jax.numpy import arcsinh as arcsinh
from jax.numpy import arctan as arctan
from jax.numpy import arctan2 as arctan2
from jax.numpy import arctanh as arctanh
from jax.numpy import argmax as argmax
from jax.numpy import argmin as argmin
from jax.numpy import argpartition as argpartition
from jax.numpy import argsort as argsort
from jax.numpy import argwhere as argwhere
from jax.numpy import around as around
from jax.numpy import array as array
from jax.numpy import array_equal as array_equal
from jax.numpy import array_equiv as array_equiv
from jax.numpy import array_split as array_split
from jax.numpy import asarray as asarray
from jax.numpy import asin as asin
from jax.numpy import asinh as asinh
from jax.numpy import astype as astype
from jax.numpy import atan as atan
from jax.numpy import atan2 as atan2
from jax.numpy import atanh as atanh
from jax.numpy import atleast_1d as atleast_1d
from jax.numpy import atleast_2d as atleast_2d
from jax.numpy import atleast_3d as atleast_3d
from jax.numpy import average as average
from jax.numpy import bartlett as bartlett
from jax.numpy import bfloat16 as bfloat16
from jax.numpy import bitwise_and as bitwise_and
from jax.numpy import bitwise_count as bitwise_count
from jax.numpy import bitwise_invert as bitwise_invert
from jax.numpy import bitwise_left_shift as bitwise_left_shift
from jax.numpy import bitwise_not as bitwise_not
from jax.numpy import bitwise_or as bitwise_or
from jax.numpy import bitwise_right_shift as bitwise_right_shift
from jax.numpy import bitwise_xor as bitwise_xor
from jax.numpy import blackman as blackman
from jax.numpy import block as block
from jax.numpy import broadcast_arrays as broadcast_arrays
from jax.numpy import broadcast_shapes as broadcast_shapes
from jax.numpy import c_ as c_
from jax.numpy import can_cast as can_cast
from jax.numpy import cbrt as cbrt
from jax.numpy import ceil as ceil
from jax.numpy import choose as choose
from jax.numpy import clip as clip
from jax.numpy import column_stack as column_stack
from jax.numpy import complex64 as complex64
from jax.numpy import complex128 as complex128
from jax.numpy import complexfloating as complexfloating
from jax.numpy import compress as compress
from jax.numpy import concat as concat
from jax.numpy import concatenate as concatenate
from jax.numpy import conj as conj
from jax.numpy import conjugate as conjugate
from jax.numpy import convolve as convolve
from jax.numpy import copy as copy
from jax.numpy import copysign as copysign
from jax.numpy import corrcoef as corrcoef
from jax.numpy import correlate as correlate
from jax.numpy import cos as cos
from jax.numpy import cosh as cosh
from jax.numpy import count_nonzero as count_nonzero
from jax.numpy import cov as cov
from jax.numpy import cross as cross
from jax.numpy import cumprod as cumprod
from jax.numpy import cumsum as cumsum
from jax.numpy import deg2rad as deg2rad
from jax.numpy import degrees as degrees
from jax.numpy import delete as delete
from jax.numpy import diag as diag
from jax.numpy import diag_indices as diag_indices
from jax.numpy import diag_indices_from as diag_indices_from
from jax.numpy import diagflat as diagflat
from jax.numpy import diagonal as diagonal
from jax.numpy import diff as diff
from jax.numpy import digitize as digitize
from jax.numpy import divide as divide
from jax.numpy import divmod as divmod
from jax.numpy import dot as dot
from jax.numpy import dsplit as dsplit
from jax.numpy import dstack as dstack
from jax.numpy import dtype as dtype
from jax.numpy import e as e
from jax.numpy import ediff1d as ediff1d
from jax.numpy import einsum as einsum
from jax.numpy import empty_like as empty_like
from jax.numpy import equal as equal
from jax.numpy import euler_gamma as euler_gamma
from jax.numpy import exp as exp
from jax.numpy import exp2 as exp2
from jax.numpy import expand_dims as expand_dims
from jax.numpy import expm1 as expm1
from jax.numpy import extract as extract
from jax.numpy import fabs as fabs
from jax.numpy import fft as fft
from jax.numpy import fill_diagonal as fill_diagonal
from jax.numpy import finfo as finfo
from jax.numpy import flatnonzero as flatnonzero
from jax.numpy import flip as flip
from jax.numpy import fliplr as fliplr
from jax.numpy import flipud as flipud
from jax.numpy import float16 as float16
from jax.numpy import float32 as float32
from jax.numpy import float64 as float64
from jax.numpy import float_power as float_power
from jax.numpy import floating as floating
from jax.numpy import floor as floor
from jax.numpy import floor_divide as floor_divide
from jax.numpy import fmax as fmax
from jax.numpy import fmin as fmin
from jax.numpy import fmod as fmod
from jax.numpy import frexp as frexp
from jax.numpy import fromfunction as fromfunction
from jax.numpy import full_like as full_like
from jax.numpy import gcd as gcd
from jax.numpy import gradient as gradient
from jax.numpy import greater as greater
from jax.numpy import greater_equal as greater_equal
from jax.numpy import hamming as hamming
from jax.numpy import hanning as hanning
from jax.numpy import heaviside as heaviside
from jax.numpy import histogram as histogram
from jax.numpy import histogram2d as histogram2d
from jax.numpy import histogram_bin_edges as histogram_bin_edges
from jax.numpy import histogramdd as histogramdd
from jax.numpy import hsplit as hsplit
from jax.numpy import hstack as hstack
from jax.numpy import hypot as hypot
from jax.numpy import i0 as i0
from jax.numpy import iinfo as iinfo
from jax.numpy import imag as imag
from jax.numpy import index_exp as index_exp
from jax.numpy import indices as indices
from jax.numpy import inexact as inexact
from jax.numpy import inf as inf
from jax.numpy import inner as inner
from jax.numpy import insert as insert
from jax.numpy import int8 as int8
from jax.numpy import int16 as int16
from jax.numpy import int32 as int32
from jax.numpy import int64 as int64
from jax.numpy import integer as integer
from jax.numpy import interp as interp
from jax.numpy import intersect1d as intersect1d
from jax.numpy import invert as invert
from jax.numpy import isclose as isclose
from jax.numpy import iscomplex as iscomplex
from jax.numpy import iscomplexobj as iscomplexobj
from jax.numpy import isdtype as isdtype
from jax.numpy import isfinite as isfinite
from jax.numpy import isin as isin
from jax.numpy import isinf as isinf
from jax.numpy import isnan as isnan
from jax.numpy import isneginf as isneginf
from jax.numpy import isposinf as isposinf
from jax.numpy import isreal as isreal
from jax.numpy import isrealobj as isrealobj
from jax.numpy import isscalar as isscalar
from jax.numpy import issubdtype as issubdtype
from jax.numpy import iterable as iterable
from jax.numpy import ix_ as ix_
from jax.numpy import kaiser as kaiser
from jax.numpy import kron as kron
from jax.numpy import lcm as lcm
from jax.numpy import ldexp as ldexp
from jax.numpy import left_shift as left_shift
from jax.numpy import less as less
from jax.numpy import less_equal as less_equal
from jax.numpy import lexsort as lexsort
from jax.numpy import linalg as linalg
from jax.numpy import log as log
from jax.numpy import log1p as log1p
from jax.numpy import log2 as log2
from jax.numpy import log10 as log10
from jax.numpy import logaddexp as logaddexp
from jax.numpy import logaddexp2 as logaddexp2
from jax.numpy import logical_and as logical_and
from jax.numpy import logical_not as logical_not
from jax.numpy import logical_or as logical_or
from jax.numpy import logical_xor as logical_xor
from jax.numpy import mask_indices as mask_indices
from jax.numpy import matmul as matmul
from jax.numpy import matrix_transpose as matrix_transpose
from jax.numpy import matvec as matvec
from jax.numpy import max as max
from jax.numpy import maximum as maximum
from jax.numpy import mean as mean
from jax.numpy import median as median
from jax.numpy import meshgrid as meshgrid
from jax.numpy import mgrid as mgrid
from jax.numpy import min as min
from jax.numpy import minimum as minimum
from jax.numpy import mod as mod
from jax.numpy import modf as modf
from jax.numpy import moveaxis as moveaxis
from jax.numpy import multiply as multiply
from jax.numpy import nan as nan
from jax.numpy import nan_to_num as nan_to_num
from jax.numpy import nanargmax as nanargmax
from jax.numpy import nanargmin as nanargmin
from jax.numpy import nancumprod as nancumprod
from jax.numpy import nancumsum as nancumsum
from jax.numpy import nanmax as nanmax
from jax.numpy import nanmean as nanmean
from jax.numpy import nanmedian as nanmedian
from jax.numpy import nanmin as nanmin
from jax.numpy import nanpercentile as nanpercentile
from jax.numpy import nanprod as nanprod
from jax.numpy import nanquantile as nanquantile
from jax.numpy import nanstd as nanstd
from jax.numpy import nansum as nansum
from jax.numpy import nanvar as nanvar
from jax.numpy import ndarray as ndarray
from jax.numpy import ndim as ndim
from jax.numpy import negative as negative
from jax.numpy import newaxis as newaxis
from jax.numpy import nextafter as nextafter
from jax.numpy import nonzero as nonzero
from jax.numpy import not_equal as not_equal
from jax.numpy import number as number
from jax.numpy import ogrid as ogrid
from jax.numpy import ones_like as ones_like
from jax.numpy import outer as outer
from jax.numpy import packbits as packbits
from jax.numpy import pad as pad
from jax.numpy import partition as partition
from jax.numpy import percentile as percentile
from jax.numpy import permute_dims as permute_dims
from jax.numpy import pi as pi
from jax.numpy import piecewise as piecewise
from jax.numpy import place as place
from jax.numpy import poly as poly
from jax.numpy import polyadd as polyadd
from jax.numpy import polyder as polyder
from jax.numpy import polydiv as polydiv
from jax.numpy import polyfit as polyfit
from jax.numpy import polyint as polyint
from jax.numpy import polymul as polymul
from jax.numpy import polysub as polysub
from jax.numpy import polyval as polyval
from jax.numpy import positive as positive
from jax.numpy import pow as pow
from jax.numpy import power as power
from jax.numpy import prod as prod
from jax.numpy import promote_types as promote_types
from jax.numpy import ptp as ptp
from jax.numpy import put as put
from jax.numpy import put_along_axis as put_along_axis
from jax.numpy import quantile as quantile
from jax.numpy import r_ as r_
from jax.numpy import rad2deg as rad2deg
from jax.numpy import radians as radians
from jax.numpy import ravel as ravel
from jax.numpy import ravel_multi_index as ravel_multi_index
from jax.numpy import real as real
from jax.numpy import reciprocal as reciprocal
from jax.numpy import remainder as remainder
from jax.numpy import repeat as repeat
from jax.numpy import reshape as reshape
from jax.numpy import resize as resize
from jax.numpy import result_type as result_type
from jax.numpy import right_shift as right_shift
from jax.numpy import rint as rint
from jax.numpy import roll as roll
from jax.numpy import rollaxis as rollaxis
from jax.numpy import roots as roots
from jax.numpy import rot90 as rot90
from jax.numpy import round as round
from jax.numpy import s_ as s_
from jax.numpy import searchsorted as searchsorted
from jax.numpy import select as select
from jax.numpy import setdiff1d as setdiff1d
from jax.numpy import setxor1d as setxor1d
from jax.numpy import shape as shape
from jax.numpy import sign as sign
from jax.numpy import signbit as signbit
from jax.numpy import signedinteger as signedinteger
from jax.numpy import sin as sin
from jax.numpy import sinc as sinc
from jax.numpy import sinh as sinh
from jax.numpy import size as size
from jax.numpy import sort as sort
from jax.numpy import sort_complex as sort_complex
from jax.numpy import spacing as spacing
from jax.numpy import split as split
from jax.numpy import sqrt as sqrt
from jax.numpy import square as square
from jax.numpy import squeeze as squeeze
from jax.numpy import stack as stack
from jax.numpy import std as std
from jax.numpy import subtract as subtract
from jax.numpy import sum as sum
from jax.numpy import swapaxes as swapaxes
from jax.numpy import take as take
from jax.numpy import take_along_axis as take_along_axis
from jax.numpy import tan as tan
from jax.numpy import tanh as tanh
from jax.numpy import tensordot as tensordot
from jax.numpy import tile as tile
from jax.numpy import trace as trace
from jax.numpy import transpose as transpose
from jax.numpy import trapezoid as trapezoid
from jax.numpy import tril as tril
from jax.numpy import tril_indices as tril_indices
from jax.numpy import tril_indices_from as tril_indices_from
from jax.numpy import trim_zeros as trim_zeros
from jax.numpy import triu as triu
from jax.numpy import triu_indices as triu_indices
from jax.numpy import triu_indices_from as triu_indices_from
from jax.numpy import true_divide as true_divide
from jax.numpy import trunc as trunc
from jax.numpy import uint8 as uint8
from jax.numpy import uint16 as uint16
from jax.numpy import uint32 as uint32
from jax.numpy import uint64 as uint64
from jax.numpy import union1d as union1d
from jax.numpy import unique as unique
from jax.numpy import unique_all as unique_all
from jax.numpy import unique_counts as unique_counts
from jax.numpy import unique_inverse as unique_inverse
from jax.numpy import unique_values as unique_values
from jax.numpy import unpackbits as unpackbits
from jax.numpy import unravel_index as unravel_index
from jax.numpy import unsignedinteger as unsignedinteger
from jax.numpy import unstack as unstack
from jax.numpy import unwrap as unwrap
from jax.numpy import vander as vander
from jax.numpy import var as var
from jax.numpy import vdot as vdot
from jax.numpy import vecdot as vecdot
from jax.numpy import vecmat as vecmat
from jax.numpy import vectorize as vectorize
from jax.numpy import vsplit as vsplit
from jax.numpy import vstack as vstack
from jax.numpy import where as where
from jax.numpy import zeros_like as zeros_like

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
from ..transform import cond as cond
from ..transform import debug_rebound as debug_rebound
from ..transform import for_loop as for_loop
from ..transform import grad as grad
from ..transform import hessian as hessian
from ..transform import ifelse as ifelse
from ..transform import jacfwd as jacfwd
from ..transform import jacobian as jacobian
from ..transform import jacrev as jacrev
from ..transform import jit as jit
from ..transform import purify as purify
from ..transform import remat as remat
from ..transform import vector_grad as vector_grad
from ..transform import vmap as vmap
from ..transform import while_loop as while_loop
from . import random as random
from . import surrogate as surrogate
from ._activations import activation as activation
from ._activations import celu as celu
from ._activations import elu as elu
from ._activations import gelu as gelu
from ._activations import glu as glu
from ._activations import hard_shrink as hard_shrink
from ._activations import hard_sigmoid as hard_sigmoid
from ._activations import hard_silu as hard_silu
from ._activations import hard_tanh as hard_tanh
from ._activations import leaky_relu as leaky_relu
from ._activations import log_sigmoid as log_sigmoid
from ._activations import log_softmax as log_softmax
from ._activations import mish as mish
from ._activations import one_hot as one_hot
from ._activations import prelu as prelu
from ._activations import relu as relu
from ._activations import relu6 as relu6
from ._activations import selu as selu
from ._activations import sigmoid as sigmoid
from ._activations import silu as silu
from ._activations import silu as swish
from ._activations import soft_shrink as soft_shrink
from ._activations import soft_sign as soft_sign
from ._activations import softmax as softmax
from ._activations import softplus as softplus
from ._activations import tanh_shrink as tanh_shrink
from ._arrays import arange as arange
from ._arrays import as_jax as as_jax
from ._arrays import as_numpy as as_numpy
from ._arrays import bincount as bincount
from ._arrays import broadcast_to as broadcast_to
from ._arrays import empty as empty
from ._arrays import eye as eye
from ._arrays import full as full
from ._arrays import geomspace as geomspace
from ._arrays import identity as identity
from ._arrays import linspace as linspace
from ._arrays import logspace as logspace
from ._arrays import ones as ones
from ._arrays import tri as tri
from ._arrays import zeros as zeros
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
    "Array",
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
    "abs",
    "absolute",
    "acos",
    "acosh",
    "activation",
    "add",
    "all",
    "allclose",
    "amax",
    "amin",
    "angle",
    "any",
    "append",
    "apply_along_axis",
    "apply_over_axes",
    "arange",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "argmax",
    "argmin",
    "argpartition",
    "argsort",
    "argwhere",
    "around",
    "array",
    "array_equal",
    "array_equiv",
    "array_split",
    "as_jax",
    "as_numpy",
    "asarray",
    "asin",
    "asinh",
    "astype",
    "atan",
    "atan2",
    "atanh",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "average",
    "bartlett",
    "batching_environment",
    "batching_mode",
    "bfloat16",
    "bincount",
    "bitwise_and",
    "bitwise_count",
    "bitwise_invert",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "blackman",
    "block",
    "bool_",
    "broadcast_arrays",
    "broadcast_shapes",
    "broadcast_to",
    "c_",
    "can_cast",
    "cbrt",
    "ceil",
    "celu",
    "checkpoint",
    "choose",
    "clear_name_cache",
    "clip",
    "cls_jit",
    "column_stack",
    "complex64",
    "complex128",
    "complex_",
    "complexfloating",
    "compress",
    "concat",
    "concatenate",
    "cond",
    "conj",
    "conjugate",
    "convolve",
    "copy",
    "copysign",
    "corrcoef",
    "correlate",
    "cos",
    "cosh",
    "count_nonzero",
    "cov",
    "cross",
    "cumprod",
    "cumsum",
    "debug_rebound",
    "deg2rad",
    "degrees",
    "delete",
    "diag",
    "diag_indices",
    "diag_indices_from",
    "diagflat",
    "diagonal",
    "diff",
    "digitize",
    "disable_x64",
    "divide",
    "divmod",
    "dot",
    "dsplit",
    "dstack",
    "dtype",
    "e",
    "ediff1d",
    "einsum",
    "elu",
    "empty",
    "empty_like",
    "enable_x64",
    "environment",
    "equal",
    "euler_gamma",
    "exp",
    "exp2",
    "expand_dims",
    "expm1",
    "extract",
    "eye",
    "fabs",
    "fft",
    "fill_diagonal",
    "finfo",
    "flatnonzero",
    "flip",
    "fliplr",
    "flipud",
    "float16",
    "float32",
    "float64",
    "float_",
    "float_power",
    "floating",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "for_loop",
    "frexp",
    "fromfunction",
    "full",
    "full_like",
    "gcd",
    "gelu",
    "geomspace",
    "get_bool",
    "get_complex",
    "get_dt",
    "get_float",
    "get_int",
    "get_mode",
    "get_platform",
    "glu",
    "grad",
    "gradient",
    "greater",
    "greater_equal",
    "hamming",
    "hanning",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "heaviside",
    "hessian",
    "histogram",
    "histogram2d",
    "histogram_bin_edges",
    "histogramdd",
    "hsplit",
    "hstack",
    "hypot",
    "i0",
    "identity",
    "ifelse",
    "iinfo",
    "imag",
    "index_exp",
    "indices",
    "inexact",
    "inf",
    "inner",
    "insert",
    "int8",
    "int16",
    "int32",
    "int64",
    "int_",
    "integer",
    "interp",
    "intersect1d",
    "invert",
    "isclose",
    "iscomplex",
    "iscomplexobj",
    "isdtype",
    "isfinite",
    "isin",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "isrealobj",
    "isscalar",
    "issubdtype",
    "iterable",
    "ix_",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jit",
    "kaiser",
    "kron",
    "lcm",
    "ldexp",
    "leaky_relu",
    "left_shift",
    "less",
    "less_equal",
    "lexsort",
    "linalg",
    "linspace",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_sigmoid",
    "log_softmax",
    "logaddexp",
    "logaddexp2",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logspace",
    "mask_indices",
    "matmul",
    "matrix_transpose",
    "matvec",
    "max",
    "maximum",
    "mean",
    "median",
    "meshgrid",
    "mgrid",
    "min",
    "minimum",
    "mish",
    "mod",
    "modf",
    "moveaxis",
    "multiply",
    "nan",
    "nan_to_num",
    "nanargmax",
    "nanargmin",
    "nancumprod",
    "nancumsum",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanpercentile",
    "nanprod",
    "nanquantile",
    "nanstd",
    "nansum",
    "nanvar",
    "ndarray",
    "ndim",
    "negative",
    "newaxis",
    "nextafter",
    "nonbatching_mode",
    "nonzero",
    "not_equal",
    "number",
    "ogrid",
    "one_hot",
    "ones",
    "ones_like",
    "outer",
    "packbits",
    "pad",
    "partition",
    "percentile",
    "permute_dims",
    "pi",
    "piecewise",
    "place",
    "poly",
    "polyadd",
    "polyder",
    "polydiv",
    "polyfit",
    "polyint",
    "polymul",
    "polysub",
    "polyval",
    "positive",
    "pow",
    "power",
    "prelu",
    "prod",
    "promote_types",
    "ptp",
    "purify",
    "put",
    "put_along_axis",
    "quantile",
    "r_",
    "rad2deg",
    "radians",
    "random",
    "ravel",
    "ravel_multi_index",
    "real",
    "reciprocal",
    "relu",
    "relu6",
    "remainder",
    "remat",
    "repeat",
    "reshape",
    "resize",
    "result_type",
    "right_shift",
    "rint",
    "roll",
    "rollaxis",
    "roots",
    "rot90",
    "round",
    "s_",
    "searchsorted",
    "select",
    "selu",
    "set",
    "set_bool",
    "set_complex",
    "set_dt",
    "set_environment",
    "set_float",
    "set_int",
    "set_mode",
    "set_platform",
    "setdiff1d",
    "setxor1d",
    "shape",
    "sigmoid",
    "sign",
    "signbit",
    "signedinteger",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "size",
    "soft_shrink",
    "soft_sign",
    "softmax",
    "softplus",
    "sort",
    "sort_complex",
    "spacing",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "subtract",
    "sum",
    "surrogate",
    "swapaxes",
    "swish",
    "take",
    "take_along_axis",
    "tan",
    "tanh",
    "tanh_shrink",
    "tensordot",
    "tile",
    "to_object",
    "trace",
    "training_environment",
    "training_mode",
    "transpose",
    "trapezoid",
    "tri",
    "tril",
    "tril_indices",
    "tril_indices_from",
    "trim_zeros",
    "triu",
    "triu_indices",
    "triu_indices_from",
    "true_divide",
    "trunc",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "union1d",
    "unique",
    "unique_all",
    "unique_counts",
    "unique_inverse",
    "unique_values",
    "unpackbits",
    "unravel_index",
    "unsignedinteger",
    "unstack",
    "unwrap",
    "vander",
    "var",
    "vdot",
    "vecdot",
    "vecmat",
    "vector_grad",
    "vectorize",
    "vmap",
    "vsplit",
    "vstack",
    "where",
    "while_loop",
    "zeros",
    "zeros_like",
]


_PRESENT = {"bool_": get_bool, "complex_": get_complex, "float_": get_float, "int_": get_int}


def __getattr__(name: str) -> Any:
    # These four are settings: whoever reads one gets what it is at that moment.
    if name in _PRESENT:
        return _PRESENT[name]()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
