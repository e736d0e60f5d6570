import jax
import numpy as np
import pytest

import bouton.math as bm
from bouton.errors import KindError
from bouton.modules import LIF, Module
from bouton.modules._evolve_arguments import Arguments, arguments_of


def named(self, x, record=False):
    pass


def second(self, x, gain, record=False):
    pass


def only_by_name(self, x, gain=1.0, *, record=False):
    pass


def anything(self, x, *args, **kwargs):
    pass


def anything_after_a_gain(self, x, gain=1.0, **kwargs):
    pass


def bare(self, x):
    pass


def bare_with_a_gain(self, x, gain=1.0):
    pass


def starred(*args):
    pass


@pytest.mark.parametrize(
    ("evolve", "takes", "place"),
    [
        (named, True, 0),
        (second, True, 1),
        (only_by_name, True, None),
        (anything, True, 0),
        (anything_after_a_gain, True, None),
        (bare, False, 0),
        (bare_with_a_gain, False, None),
        (starred, False, 0),
        (bm.cls_jit(named), True, 0),
        (jax.jit(second), True, 1),
    ],
    ids=lambda x: getattr(x, "__name__", str(x)),
)
def test_it_is_found_where_an_evolve_takes_record(evolve, takes, place):
    class M(Module):
        pass

    M.evolve = evolve
    assert arguments_of(M(2))[:2] == (takes, place)
    assert arguments_of(LIF(2))[:2] == (True, 0)


def test_an_evolve_of_the_instance_comes_first():
    class M(Module):
        def evolve(self, x, record=False):
            return x, {}, {}

    module = M(2)
    module.evolve = lambda x, gain, record: (x, {}, {})
    assert arguments_of(module)[:3] == (True, 1, True)


@pytest.mark.parametrize(
    ("arguments", "args", "kwargs", "asked", "passed"),
    [
        ((True, 0), (), {}, False, ((), {"record": 1})),
        ((True, 0), ("a",), {"k": 2}, "a", ((1,), {"k": 2})),
        ((True, 1), (3, "a"), {}, "a", ((3, 1), {})),
        ((True, 1), (3,), {"record": "a"}, "a", ((3,), {"record": 1})),
        ((True, None), (3,), {}, False, ((3,), {"record": 1})),
        ((False, 0), ("a",), {}, "a", ((), {})),
        ((False, None), (3,), {"record": "a"}, "a", ((3,), {})),
    ],
)
def test_record_is_read_and_replaced_where_it_stands(arguments, args, kwargs, asked, passed):
    arguments = Arguments(*arguments, needs_record=False, names=None)
    assert arguments.asked(args, kwargs) == asked
    assert arguments.with_record(args, kwargs, 1) == passed


@pytest.mark.parametrize(
    ("make", "names", "fix"),
    [
        (lambda: LIF(2), {"recrod": True}, "Did you mean 'record'?"),
        (lambda: LIF(2), {"return_batch_states": True}, "Did you mean 'return_batch_state'?"),
        (lambda: Scaled(2), {"gian": 2.0}, "Did you mean 'gain'?"),
        (lambda: Scaled(2), {"gain": 1.0, "zzz": 2}, "Known here: 'gain', 'record', 'return_batch_state'."),
    ],
)
def test_an_argument_that_evolve_has_not_is_refused_with_the_nearest(make, names, fix):
    module = make()
    with pytest.raises(KindError, match=r"\(\w+=\.\.\.\): expected an argument that its evolve takes, got '\w+'\.") as no:
        module(np.ones((3, 2)), **names)
    assert no.value.where == f"{type(module).__name__}({list(names)[-1]}=...)"
    assert no.value.fix == fix


class Scaled(Module):
    def evolve(self, x, gain=1.0):
        return x * gain, {}, {}


def test_a_record_without_a_default_is_given():
    class Strict(Module):
        def evolve(self, x, record):
            return x, {}, {"x": x} if record else {}

    for arguments in ({"record": True}, {"record": "x"}):
        assert set(Strict(2)(np.ones((3, 2)), **arguments)[2]) == {"x"}
    assert Strict(2)(np.ones((3, 2)))[2] == {}
    assert set(Strict(2)(np.ones((3, 2)), True)[2]) == {"x"}
