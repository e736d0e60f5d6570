"""Plain attributes of a functional module, which are constants of compiled code."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bouton.modules import Functional, Module


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ({"a": [1, (2, {3})]}, {"a": [1, (2, {3})]}, True),
        ({"a": 1}, {"b": 1}, False),
        ([1], (1,), False),
        ([1], [1, 2], False),
        ([1], [1.0], False),
        (np.array([1.0, np.nan]), np.array([1.0, np.nan]), True),
        (np.ones(2), np.ones(2, np.float32), False),
        (jnp.ones(2), jnp.ones(2), False),
        ("euler", "euler", True),
    ],
)
def test_plain_attributes_are_compared_by_value(one, two, same):
    class Holder(Functional, Module):
        def __init__(self, held):
            super().__init__(1)
            self.held = held

    first, second = (jax.tree_util.tree_structure(Holder(x)) for x in (one, two))
    assert (first == second) is same


def test_an_array_of_another_shape_and_one_of_a_trace_are_other_constants():
    class Keeping(Functional, Module):
        def __init__(self, held):
            super().__init__(1)
            self.held = held

    ones = jnp.ones(2)
    one, same, longer = (jax.tree_util.tree_structure(Keeping(x)) for x in (ones, ones, jnp.ones(3)))
    assert one == same
    assert one != longer
    seen = []
    jax.jit(lambda x: seen.append(one == jax.tree_util.tree_structure(Keeping(x))))(ones)
    assert seen == [False]
