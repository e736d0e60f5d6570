import jax
import numpy as np
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm


def test_a_seed_makes_every_draw_after_it_reproducible():
    bm.random.seed(5)
    first = [np.asarray(bm.random.split_key()) for _ in range(3)]
    bm.random.seed(5)
    assert_array_equal([np.asarray(bm.random.split_key()) for _ in range(3)], first)


def test_the_keys_are_those_of_jax_split_from_the_seed():
    bm.random.seed(5)
    own, new = jax.random.split(jax.random.PRNGKey(5))
    assert_array_equal(bm.random.split_key(), new)
    assert_array_equal(bm.random.split_key(), jax.random.split(own)[1])


def test_seeding_makes_models_reproducible_and_leaves_numpy_alone():
    before = np.random.mtrand.get_state()[1].copy()
    bm.random.seed(7)
    one = bp.modules.Linear((3, 4)).weight
    bm.random.seed(7)
    two = bp.modules.Linear((3, 4)).weight
    three = bp.modules.Linear((3, 4)).weight
    assert_array_equal(one, two)
    assert not np.array_equal(two, three)
    assert_array_equal(np.random.mtrand.get_state()[1], before)


def test_a_key_can_be_drawn_inside_compiled_code():
    bm.random.seed(3)
    expected = np.asarray(bm.random.split_key())
    bm.random.seed(3)
    f = bm.jit(bm.random.split_key)
    assert_array_equal(f(), expected)
    assert not np.array_equal(f(), expected)
