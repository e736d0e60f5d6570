import copy
import pickle
import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, LeakedTracerError, MathError, ValueRefused
from bouton.transform import KeyVariable

pytestmark = pytest.mark.long


def keys_by_hand(seed, n):
    own, used = jax.random.PRNGKey(seed), []
    for _ in range(n):
        own, new = jax.random.split(own)
        used.append(np.asarray(new))
    return used


class Noisy(bp.Object):
    def __init__(self):
        self.rng = bm.random.RandomState(3)
        self.v = bm.Variable(jnp.zeros(2))

    def step(self):
        self.v += self.rng.normal(size=2)
        return self.v.value


@pytest.mark.parametrize("make", [lambda: bm.random.RandomState(3), lambda: bm.random.RandomState(seed=3)])
def test_every_draw_splits_the_key_of_the_seed(make):
    rng = make()
    assert_array_equal(rng.key, jax.random.PRNGKey(3))
    for expected in keys_by_hand(3, 3):
        assert_array_equal(rng.split_key(), expected)


@pytest.mark.parametrize("key", [jax.random.PRNGKey(3), np.asarray(jax.random.PRNGKey(3)), jax.random.key(3)])
def test_a_key_is_taken_as_it_is(key):
    draws = bm.random.RandomState(key).normal(size=3)
    assert_array_equal(draws, jax.random.normal(jnp.asarray(keys_by_hand(3, 1)[0]), (3,)))


def test_the_key_of_a_variable_is_copied():
    one = bm.random.RandomState(3)
    two = bm.random.RandomState(one.cell("key"))
    one.normal()
    assert_array_equal(two.key, jax.random.PRNGKey(3))


def test_without_a_seed_two_states_differ():
    assert not np.array_equal(bm.random.RandomState().key, bm.random.RandomState().key)


def test_several_keys_come_at_once():
    rng = bm.random.RandomState(0)
    keys = rng.split_keys(3)
    assert keys.shape == (3, 2)
    assert len({tuple(k) for k in np.asarray([*keys, rng.key]).tolist()}) == 4
    assert bm.random.RandomState(jax.random.key(0)).split_keys(2).shape == (2,)
    assert rng.split_keys(0).shape == (0, 2)


def test_seeding_starts_again():
    rng = bm.random.RandomState(0)
    rng.seed(3)
    first = rng.normal(size=3)
    rng.seed(jax.random.key(3))
    assert_array_equal(rng.normal(size=3), first)
    rng.seed()
    assert not np.array_equal(rng.normal(size=3), first)


def test_a_state_with_a_typed_key_keeps_its_kind():
    rng = bm.random.RandomState(jax.random.key(0, impl="rbg"))
    rng.seed(4)
    assert str(jax.random.key_impl(rng.key)) == str(jax.random.key_impl(jax.random.key(0, impl="rbg")))
    typed = bm.random.RandomState(jax.random.key(0))
    typed.seed(jax.random.PRNGKey(5))
    assert_array_equal(jax.random.key_data(typed.key), jax.random.PRNGKey(5))
    assert repr(typed) == "RandomState(key=[0 5])"


def test_seeding_inside_compiled_code_works():
    rng = bm.random.RandomState(0)

    @bm.jit
    def f(seed):
        rng.seed(seed)
        return rng.split_key()

    assert_array_equal(f(5), keys_by_hand(5, 1)[0])
    assert_array_equal(rng.split_key(), keys_by_hand(5, 2)[1])


def test_a_model_finds_the_state_that_it_has():
    model = Noisy()
    assert list(model.vars("relative")) == ["v", "rng.key"]
    assert isinstance(model.vars("relative")["rng.key"], KeyVariable)
    assert list(model.nodes("relative")) == ["", "rng"]
    assert [(e.path, e.kind) for e in model.entries()] == [("v", "state"), ("rng.key", "random")]


def test_resetting_goes_back_to_the_first_key():
    rng = bm.random.RandomState(7)
    first = rng.normal(size=3)
    rng.seed(1)
    rng.reset_state()
    assert_array_equal(rng.normal(size=3), first)


def test_a_saved_state_goes_on_where_it_was(tmp_path):
    model = Noisy()
    model.step()
    model.save_states(tmp_path / "model.safetensors")
    expected = model.step()
    other = Noisy()
    other.load_states(tmp_path / "model.safetensors")
    assert_array_equal(other.step(), expected)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_draws_the_same_numbers_on_its_own(duplicate):
    model = Noisy()
    model.step()
    other = duplicate(model)
    expected = model.step()
    assert_array_equal(other.step(), expected)
    assert_array_equal(other.rng.key, model.rng.key)
    other.rng.seed(0)
    assert not np.array_equal(other.rng.key, model.rng.key)


