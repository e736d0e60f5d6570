"""The network of the document on modules, in both of its forms."""

import numpy as np

DOCUMENT = """
from bouton.modules import Module
from bouton.parameters import Parameter
from bouton.modules import RateJax
import numpy as np

class ffwd_net(Module):
    def __init__(
        self,
        shape,
        *args,
        **kwargs,
    ):
        super().__init__(shape=shape, *args, **kwargs)
        self.w_ffwd = Parameter(
            shape=self.shape,
            init_func=lambda s: np.zeros(s),
            family="weights",
        )
        self.neurons = RateJax(self.shape[-1])

    def evolve(self, input_data, *args, **kwargs):
        x = input_data @ self.w_ffwd
        x, _, _ = self.neurons(x)
        return x, {}, {}
"""


SECOND_FORM = """
def evolve(self, input_data, record: bool = False, *args, **kwargs):
    new_state = {}
    recorded_state = {}
    x = input_data @ self.w_ffwd
    if record:
        recorded_state["weighted_input"] = x
    x, submod_state, submod_record = self.neurons(x, record=record)
    new_state.update({"neurons": submod_state})
    recorded_state.update({"neurons": submod_record})
    return x, new_state, recorded_state
"""


def first_form():
    """Give the document's network, as printed but for the name of its package."""
    names = {}
    exec(DOCUMENT, names)
    return names["ffwd_net"]


def second_form():
    """Give it with the document's second ``evolve``, whose two calls of ``update`` are mended."""
    names = {}
    exec(SECOND_FORM, names)
    net = first_form()
    net.evolve = names["evolve"]
    return net


First, Second = first_form(), second_form()

WEIGHT = np.random.default_rng(0).normal(size=(4, 6))
SERIES = np.random.default_rng(1).uniform(size=(2, 5, 4))
