"""Layers: one step from an input to an output, with weights, and some with states."""

from ._adaptive import AdaptiveAvgPool1d as AdaptiveAvgPool1d
from ._adaptive import AdaptiveAvgPool2d as AdaptiveAvgPool2d
from ._adaptive import AdaptiveAvgPool3d as AdaptiveAvgPool3d
from ._adaptive import AdaptiveMaxPool1d as AdaptiveMaxPool1d
from ._adaptive import AdaptiveMaxPool2d as AdaptiveMaxPool2d
from ._adaptive import AdaptiveMaxPool3d as AdaptiveMaxPool3d
from ._batch_norm import BatchNorm1D as BatchNorm1D
from ._batch_norm import BatchNorm1d as BatchNorm1d
from ._batch_norm import BatchNorm2D as BatchNorm2D
from ._batch_norm import BatchNorm2d as BatchNorm2d
from ._batch_norm import BatchNorm3D as BatchNorm3D
from ._batch_norm import BatchNorm3d as BatchNorm3d
from ._conv_lstm import Conv1DLSTMCell as Conv1DLSTMCell
from ._conv_lstm import Conv1dLSTMCell as Conv1dLSTMCell
from ._conv_lstm import Conv2DLSTMCell as Conv2DLSTMCell
from ._conv_lstm import Conv2dLSTMCell as Conv2dLSTMCell
from ._conv_lstm import Conv3DLSTMCell as Conv3DLSTMCell
from ._conv_lstm import Conv3dLSTMCell as Conv3dLSTMCell
from ._convolution import Conv1D as Conv1D
from ._convolution import Conv1d as Conv1d
from ._convolution import Conv2D as Conv2D
from ._convolution import Conv2d as Conv2d
from ._convolution import Conv3D as Conv3D
from ._convolution import Conv3d as Conv3d
from ._convolution import ConvTranspose1D as ConvTranspose1D
from ._convolution import ConvTranspose1d as ConvTranspose1d
from ._convolution import ConvTranspose2D as ConvTranspose2D
from ._convolution import ConvTranspose2d as ConvTranspose2d
from ._convolution import ConvTranspose3D as ConvTranspose3D
from ._convolution import ConvTranspose3d as ConvTranspose3d
from ._dense import Dense as Dense
from ._dense import Linear as Linear
from ._dropout import Dropout as Dropout
from ._functions import Activation as Activation
from ._functions import Flatten as Flatten
from ._functions import FunAsLayer as FunAsLayer
from ._functions import Identity as Identity
from ._gru import GRUCell as GRUCell
from ._layer import Layer as Layer
from ._lstm import LSTMCell as LSTMCell
from ._norms import GroupNorm as GroupNorm
from ._norms import InstanceNorm as InstanceNorm
from ._norms import LayerNorm as LayerNorm
from ._nvar import NVAR as NVAR
from ._pooling import AvgPool as AvgPool
from ._pooling import AvgPool1d as AvgPool1d
from ._pooling import AvgPool2d as AvgPool2d
from ._pooling import AvgPool3d as AvgPool3d
from ._pooling import MaxPool as MaxPool
from ._pooling import MaxPool1d as MaxPool1d
from ._pooling import MaxPool2d as MaxPool2d
from ._pooling import MaxPool3d as MaxPool3d
from ._pooling import MinPool as MinPool
from ._reservoir import Reservoir as Reservoir
from ._rnn import RNNCell as RNNCell

__all__ = [
    "NVAR",
    "Activation",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AvgPool",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BatchNorm1D",
    "BatchNorm1d",
    "BatchNorm2D",
    "BatchNorm2d",
    "BatchNorm3D",
    "BatchNorm3d",
    "Conv1D",
    "Conv1DLSTMCell",
    "Conv1d",
    "Conv1dLSTMCell",
    "Conv2D",
    "Conv2DLSTMCell",
    "Conv2d",
    "Conv2dLSTMCell",
    "Conv3D",
    "Conv3DLSTMCell",
    "Conv3d",
    "Conv3dLSTMCell",
    "ConvTranspose1D",
    "ConvTranspose1d",
    "ConvTranspose2D",
    "ConvTranspose2d",
    "ConvTranspose3D",
    "ConvTranspose3d",
    "Dense",
    "Dropout",
    "Flatten",
    "FunAsLayer",
    "GRUCell",
    "GroupNorm",
    "Identity",
    "InstanceNorm",
    "LSTMCell",
    "Layer",
    "LayerNorm",
    "Linear",
    "MaxPool",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MinPool",
    "RNNCell",
    "Reservoir",
]
