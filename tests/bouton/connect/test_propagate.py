"""What spikes deliver, against the product with the matrix in NumPy."""

import functools

import hypothesis
import hypothesis.strategies as st
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import bouton as bp
import bouton.connect as connect
import bouton.math as bm
from bouton.connect import Synapses, propagate
from bouton.errors import KindError, ShapeError, ValueRefused

METHODS = ("events", "all", "dense")
CLOSE = functools.partial(np.testing.assert_allclose, rtol=2e-5, atol=2e-5)


def network(kind, seed=0):
    """Synapses, weights and the matrix."""
    draw = np.random.default_rng(seed)
    synapses = {
        "even": lambda: connect.FixedPostNum(20, seed=seed)(50, 30).synapses,
        "few": lambda: connect.FixedPostNum(3, seed=seed)(50, 30).synapses,
        "few, uneven": lambda: connect.FixedProb(0.1, seed=seed)(50, 30).synapses,
        "uneven": lambda: connect.FixedProb(0.7, seed=seed)(50, 30).synapses,
        "all": lambda: connect.All2All()(50, 30).synapses,
        "hubs": lambda: connect.ScaleFreeBA(2, seed=seed)(300).synapses,
        "one full": lambda: Synapses.between([*[1] * 30, 4, 4], [*range(30), 0, 3], 50, 30),
        "pairs twice": lambda: Synapses.between([4, 1, 4, 4, 1, 0], [2, 2, 2, 0, 2, 1], 50, 30),
        "none": lambda: Synapses.between([], [], 50, 30),
    }[kind]()
    weight = draw.normal(size=synapses.size).astype(np.float32)
    return synapses, weight, matrix_of(synapses, weight)


def matrix_of(synapses, weight):
    matrix = np.zeros((synapses.pre_size, synapses.post_size))
    np.add.at(matrix, (synapses.pre_ids, synapses.post_ids), weight)
    return matrix


def spikes_of(size, share, batch=(), seed=1, graded=False):
    draw = np.random.default_rng(seed)
    spikes = draw.random((*batch, size)) < share
    return (spikes * draw.normal(size=spikes.shape)).astype(np.float32) if graded else spikes


KINDS = ("even", "few", "few, uneven", "uneven", "all", "hubs", "one full", "pairs twice", "none")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_product_is_that_with_the_matrix(kind, method):
    synapses, weight, matrix = network(kind)
    for share in (0.0, 0.1, 1.0):
        spikes = spikes_of(synapses.pre_size, share, graded=True)
        CLOSE(propagate(spikes, synapses, weight, method=method), spikes @ matrix)
    ones = matrix_of(synapses, np.ones(synapses.size))
    CLOSE(propagate(spikes != 0, synapses, 0.5, method=method), 0.5 * ((spikes != 0) @ ones))


@pytest.mark.parametrize("kind", ["even", "all"])
def test_the_method_that_is_chosen_gives_the_same(kind):
    synapses, weight, matrix = network(kind)
    for active in (0.01, 1.0):
        spikes = spikes_of(synapses.pre_size, active)
        CLOSE(propagate(spikes, synapses, weight, active=active), spikes @ matrix)


@hypothesis.settings(max_examples=8, deadline=None)
@hypothesis.given(data=st.data(), pre=st.integers(1, 70), post=st.integers(1, 9), method=st.sampled_from(METHODS))
def test_any_synapses_give_the_product_with_the_matrix(data, pre, post, method):
    neurons = st.tuples(st.integers(0, pre - 1), st.integers(0, post - 1))
    joined = np.array(data.draw(st.lists(neurons, max_size=60)), int).reshape(-1, 2)
    spikes = np.array(data.draw(st.lists(st.sampled_from([0.0, 0.0, 1.0, -2.0]), min_size=pre, max_size=pre)), np.float32)
    synapses = Synapses.between(joined[:, 0], joined[:, 1], pre, post)
    weight = np.arange(1, synapses.size + 1, dtype=np.float32)
    CLOSE(propagate(spikes, synapses, weight, method=method), spikes @ matrix_of(synapses, weight))


