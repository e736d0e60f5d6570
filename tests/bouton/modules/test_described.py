import copy
import pickle

import numpy as np
import pytest

from bouton.errors import KindError, UninitialisedError, ValueRefused
from bouton.modules import LIF, Linear, Module, Rate, Sequential


@pytest.mark.parametrize(
    ("shape", "expected"), [(4, (4,)), ((4,), (4,)), ([4, 6], (4, 6)), (np.int64(4), (4,)), ((4, 5, 6), (4, 5, 6))]
)
def test_a_shape_is_an_int_or_a_tuple(shape, expected):
    module = Module(shape, spiking_input=True, spiking_output=1)
    assert module.shape == expected
    assert (module.size_in, module.size_out) == (expected[0], expected[-1])
    assert (module.spiking_input, module.spiking_output) == (True, True)


@pytest.mark.parametrize("shape", ["4", 4.0, None, (), (4, "a"), True, {4}], ids=repr)
def test_a_shape_of_another_kind_is_refused(shape):
    with pytest.raises(
        KindError, match=r"Module\(shape=\.\.\.\): expected an int or a tuple of ints, got .*\. Write for instance 4, or"
    ):
        Module(shape)


@pytest.mark.parametrize("shape", [0, -1, (4, 0)])
def test_a_size_is_at_least_one(shape):
    with pytest.raises(
        ValueRefused, match=r"Module\(shape=\.\.\.\): expected sizes of at least 1, got .*\. Give every dimension a size"
    ):
        Module(shape)


# -- forgotten super().__init__ -----------------------------------------------


class Forgetful(Module):
    def __init__(self):
        self.rate = Rate(2)

    def evolve(self, input_data, record=False):
        return self.rate(input_data)[0], {}, {}


WORDS = (
    r"Forgetful\.__init__: expected a call of super\(\)\.__init__\(shape\), got none, so the module has no shape\. "
    r"Let __init__ begin with it, for instance super\(\)\.__init__\(\(2, 3\)\)"
)


@pytest.mark.parametrize(
    "use",
    [
        lambda m: m(np.ones((3, 2))),
        lambda m: m.shape,
        lambda m: m.size_in,
        lambda m: m.size_out,
        lambda m: m.size,
        lambda m: m.size_module,
        lambda m: m.spiking_input,
        lambda m: m.spiking_output,
        lambda m: Sequential(m, Rate(2)),
        lambda m: setattr(Module(2), "inner", m),
        lambda m: m._auto_batch(np.ones((3, 2))),
    ],
)
def test_a_module_without_super_init_says_to_call_it(use):
    with pytest.raises(UninitialisedError, match=WORDS) as no:
        use(Forgetful())
    assert isinstance(no.value, AttributeError)


def test_a_module_without_super_init_can_be_printed_and_asked_what_it_has():
    module = Forgetful()
    assert "expected a call of super().__init__(shape)" in repr(module)
    assert "expected a call of super().__init__(shape)" in module._repr_html_()
    assert not hasattr(module, "size_in")
    assert not hasattr(module, "nonsense")
    assert [e.path for e in module.entries()][:1] == ["rate.tau"]
    with pytest.raises(AttributeError, match="'Forgetful' object has no attribute 'nonsense'"):
        _ = module.nonsense
    for twin in (copy.deepcopy(Forgetful()), pickle.loads(pickle.dumps(LIF(3)))):
        assert isinstance(twin, Module)


def test_super_init_may_come_last():
    class Late(Module):
        def __init__(self):
            self.first = Linear((2, 3))
            super().__init__(self.first.shape)

    assert Late().size_out == 3


# -- names that are taken ------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [("state", 3), ("parameters", {}), ("shape", (2, 3)), ("evolve", lambda x: x), ("size_in", 2), ("name", "a")],
)
@pytest.mark.parametrize("make", [lambda: Module(2), lambda: LIF(2), lambda: Sequential(Rate(2))])
def test_a_plain_value_takes_no_name_of_the_library(make, name, value):
    module = make()
    with pytest.raises(
        ValueRefused,
        match=rf"{type(module).__name__}\.{name}: expected a name that the class does not use itself, got '{name}', which is a "
        r"member of .*\. Choose another attribute name\.",
    ):
        setattr(module, name, value)
    assert name not in module.__dict__


def test_a_method_that_is_replaced_is_told_where_to_write_it():
    with pytest.raises(ValueRefused, match=r"A method is replaced in a subclass, with def\."):
        Module(2).evolve = lambda x: x


def test_names_of_the_users_own_class_are_free():
    class Own(Module):
        gain = 2.0
        inner = None
        shape = (5, 5)

        def __init__(self):
            super().__init__(2)
            self.gain = 3.0
            self.gain = 4.0
            self.inner = Rate(2)
            self.shape = (2, 2)
            self.half = 8.0
            self.helper = lambda: 2
            self.evolve = self.evolve
            self.__doc__ = "Documented one by one."

        @property
        def half(self):
            return self._doubled / 2

        @half.setter
        def half(self, value):
            self._doubled = value * 2

        def helper(self):
            return 1

        def evolve(self, input_data, record=False):
            return self.inner(input_data * self.gain)[0], {}, {}

    own = Own()
    assert (own.gain, own.half, own.helper(), own.shape, own.__doc__) == (4.0, 8.0, 2, (2, 2), "Documented one by one.")
    assert list(own.modules()) == ["inner"]
    assert own(np.ones((3, 2)), record="inner.x")[2]["inner"]["x"].shape == (1, 3, 2)


def test_a_property_that_misses_something_says_what():
    class Broken(Module):
        @property
        def ratio(self):
            return self.nothing_of_the_kind / 2

    with pytest.raises(AttributeError, match="'Broken' object has no attribute 'nothing_of_the_kind'"):
        _ = Broken(2).ratio
