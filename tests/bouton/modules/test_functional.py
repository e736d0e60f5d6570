import copy

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import models

import bouton.math as bm
from bouton.errors import LeakedTracerError, ShapeError, UnknownPathError, ValueRefused
from bouton.modules import (
    LIF,
    ExpSynJax,
    Functional,
    LIFJax,
    Linear,
    LinearJax,
    Module,
    Rate,
    RateJax,
    Sequential,
    SequentialJax,
)
from bouton.parameters import Parameter, State

SERIES = np.random.default_rng(0).uniform(0, 0.3, size=(2, 6, 3))


class Net(Functional, Module):
    """A functional module of a user."""

    def __init__(self, gain=2.0):
        super().__init__(3)
        self.gain = Parameter(gain)
        self.count = State(0.0)
        self.rate = RateJax(3, has_rec=False, rng_key=0)
        self.label = "a static attribute"

    def evolve(self, input_data, record=False):
        out, state, _ = self.rate(input_data * self.gain)
        return out, {"count": self.count + 1.0, "rate": state}, {}


MAKE = {
    "RateJax": lambda: RateJax(3, rng_key=0),
    "LIFJax": lambda: LIFJax(3, has_rec=True, rng_key=0),
    "ExpSynJax": lambda: ExpSynJax(3, rng_key=0),
    "LinearJax": lambda: LinearJax((3, 2), has_bias=True),
    "SequentialJax": lambda: Sequential(LinearJax((3, 4), weight=np.full((3, 4), 0.5)), LIFJax(4, rng_key=0)),
    "Net": Net,
}


@pytest.fixture(params=MAKE)
def module(request):
    return MAKE[request.param]()


def leaves(module):
    return [np.asarray(x) for x in jax.tree_util.tree_leaves(module)]


def assert_unchanged(module, before):
    for old, new in zip(before, leaves(module), strict=True):
        assert_array_equal(new, old)


# -- calls leave it alone --------------------------------------------------------------


def test_a_call_leaves_the_module_unchanged_and_returns_the_new_state(module):
    before = leaves(module)
    out, state, _ = module(SERIES, record=True)
    assert_unchanged(module, before)
    assert jax.tree_util.tree_structure(state) == jax.tree_util.tree_structure(module.state())
    again, _, _ = module(SERIES)
    assert_array_equal(again, out)
    following, _, _ = module.set_attributes(state)(SERIES)
    if module.state():
        assert not np.array_equal(following, out)


def test_set_attributes_and_resets_return_new_modules(module):
    before = leaves(module)
    moved = module.set_attributes(module(SERIES)[1])
    assert moved is not module
    assert type(moved) is type(module)
    assert repr(moved) == repr(module)
    for other in (moved.reset_state(), moved.reset_parameters()):
        assert other is not moved
    assert_unchanged(module, before)
    reset = moved.reset_state().state()
    jax.tree_util.tree_map(assert_array_equal, _without_keys(reset), _without_keys(module.state()))


def _without_keys(state):
    return {k: _without_keys(v) if isinstance(v, dict) else v for k, v in state.items() if k != "rng_key"}


def test_a_refused_value_leaves_the_old_module_and_names_the_path():
    net = Net()
    with pytest.raises(ShapeError, match=r"rate\.tau: expected shape \(3,\), got \(2,\)"):
        net.set_attributes({"gain": 5.0, "rate": {"tau": np.ones(2)}})
    with pytest.raises(UnknownPathError, match=r"got 'rate\.tua'\. Did you mean 'tau'\?"):
        net.set_attributes({"rate": {"tua": 1.0}})
    assert net.gain == 2


def test_a_plain_module_may_hold_a_functional_one_and_moves_its_state():
    class Plain(Module):
        def __init__(self):
            super().__init__(3)
            self.rate = RateJax(3)

        def evolve(self, input_data, record=False):
            return self.rate(input_data)[0], {}, {}

    plain = Plain()
    plain(SERIES)
    assert_allclose(plain.rate.x, models.rate(SERIES[0])[2][-1], rtol=1e-5)


@pytest.mark.parametrize("child", [lambda: Rate(3), lambda: Linear((3, 3)), lambda: Sequential(Linear((3, 3)))])
def test_a_plain_submodule_is_refused(child):
    class Bad(Functional, Module):
        def __init__(self):
            super().__init__(3)
            self.child = child()

    with pytest.raises(
        ValueRefused, match=r"Bad\.child: expected a functional submodule, since calls leave this module alone, got"
    ) as no:
        Bad()
    assert isinstance(no.value, ValueError)
    assert "make the parent a plain Module." in no.value.fix
    with pytest.raises(
        ValueRefused,
        match=r"SequentialJax\.1_Rate: expected a functional submodule.*Use RateJax, or make the parent a plain",
    ):
        Sequential(LinearJax((3, 3)), Rate(3))


