import copy
import pickle
import subprocess
import sys

import jax
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm

pytestmark = pytest.mark.long


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


def test_functions_draw_from_the_default_state():
    bm.random.seed(3)
    expected = bm.random.RandomState(3)
    assert_array_equal(bm.random.normal(size=3), expected.normal(size=3))
    assert_array_equal(bm.random.permutation(9), expected.permutation(9))
    assert_array_equal(bm.random.DEFAULT.key, expected.key)


def test_every_method_of_a_state_is_a_function_and_the_other_way_round():
    inherited = set(dir(bp.Object()))
    methods = {name for name in dir(bm.random.RandomState(0)) if not name.startswith("_")} - inherited - {"key"}
    assert methods == set(bm.random.__all__) - {"DEFAULT", "RandomState", "default_rng"}


def test_a_state_for_a_seed():
    assert_array_equal(bm.random.default_rng(4).key, jax.random.PRNGKey(4))
    assert_array_equal(bm.random.default_rng(jax.random.PRNGKey(4)).key, jax.random.PRNGKey(4))
    assert bm.random.default_rng() is bm.random.DEFAULT
    rng = bm.random.RandomState(0)
    assert bm.random.default_rng(rng) is rng


def test_copies_of_a_model_share_the_default_state():
    model = bp.Object()
    model.rng = bm.random.DEFAULT
    assert copy.deepcopy(model).rng is bm.random.DEFAULT
    assert pickle.loads(pickle.dumps(bm.random.DEFAULT)) is bm.random.DEFAULT
    assert list(model.vars("relative")) == ["rng.key"]


def test_resetting_a_model_does_not_rewind_what_all_share():
    model = bp.Object()
    model.rng = bm.random.DEFAULT
    bm.random.seed(3)
    bm.random.normal()
    before = np.asarray(bm.random.DEFAULT.key)
    model.reset_state()
    bm.jit(model.reset_state)
    assert_array_equal(bm.random.DEFAULT.key, before)
    assert_array_equal(bp.math.random.DEFAULT.cell("key").value, before)


def test_importing_bouton_makes_no_key():
    code = "import bouton.math as bm; cell = bm.random.DEFAULT.cell('key'); print(hasattr(type(cell), '_seed'), cell._seed)"
    code += "; import jax; from bouton.transform import Variable\n"
    code += "try: object.__getattribute__(cell, '_value')\nexcept AttributeError: print('none yet')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["True", "None", "none", "yet"], done.stderr