@pytest.mark.parametrize("neurons, share", [(5000, 0.002), (5000, 1.0), (40_000, 0.001), (40_000, 0.6)])
def test_large_groups_go_round_again(neurons, share):
    synapses = connect.FixedPostNum(2, seed=1)(neurons, 700).synapses
    weight = np.random.default_rng(0).integers(1, 9, synapses.size).astype(np.float32)
    spikes = spikes_of(neurons, share)
    expected = np.bincount(synapses.post_ids, weight * spikes[synapses.pre_ids], 700)
    CLOSE(propagate(spikes, synapses, weight, method="events"), expected)


# Derivatives -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["even", "uneven"])
def test_derivatives_are_those_of_the_matrix_product(kind, method):
    synapses, weight, matrix = network(kind)
    spikes, other = (spikes_of(synapses.pre_size, 0.2, seed=s, graded=True) for s in (1, 2))
    draw = np.random.default_rng(3)
    up, change = draw.normal(size=synapses.post_size), draw.normal(size=synapses.size)
    up, change = up.astype(np.float32), change.astype(np.float32)
    f = functools.partial(propagate, synapses=synapses, method=method)

    def product(spikes, weight):
        return f(spikes, weight=weight)

    _, back = jax.vjp(product, spikes, weight)
    by_spikes, by_weight = back(up)
    CLOSE(by_spikes, matrix @ up)
    CLOSE(by_weight, spikes[synapses.pre_ids] * up[synapses.post_ids])
    _, forward = jax.jvp(product, (spikes, weight), (other, change))
    CLOSE(forward, other @ matrix + spikes @ matrix_of(synapses, change))
    by_scalar = jax.grad(lambda w: jnp.vdot(product(spikes, w), up))(2.0)
    CLOSE(by_scalar, spikes @ matrix_of(synapses, np.ones(synapses.size)) @ up, rtol=1e-4)
    hessian = jax.jacfwd(jax.grad(lambda s: jnp.sum(product(s, weight) ** 2)))(spikes)
    CLOSE(hessian, 2 * matrix @ matrix.T, rtol=1e-4, atol=1e-4)


def test_bool_spikes_have_no_derivative_and_weights_still_have():
    synapses, weight, _ = network("even")
    spikes = spikes_of(50, 0.3)
    by_weight = jax.grad(lambda w: propagate(spikes, synapses, w).sum())(weight)
    CLOSE(by_weight, spikes[synapses.pre_ids])


def test_whole_numbers_have_no_derivative():
    synapses, _, _ = network("even")
    count, change = jax.jvp(lambda s: propagate(s, synapses, 2), (np.ones(50, np.int32),), (np.zeros(50, jax.dtypes.float0),))
    assert (count.dtype, change.dtype) == (jnp.int32, jax.dtypes.float0)


def test_a_silent_neuron_learns_by_its_surrogate_gradient():
    @jax.custom_jvp
    def spike(v):
        return (v > 0).astype(v.dtype)

    spike.defjvp(lambda p, t: (spike(*p), t[0] / (1 + jnp.abs(p[0])) ** 2))
    synapses, weight, matrix = network("even")
    v = np.linspace(-2, -1, 50, dtype=np.float32)
    by_v = jax.jit(jax.grad(lambda v: propagate(spike(v), synapses, weight, method="events").sum()))(v)
    CLOSE(by_v, matrix.sum(1) / (1 + np.abs(v)) ** 2)


# Batches -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["few", "hubs"])
def test_leading_axes_are_a_batch(kind, method):
    synapses, weight, matrix = network(kind)
    spikes = spikes_of(synapses.pre_size, 0.1, (3, 2), graded=True)
    f = functools.partial(propagate, synapses=synapses, method=method)
    CLOSE(f(spikes, weight=weight), spikes @ matrix)
    CLOSE(jax.vmap(lambda s: f(s, weight=weight), 1, 1)(spikes), spikes @ matrix)


