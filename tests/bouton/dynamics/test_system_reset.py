"""Resetting systems, and what is below them."""

import threading

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from plain_systems import Leak, Scale

import bouton as bp
import bouton.math as bm
from bouton.errors import NoImplementationError
from bouton.parameters import Parameter, State

pytestmark = pytest.mark.usefixtures("nothing_shared")


class Pair(bp.DynamicalSystemNS):
    def __init__(self):
        super().__init__()
        self.one = Leak()
        self.two = Scale()
        self.count = State(jnp.zeros(()))

    def update(self, x):
        self.count = self.count + 1.0
        return x >> self.two >> self.one


def test_the_default_reset_goes_below_and_over_own_states():
    pair = Pair()
    pair(1.0)
    assert float(pair.one.v.sum()) > 0
    assert pair.reset_state() is pair
    assert float(pair.one.v.sum()) == 0
    assert pair.count == 0


def test_a_reset_of_its_own_counts_without_any_variable():
    class Plays(bp.DynamicalSystemNS):
        played = 3

        def reset_state(self, batch_size=None):
            self.__dict__["played"] = 0

    plays = Plays()
    bp.Sequential(lambda x: x, plays).reset_state()
    assert plays.played == 0


def test_the_default_reset_leaves_parameters_as_they_are():
    class Decays(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.rate, self.v = Parameter(0.5), State(jnp.ones(2))

    decays = Decays()
    decays.rate, decays.v = 0.25, jnp.zeros(2)
    outer = bp.Sequential(lambda x: x, decays)
    for system in (decays, outer):
        system.reset_state()
        assert float(decays.rate) == 0.25
        assert_allclose(decays.v, [1.0, 1.0])
        decays.v = jnp.zeros(2)


def test_the_size_of_the_batch_is_handed_down():
    class Batched(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__(mode=bm.batching_mode)
            self.state = bm.Variable(jnp.zeros((1, 3)), batch_axis=0)

        def reset_state(self, batch_size):
            self.state.value = jnp.ones((batch_size, 3))

        def update(self, x):
            return self.state + x

    class Alone(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.done = bm.Variable(jnp.zeros(()))

        def reset_state(self):
            self.done.value = self.done + 1.0

    class Outer(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.inner = Batched()
            self.alone = Alone()

    outer = Outer()
    outer.reset(5)
    assert outer.inner.state.shape == (5, 3)
    assert outer.alone.done == 1
    outer.reset(batch_size=2)
    assert outer.inner.state.shape == (2, 3)


def test_a_plain_object_below_goes_back_where_it_remembers():
    class Plain(bp.Object):
        def __init__(self):
            self.weight = bm.Variable(jnp.full(2, 5.0))
            self.count = State(jnp.zeros(()))
            self.leak = Leak()

    class Outer(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.plain = Plain()

    outer = Outer()
    outer.plain.count = 3.0
    outer.plain.weight.value = jnp.full(2, 6.0)
    outer.plain.leak(1.0)
    outer.reset_state()
    assert outer.plain.count == 0
    assert float(outer.plain.weight[0]) == 6.0
    assert float(outer.plain.leak.v.sum()) == 0


def test_delays_are_reset_after_what_they_delay():
    class Late(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__(mode=bm.batching_mode)
            self.v = bm.Variable(jnp.zeros((1, 2)), batch_axis=0)
            self.late = bm.LengthDelay(self.v, 2)

        def update(self, x):
            self.v.value = x
            self.late.update()
            return self.late(1)

        def reset_state(self, batch_size=None):
            self.v.value = jnp.full((batch_size or 1, 2), 5.0)
            return super().reset_state(batch_size)

    net = bp.Network(late=Late(), mode=bm.batching_mode)
    for k in (1.0, 2.0):
        net["late"](jnp.full((1, 2), k))
    net.reset_state(3)
    assert_allclose(net["late"].late(0), np.full((3, 2), 5.0))
    assert_allclose([net["late"].late(k) for k in (1, 2)], np.zeros((2, 3, 2)))
    assert_allclose(net["late"](jnp.ones((3, 2))), np.full((3, 2), 5.0))


def test_a_circle_is_reset_once():
    one, two = Pair(), Pair()
    one.partner, two.partner = two, one
    two.one(1.0)
    one.reset_state()
    assert float(two.one.v.sum()) == 0


def test_a_circle_is_cleared_once():
    class Gathers(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.input, self.partner = bm.Variable(jnp.ones(2)), None

        def clear_input(self):
            self.input.value = jnp.zeros(2)
            super().clear_input()

    one, two = Gathers(), Gathers()
    one.partner, two.partner = two, one
    one.clear_input()
    assert float(one.input.sum() + two.input.sum()) == 0


def test_a_system_with_nothing_to_reset_says_so_and_its_parents_pass_it_by():
    class Nothing(bp.DynamicalSystemNS):
        def update(self, x):
            return x

    class Outer(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.inner = Nothing()
            self.scale = Scale()

    with pytest.raises(
        NoImplementationError, match=r"Nothing\.reset_state: expected a method that says what the states begin with"
    ):
        Nothing().reset_state()
    Outer().reset_state()


def test_bare_variables_without_a_beginning_are_told_of():
    class Forgot(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.v = bm.Variable(2)

    class Outer(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.inner = Forgot()

    with pytest.raises(NotImplementedError, match=r"Forgot\.reset_state: .*got none\. Define reset_state in the class"):
        Outer().reset_state()


def test_inputs_are_cleared_below():
    class Accumulates(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.input = bm.Variable(jnp.ones(2))

        def clear_input(self):
            self.input.value = jnp.zeros(2)

    class Outer(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.inner = Accumulates()
            self.plain = bp.Object()

    outer = Outer()
    outer.clear_input()
    assert float(outer.inner.input.sum()) == 0


def test_two_threads_reset_one_system_each_for_itself():
    inside, goes_on, begun = threading.Event(), threading.Event(), []

    class Slow(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.leak = Leak()

        def reset_state(self, batch_size=None):
            begun.append(threading.current_thread().name)
            if len(begun) == 1:
                inside.set()
                assert goes_on.wait(30)
            return super().reset_state(batch_size)

    class Around(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.slow = Slow()

    system = Around()
    other = threading.Thread(target=system.reset_state, name="other")
    other.start()
    assert inside.wait(30)
    system.reset_state()
    goes_on.set()
    other.join(30)
    assert begun == ["other", threading.main_thread().name]
