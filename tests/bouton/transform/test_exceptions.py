"""An exception at any stage of any transform leaves every cell as it was, and no tracer anywhere."""

import gc

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
from bouton import transform as bm
from bouton.transform._frame import STACK


class Mine(Exception):
    """Raised on purpose."""


class Model(bp.Object):
    """Writes two Variables and a plain attribute, and raises in the run that it is told to."""

    def __init__(self):
        self.v = bm.Variable(jnp.array([1.0, 2.0]))
        self.w = bm.TrainVar(jnp.array(3.0))
        self.key = bm.KeyVariable(jax.random.PRNGKey(0))
        self.runs, self.fail_in, self.how = [], None, None

    def step(self, x):
        self.v.value = self.v * 2.0
        self.w.value = self.w + x
        self.key.value, _ = jax.random.split(self.key.value)
        self.runs.append(1)
        if len(self.runs) == self.fail_in:
            raise Mine
        return x * self.w.value if self.how is None else self.how(self, x * self.w.value)


# Each calls the step of a model, and can be called again.
WAYS = {
    "jit": lambda m: bm.jit(m.step)(2.0),
    "grad": lambda m: bm.grad(m.step, grad_vars=m.w, argnums=0)(2.0),
    "vector_grad": lambda m: bm.vector_grad(m.step, grad_vars=m.w)(2.0),
    "jacrev": lambda m: bm.jacrev(m.step, grad_vars=m.w)(2.0),
    "jacfwd": lambda m: bm.jacfwd(m.step, grad_vars=m.w)(2.0),
    "hessian": lambda m: bm.hessian(m.step, grad_vars=m.w)(2.0),
    "for_loop": lambda m: bm.for_loop(m.step, jnp.ones(3)),
    "for_loop, step by step": lambda m: bm.for_loop(m.step, jnp.ones(3), jit=False),
    "for_loop with remat": lambda m: bm.for_loop(m.step, jnp.ones(3), remat=True),
    "remat": lambda m: bm.remat(m.step)(2.0),
    "vmap": lambda m: bm.vmap(m.step, axis_size=1, in_axes=None, mapped_vars=[])(2.0),
    "while_loop": lambda m: bm.while_loop(m.step, lambda x: x < 100.0, 2.0),
    "cond": lambda m: bm.cond(m.w > 0.0, m.step, lambda x: x, 2.0),
    "ifelse": lambda m: bm.ifelse([m.w < 0.0, m.w > 0.0], [0.0, m.step, 1.0], 2.0),
    "jit of grad": lambda m: bm.jit(bm.grad(m.step, grad_vars=m.w, return_value=True))(2.0),
    "grad of for_loop": lambda m: bm.grad(lambda x: bm.for_loop(m.step, x).sum())(jnp.ones(3)),
    "for_loop of remat": lambda m: bm.for_loop(bm.remat(m.step), jnp.ones(3)),
}
every_way = pytest.mark.parametrize("way", list(WAYS))


def cells(model):
    return [np.asarray(cell.value) for cell in (model.v, model.w, model.key)]


def assert_as_before(model, before):
    assert STACK.top is None
    assert STACK.journal is None
    assert not STACK.fresh
    for cell, value in zip((model.v, model.w, model.key), before, strict=True):
        assert not isinstance(cell._value, jax.core.Tracer)
        assert_array_equal(cell.value, value)
    for value in jax.tree_util.tree_leaves({k: v for k, v in vars(model).items() if k not in ("v", "w", "key")}):
        assert not isinstance(value, jax.core.Tracer)


def assert_works_again(model, way):
    """The transform has not kept anything of the failure: the next call succeeds and writes."""
    before = cells(model)
    model.fail_in = model.how = None
    WAYS[way](model)
    assert_array_equal(model.v.value[1:] / before[0][1:] >= 2, [True])


@every_way
def test_while_variables_are_sought_and_while_the_function_is_traced(way):
    WAYS[way](counting := Model())
    for fail_in in range(1, len(counting.runs) + 1):
        model = Model()
        before = cells(model)
        model.fail_in = fail_in
        with pytest.raises(Mine):
            WAYS[way](model)
        assert_as_before(model, before)
    assert_works_again(model, way)


def no_jax_type(model, y):
    return jnp.sin("not a number") + y


def wrong_write(model, y):
    model.v.value = jnp.zeros(5)
    return y


def wrong_dtype(model, y):
    model.v.value = jnp.zeros(2, dtype=jnp.int32)
    return y


@every_way
@pytest.mark.parametrize("how", [no_jax_type, wrong_write, wrong_dtype])
def test_what_jax_or_a_variable_refuses(way, how):
    model = Model()
    before = cells(model)
    model.how = how
    with pytest.raises((TypeError, ValueError)):
        WAYS[way](model)
    assert_as_before(model, before)
    assert_works_again(model, way)


RESULTS = {
    "grad": jnp.ones(3),
    "vector_grad": "s",
    "jacrev": "s",
    "jacfwd": "s",
    "hessian": "s",
    "jit": object(),
    "for_loop": object(),
    "remat": object(),
    "vmap": object(),
    "while_loop": jnp.ones(7),
    "cond": jnp.ones(7),
    "ifelse": jnp.ones(7),
}


@pytest.mark.parametrize("way", list(RESULTS))
def test_a_result_that_the_transform_refuses(way):
    model = Model()
    before = cells(model)
    model.how = lambda model, y: RESULTS[way]
    with pytest.raises((TypeError, ValueError)):
        WAYS[way](model)
    assert_as_before(model, before)
    assert_works_again(model, way)


def raising(_):
    raise Mine


def fails_at_run_time(model, y):
    @jax.custom_jvp
    def told(y):
        return jax.pure_callback(raising, jax.ShapeDtypeStruct((), jnp.float32), y)

    told.defjvp(lambda primals, tangents: (told(*primals), tangents[0]))
    return told(y)


@every_way
def test_when_the_compiled_program_runs(way):
    model = Model()
    before = cells(model)
    model.how = fails_at_run_time
    # A program may fail after the call has come back: then what it wrote cannot be read either.
    with pytest.raises(Exception, match="Mine"):
        jax.block_until_ready((WAYS[way](model), model.v.value, model.w.value, model.key.value))
    assert STACK.top is None
    for cell, value in zip((model.v, model.w, model.key), before, strict=True):
        assert not isinstance(cell._value, jax.core.Tracer)
        assert cell._value.shape == value.shape


@pytest.mark.parametrize("options", [{"static_argnums": 0}, {"static_argnames": "x"}])
def test_an_argument_that_cannot_be_static(options):
    model = Model()
    before = cells(model)
    compiled = bm.jit(model.step, **options)
    with pytest.raises(ValueError, match="hash"):
        compiled(jnp.ones(())) if "static_argnums" in options else compiled(x=jnp.ones(()))
    assert_as_before(model, before)


def test_an_argument_that_is_no_array():
    model = Model()
    before = cells(model)
    with pytest.raises(TypeError, match="str"):
        bm.jit(model.step)("text")
    assert_as_before(model, before)


def test_nothing_is_kept_alive_by_a_failure():
    model = Model()
    model.fail_in = 2
    for way in WAYS.values():
        model.runs.clear()
        try:
            way(model)
        except Mine:
            continue
    gc.collect()
    assert STACK.top is None
    assert STACK.journal is None