def test_a_key_can_be_assigned():
    rng = bm.random.RandomState(0)
    rng.key = jax.random.PRNGKey(3)
    assert_array_equal(rng.split_key(), keys_by_hand(3, 1)[0])
    rng.key = jax.random.key(3)
    assert_array_equal(rng.split_key(), keys_by_hand(3, 1)[0])
    typed = bm.random.RandomState(jax.random.key(0))
    typed.key = jax.random.PRNGKey(3)
    assert_array_equal(jax.random.key_data(typed.split_key()), keys_by_hand(3, 1)[0])


def test_with_a_key_the_state_does_not_advance():
    rng = bm.random.RandomState(3)
    key = jax.random.PRNGKey(8)
    one = rng.normal(size=3, key=key)
    assert_array_equal(one, rng.normal(size=3, key=key))
    assert_array_equal(one, rng.normal(size=3, key=jax.random.key(8)))
    assert_array_equal(one, rng.normal(size=3, key=np.asarray(key)))
    assert_array_equal(rng.key, jax.random.PRNGKey(3))


def test_an_exception_leaves_the_key_as_it_was():
    rng = bm.random.RandomState(3)

    @bm.jit
    def f():
        rng.normal()
        raise RuntimeError("here")

    with pytest.raises(RuntimeError, match="here"):
        f()
    with pytest.raises(ValueRefused, match="scale"):
        rng.normal(0.0, -1.0)
    assert_array_equal(rng.key, jax.random.PRNGKey(3))


def test_a_plain_transform_of_jax_may_not_draw():
    rng = bm.random.RandomState(3)
    with pytest.raises(LeakedTracerError, match=r"Use jit, grad or for_loop of bouton\.math"):
        jax.jit(rng.normal)()
    assert_array_equal(rng.key, jax.random.PRNGKey(3))
    assert jax.jit(lambda key: rng.normal(key=key))(rng.split_key()).shape == ()


def test_many_threads_never_draw_the_same_number():
    rng, drawn = bm.random.RandomState(0), []

    def work():
        for _ in range(30):
            drawn.append(float(rng.random()))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(drawn)) == 120


def test_a_seed_and_a_key_are_one_too_many():
    with pytest.raises(ValueRefused, match=r"RandomState\(seed_or_key, seed\): expected a seed or a key, got both\. Leave one"):
        bm.random.RandomState(1, seed=2)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_of_another_size_is_refused(seed):
    with pytest.raises(
        ValueRefused, match=rf"random\.seed: expected a seed of 0 or more and below 2\*\*32, got {seed}\. Take it"
    ):
        bm.random.RandomState(seed)


@pytest.mark.parametrize("seed", [1.5, "a", True, [1, 2]])
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(
        KindError, match=r"random\.seed: expected a whole number, got .* Pass an int for a seed, for instance 0\."
    ):
        bm.random.RandomState(seed)


def test_what_is_no_key_is_refused():
    rng = bm.random.RandomState(0)
    several = jax.random.split(jax.random.key(0), 3)
    words = r"random\.seed: expected one key: of jax\.random\.key, or 2 uint32 numbers, got shape \(3,\) and dtype key<fry>\."
    with pytest.raises(KindError, match=words):
        bm.random.RandomState(several)
    with pytest.raises(KindError, match=r"random\.normal\(key\): expected one key.*got shape \(3,\).*for many keys use bm\.vmap"):
        rng.normal(key=several)
    with pytest.raises(KindError, match=r"random\.normal\(key\): expected one key.*got int\."):
        rng.normal(key=3)
    with pytest.raises(KindError, match=r"random\.key: expected one key.*got int\."):
        rng.key = 3
    with pytest.raises(
        KindError, match=r"of the kind that JAX is set to, got uint32 numbers of shape \(4,\)\. Pass a key that says"
    ):
        bm.random.RandomState(jnp.zeros(4, jnp.uint32))


def test_a_key_of_another_kind_is_refused():
    rng = bm.random.RandomState(jax.random.key(0))
    with pytest.raises(MathError, match="expected dtype key<fry>"):
        rng.seed(jax.random.key(0, impl="rbg"))


@pytest.mark.parametrize("n", [-1, 1.5])
def test_only_a_number_of_keys_can_be_asked_for(n):
    with pytest.raises((ValueRefused, KindError), match=r"random\.split_keys\(n\): expected"):
        bm.random.split_keys(n)
