"""Layers: one step from an input to an output, with weights, and some with states."""

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
from ._nvar import NVAR as NVAR
from ._rnn import RNNCell as RNNCell

__all__ = [
    "NVAR",
    "Activation",
    "Dense",
    "Dropout",
    "Flatten",
    "FunAsLayer",
    "GRUCell",
    "Identity",
    "LSTMCell",
    "Layer",
    "Linear",
    "RNNCell",
]
