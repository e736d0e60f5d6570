"""Compiled methods: instances, classes, copies."""

import copy
import gc
import pickle
import weakref

import jax.numpy as jnp
import pytest

import bouton.math as bm


class Counter:
    def __init__(self, step=1.0):
        self.step = step
        self.count = bm.Variable(())

    @bm.cls_jit
    def tick(self, by):
        self.count.value = self.count + by * self.step
        return self.count.value


class LoudCounter(Counter):
    @bm.cls_jit
    def tick(self, by):
        return super().tick(by) * 100


def test_each_instance_has_its_own_statics_and_cells():
    one, two = Counter(step=1.0), Counter(step=10.0)
    assert (float(one.tick(1.0)), float(two.tick(1.0)), float(one.tick(1.0))) == (1, 10, 2)
    assert one.tick.compilations == 1


def test_a_method_that_overrides_a_compiled_one_may_call_it():
    loud = LoudCounter()
    assert [float(loud.tick(1.0)) for _ in range(3)] == [100, 200, 300]
    assert LoudCounter.tick is not Counter.tick
    assert loud.tick.compilations == 1


def test_a_class_that_is_defined_again_is_another_class():
    def define(factor):
        class Model:
            def __init__(self):
                self.v = bm.Variable(1.0)

            @bm.cls_jit
            def step(self, x):
                self.v.value = self.v * factor + x
                return self.v.value

        return Model

    old, new = define(2.0)(), define(3.0)()
    assert (float(old.step(1.0)), float(new.step(1.0)), float(old.step(1.0))) == (3, 4, 7)


def test_a_method_can_be_compiled_after_the_class_was_made():
    class Late:
        factor = 2.0

    Late.scale = bm.cls_jit(lambda self, x: x * self.factor)
    assert Late().scale(3.0) == 6


def test_options_of_a_method_count_without_self():
    class Maker:
        @bm.cls_jit(static_argnums=0)
        def ones(self, n):
            return jnp.ones(n)

        @bm.cls_jit(static_argnames=("n",), inline=True)
        def zeros(self, n):
            return jnp.zeros(n)

    assert Maker().ones(3).shape == (3,)
    assert Maker().zeros(n=4).shape == (4,)


def test_a_compiled_method_can_be_called_on_the_class():
    counter = Counter()
    assert Counter.tick(counter, 2.0) == 2
    assert Counter.tick.__name__ == "tick"


def test_a_compiled_method_cannot_be_assigned_to():
    with pytest.raises(AttributeError, match=r"Counter\.tick is a compiled method and cannot be assigned to\."):
        Counter().tick = 3


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["deepcopy", "pickle"])
def test_a_copy_has_cells_and_statics_of_its_own(duplicate):
    first = Counter(step=1.0)
    first.tick(1.0)
    second = duplicate(first)
    second.step = 10.0
    assert second.tick(1.0) == 11
    assert first.tick(1.0) == 2
    assert (float(first.count.value), float(second.count.value)) == (2, 11)


def test_a_shallow_copy_shares_the_cells_and_not_the_statics():
    first = Counter(step=1.0)
    first.tick(1.0)
    second = copy.copy(first)
    second.step = 10.0
    assert second.tick(1.0) == 11
    assert first.tick(1.0) == 12


def double(x):
    return 2 * x


def test_a_compiled_function_can_be_copied_and_pickled():
    f = bm.jit(double)
    f(1.0)
    assert pickle.loads(pickle.dumps(f))(3.0) == 6
    twin = copy.deepcopy(f)
    assert twin(3.0) == 6
    assert (f.compilations, twin.compilations) == (1, 1)


def test_an_instance_that_is_gone_frees_its_compiled_method():
    counter = Counter()
    counter.tick(1.0)
    gone = weakref.ref(counter)
    del counter
    gc.collect()
    assert gone() is None
