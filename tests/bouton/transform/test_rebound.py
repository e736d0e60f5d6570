import copy
import re
import warnings

import jax
import jax.numpy as jnp
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import ReboundWarning
from bouton.transform import Jitted


def a_class(base):
    """A fresh class each time: what was said once of a class is not said again."""

    class Example(base):
        def __init__(self):
            self.count = 0
            self.last = None
            self.dyn = bm.Variable(jnp.ones(2))

        def counting(self, x):
            self.count = self.count + 1
            return x * self.dyn

        def keeping(self, x):
            self.last = x * self.dyn
            return x

        def creating(self, x):
            self.fresh = x * 2.0
            return x

        def steady(self, x):
            self.count = self.count
            self.dyn.value = self.dyn * x
            return x

        @bm.cls_jit
        def compiled(self, x):
            return self.counting(x)

    return Example


@pytest.fixture(params=[object, bp.Object], ids=["plain", "bouton"])
def example(request):
    return a_class(request.param)()


COUNT = (
    r"^Example\.count: changed while a function was being compiled, which happens once and not at each call\. "
    r"Make it a Variable in __init__, self\.count = bm\.Variable\(\.\.\.\), and assign to self\.count\.value\.$"
)
DEAD = r"^Example\.{}: changed while .*, to a value that ends with the compilation; it has its old one again afterwards\. Make it"

WAYS = {
    "jit": lambda fn: bm.jit(fn)(2.0),
    "for_loop": lambda fn: bm.for_loop(fn, jnp.arange(3.0)),
    "loop in a gradient": lambda fn: bm.grad(lambda x: bm.for_loop(fn, x).sum())(jnp.arange(3.0)),
    "jit of a gradient": lambda fn: bm.jit(bm.vector_grad(fn))(2.0),
    "jit of jit": lambda fn: bm.jit(lambda x: bm.jit(fn)(x))(2.0),
    "remat in jit": lambda fn: bm.jit(bm.remat(fn))(2.0),
}


@pytest.mark.parametrize("way", list(WAYS))
def test_an_attribute_that_changes_while_compiling_earns_one_warning(example, way):
    with pytest.warns(ReboundWarning, match=COUNT) as said:
        WAYS[way](example.counting)
    assert len(said) == 1
    # Where the user wrote it, or called it.
    assert said[0].filename == __file__
    # Once for each class and attribute.
    WAYS[way](type(example)().counting)


def test_a_compiled_method_warns(example):
    with pytest.warns(ReboundWarning, match=COUNT):
        assert_array_equal(example.compiled(2.0), [2, 2])
    example.compiled(3.0)
    assert example.count == 1


def test_an_array_that_is_added_up_is_what_it_was():
    class Adding:
        def __init__(self):
            self.total = jnp.zeros(())

        def add(self, x):
            self.total = self.total + x
            return self.total

    for base in (object, bp.Object):
        adding = type("Adding", (Adding, base), {})()
        with pytest.warns(ReboundWarning, match=r"Adding\.total: changed") as said:
            assert bm.jit(adding.add)(2.0) == 2
        assert said[0].filename == __file__
        assert adding.total == 0
        with pytest.warns(ReboundWarning, match=r"Adding\.total: changed"):
            bm.for_loop(type("Adding", (Adding, base), {})().add, jnp.ones(3))


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize("name", ["last", "fresh"])
def test_a_value_that_ends_with_the_compilation_is_named_as_such(example, way, name):
    with pytest.warns(ReboundWarning, match=DEAD.format(name)):
        WAYS[way](example.keeping if name == "last" else example.creating)
    assert example.last is None
    assert not hasattr(example, "fresh")


def test_the_warning_of_a_model_points_at_the_line():
    example = a_class(bp.Object)()
    with pytest.warns(ReboundWarning) as said:
        bm.jit(example.counting)(2.0)
    assert said[0].filename == __file__


def test_a_model_below_is_seen_too():
    class Whole(bp.Object):
        def __init__(self):
            self.part = a_class(bp.Object)()

        def update(self, x):
            return self.part.counting(x)

    with pytest.warns(ReboundWarning, match=COUNT):
        bm.jit(Whole().update)(2.0)


