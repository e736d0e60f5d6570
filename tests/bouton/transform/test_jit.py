import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton.math as bm
from bouton.errors import KindError
from bouton.transform import Jitted


class Example:
    """As the document on object-oriented transformation prints it."""

    def __init__(self):
        self.static = 0
        self.dyn = bm.Variable(jnp.ones(1))

    @bm.cls_jit
    def update(self, inp):
        self.dyn.value = self.dyn * inp + self.static


class Counter:
    def __init__(self, step=1.0):
        self.step = step
        self.count = bm.Variable(())

    @bm.cls_jit
    def tick(self, by):
        self.count.value = self.count + by * self.step
        return self.count.value


def test_the_documents_example_gives_one_two_two():
    example = Example()
    seen = []
    for inp, static in ((1.0, 0), (2.0, 0), (1.0, 100.0)):
        example.static = static
        example.update(inp)
        seen.append(float(example.dyn[0]))
    assert seen == [1, 2, 2]


def test_name_and_docstring_stay():
    @bm.jit
    def documented():
        """What it does."""

    assert documented.__name__ == "documented"
    assert documented.__doc__ == "What it does."
    assert "documented" in repr(documented)
    assert isinstance(documented, Jitted)


@pytest.mark.parametrize(
    "options",
    [
        {"static_argnums": 0},
        {"static_argnums": -2},
        {"static_argnums": (0,)},
        {"static_argnums": [0]},
        {"static_argnames": "n"},
        {"static_argnames": ("n",)},
    ],
    ids=str,
)
def test_a_static_argument_is_a_python_constant_and_each_value_compiles(options):
    v = bm.Variable(1.0)

    def f(n, x):
        v.value = v + 1.0
        return jnp.ones(n) * x

    compiled = bm.jit(f, **options)
    call = (lambda n: compiled(n=n, x=2.0)) if "static_argnames" in options else (lambda n: compiled(n, 2.0))
    assert call(3).shape == (3,)
    assert call(5).shape == (5,)
    assert call(3).shape == (3,)
    assert compiled.compilations == 2
    assert v.value == 4


def test_a_donated_argument_is_given_up():
    f = bm.jit(lambda x: x + 1, donate_argnums=0)
    x = jnp.ones(4)
    assert_array_equal(f(x), np.full(4, 2))
    assert x.is_deleted()


def test_inline_and_keep_unused_change_no_number():
    v = bm.Variable(1.0)

    def f(x, unused):
        v.value = v + x
        return v * 2

    inner = bm.jit(f, inline=True, keep_unused=True)
    assert inner(1.0, jnp.ones(3)) == 4
    assert bm.jit(lambda x: inner(x, 0.0))(1.0) == 6


@pytest.mark.parametrize("bad", [None, 3, "f"])
def test_what_cannot_be_called_is_refused(bad):
    if bad is not None:
        with pytest.raises(KindError, match=r"jit: expected a function, a method or a callable object, got (int|str)\. Pass the"):
            bm.jit(bad)
        with pytest.raises(KindError, match=r"cls_jit: expected a function, a method or a callable object, got (int|str)\. Pass"):
            bm.cls_jit(bad)
    else:
        assert callable(bm.jit(bad))  # a decorator with arguments


def test_variables_are_taken_as_arguments_wherever_they_stand():
    v, w = bm.Variable([1.0, 2.0]), bm.TrainVar(3.0)
    f = bm.jit(lambda a, b=0.0: a["x"][0] * b if isinstance(a, dict) else a * b)
    assert_array_equal(f(v, b=w), [3, 6])
    assert_array_equal(f({"x": [v]}, b=w), [3, 6])
    assert_array_equal(bm.jit(lambda a: f(a, b=w))(v), [3, 6])
    assert_array_equal(f(v, b=2.0), [2, 4])


def test_variables_come_back_as_arrays():
    v = bm.Variable([1.0])
    out = bm.jit(lambda: (v, {"v": v}))()
    assert isinstance(out[0], jax.Array)
    assert isinstance(out[1]["v"], jax.Array)


def test_compiled_functions_nest_and_their_writes_come_through():
    counter, outer = Counter(), bm.Variable(0.0)

    @bm.jit
    def twice(x):
        counter.tick(x)
        outer.value = outer + counter.tick(x)
        return outer.value

    assert twice(1.0) == 2
    assert twice(1.0) == 6
    assert counter.count.value == 4


def test_a_method_around_a_gradient_around_an_inlined_method():
    class Trainer:
        def __init__(self):
            self.w = bm.TrainVar([1.0, -2.0])
            self.calls = bm.Variable(jnp.array(0))
            self.gradient = bm.grad(self.loss, grad_vars=self.w, return_value=True)

        @bm.cls_jit(inline=True)
        def loss(self):
            self.calls.value = self.calls + 1
            return (self.w**2).sum()

        @bm.cls_jit
        def train(self):
            grads, loss = self.gradient()
            self.w.value = self.w - 0.25 * grads
            return loss

    trainer = Trainer()
    losses = [float(trainer.train()) for _ in range(3)]
    assert losses == [5.0, 1.25, 0.3125]
    assert_array_equal(trainer.w.value, [0.125, -0.25])
    assert int(trainer.calls.value) == 3
    assert trainer.train.compilations == 1


def test_two_threads_compile_and_run_two_models_at_once():
    counters = [Counter(step=float(k + 1)) for k in range(4)]
    failures = []

    def work(counter):
        try:
            for _ in range(20):
                counter.tick(1.0)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=work, args=(c,)) for c in counters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert [float(c.count.value) for c in counters] == [20, 40, 60, 80]


@pytest.mark.parametrize("options", [{"static_argnums": 1}, {"static_argnums": -1}, {"static_argnames": "times"}])
def test_a_static_argument_is_one_by_position_and_by_name(options):
    v = bm.Variable(())

    def repeated(x, times):
        for _ in range(times):
            v.value = v + x
        return v.value

    f = bm.jit(repeated, **options)
    assert f(1.0, 2) == 2
    assert f(x=1.0, times=3) == 5
    assert f(1.0, times=1) == 6

    class Owner:
        method = bm.cls_jit(lambda self, x, times=1: repeated(x, times), **options)

    assert Owner().method(1.0) == 7
    assert Owner().method(1.0, 2) == 9
    assert Owner().method(1.0, times=2) == 11


class Chained:
    """Whose method can be chained."""

    def __init__(self):
        self.n = bm.Variable(jnp.zeros(2))

    def count(self, by=1.0):
        self.n.value = self.n + by
        return self


def test_a_method_that_returns_its_object_can_be_compiled():
    counter = Chained()
    count = bm.jit(counter.count)
    assert count() is counter
    assert count(2.0) is counter
    assert_array_equal(counter.n.value, [3.0, 3.0])
    assert bm.jit(lambda: count().n.value)()[0] == 4.0