# -- a tree of arrays ------------------------------------------------------------------


def test_leaves_are_the_arrays_and_the_tree_can_be_rebuilt(module):
    flat, structure = jax.tree_util.tree_flatten(module)
    assert all(isinstance(x, jax.Array) for x in flat)
    # Noise that is off is no array of the tree.
    assert len(flat) == len([e for e in module.entries() if e.is_array and not (e.name == "noise_std" and e.is_structural)])
    rebuilt = jax.tree_util.tree_unflatten(structure, flat)
    assert type(rebuilt) is type(module)
    assert [e.path for e in rebuilt.entries()] == [e.path for e in module.entries()]
    assert_array_equal(rebuilt(SERIES)[0], module(SERIES)[0])
    assert jax.tree_util.tree_structure(rebuilt) == structure


def test_tree_map_goes_over_the_arrays(module):
    zeros = jax.tree_util.tree_map(jnp.zeros_like, module)
    assert type(zeros) is type(module)
    assert all((x == 0).all() for x in leaves(zeros))
    doubled = jax.tree_util.tree_map(lambda a, b: a + b, module, module)
    for old, new in zip(leaves(module), leaves(doubled), strict=True):
        assert_array_equal(new, old + old)


def test_a_module_is_an_argument_and_a_result_of_jax_jit(module):
    before, traces = leaves(module), []

    @jax.jit
    def run(m, x):
        traces.append(x)
        out, state, _ = m(x)
        return out, m.set_attributes(state)

    out, moved = run(module, SERIES)
    assert_unchanged(module, before)
    assert_allclose(out, module(SERIES)[0], rtol=1e-5, atol=1e-6)
    following, _ = run(moved, SERIES)
    assert_allclose(following, moved(SERIES)[0], rtol=1e-5, atol=1e-6)
    assert len(traces) == 1


def test_another_value_of_any_array_compiles_nothing():
    traces = []

    @jax.jit
    def run(m, x):
        traces.append(m)
        return m(x)[0]

    net = Net()
    run(net, SERIES)
    for attributes in ({"gain": 3.0}, {"rate": {"tau": np.full(3, 0.5), "dt": 2e-3}}, {"count": 7.0}):
        net = net.set_attributes(attributes)
        run(net, SERIES)
    run(Net(gain=2.0).set_attributes({"gain": 9.0}), SERIES)
    assert len(traces) <= 2  # a net that was built apart, with an initial value of its own, may be another structure


def test_static_choices_are_part_of_the_structure():
    traces = []

    @jax.jit
    def run(m, x):
        traces.append(m)
        return m(x)[0]

    x = np.ones((4, 3))
    rate = RateJax(3, rng_key=0)
    first = run(rate, x)
    tanh = run(rate.set_attributes({"act_fn": "tanh"}), x)
    noisy = run(rate.set_attributes({"noise_std": 1.0}), x)
    assert len(traces) == 3
    expected = models.rate(x, act="tanh")[0]
    assert_allclose(tanh[0], expected, rtol=1e-5)
    assert not np.allclose(noisy, first)


def test_no_recurrent_weights_grow_through_jit():
    rate = RateJax(3, rng_key=0)
    through = jax.jit(lambda m: m)(rate)
    assert list(through.parameters()) == ["tau", "bias", "threshold"]
    assert_array_equal(through(SERIES)[0], rate(SERIES)[0])
    assert_allclose(jax.jit(lambda m, x: m(x)[0])(rate, SERIES), rate(SERIES)[0], rtol=1e-6)


def test_a_module_can_be_mapped_over():
    taus = np.array([0.02, 0.05, 0.1])
    many = jax.vmap(lambda tau: RateJax(3, rng_key=0).set_attributes({"tau": jnp.broadcast_to(tau, (3,))}))(taus)
    out = jax.vmap(lambda m: m(SERIES[0])[0][0])(many)
    for k, tau in enumerate(taus):
        assert_allclose(out[k], models.rate(SERIES[0], tau=tau)[0], rtol=1e-4, atol=1e-6)
    stacked = jax.tree_util.tree_map(lambda *xs: jnp.stack(xs), *(RateJax(3, tau=np.full(3, t), rng_key=0) for t in (0.1, 0.1)))
    assert jax.vmap(lambda m: m(SERIES[0])[0][0])(stacked).shape == (2, 6, 3)


