import inspect
import warnings

import jax.numpy as jnp
import pytest
from numpy.testing import assert_array_equal

from bouton import transform


class Doubling:
    def __init__(self):
        self.v = transform.Variable(3.0)

    def __call__(self, x):
        return self.v * x


CALLS = {
    "jit": lambda f, **old: transform.jit(f, **old)(2.0),
    "cls_jit": lambda f, **old: transform.cls_jit(lambda self, x: f(x), **old).__get__(f, type(f))(2.0),
    "grad": lambda f, **old: transform.grad(f, **old)(2.0) * 2,
    "vector_grad": lambda f, **old: transform.vector_grad(f, **old)(2.0) * 2,
    "jacrev": lambda f, **old: transform.jacrev(f, **old)(2.0) * 2,
    "jacfwd": lambda f, **old: transform.jacfwd(f, **old)(2.0) * 2,
    "hessian": lambda f, **old: transform.hessian(lambda x: f(x) * x, **old)(2.0),
    "remat": lambda f, **old: transform.remat(f, **old)(2.0),
    "vmap": lambda f, **old: transform.vmap(f, **old)(jnp.full(1, 2.0))[0],
    "for_loop": lambda f, **old: transform.for_loop(f, jnp.full(1, 2.0), **old)[0],
    "while_loop": lambda f, **old: transform.while_loop(f, lambda x: x < 3.0, 2.0, **old)[0],
    "cond": lambda f, **old: transform.cond(True, f, 0.0, 2.0, **old),
    "ifelse": lambda f, **old: transform.ifelse([True], [f, 0.0], 2.0, **old),
}


@pytest.mark.parametrize("name", list(CALLS))
@pytest.mark.parametrize("old", ["dyn_vars", "child_objs"])
def test_lists_of_variables_are_taken_and_ignored_with_a_warning(name, old):
    f = Doubling()
    words = rf"^{name}\({old}=\.\.\.\): Variables are found by tracing; leave it out\.$"
    with pytest.warns(DeprecationWarning, match=words) as said:
        assert_array_equal(CALLS[name](f, **{old: None}), 6)
    assert len(said) == 1
    assert said[0].filename == __file__
    assert_array_equal(CALLS[name](f), 6)


@pytest.mark.parametrize("name", list(CALLS))
def test_they_are_not_among_the_arguments_that_are_offered(name):
    offered = inspect.signature(getattr(transform, name)).parameters
    assert not {"dyn_vars", "child_objs"} & set(offered)


def test_as_a_decorator_it_warns_once():
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")

        @transform.jit(dyn_vars=[], child_objs=())
        def f(x):
            return x

    assert [w.category for w in said] == [DeprecationWarning] * 2
    assert f(1.0) == 1