def test_a_variable_that_is_replaced_is_told_how_to_keep_it():
    class Example:
        def __init__(self):
            self.dyn = bm.Variable(jnp.ones(2))

        @bm.cls_jit
        def update(self, x):
            self.dyn = self.dyn * x

    with pytest.warns(ReboundWarning, match=r"Example\.dyn: .* Write self\.dyn\.value = \.\.\., which keeps the Variable"):
        (example := Example()).update(2.0)
    assert_array_equal(example.dyn.value, [1, 1])
    example.update(2.0)


# -- no false alarms -----------------------------------------------------------------


def test_the_same_object_and_writes_to_variables_are_no_reason(example):
    for way in WAYS.values():
        way(example.steady)


def test_a_gradient_that_is_not_compiled_runs_at_each_call(example):
    gradient = bm.vector_grad(example.counting)
    gradient(2.0)
    gradient(2.0)
    assert example.count == 2
    with pytest.warns(ReboundWarning, match=DEAD.format("last")):
        bm.vector_grad(example.keeping)(2.0)


def test_step_by_step_nothing_is_compiled(example):
    bm.for_loop(example.counting, jnp.arange(3.0), jit=False)
    assert example.count == 3


def test_what_is_made_inside_is_nobodys_concern():
    class Scratch(bp.Object):
        def __init__(self):
            self.x = 1
            self.x = 2

    def f(x):
        scratch = Scratch()
        scratch.y = x
        scratch.y = copy.copy(scratch).x
        return x * scratch.y

    assert bm.jit(f)(2.0) == 4


def test_the_library_s_own_modules_say_nothing():
    lif = bp.modules.LIF((2, 2))
    bm.jit(lambda x: lif(x)[0])(jnp.zeros((1, 3, 2)))
    bm.for_loop(lambda x: lif(x)[0], jnp.zeros((2, 1, 3, 2)))


def test_an_exception_says_nothing_more(example):
    def counting_and_failing(self, x):
        self.count = self.count + 1
        raise ArithmeticError("mine")

    type(example).failing = counting_and_failing
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReboundWarning)
        with pytest.raises(ArithmeticError, match="mine"):
            bm.jit(example.failing)(1.0)
    assert example.count == 0


# -- changes after the compilation ---------------------------------------------------


class Static:
    def __init__(self):
        self.static = 0
        self.dyn = bm.Variable(jnp.ones(1))

    @bm.cls_jit
    def update(self, inp):
        self.dyn.value = self.dyn * inp + self.static


LATER = (
    r"^{}\.static: changed after a function that may use it was compiled, which goes on with the old value\. "
    r"Make it a Variable in __init__, self\.static = bm\.Variable\(\.\.\.\), or compile anew\.$"
)


def test_the_switch_warns_of_an_attribute_that_changed_since():
    example = Static()
    with bm.debug_rebound():
        example.update(1.0)
        example.update(2.0)
        example.static = 100.0
        with pytest.warns(ReboundWarning, match=LATER.format("Static")) as said:
            example.update(1.0)
        assert said[0].filename == __file__
        example.update(1.0)  # once for each change
    assert example.dyn[0] == 2
    example.static = 5.0
    example.update(1.0)


def test_the_switch_looks_at_what_is_below():
    class Whole(bp.Object):
        def __init__(self):
            self.part = Part()

        def update(self, x):
            return self.part(x)

    class Part(bp.Object):
        def __init__(self):
            self.static = 2.0

        def __call__(self, x):
            return x * self.static

    whole = Whole()
    with bm.debug_rebound():
        f, g = bm.jit(whole.update), bm.jit(whole.part)
        assert f(1.0) == g(1.0) == 2
        whole.part.static = 3.0
        for compiled in (f, g):
            with pytest.warns(ReboundWarning, match=LATER.format("Part")):
                assert compiled(1.0) == 2


def test_the_switch_stays_or_ends_with_the_block():
    plain = Jitted.__call__

    def is_on():
        return Jitted.__call__ is not plain

    bm.debug_rebound()
    try:
        assert is_on()
        with bm.debug_rebound(False):
            assert not is_on()
        assert is_on()
    finally:
        bm.debug_rebound(False)
    assert not is_on()


def test_what_was_compiled_before_is_not_looked_at():
    example = Static()
    example.update(1.0)
    with bm.debug_rebound():
        example.static = 1.0
        example.update(1.0)
    assert isinstance(example.dyn.value, jax.Array)
    assert re.match("Variable", repr(example.dyn))
