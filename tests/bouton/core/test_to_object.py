import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, UniqueNameError


class Scale(bp.Object):
    def __init__(self):
        super().__init__()
        self.w = bm.TrainVar(jnp.full(3, 2.0))

    def __call__(self, x):
        return self.w * x


def made(scale, count):
    @bm.to_object(child_objs=scale, dyn_vars=count)
    def f(x):
        """What f does."""
        count.value = count + 1.0
        return (scale(x) ** 2).sum()

    return f


@pytest.fixture
def parts():
    return Scale(), bm.Variable(())


def test_a_function_becomes_an_object_that_is_called_as_the_function(parts):
    f = made(*parts)
    assert isinstance(f, bp.Object)
    assert (f.__name__, f.__doc__) == ("f", "What f does.")
    assert float(f(1.0)) == 12.0
    assert float(parts[1].value) == 1.0
    assert repr(f).startswith("to_object(made.<locals>.f")


def test_what_it_uses_is_listed(parts):
    scale, count = parts
    f = made(scale, count)
    assert list(f.nodes("relative").values()) == [f, scale]
    assert f.vars("relative") == {"implicit-0": count, "implicit-0.w": scale.w}
    assert list(f.train_vars().values()) == [scale.w]


@pytest.mark.parametrize("how", ["eager", "jit", "for_loop", "for_loop in jit"])
def test_it_is_a_target_of_transforms(parts, how):
    f, xs = made(*parts), jnp.arange(3.0)
    found = {
        "eager": lambda: [f(x) for x in xs],
        "jit": lambda: [bm.jit(f)(x) for x in xs],
        "for_loop": lambda: bm.for_loop(f, xs),
        "for_loop in jit": lambda: bm.jit(lambda: bm.for_loop(f, xs))(),
    }[how]()
    assert_array_equal(found, 12.0 * np.arange(3.0) ** 2)
    assert float(parts[1].value) == 3.0


def test_its_variables_are_what_gradients_are_taken_by(parts):
    scale, count = parts
    f = made(scale, count)
    gradient = bm.grad(f, grad_vars=f.vars("relative"))(2.0)
    assert_array_equal(gradient["implicit-0.w"], np.full(3, 2 * 2.0 * 2.0**2))
    assert float(gradient["implicit-0"]) == 0.0
    assert float(count.value) == 1.0


def test_several_are_given_as_lists_or_dicts():
    one, other, v, w = Scale(), Scale(), bm.Variable(1), bm.Variable(2)
    listed = bm.to_object(lambda: None, child_objs=[one, other], dyn_vars=(v, w))
    named = bm.to_object(lambda: None, {"one": one, "other": other}, {"v": v, "w": w})
    assert listed.nodes("relative", include_self=False) == {"implicit-0": one, "implicit-1": other}
    assert named.nodes("relative", include_self=False) == {"one": one, "other": other}
    assert list(named.vars("relative")) == ["v", "w", "one.w", "other.w"]
    assert list(listed.vars("relative").values()) == [v, w, one.w, other.w]


def test_it_has_the_name_that_it_is_given():
    f = bm.to_object(lambda: None, name="step")
    assert f.name == "step"
    with pytest.raises(UniqueNameError, match="got 'step', the name of an object of class Function"):
        bm.to_object(lambda: None, name="step")


def test_an_object_that_can_be_called_stays_itself_and_gets_the_rest():
    scale, more = Scale(), bm.Variable(4)
    assert bm.to_object(scale, dyn_vars={"more": more}, name="scaled") is scale
    assert scale.name == "scaled"
    assert list(scale.vars("relative")) == ["w", "more"]


@pytest.mark.parametrize("f", [3, bp.Object()], ids=["number", "object"])
def test_what_cannot_be_called_is_refused(f):
    with pytest.raises(KindError, match=r"to_object: expected a function, or an object that can be called, got (int|Object)"):
        bm.to_object(f)


def test_what_is_no_object_or_variable_is_refused():
    with pytest.raises(KindError, match="NodeDict: expected objects with Variables of their own, got int"):
        bm.to_object(len, child_objs=3)
    with pytest.raises(KindError, match="VarDict: expected Variables, got float"):
        bm.to_object(len, dyn_vars=[1.0])


def test_saving_and_state_dicts_know_what_it_uses(tmp_path, parts):
    f = made(*parts)
    f(1.0)
    f.save_states(tmp_path / "f")
    again = made(Scale(), bm.Variable(()))
    assert again.load_states(tmp_path / "f") == ([], [])
    assert float(again.state_dict()["implicit-0"]) == 1.0
