"""Graphs of nodes: ``bp.nn.Input(3) >> bp.nn.VanillaRNN(100) >> bp.nn.Dense(2)``."""

from ..check import check_shape_consistency as check_shape_consistency
from ..init import init_param as init_param
from ..train import BPFF as BPFF
from ..train import BPTT as BPTT
from ..train import ForceTrainer as ForceTrainer
from ..train import OfflineTrainer as OfflineTrainer
from ..train import OnlineTrainer as OnlineTrainer
from ..train import RidgeTrainer as RidgeTrainer
from ._cells import GRU as GRU
from ._cells import LSTM as LSTM
from ._cells import VanillaRNN as VanillaRNN
from ._dense import Dense as Dense
from ._dense import DenseMD as DenseMD
from ._dense import GeneralDense as GeneralDense
from ._dense import LinearReadout as LinearReadout
from ._drawing import NodeGraph as NodeGraph
from ._drawing import NodeOfGraph as NodeOfGraph
from ._elementwise import Activation as Activation
from ._elementwise import Dropout as Dropout
from ._from_system import FromSystem as FromSystem
from ._joints import Concat as Concat
from ._joints import Input as Input
from ._joints import Reshape as Reshape
from ._joints import Select as Select
from ._joints import Summation as Summation
from ._network import FrozenNetwork as FrozenNetwork
from ._network import Network as Network
from ._node import Node as Node
from ._norms import BatchNorm1d as BatchNorm1d
from ._norms import BatchNorm2d as BatchNorm2d
from ._norms import BatchNorm3d as BatchNorm3d
from ._norms import GroupNorm as GroupNorm
from ._norms import InstanceNorm as InstanceNorm
from ._norms import LayerNorm as LayerNorm
from ._operators import concatenate as concatenate
from ._operators import fb_connect as fb_connect
from ._operators import ff_connect as ff_connect
from ._operators import merge as merge
from ._operators import select as select
from ._passing import PASS_NAME_DICT as PASS_NAME_DICT
from ._passing import PASS_NODE_DICT as PASS_NODE_DICT
from ._passing import PASS_ONLY_ONE as PASS_ONLY_ONE
from ._passing import PASS_SEQUENCE as PASS_SEQUENCE
from ._passing import PASS_TYPE_DICT as PASS_TYPE_DICT
from ._passing import MultipleData as MultipleData
from ._passing import SingleData as SingleData
from ._passing import register_data_pass_type as register_data_pass_type
from ._recurrent import RecurrentNode as RecurrentNode
from ._reservoirs import NVAR as NVAR
from ._reservoirs import Reservoir as Reservoir
from ._runner import RNNRunner as RNNRunner
from ._spatial import AvgPool as AvgPool
from ._spatial import Conv1D as Conv1D
from ._spatial import Conv2D as Conv2D
from ._spatial import Conv3D as Conv3D
from ._spatial import MaxPool as MaxPool
from ._spatial import MinPool as MinPool

__all__ = [
    "BPFF",
    "BPTT",
    "GRU",
    "LSTM",
    "NVAR",
    "PASS_NAME_DICT",
    "PASS_NODE_DICT",
    "PASS_ONLY_ONE",
    "PASS_SEQUENCE",
    "PASS_TYPE_DICT",
    "Activation",
    "AvgPool",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "Concat",
    "Conv1D",
    "Conv2D",
    "Conv3D",
    "Dense",
    "DenseMD",
    "Dropout",
    "ForceTrainer",
    "FromSystem",
    "FrozenNetwork",
    "GeneralDense",
    "GroupNorm",
    "Input",
    "InstanceNorm",
    "LayerNorm",
    "LinearReadout",
    "MaxPool",
    "MinPool",
    "MultipleData",
    "Network",
    "Node",
    "NodeGraph",
    "NodeOfGraph",
    "OfflineTrainer",
    "OnlineTrainer",
    "RNNRunner",
    "RecurrentNode",
    "Reservoir",
    "Reshape",
    "RidgeTrainer",
    "Select",
    "SingleData",
    "Summation",
    "VanillaRNN",
    "check_shape_consistency",
    "concatenate",
    "fb_connect",
    "ff_connect",
    "init_param",
    "merge",
    "register_data_pass_type",
    "select",
]