@pytest.mark.parametrize("method", METHODS)
def test_weights_are_mapped_too(method):
    synapses, weight, matrix = network("even")
    spikes = spikes_of(50, 0.2, (3, 2), graded=True)
    weights, times = np.stack([weight, 2 * weight, 3 * weight]), np.array([1, 2, 3.0])

    def f(s, w):
        return propagate(s, synapses, w, method=method)

    each = np.einsum("aci,a,ij->acj", spikes, times, matrix)
    CLOSE(jax.vmap(f)(spikes, weights), each)
    CLOSE(jax.vmap(jax.vmap(f, (0, None)))(spikes, weights), each)
    CLOSE(jax.vmap(f, (None, 0))(spikes[0, 0], weights), np.einsum("i,a,ij->aj", spikes[0, 0], times, matrix))
    crossed = np.einsum("aci,b,ij->abcj", spikes, times, matrix)
    CLOSE(jax.vmap(jax.vmap(f, (None, 0)), (0, None))(spikes, weights), crossed)
    ones = matrix_of(synapses, np.ones(synapses.size))
    CLOSE(jax.vmap(f)(spikes, times.astype(np.float32)), np.einsum("aci,a,ij->acj", spikes, times, ones))


@pytest.mark.parametrize("method", METHODS)
def test_derivatives_of_a_mapped_product_and_mapped_derivatives(method):
    synapses, weight, matrix = network("uneven")
    spikes, up = spikes_of(50, 0.2, (4,), graded=True), np.random.default_rng(5).normal(size=(4, 30)).astype(np.float32)

    def f(s, w, up):
        return jnp.vdot(propagate(s, synapses, w, method=method), up)

    each = spikes[:, synapses.pre_ids] * up[:, synapses.post_ids]
    by_spikes, by_weight = jax.vmap(jax.grad(f, (0, 1)), (0, None, 0))(spikes, weight, up)
    CLOSE(by_spikes, up @ matrix.T)
    CLOSE(by_weight, each)
    by_spikes, by_weight = jax.grad(lambda s, w: jax.vmap(f, (0, None, 0))(s, w, up).sum(), (0, 1))(spikes, weight)
    CLOSE(by_spikes, up @ matrix.T)
    CLOSE(by_weight, each.sum(0))


def test_synapses_may_be_mapped():
    nets = [network("even", seed) for seed in (0, 1)]
    stacked = jax.tree.map(lambda *x: jnp.stack(x), *(n[0] for n in nets))
    spikes = spikes_of(50, 0.2)
    out = jax.vmap(lambda synapses, w: propagate(spikes, synapses, w))(stacked, jnp.stack([n[1] for n in nets]))
    CLOSE(out, np.stack([spikes @ n[2] for n in nets]))


# In programs -------------------------------------------------------------------------------------------------------------


class Layer(bp.Object):
    def __init__(self, synapses, weight):
        super().__init__()
        self.synapses = synapses
        self.weight = bm.TrainVar(weight)
        self.g = bm.Variable(jnp.zeros(synapses.post_size))

    def update(self, spikes):
        self.g.value = 0.5 * self.g.value + propagate(spikes, self.synapses, self.weight)
        return self.g.value


@pytest.mark.parametrize("how", ["eager", "jit", "for_loop"])
def test_in_a_model_under_the_transforms(how):
    synapses, weight, matrix = network("even")
    trains = spikes_of(50, 0.1, (6,)).astype(np.float32)
    layer = Layer(synapses, weight)
    step = bm.jit(layer.update) if how == "jit" else layer.update
    out = bm.for_loop(layer.update, trains) if how == "for_loop" else np.stack([step(s) for s in trains])
    expected, g = [], 0.0
    for s in trains:
        g = 0.5 * g + s @ matrix
        expected.append(g)
    CLOSE(out, np.stack(expected))


def test_a_model_learns_through_time():
    synapses, weight, _ = network("even")
    trains = spikes_of(50, 0.1, (3,)).astype(np.float32)
    layer = Layer(synapses, weight)

    def loss():
        return bm.for_loop(layer.update, trains)[-1].sum()

    by_weight = bm.grad(loss, grad_vars=layer.weight)()
    CLOSE(by_weight, (trains * np.array([[0.25], [0.5], [1.0]]))[:, synapses.pre_ids].sum(0))


def test_synapses_as_an_argument_and_as_a_constant():
    synapses, weight, matrix = network("hubs")
    spikes = spikes_of(300, 0.2)
    CLOSE(jax.jit(propagate)(spikes, synapses, weight), spikes @ matrix)
    CLOSE(jax.jit(lambda s, w: propagate(s, synapses, w))(spikes, weight), spikes @ matrix)


