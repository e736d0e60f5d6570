"""Objects and functions one after the other."""

import copy

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, PositionError, UnknownPathError, ValueRefused


class Linear(bp.BrainPyObject):
    def __init__(self, n_in, n_out):
        self.W = bm.Variable(jnp.linspace(-1.0, 1.0, n_in * n_out).reshape(n_in, n_out))
        self.b = bm.Variable(jnp.ones((1, n_out)))

    def __call__(self, x):
        return x @ self.W + self.b


class Counter(bp.BrainPyObject):
    def __init__(self):
        self.calls = bm.Variable(jnp.zeros(()))

    def __call__(self, x):
        self.calls.value = self.calls + 1.0
        return x


def by_hand(net, x):
    hidden = np.maximum(x @ np.asarray(net[0].W) + np.asarray(net[0].b), 0)
    return hidden @ np.asarray(net[2].W) + np.asarray(net[2].b)


@pytest.fixture
def net():
    return bp.Sequential(Linear(3, 4), jax.nn.relu, Linear(4, 2))


X = np.array([[0.5, -1.0, 2.0], [0.0, 0.25, -0.5]], np.float32)


def test_each_member_gets_what_the_one_before_returned(net):
    assert_allclose(net(X), by_hand(net, X), rtol=1e-6)


def test_a_dict_in_front_is_shared_and_dropped(net):
    with bp.share.restored({}):
        assert_allclose(net({"fit": True}, X), by_hand(net, X), rtol=1e-6)
        assert_allclose(net({}, X), by_hand(net, X), rtol=1e-6)
        assert bp.share["fit"] is True


def test_it_is_the_same_compiled_mapped_and_looped_over(net):
    wanted = by_hand(net, X)
    assert_allclose(bm.jit(net)(X), wanted, rtol=1e-6)
    assert_allclose(bm.for_loop(net, jnp.asarray(X[:, None])), wanted[:, None], rtol=1e-6)


def test_gradients_come_by_all_its_variables(net):
    grads = bm.grad(lambda: net(X).sum(), grad_vars=net.vars())()

    def plain(w):
        return (jax.nn.relu(X @ w + net[0].b.value) @ net[2].W.value + net[2].b.value).sum()

    first = next(iter(grads))
    assert first.endswith(".W")
    assert_allclose(grads[first], jax.grad(plain)(net[0].W.value), rtol=1e-6)


def test_variables_stand_under_the_names_of_the_members(net):
    names = [net[0].name, net[2].name]
    assert list(net.vars()) == [f"{name}.{v}" for name in names for v in ("W", "b")]
    assert list(net.vars("relative")) == ["0.W", "0.b", "2.W", "2.b"]


def test_members_have_places_and_names():
    last = Linear(2, 2)
    net = bp.Sequential(Linear(3, 2), act=jnp.tanh, readout=last)
    assert len(net) == 3
    assert net["readout"] is net.readout is net[2] is net[-1] is last
    assert net["act"] is net[1] is jnp.tanh
    assert [*net] == [net[0], net[1], net[2]]


def test_a_slice_has_the_same_members(net):
    part = net[:2]
    assert isinstance(part, bp.Sequential)
    assert part[0] is net[0]
    assert part[1] is net[1]
    named = bp.Sequential(Linear(3, 2), act=jnp.tanh, readout=Linear(2, 2))[1:]
    assert len(named) == 2
    assert named["act"] is jnp.tanh


def test_a_slice_keeps_its_order_and_the_mode():
    net = bp.Sequential(lambda x: x + 1, lambda x: 10 * x, last=lambda x: x - 3, mode=bm.training_mode)
    back = net[::-1]
    assert back(2.0) == 10 * (2 - 3) + 1
    assert (back["last"], back["2"]) == (net["last"], net["0"])
    assert net[::2](2.0) == 0
    assert back.mode == bm.training_mode


def test_a_slice_of_a_subclass_that_is_built_otherwise():
    class Increments(bp.Sequential):
        def __init__(self, steps):
            super().__init__(*[lambda x: x + 1] * steps)

    assert Increments(3)[1:](0.0) == 2


def test_a_member_that_is_replaced_counts(net):
    compiled = bm.jit(net)
    compiled(X)
    setattr(net, "2", Linear(4, 2))
    net[2].b.value = jnp.full((1, 2), 5.0)
    assert_allclose(net(X), by_hand(net, X), rtol=1e-6)
    assert_allclose(compiled(X), by_hand(net, X), rtol=1e-6)


def test_what_members_write_is_kept():
    net = bp.Sequential(Counter(), jnp.sin)
    net(1.0)
    bm.for_loop(net, jnp.arange(3.0))
    assert net[0].calls.value == 4


def test_a_copy_has_members_of_its_own(net):
    other = copy.deepcopy(net)
    other[0].b.value = jnp.zeros((1, 4))
    assert net[0].b.value[0, 0] == 1
    assert_allclose(other(X), by_hand(other, X), rtol=1e-6)


def test_it_lists_its_members():
    inner = bp.Sequential(jnp.tanh)
    assert repr(bp.Sequential(jax.nn.relu, inner)) == "Sequential(\n  [0] relu\n  [1] Sequential(\n    [0] tanh\n  )\n)"


def test_it_can_be_named():
    assert bp.Sequential(jnp.tanh, name="readout_of_rates").name == "readout_of_rates"


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        (
            (jnp.tanh, 3),
            r"Sequential, member '1': expected an object that can be called, or a function, got int\. Pass the function",
        ),
        ((bp.Object(),), r"got Object, without a __call__ of its own\. Give its class a method __call__"),
    ],
)
def test_what_cannot_be_called_is_refused(members, sentence):
    with pytest.raises(KindError, match=sentence):
        bp.Sequential(*members)


def test_no_members_are_refused(net):
    with pytest.raises(ValueRefused, match="at least one member, got none"):
        bp.Sequential()
    with pytest.raises(ValueRefused, match="at least one member"):
        net[3:]


def test_places_that_there_are_not_are_refused(net):
    with pytest.raises(IndexError, match=r"Sequential\[3\]: expected a position from 0 to 2, .* got 3\. It holds 3 members"):
        net[3]
    with pytest.raises(PositionError, match="got -4"):
        net[-4]
    with pytest.raises(UnknownPathError, match=r"the name of a member, got 'readout'"):
        net["readout"]
    with pytest.raises(KindError, match=r"a position, a name or a slice, got float"):
        net[1.0]


def test_an_array_goes_through_it_by_two_arrows(net):
    assert_allclose(X >> net, by_hand(net, X), rtol=1e-6)


def test_it_has_a_mode_and_resets_what_is_inside():
    class Remembers(bp.DynamicalSystemNS):
        def __init__(self):
            super().__init__()
            self.last = bm.Variable(jnp.zeros(2))

        def reset_state(self, batch_size=None):
            self.last.value = jnp.zeros(2)

        def update(self, x):
            before, self.last.value = self.last.value, x
            return before

    net = bp.Sequential(Remembers(), jnp.negative, Counter(), mode=bm.batching_mode)
    assert net.mode == bm.batching_mode
    assert_allclose(bm.for_loop(net, jnp.ones((3, 2))), -np.array([[0, 0], [1, 1], [1, 1]], np.float32))
    net.reset_state()
    assert float(net[0].last.sum()) == 0
    assert net[2].calls == 3