def test_a_module_is_an_argument_of_jax_grad():
    net = Net()

    def loss(m, x):
        return (m(x)[0] ** 2).sum()

    by_input = jax.grad(loss, argnums=1)(net, jnp.asarray(SERIES))
    assert by_input.shape == SERIES.shape
    by_module = jax.grad(loss, allow_int=True)(net, SERIES)
    assert type(by_module) is Net
    by_parameters = jax.grad(lambda p: loss(net.set_attributes(p), SERIES))(net.parameters())
    assert_allclose(by_module.gain, by_parameters["gain"], rtol=1e-5)
    assert_allclose(by_module.rate.tau, by_parameters["rate"]["tau"], rtol=1e-5)


def test_the_documents_training_idiom_lowers_the_loss():
    net = Sequential(LinearJax((3, 4), weight=np.full((3, 4), 0.1)), RateJax(4, activation_func="tanh", rng_key=0))
    target = jnp.full((2, 6, 4), 0.2)

    def loss(params, net, x, y):
        net = net.set_attributes(params)
        out, _, _ = net(x)
        return ((out - y) ** 2).mean()

    everything = jax.grad(loss)(net.parameters(), net, SERIES, target)
    assert jax.tree_util.tree_structure(everything) == jax.tree_util.tree_structure(net.parameters())
    params, losses = net.parameters("weights"), []
    step = jax.jit(jax.value_and_grad(loss))
    for _ in range(20):
        value, gradient = step(params, net, SERIES, target)
        losses.append(float(value))
        params = jax.tree_util.tree_map(lambda p, g: p - 30.0 * g, params, gradient)
    assert losses[-1] < 0.5 * losses[0]
    assert losses == sorted(losses, reverse=True)
    trained = net.set_attributes(params)
    assert float(((trained(SERIES)[0] - target) ** 2).mean()) < losses[-1]


def test_both_compilers_go_around_a_functional_module():
    net = Net()
    expected = np.asarray(net(SERIES)[0])
    assert_allclose(bm.jit(lambda m, x: m(x)[0])(net, SERIES), expected, rtol=1e-5)
    assert_allclose(bm.jit(lambda x: net(x)[0])(SERIES), expected, rtol=1e-5)
    assert_allclose(jax.jit(lambda x: net(x)[0])(SERIES), expected, rtol=1e-5)
    assert_allclose(bm.for_loop(lambda x: net(x)[0][0], np.float32(SERIES)), expected, rtol=1e-5)


def test_a_functional_module_is_an_argument_and_a_result_of_every_transform():
    net = Net()
    expected, state, _ = net(SERIES)

    @bm.jit
    def run(m, x):
        out, new, _ = m(x)
        return out, m.set_attributes(new)

    out, moved = run(net, SERIES)
    assert_allclose(out, expected, rtol=1e-5)
    assert moved.count == 1
    assert_allclose(moved.rate.x, state["rate"]["x"], rtol=1e-5)
    for k in range(3):
        out, moved = run(moved, SERIES)
        assert moved.count == k + 2
    assert run.compilations == 1
    assert net.count == 0
    by_module = bm.grad(lambda m: m(SERIES)[0].sum(), allow_int=True)(net)
    by_parameters = jax.grad(lambda p: net.set_attributes(p)(SERIES)[0].sum())(net.parameters())
    assert_allclose(by_module.gain, by_parameters["gain"], rtol=1e-5)
    pure = bm.purify(lambda m, x: m(x)[0], net, SERIES)
    assert_allclose(pure.pure([c.value for c in pure.cells], net.set_attributes({"gain": 0.0}), SERIES)[0], np.zeros((2, 6, 3)))
    many = jax.tree_util.tree_map(lambda x: jnp.stack([x, x]), net)
    assert_allclose(bm.for_loop(lambda m: m(SERIES)[0], many)[1], expected, rtol=1e-5)
    with_state = bm.for_loop(lambda m: m.set_attributes(m(SERIES)[1]), many)
    assert_array_equal(with_state.count, [1, 1])
    _, aux = bm.grad(lambda x: (x, net.set_attributes({"gain": x})), has_aux=True)(5.0)
    assert aux.gain == 5
    _, aux = bm.jit(bm.grad(lambda x: (x, net.set_attributes({"gain": x})), has_aux=True))(6.0)
    assert aux.gain == 6


def test_a_plain_attribute_is_static_and_arrays_in_it_do_no_harm():
    net = Net()
    net.table = [np.ones(2), np.zeros(2)]
    run = jax.jit(lambda m, x: m(x)[0] * m.table[0][0])
    assert_allclose(run(net, SERIES), net(SERIES)[0], rtol=1e-5)
    twin = Net()
    twin.table = [np.full(2, 2.0), np.zeros(2)]
    assert_allclose(run(twin, SERIES), 2 * np.asarray(twin(SERIES)[0]), rtol=1e-5)