def test_a_call_outside_of_a_compiled_function_compiles_once(monkeypatch):
    synapses, weight, _ = network("even", 7)
    spikes = spikes_of(50, 0.3)
    propagate(spikes, synapses, weight)
    seen = []
    jax.monitoring.register_event_duration_secs_listener(lambda event, *_, **__: seen.append(event))
    propagate(~spikes, synapses, weight)
    assert "/jax/core/compile/backend_compile_duration" not in seen


def test_memory_is_not_that_of_all_pairs():
    neurons = 40_000  # the matrix would take 6.4 GB
    synapses = connect.FixedPostNum(10, seed=1)(neurons).synapses
    weight = jnp.ones(synapses.size)

    def both(s, w):
        return jax.value_and_grad(lambda s, w: propagate(s, synapses, w).sum(), (0, 1))(s, w)

    used = jax.jit(both).lower(jnp.zeros(neurons), weight).compile().memory_analysis()
    assert used.temp_size_in_bytes < 40 * 4 * synapses.size


# Values and dtypes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("wrong", [np.inf, -np.inf, np.nan])
def test_a_silent_neuron_delivers_nothing_whatever_its_weights(method, wrong):
    synapses = connect.All2All()(3, 2).synapses
    weight = np.array([[1, 2], [wrong, 3], [4, 5]], np.float32)
    CLOSE(propagate(np.array([True, False, True]), synapses, weight, method=method), [5, 7])
    CLOSE(propagate(np.array([True, True, False]), synapses, weight, method=method), [wrong, 5])
    out = propagate(np.array([[True, False, True], [False, True, False]]), synapses, weight, method=method)
    CLOSE(out, [[5, 7], [wrong, 3]])


@pytest.mark.parametrize("method", METHODS)
def test_a_silent_neuron_delivers_nothing_whatever_its_weights_are_where_those_are_mapped(method):
    synapses = connect.All2All()(3, 2).synapses
    weight = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    weight[1, 1] = np.inf
    spikes = np.array([[[1, 0, 1], [0, 1, 1]], [[1, 0, 2], [0, 0, 0]]], np.float32)
    out = jax.vmap(lambda s, w: propagate(s, synapses, w, method=method))(spikes, weight)
    CLOSE(out, [[[4, 6], [6, 8]], [[26, 29], [0, 0]]])


@pytest.mark.parametrize("batch", [(), (2,), (16,)])
def test_of_many_weights_and_of_large_batches_silent_neurons_deliver_nothing_either(batch):
    synapses = connect.All2All()(200, 100).synapses
    weight = np.random.default_rng(0).normal(size=(200, 100)).astype(np.float32)
    weight[7] = [np.inf, np.nan] * 50
    spikes = spikes_of(200, 0.1, batch)
    spikes[..., 7] = False
    CLOSE(propagate(spikes, synapses, weight, method="dense"), spikes @ np.where(np.isfinite(weight), weight, 0))


def test_sums_of_synapses_that_pass_all_bounds_are_not_heard_from_silent_neurons():
    synapses = Synapses.between([0, 0, 1], [0, 0, 1], 2, 2)
    CLOSE(propagate(np.array([False, True]), synapses, np.array([3e38, 3e38, 1], np.float32), method="dense"), [0, 1])


@pytest.mark.parametrize("method", METHODS)
def test_a_spike_that_is_no_number_is_heard_by_its_targets_alone(method):
    synapses = Synapses.between([0, 0, 1], [0, 1, 2], 2, 3)
    CLOSE(propagate(np.array([np.nan, 1], np.float32), synapses, 2.0, method=method), [np.nan, np.nan, 2])


@pytest.mark.parametrize("method", ["events", "dense"])
@pytest.mark.parametrize(
    "spike_type, weight_type, result",
    [
        (bool, np.float32, np.float32),
        (bool, np.int32, np.int32),
        (bool, bool, np.int32),
        (bool, np.float16, np.float16),
        (np.int32, np.float32, np.float32),
        (np.float16, np.float32, np.float32),
        (np.float16, np.int32, np.float16),
        (np.int8, np.int32, np.int32),
        (np.float32, jnp.bfloat16, np.float32),
        (bool, jnp.bfloat16, jnp.bfloat16),
    ],
)
def test_dtypes_promote(method, spike_type, weight_type, result):
    synapses = connect.FixedProb(0.5, seed=1)(20, 10).synapses
    weight = (np.arange(synapses.size) % 3).astype(weight_type)
    spikes = spikes_of(20, 0.5).astype(spike_type)
    out = propagate(spikes, synapses, weight, method=method)
    assert out.dtype == result
    np.testing.assert_array_equal(np.asarray(out, float), spikes.astype(float) @ matrix_of(synapses, weight.astype(float)))


