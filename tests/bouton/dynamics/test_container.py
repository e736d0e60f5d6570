"""Systems made of systems: their members, and the order of their steps."""

import jax.numpy as jnp
import pytest
from numpy.testing import assert_allclose

import bouton as bp
import bouton.math as bm
from bouton.dynamics._system import Turn
from bouton.errors import NoImplementationError, UnknownPathError, ValueRefused
from bouton.math._delay import LengthDelay


class Counts(bp.DynamicalSystemNS):
    """Counts its steps, and notes their order."""

    def __init__(self, order, **options):
        super().__init__(**options)
        self.order = order
        self.steps = bm.Variable(jnp.zeros(()))

    def reset_state(self, batch_size=None):
        self.steps.value = jnp.zeros(())

    def update(self):
        self.order.append(self.name)
        self.steps += 1.0


class Neurons(Counts):
    _turn = Turn.NEURONS


class Synapses(Counts):
    _turn = Turn.SYNAPSES


@pytest.mark.parametrize("kind", [bp.Container, bp.Network])
def test_members_come_by_position_by_name_and_as_attributes(kind):
    first, second, third = Counts([], name="first_member"), Counts([]), Counts([])
    net = kind(first, second=second)
    net.third = third
    assert net["first_member"] is net.first_member is first
    assert net["second"] is net.second is net[second.name] is second
    assert net["third"] is third
    assert net.members() == [first, second, third]


def test_a_container_steps_in_the_order_of_construction():
    order = []
    net = bp.Container(n=Neurons(order, name="n0"), x=Counts(order, name="x0"), s=Synapses(order, name="s0"))
    net()
    assert order == ["n0", "x0", "s0"]


def test_a_network_steps_synapses_neurons_others_and_delays():
    order = []
    net = bp.Network(x=Counts(order, name="x1"), n=Neurons(order, name="n1"))
    net.delay = LengthDelay(net.n.steps, 2)
    net.s, net.t = Synapses(order, name="s1"), Synapses(order, name="t1")
    net({"t": 0.0})
    assert order == ["s1", "t1", "n1", "x1"]
    assert net.members()[-1] is net.delay
    assert net.delay(0) == 1
    assert net.delay(1) == 0
    bp.share.clear_shargs("t")


def test_a_member_with_two_names_steps_once():
    order = []
    net = bp.Network(a=Neurons(order))
    net.b = net.a
    net()
    assert len(order) == 1


def test_members_are_told_what_is_shared_compiled_and_in_a_loop():
    class Clock(bp.DynamicalSystem):
        def __init__(self):
            super().__init__()
            self.sum = bm.Variable(jnp.zeros(()))

        def reset_state(self, batch_size=None):
            self.sum.value = jnp.zeros(())

        def update(self, shared):
            self.sum += shared["t"]

    net = bp.Network(clock=Clock(), other=Clock())
    step = bm.jit(net)
    for t in (1.0, 2.0):
        step({"t": t})
    assert_allclose([net.clock.sum, net.other.sum], 3.0)
    net.reset_state()
    bm.for_loop(lambda t: net({"t": t}), jnp.arange(4.0))
    assert_allclose([net.clock.sum, net.other.sum], 6.0)
    assert step.compilations == 1
    assert "t" not in bp.share


def test_a_reset_goes_to_members_first_and_to_delays_last():
    net = bp.Network(n=Neurons([]))
    net.delay = LengthDelay(net.n.steps, 2)
    for _ in range(3):
        net()
    assert net.delay(2) == 1
    net.reset_state()
    assert net.n.steps == 0
    assert [float(net.delay(k)) for k in range(3)] == [0, 0, 0]


def test_nothing_inside_is_nothing_to_reset():
    assert bp.Network().reset_state() is not None
    assert bp.Container(bp.Sequential(jnp.tanh)).reset_state(3) is not None


def test_an_input_needs_a_step_of_its_own():
    with pytest.raises(NoImplementationError, match=r"Network\.update: expected a method that says one step"):
        bp.Network(n=Neurons([]))({"t": 0.0}, 3.0)
    bp.share.clear_shargs("t")


def test_what_is_no_system_is_refused():
    with pytest.raises(
        ValueRefused, match=r"Network, member '0': expected a DynamicalSystem, got ufunc|member '0'.*Derive its class"
    ):
        bp.Network(jnp.tanh)
    with pytest.raises(ValueError, match=r"Container, member 'w': expected a DynamicalSystem, got Object"):
        bp.Container(w=bp.Object())


def test_two_members_of_one_name_are_refused():
    with pytest.raises(ValueRefused, match=r"Network, member 'twice': expected one member of each name, got two"):
        bp.Network(Counts([], name="twice"), twice=Counts([]))


def test_a_name_that_there_is_not_is_an_error_that_names_the_nearest():
    with pytest.raises(UnknownPathError, match=r"Network\['neuron'\]: .*Did you mean 'neurons'"):
        bp.Network(neurons=Neurons([]))["neuron"]


def test_it_lists_its_members():
    net = bp.Network(n=Counts([], name="shown_member"), name="shown_net")
    inner = "  n = Counts(name=shown_member, mode=NonBatchingMode),\n"
    assert repr(net) == f"Network(name=shown_net, mode=NonBatchingMode,\n{inner})"
    assert repr(bp.Network(name="empty_net")) == "Network(name=empty_net, mode=NonBatchingMode)"
    net.delay = LengthDelay(net.n.steps, 1, name="shown_delay")
    assert "  delay = LengthDelay(name=shown_delay),\n" in repr(net)


def test_a_network_of_networks_steps_them_among_the_others():
    order = []
    net = bp.Network(inner=bp.Network(n=Neurons(order, name="inner_n")), n=Neurons(order, name="outer_n"))
    net()
    assert order == ["outer_n", "inner_n"]


def test_a_member_counts_even_if_it_is_like_nothing():
    class Empty(Counts):
        def __len__(self):
            return 0

    empty = Empty([])
    net = bp.Container(empty=empty)
    assert net["empty"] is net[empty.name] is empty


def test_a_circle_of_containers_is_shown_once():
    one, two = bp.Container(name="one_of_two"), bp.Container(name="two_of_two")
    one.other, two.other = two, one
    assert repr(one).count("one_of_two") == repr(one).count("two_of_two") == 1
