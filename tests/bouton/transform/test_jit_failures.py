"""Compiled functions that fail, or are used where they cannot be."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton.math as bm
from bouton.errors import KindError, LeakedTracerError


class Counter:
    def __init__(self, step=1.0):
        self.step = step
        self.count = bm.Variable(())

    @bm.cls_jit
    def tick(self, by):
        self.count.value = self.count + by * self.step
        return self.count.value


class Failing:
    """Raises after it has written, in the run that is told to."""

    def __init__(self):
        self.a, self.b = bm.Variable(2), bm.Variable(())
        self.runs = []
        self.fail_in = None

    def step(self, x):
        self.a.value = self.a + x
        self.b.value = self.b + 1.0
        self.runs.append(x)
        if len(self.runs) == self.fail_in:
            raise ArithmeticError("on purpose")
        return self.a.sum()


def assert_no_tracer(*cells):
    for cell in cells:
        assert not isinstance(cell.value, jax.core.Tracer)


@pytest.mark.parametrize("fail_in", [1, 2, 3])
def test_an_exception_at_any_stage_leaves_every_cell_as_it_was(fail_in):
    # Run 1 finds the cells out, run 2 compiles, run 3 is another shape.
    model = Failing()
    model.fail_in = fail_in
    step = bm.jit(model.step)
    xs = [jnp.ones(2), jnp.ones((1,))]
    expected = 0.0
    for x in xs:
        try:
            step(x)
            expected += 1
        except ArithmeticError:
            pass
        assert_no_tracer(model.a, model.b)
        assert_array_equal(model.a.value, [expected, expected])
        assert float(model.b.value) == expected
    assert expected == 1
    assert step(xs[0]) == 4
    assert float(model.b.value) == 2


def test_an_error_of_jax_leaves_every_cell_as_it_was():
    v = bm.Variable(3)

    @bm.jit
    def f(x):
        v.value = v + 1.0
        return v + x

    with pytest.raises(TypeError, match="broadcast"):
        f(jnp.ones(4))
    assert_array_equal(v.value, np.zeros(3))
    assert_array_equal(f(jnp.ones(3)), np.full(3, 2))


def test_a_wrong_write_inside_is_refused_and_changes_nothing():
    v = bm.Variable(3)

    @bm.jit
    def f(x):
        v.value = v + 1.0
        v.value = x

    with pytest.raises(ValueError, match=r"expected shape \(3,\), got \(4,\)"):
        f(jnp.ones(4))
    assert_array_equal(v.value, np.zeros(3))


@pytest.mark.parametrize("transform", [jax.jit, jax.grad, jax.value_and_grad], ids=lambda f: f.__name__)
def test_a_compiled_method_inside_a_plain_jax_transform_leaves_no_tracer(transform):
    counter = Counter()
    with pytest.raises(LeakedTracerError, match="plain JAX transform, which cannot see that a Variable changes"):
        transform(lambda x: counter.tick(x))(1.0)
    assert_no_tracer(counter.count)
    assert counter.count.value == 0
    assert counter.tick(1.0) == 1


def test_a_compiled_function_that_only_reads_works_inside_plain_jax_transforms():
    v = bm.Variable(3.0)
    f = bm.jit(lambda x: v * x**2)
    assert jax.jit(f)(2.0) == 12
    assert jax.grad(f)(2.0) == 12
    assert_array_equal(jax.vmap(f)(jnp.arange(3.0)), [0, 3, 12])


def test_a_variable_made_lazily_inside_a_compiled_method_is_refused_with_the_fix():
    class Lazy:
        h = None

        @bm.cls_jit
        def update(self, x):
            if self.h is None:
                self.h = bm.Variable(())
            self.h.value = self.h + x
            return self.h.value

    lazy = Lazy()
    with pytest.raises(LeakedTracerError, match=r"kept after it\. Make the Variable in __init__, and assign to it inside"):
        lazy.update(1.0)


def test_inside_another_transform_a_result_is_the_array_of_that_moment():
    v = bm.Variable(2)
    inner = bm.jit(lambda: {"v": v})

    def outer():
        before = inner()
        v.value = v + 1.0
        return before["v"]

    for call in (bm.jit(outer), lambda: bm.for_loop(lambda _: outer(), jnp.arange(1))[0]):
        v.value = jnp.zeros(2)
        assert_array_equal(call(), [0, 0])
        assert_array_equal(v, [1, 1])


def test_a_variable_in_an_argument_arrives_as_its_array_inside_another_transform_too():
    v = bm.Variable(2)

    def add(found, *, named):
        found["v"] += 1.0
        named[0] += 1.0
        return found["v"] + named[0]

    inner = bm.jit(add)
    for call in (inner, bm.jit(lambda *a, **k: inner({"v": v}, named=[v])), bm.remat(add), bm.jit(bm.remat(add))):
        assert_array_equal(call({"v": v}, named=[v]), [2, 2])
        assert_array_equal(v, [0, 0])


def test_a_list_or_dict_of_variables_is_taken_as_an_argument():
    cells = bm.VarList([bm.Variable(2.0), bm.Variable(3.0)])
    table = bm.VarDict(a=cells[0], b=cells[1])
    f = bm.jit(lambda listed, named: {"sum": listed[0] + named["b"], "listed": listed, "named": named})
    out = f(cells, table)
    assert out == {"sum": 5, "listed": [2, 3], "named": {"a": 2, "b": 3}}
    assert type(out["listed"]) is list


def test_a_compiled_method_of_a_class_with_slots_alone_is_refused_with_the_fix():
    class Slotted:
        __slots__ = ("v",)

        @bm.cls_jit
        def method(self):
            return self.v

    with pytest.raises(KindError, match=r"Slotted.method: expected an instance with a __dict__.*Add '__dict__' to __slots__"):
        Slotted().method()


def test_jit_around_a_method_in_the_body_of_a_class_is_refused_with_the_fix():
    def define():
        class Owner:
            @bm.jit
            def method(self):
                return 1.0

        return Owner

    # Before Python 3.12 it is the cause of a RuntimeError.
    with pytest.raises((KindError, RuntimeError)) as caught:
        define()
    error = caught.value if isinstance(caught.value, KindError) else caught.value.__cause__
    assert isinstance(error, KindError)
    assert "Owner.method: expected bm.cls_jit around a method in the body of a class, got bm.jit" in str(error)


@pytest.mark.parametrize("write", [lambda x: setattr(x, "value", 3.0), lambda x: x.__setitem__(0, 3.0)])
def test_a_write_to_a_variable_that_is_an_argument_is_explained(write):
    with pytest.raises((AttributeError, TypeError)) as refused:
        bm.jit(write)(bm.Variable(3))
    assert "arrives as its array" in refused.value.__notes__[-1]


def test_other_errors_have_no_such_note():
    with pytest.raises(TypeError) as refused:
        bm.jit(lambda x: x.__setitem__(0, 3.0))(jnp.zeros(3))
    assert not any("arrives as its array" in note for note in getattr(refused.value, "__notes__", []))