def test_a_plain_number_takes_the_dtype_of_the_spikes():
    synapses = connect.One2One()(2).synapses
    for spikes, number, result in (
        (np.ones(2, bool), 0.5, np.float32),
        (np.ones(2, bool), 2, np.int32),
        (np.ones(2, np.float16), 0.5, np.float16),
        (np.ones(2, np.int32), 0.5, np.float32),
    ):
        assert propagate(spikes, synapses, number).dtype == result


@pytest.mark.parametrize("method", METHODS)
def test_halves_are_counted_exactly(method):
    synapses = connect.All2All()(3000, 1).synapses  # float16 alone cannot count past 2048
    out = propagate(np.ones(3000, bool), synapses, np.float16(1), method=method)
    assert (out.dtype, out.item()) == (np.float16, 3000)


def test_lists_cells_and_matrices_are_taken():
    synapses = connect.All2All()(2, 3).synapses
    weight = np.arange(6, dtype=np.float32).reshape(2, 3)
    CLOSE(propagate([True, False], synapses, weight), [0, 1, 2])
    CLOSE(propagate(bm.Variable(jnp.array([False, True])), synapses, bm.Variable(weight)), [3, 4, 5])


@pytest.mark.parametrize("batch", [(), (0,), (2,)])
def test_empty_groups(batch):
    for pre, post in ((0, 3), (3, 0)):
        out = propagate(np.ones((*batch, pre), bool), Synapses.between([], [], pre, post))
        np.testing.assert_array_equal(out, np.zeros((*batch, post)))
    assert propagate(np.ones((0, 2), bool), connect.All2All()(2).synapses).shape == (0, 2)


# Refused -----------------------------------------------------------------------------------------------------------------


def test_what_does_not_fit_is_refused():
    synapses = connect.FixedPostNum(2, seed=1)(4, 3).synapses
    complete = connect.All2All()(2, 3).synapses
    with pytest.raises(
        ShapeError, match=r"propagate\(spikes\): expected shape \(\.\.\., 4\), got \(3,\)\. Give one value for each"
    ):
        propagate(np.ones(3, bool), synapses)
    with pytest.raises(ShapeError, match=r"propagate\(spikes\): .* got \(\)"):
        propagate(True, synapses)
    with pytest.raises(
        ShapeError, match=r"propagate\(weight\): expected shape \(\) or \(8,\), got \(4, 3\)\. Give one weight for all"
    ):
        propagate(np.ones(4, bool), synapses, np.ones((4, 3)))
    with pytest.raises(ShapeError, match=r"propagate\(weight\): expected shape \(\) or \(6,\) or \(2, 3\), got \(3, 2\)"):
        propagate(np.ones(2, bool), complete, np.ones((3, 2)))
    with pytest.raises(ValueRefused, match=r"propagate\(method\): expected one of \('auto', .*got 'fast'\. Leave it out"):
        propagate(np.ones(4, bool), synapses, method="fast")
    with pytest.raises(ValueRefused, match=r"propagate\(active\): expected a number from 0 to 1, got 8"):
        propagate(np.ones(4, bool), synapses, active=8)
    for given, got in (("abcd", "<U4"), (None, "object"), ([[1, 2], [3]], "lists of different lengths")):
        with pytest.raises(KindError, match=rf"propagate\(spikes\): expected numbers or bool, got {got}\. Give an array"):
            propagate(given, synapses)
    with pytest.raises(KindError, match=r"propagate\(weight\): expected numbers or bool, got object"):
        propagate(np.ones(4, bool), synapses, None)
    with pytest.raises(
        KindError, match=r"propagate\(synapses\): expected Synapses, got FixedPostNum\. Take them from a connector"
    ):
        propagate(np.ones(4, bool), connect.FixedPostNum(2)(4, 3))