def test_a_plain_and_a_functional_lif_agree_through_training_steps():
    plain, functional = LIF(3, bias=0.2), LIFJax(3, bias=0.2)
    by_cell = bm.grad(lambda: plain(SERIES)[0].sum(), grad_vars=plain.cell("bias"))()
    by_dict = jax.grad(lambda p: functional.set_attributes(p)(SERIES)[0].sum())(functional.parameters())["bias"]
    assert_allclose(by_cell, by_dict, rtol=1e-5)


def test_a_sequential_of_functional_modules_is_functional_and_a_tree():
    net = Sequential(LinearJax((3, 2)), RateJax(2))
    assert isinstance(net, SequentialJax)
    assert isinstance(net, Sequential)
    assert isinstance(net, Functional)
    assert jax.tree_util.tree_map(jnp.zeros_like, net)[0].weight.shape == (3, 2)


def test_the_fix_for_a_plain_submodule_names_its_functional_form_or_tells_how_to_make_one():
    class Own(Module):
        def __init__(self):
            super().__init__(3)

        def evolve(self, input_data, record=False):
            return input_data, {}, {}

    def fix(child):
        with pytest.raises(ValueRefused) as no:
            Sequential(LinearJax((3, 3)), child)
        return no.value.fix

    assert fix(LIF(3)) == "Use LIFJax, or make the parent a plain Module."
    assert fix(Own()) == "Write class OwnJax(Functional, Own) and use that, or make the parent a plain Module."

    class OwnJax(Functional, Own):
        pass

    assert fix(Own()) == "Use OwnJax, or make the parent a plain Module."
    assert isinstance(Sequential(LinearJax((3, 3)), OwnJax()), SequentialJax)


# -- nothing leaks, nothing is written -------------------------------------------------


@pytest.mark.parametrize("made", [lambda net: net, jax.jit(lambda net: net), lambda net: net.set_attributes({"gain": 3.0})])
def test_a_tracer_assigned_to_a_module_from_outside_the_trace_is_refused(made):
    net = made(Net())
    before = float(net.gain)

    def leak(x):
        net.gain = x
        return x

    for transform in (jax.jit, jax.grad, lambda f: lambda x: jax.vmap(f)(jnp.stack([x, x]))):
        with pytest.raises(
            LeakedTracerError, match=r"or a functional module \(RateJax, \.\.\.\), whose set_attributes returns another"
        ):
            transform(leak)(jnp.float32(2.0))
        assert net.gain == before


def test_a_module_of_a_trace_takes_values_of_that_trace_and_of_none_inside():
    net = Net()

    def own(x):
        inner = copy.deepcopy(net.set_attributes({"gain": x}))
        inner.gain = inner.gain * x
        return inner

    assert jax.jit(own)(3.0).gain == 9
    assert jax.grad(lambda x: own(x).gain)(3.0) == 6

    def through(x):
        inner = own(x)

        def leak(y):
            inner.gain = y
            return y

        return jax.vmap(leak)(jnp.stack([x, x]))

    with pytest.raises(LeakedTracerError):
        jax.jit(through)(3.0)


def test_a_call_that_fails_in_a_trace_says_why():
    class Failing(Functional, Module):
        def __init__(self):
            super().__init__(3)
            self.count = State(0.0)

        def evolve(self, input_data, record=False):
            return input_data, {"cuont": self.count}, {}

    with pytest.raises(UnknownPathError, match=r"Failing\.evolve, new_state 'cuont'.* Did you mean 'count'"):
        jax.jit(lambda m: jax.vmap(lambda x: m(x)[0])(SERIES))(Failing())


def test_loading_gives_another_module_and_leaves_this_one(tmp_path):
    net = Net()
    saved = net.set_attributes({"gain": 7.0, "rate": {"x": np.arange(3.0)}})
    saved.save_states(tmp_path / "net")
    for loaded in (net.load_states(tmp_path / "net"), net.load_state_dict(saved.state_dict())):
        assert type(loaded) is Net
        assert loaded.gain == 7
        assert_array_equal(loaded.rate.x, np.arange(3.0))
        assert net.gain == 2
        assert_array_equal(net.rate.x, np.zeros(3))
    words = (
        r"Net\.load_state_dict: expected the paths of the model, got values without .*rate\.tau.* and values with unknown other"
    )
    with pytest.warns(UserWarning, match=words):
        loaded = net.load_state_dict({"gain": 5.0, "other": 1.0})
    assert (loaded.gain, net.gain) == (5, 2)
