"""Models that are saved, and what is in them."""

import jax.numpy as jnp
import numpy as np
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.parameters import Parameter, SimulationParameter, State


class Unit(bp.Object):
    def __init__(self, start=0.0):
        super().__init__()
        self.w = bm.TrainVar(jnp.full((2, 3), start + 1.0))
        self.tau = Parameter(start + 0.5, unit="s", bounds=(0.0, 10.0))
        self.v = State(jnp.full(3, start), unit="mV")
        self.dt = SimulationParameter(0.001, unit="s")


class Net(bp.Object):
    def __init__(self, start=0.0):
        super().__init__()
        self.units = bm.NodeList([Unit(start), Unit(start + 1)])
        self.held = bm.VarDict({"a": bm.Variable(jnp.full(2, start)), "b": bm.TrainVar(jnp.full((), start))})
        self.tied = self.units[0].w
        self.trace = bm.Variable(jnp.full((4, 2), start), batch_axis=0)


def contents(model):
    return {path: np.asarray(x) for path, x in model.state_dict().items()}


def assert_same(one, other):
    assert list(one) == list(other)
    for path in one:
        assert_array_equal(one[path], other[path], err_msg=path)
