import contextlib
import copy
import functools
import gc
import pickle
import threading
import weakref

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton.math as bm
from bouton.errors import KindError, LeakedTracerError
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


class LoudCounter(Counter):
    @bm.cls_jit
    def tick(self, by):
        return super().tick(by) * 100


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


def test_the_documents_example_gives_one_two_two():
    example = Example()
    seen = []
    for inp, static in ((1.0, 0), (2.0, 0), (1.0, 100.0)):
        example.static = static
        example.update(inp)
        seen.append(float(example.dyn[0]))
    assert seen == [1, 2, 2]


def test_what_a_compiled_function_writes_is_there_afterwards():
    v = bm.Variable([1.0, 2.0])

    @bm.jit
    def f(x):
        v.value = v * x
        return v + 1.0

    assert_array_equal(f(3.0), [4, 7])
    assert_array_equal(v.value, [3, 6])
    v.value = jnp.zeros(2)
    assert_array_equal(f(3.0), [1, 1])


def test_a_cell_that_is_only_read_is_an_input_and_no_output():
    read, written = bm.Variable([1.0]), bm.Variable([2.0])

    @bm.jit
    def f():
        written.value = read * 2.0

    before = read.value
    f()
    assert read.value is before
    assert f._variant.written == (written,)


def test_a_value_that_changes_is_an_argument_and_compiles_nothing():
    v = bm.Variable(2.0)
    f = bm.jit(lambda x: v * x)
    for value in (1.0, 2.0, 3.0):
        v.value = value
        assert f(5.0) == 5 * value
    assert f.compilations == 1


def test_a_python_constant_is_baked_in_at_the_first_call():
    scale = [2.0]
    f = bm.jit(lambda x: x * scale[0])
    f(1.0)
    scale[0] = 5.0
    assert f(1.0) == 2


def test_it_decorates_with_and_without_arguments_and_takes_methods_and_callable_objects():
    class Scale:
        factor = bm.Variable(3.0)

        def __call__(self, x):
            return self.factor * x

        def method(self, x):
            return self.factor + x

    @bm.jit
    def plain(x):
        return x + 1

    @bm.jit(static_argnames="n")
    def repeated(x, n):
        return jnp.ones(n) * x

    assert plain(1.0) == 2
    assert_array_equal(repeated(2.0, n=3), [2, 2, 2])
    assert bm.jit(Scale())(2.0) == 6
    assert bm.jit(Scale().method)(2.0) == 5
    assert bm.jit(functools.partial(repeated, n=2))(2.0).shape == (2,)


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


def test_a_new_shape_or_dtype_of_an_argument_compiles_again_and_is_right():
    v = bm.Variable(1.0)
    f = bm.jit(lambda x: (x.sum() + v.astype(x.dtype), x.shape))
    for x in (jnp.ones(2), jnp.ones(3), jnp.ones((2, 2)), jnp.ones(3, jnp.int32)):
        total, shape = f(x)
        assert float(total) == x.size + 1
        assert tuple(map(int, shape)) == x.shape
    assert f.compilations == 4


def test_a_cell_whose_shape_changed_is_never_answered_with_stale_code():
    v = bm.Variable((1, 2), batch_axis=0)

    @bm.jit
    def f():
        v.value = v + 1.0
        return v.value / v.shape[0]

    assert_array_equal(f(), np.ones((1, 2)))
    v.value = jnp.zeros((4, 2))
    assert_array_equal(f(), np.full((4, 2), 0.25))
    assert v.shape == (4, 2)
    assert f.compilations == 2


def test_a_compiled_function_may_resize_the_batch_axis():
    v = bm.Variable((1, 2), batch_axis=0)

    @bm.jit
    def f(x):
        v.value = jnp.zeros((x.shape[0], 2))

    f(jnp.ones(3))
    assert v.shape == (3, 2)
    f(jnp.ones(5))
    assert v.shape == (5, 2)


def test_a_cell_that_comes_up_on_a_later_branch_is_taken_in():
    first, second, read = bm.Variable(()), bm.Variable(()), bm.Variable(10.0)

    @bm.jit
    def f(x):
        if x.ndim == 0:
            first.value = first + x
            return first.value
        second.value = second + x.sum() + read
        return second.value

    assert f(1.0) == 1
    assert f(jnp.ones(3)) == 13
    assert f(jnp.ones(3)) == 26
    assert f(1.0) == 2
    assert (float(first.value), float(second.value), float(read.value)) == (2, 26, 10)


def test_a_cell_first_only_read_may_be_written_on_a_later_branch():
    v = bm.Variable(1.0)

    @bm.jit(static_argnames="write")
    def f(x, write):
        if write:
            v.value = v + x
        return v * 2

    assert f(1.0, write=False) == 2
    assert f(1.0, write=True) == 4
    assert f(1.0, write=False) == 4
    assert v.value == 2


def test_a_user_who_catches_every_exception_does_not_swallow_a_new_cell():
    a, b = bm.Variable(1.0), bm.Variable(2.0)

    @bm.jit
    def f(x):
        with contextlib.suppress(Exception):  # a careless user's
            return a.value if x.ndim == 0 else b.value
        return jnp.zeros(())

    assert f(0.0) == 1
    assert f(jnp.zeros(1)) == 2


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


# -- exceptions ---------------------------------------------------------------


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


# -- methods ------------------------------------------------------------------


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


# -- nesting ------------------------------------------------------------------


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
