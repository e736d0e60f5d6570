"""Groups that stand for the ends of a network."""

from typing import Any, cast

import jax.numpy as jnp
import pytest

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError
from bouton.neurons import InputGroup, OutputGroup


@pytest.mark.parametrize("cls", [InputGroup, OutputGroup])
def test_they_pass_on_what_comes(cls):
    group = cls((2, 3), name=f"end_{cls.__name__}")
    assert (group.num, group.varshape, group.spike) == (6, (6,), None)
    x = jnp.ones(6)
    assert group(x) is x
    assert group() is None
    assert repr(group) == f"{cls.__name__}(name=end_{cls.__name__}, size=(2, 3), mode=NonBatchingMode)"
    assert cls((2, 3), keep_size=True).varshape == (2, 3)


@pytest.mark.parametrize("cls", [InputGroup, OutputGroup])
def test_there_is_nothing_in_them_to_reset(cls):
    group = cls(2, mode=bm.training_mode)
    assert group.reset_state(5) is group
    assert list(group.vars("relative")) == []
    group.clear_input()


def test_a_network_can_hold_them():
    net = bp.Network(i=InputGroup(2), r=bp.neurons.LIF(2), o=OutputGroup(2))
    net()
    net.reset_state()


def test_a_size_is_checked():
    with pytest.raises(KindError, match=r"InputGroup\(size=\.\.\.\): expected a whole number"):
        InputGroup(cast(Any, "3"))
