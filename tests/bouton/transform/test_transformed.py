"""Models that keep transformed functions in their attributes, and their copies."""

import copy
import pickle

import jax.numpy as jnp
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm


class Model(bp.Object):
    """Keeps one of each; its loss is the sum of ``w**2 * x``, and counts its calls."""

    def __init__(self):
        self.w = bm.TrainVar(jnp.array([2.0, 3.0]))
        self.calls = bm.Variable(())
        for name in TRANSFORMS:
            transform = getattr(bm, name)
            of_w = {} if name in ("vmap", "remat") else {"grad_vars": self.w}
            setattr(self, f"by_{name}", transform(self.rows if name in ("jacrev", "jacfwd") else self.loss, **of_w))
        self.mapped = bm.vmap(self.row, mapped_vars=self.w)

    def loss(self, x):
        self.calls.value = self.calls + 1.0
        return (self.w**2 * x).sum()

    def rows(self, x):
        self.calls.value = self.calls + 1.0
        return self.w**2 * x

    def row(self, x):
        self.w.value = self.w + x


# What each gives at x = 3 where w is [5, 7].
TRANSFORMS = {
    "grad": [30.0, 42.0],
    "vector_grad": [30.0, 42.0],
    "jacrev": [[30.0, 0.0], [0.0, 42.0]],
    "jacfwd": [[30.0, 0.0], [0.0, 42.0]],
    "hessian": [[6.0, 0.0], [0.0, 6.0]],
    "remat": 222.0,
    "vmap": [222.0],
}
COPIES = {"deepcopy": copy.deepcopy, "pickle": lambda model: pickle.loads(pickle.dumps(model))}


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_copy_is_transformed_with_variables_of_its_own(name, duplicate):
    model = Model()
    other = duplicate(model)
    other.w.value = jnp.array([5.0, 7.0])
    x = jnp.array([3.0]) if name == "vmap" else 3.0
    for call in (getattr(other, f"by_{name}"), bm.jit(getattr(other, f"by_{name}"))):
        assert_array_equal(call(x), TRANSFORMS[name])
    assert other.calls == 2
    assert model.calls == 0
    assert_array_equal(model.w, [2, 3])


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
def test_a_copy_maps_over_variables_of_its_own(duplicate):
    model = Model()
    other = duplicate(model)
    other.mapped(jnp.array([10.0, 20.0]))
    assert_array_equal(other.w, [12, 23])
    assert_array_equal(model.w, [2, 3])


class Scaled:
    """Transformed methods in the body of a class."""

    def __init__(self):
        self.gain = bm.Variable(3.0)

    @bm.remat
    def remat(self, x):
        return self.gain * x

    def by_x(self, x):
        return self.gain * x

    gradient = bm.grad(by_x, argnums=1)


def test_in_the_body_of_a_class_it_is_a_method():
    scaled = Scaled()
    assert scaled.remat(2.0) == 6
    assert scaled.gradient(2.0) == 3
    assert Scaled.gradient(scaled, 2.0) == 3
    assert_array_equal(bm.for_loop(scaled.remat, jnp.arange(3.0)), [0, 3, 6])


def test_it_says_what_it_is():
    def loss(x):
        """Of x."""
        return x

    gradient = bm.grad(loss)
    assert gradient.__name__ == "loss"
    assert gradient.__doc__ == "Of x."
    assert repr(bm.vmap(loss)).startswith("vmap(test_it_says")
    assert repr(bm.remat(Scaled().by_x)) == "remat(Scaled.by_x)"
