import copy
import inspect
import pickle

import jax
import jax.numpy as jnp
import pytest
from numpy.testing import assert_array_equal

import bouton.math as bm
from bouton.errors import KindError
from bouton.math import surrogate

CLASSES = [x for x in vars(surrogate).values() if inspect.isclass(x) and x is not surrogate.Surrogate]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_each_class_stands_for_one_function_with_its_usual_parameters(kind):
    x = jnp.asarray([-0.3, 0.0, 0.4])
    spike = kind()
    assert issubclass(kind, surrogate.Surrogate)
    assert kind.function is getattr(surrogate, kind.function.__name__)
    assert_array_equal(spike(x), [0.0, 1.0, 1.0])
    assert_array_equal(jax.vmap(jax.grad(spike))(x), jax.vmap(jax.grad(kind.function))(x))


def test_every_function_has_a_class():
    functions = {x for x in vars(surrogate).values() if inspect.isfunction(x)}
    assert {kind.function for kind in CLASSES} == functions


def test_a_surrogate_carries_its_parameters_and_prints_them():
    spike = surrogate.InvSquareGrad(alpha=50.0)
    assert repr(spike) == "InvSquareGrad(alpha=50.0)"
    assert repr(surrogate.ReluGrad(0.5)) == "ReluGrad(alpha=0.5, width=1.0)"
    assert float(jax.grad(spike)(0.1)) == pytest.approx(1 / 36, rel=1e-5)
    for twin in (copy.deepcopy(spike), pickle.loads(pickle.dumps(spike))):
        assert twin.parameters == {"alpha": 50.0}


@pytest.mark.parametrize("given", [{"beta": 1.0}, {"alpha": 1.0, "beta": 2.0}])
def test_a_parameter_that_the_function_does_not_have_is_refused(given):
    with pytest.raises(KindError, match=r"InvSquareGrad: expected the parameters alpha, got .*beta=.* Python says: .*'beta'"):
        surrogate.InvSquareGrad(**given)
    with pytest.raises(KindError, match=r"Sigmoid: expected the parameters alpha, got 1\.0, 2\.0\. Python says: too many"):
        surrogate.Sigmoid(1.0, 2.0)


def test_a_surrogate_is_used_inside_compiled_code():
    v = bm.Variable(jnp.asarray([-0.3, 0.4]))
    spike = surrogate.GaussianGrad()
    assert_array_equal(bm.jit(lambda: spike(v))(), [0.0, 1.0])
