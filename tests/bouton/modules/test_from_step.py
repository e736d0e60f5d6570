"""Systems of one step and graphs of nodes as modules (D-24), with their units of time (D-18)."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, UnknownPathError, ValueRefused
from bouton.modules import FromStep, Linear, Module, Sequential

SERIES = np.random.default_rng(0).uniform(0, 60, size=(2, 40, 3)).astype(np.float32)


class Leak(bp.DynamicalSystemNS):
    """Forward Euler of tau dv/dt = x - v, in ms."""

    def __init__(self, tau=10.0):
        super().__init__()
        self.num = 3
        self.tau = bp.parameters.Parameter(tau, unit="ms")
        self.v = bp.parameters.State(np.zeros(3), unit="mV")

    def update(self, x):
        self.v = self.v + bp.share.dt / self.tau * (x - self.v)
        return self.v


class Clock(bp.DynamicalSystem):
    """Tells the time, the number of the step, and the length of a step."""

    def update(self, shared, x):
        return jnp.stack([jnp.asarray(shared[k], float) for k in ("t", "i", "dt")]) + 0 * x


def leak(series, dt, tau=10.0):
    v, out = np.zeros(3), []
    for x in series:
        v = v + dt / tau * (x - v)
        out.append(v)
    return np.array(out)


def test_d24_a_system_becomes_a_module_with_the_same_numbers():
    module = FromStep(Leak(), dt=1e-3)
    assert isinstance(module, Module)
    assert module.shape == (3, 3)
    out, state, record = module(SERIES, record="system.v")
    for one, series in zip(out, SERIES, strict=True):
        assert_allclose(one, leak(series, 1.0), rtol=1e-4)
    assert_array_equal(record["system"]["v"], out)
    assert_array_equal(state["system"]["v"], out[0, -1])
    assert_array_equal(module.state()["system"]["v"], out[0, -1])
    assert list(module.parameters()["system"]) == ["tau"]
    assert module.entry("system.tau").unit == "ms"


def test_d18_seconds_of_the_module_are_a_thousand_milliseconds_of_the_system():
    shared = bp.share.get_shargs()
    module = FromStep(Clock(), dt=2e-3, shape=1)
    assert (module.entry("dt").unit, module.dt) == ("s", 2e-3)
    out, _, _ = module(np.zeros((4, 1)))
    assert_allclose(out[0], [[0, 0, 2], [2, 1, 2], [4, 2, 2], [6, 3, 2]])
    # Time goes on from call to call, and begins anew with a reset.
    assert_allclose(module(np.zeros((2, 1)))[0][0, :, 0], [8, 10])
    assert int(module.i) == 6
    module.reset_state()
    assert_allclose(module(np.zeros((1, 1)))[0][0, 0, 0], 0)
    assert bp.share.get_shargs() == shared
    assert bp.share.dt == 0.1


def test_d18_the_time_step_cannot_change_under_the_delays_of_the_system():
    module = FromStep(Leak(), dt=1e-3)
    module.dt = 1e-3
    with pytest.raises(ValueRefused, match=r"FromStep\.dt: expected 0\.001 s, for which the system was laid out, got 0\.002"):
        module.dt = 2e-3


def test_neurons_give_the_spikes_of_their_loop():
    module, lif = FromStep(bp.neurons.LIF(3, tau=10.0, tau_ref=1.0), dt=1e-4), bp.neurons.LIF(3, tau=10.0, tau_ref=1.0)
    with bm.environment(dt=0.1):
        expected = bp.LoopOverTime(lif)(10 * SERIES[0])
    out, _, _ = module(10 * SERIES[0])
    assert np.asarray(expected).any()
    assert_array_equal(out[0], np.asarray(expected, np.float32))


@pytest.mark.parametrize("mode", [bm.nonbatching_mode, bm.BatchingMode(5), bm.TrainingMode(5)])
def test_a_system_of_any_mode_starts_every_element_of_a_batch_from_its_state(mode):
    def cell():
        with bm.environment(mode=mode):
            return bp.layers.GRUCell(3, 4, Wi_initializer=bp.init.OneInit(0.1), Wh_initializer=bp.init.OneInit(0.2))

    module = FromStep(cell(), dt=1e-3)
    assert module.shape == (3, 4)
    with bm.environment(mode=bm.BatchingMode(2)):
        twin = bp.layers.GRUCell(3, 4, Wi_initializer=bp.init.OneInit(0.1), Wh_initializer=bp.init.OneInit(0.2))
    twin.reset_state(2)
    expected = jnp.swapaxes(bm.for_loop(twin, jnp.swapaxes(SERIES, 0, 1)), 0, 1)
    assert_allclose(module(SERIES)[0], expected, rtol=1e-5)
    assert_allclose(
        module(SERIES[1])[0][0, 0], FromStep(cell(), 1e-3)(np.concatenate([SERIES[0], SERIES[1]]))[0][0, 40], rtol=1e-5
    )


def test_d17_final_states_of_a_batch_come_on_request():
    module = FromStep(Leak(), dt=1e-3)
    _, whole, _ = module(SERIES, return_batch_state=True)
    for k in range(2):
        assert_allclose(whole["system"]["v"][k], leak(SERIES[k], 1.0)[-1], rtol=1e-4)
    assert_array_equal(whole["i"], [40, 40])
    assert_array_equal(module.system.v, whole["system"]["v"][0])


def test_d24_a_graph_with_feedback_becomes_a_module():
    def graph():
        source = bp.nn.Input(3)
        hidden = bp.nn.VanillaRNN(
            5,
            wi_initializer=bp.init.OneInit(0.01),
            wh_initializer=bp.init.OneInit(0.1),
            state_initializer=bp.init.ZeroInit(),
        )
        out = bp.nn.Dense(2, weight_initializer=bp.init.OneInit(0.3))
        return (source >> hidden >> out) & (hidden << out)

    module, net = FromStep(graph(), dt=1e-3), graph()
    assert module.shape == (3, 2)
    net.initialize(2)
    net.set_attributes(_renamed(net, module.system))
    expected = np.stack([net(x) for x in SERIES.swapaxes(0, 1)], axis=1)
    out, _, record = module(SERIES, record=True)
    assert_allclose(out, expected, rtol=1e-4, atol=1e-6)
    shapes = {name: signal.shape for signals in record["system"].values() for name, signal in signals.items()}
    assert {name: shape for name, shape in shapes.items() if name != "output"} == {"state": (2, 40, 5), "fb_output": (2, 40, 2)}


def _renamed(net, other):
    """Parameters of a graph that was built alike, under the names of this one."""
    return dict(zip(net.parameters(), other.parameters().values(), strict=True))


def test_alone_it_draws_what_its_steps_would_draw_in_one_call_or_in_several():
    class Noisy(bp.DynamicalSystemNS):
        def update(self, x):
            return x + bm.random.normal(0.0, 1.0, (3,))

    def drawn(run):
        bm.random.seed(5)
        return np.concatenate([np.asarray(run(part)) for part in np.split(SERIES[0], [7, 20])])

    module, system = FromStep(Noisy(), 1e-3, shape=3), Noisy()
    bm.random.seed(5)
    whole = module(SERIES[0])[0][0]
    assert_array_equal(drawn(lambda part: module(part)[0][0]), whole)
    assert_allclose(drawn(lambda part: np.stack([system(x) for x in part])), whole, rtol=1e-6)


def test_what_each_node_of_a_graph_gives_can_be_recorded_without_changing_what_comes_out():
    memory = bp.nn.VanillaRNN(5, state_initializer=bp.init.ZeroInit())
    read, hidden = bp.nn.Dense(2), bp.nn.Dense(4)
    graph = (bp.nn.Input(3) >> memory >> hidden >> read) & (memory << read)
    graph.initialize(1)
    module = FromStep(graph, dt=1e-3)
    plain, *_ = module(SERIES)
    module.reset_state()
    out, _, record = module(SERIES, record=f"system.{hidden.name}.output")
    assert {name: [*signals] for name, signals in record["system"].items()} == {hidden.name: ["output"]}
    given = np.asarray(record["system"][hidden.name]["output"], np.float64)
    assert_array_equal(out, plain)
    # The weights by hand: what one node gives, the next has taken.
    assert_allclose(given @ np.asarray(read.Wff, np.float64) + np.asarray(read.bias), out, rtol=1e-5, atol=1e-6)
    *_, everything = module(SERIES, record=True)
    assert {name for name, signals in everything["system"].items() if "output" in signals} == {str(n.name) for n in graph.lnodes}
    # A node alone gives the output of the module.
    alone = FromStep(bp.nn.VanillaRNN(5, input_shape=3).initialize(1), dt=1e-3)
    *_, record = alone(SERIES, record=True)
    assert [*record["system"]] == ["state"]


def test_it_stands_in_a_sequence_and_is_reset_with_it():
    net = Sequential(Linear((2, 3), weight=np.ones((2, 3))), FromStep(Leak(), dt=1e-3))
    first, _, _ = net(SERIES[..., :2])
    net(SERIES[..., :2])
    net.reset_state()
    assert int(net[1].i) == 0
    assert_array_equal(net(SERIES[..., :2])[0], first)
    assert "Leak 'system'" in repr(net)


def test_derivatives_by_parameters_of_the_system_are_those_of_finite_differences():
    module = FromStep(Leak(), dt=1e-3)
    pure = bp.functional(module)
    assert_allclose(pure(SERIES)[0], FromStep(Leak(), 1e-3)(SERIES)[0], rtol=1e-6)

    def total(tau):
        return sum(leak(series, 1.0, tau).sum() for series in SERIES.astype(float))

    slope = jax.jit(jax.grad(lambda p, m: m.set_attributes(p)(SERIES)[0].sum()))(pure.parameters(), pure)["system"]["tau"]
    assert_allclose(slope, (total(10.001) - total(9.999)) / 0.002, rtol=1e-3)
    by_cell = bm.grad(lambda: module(SERIES)[0].sum(), grad_vars=module.cell("system.tau"))()
    assert_allclose(by_cell, slope, rtol=1e-4)


def test_another_call_and_another_parameter_compile_nothing():
    module = FromStep(Leak(), dt=1e-3)
    run = bm.jit(lambda x: module(x)[0])
    run(SERIES)
    module.system.tau = 20.0
    module.reset_state()
    assert_allclose(run(SERIES)[1], leak(SERIES[1], 1.0, 20.0), rtol=1e-4)
    assert run.compilations == 1


def test_a_network_takes_its_input_and_gives_its_output_by_path():
    class Net(bp.Network):
        def __init__(self):
            super().__init__()
            self.E = bp.neurons.LIF(3, tau=10.0)
            self.syn = bp.synapses.Exponential(self.E, self.E, bp.conn.All2All(), g_max=0.1, tau=5.0)

    module = FromStep(Net(), dt=1e-4, input_to="E.input", output_from="E.spike", spiking_output=True)
    assert module.shape == (3, 3)
    assert module.spiking_output
    series = 10 * SERIES
    out, _, record = module(series, record="system.E.V")
    net, spikes = Net(), []
    with bm.environment(dt=0.1), bp.share.restored({}):
        for t, x in enumerate(series[0]):
            net.E.input += x
            net({"t": t * 0.1, "i": t})
            spikes.append(np.asarray(net.E.spike, np.float32))
    assert np.sum(spikes) > 0
    assert_array_equal(out[0], spikes)
    assert record["system"]["E"]["V"].shape == (2, 40, 3)


class Noisy(bp.DynamicalSystemNS):
    def update(self, x):
        return x + bm.random.normal(0.0, 1.0, 3)


def test_elements_of_a_batch_draw_random_numbers_of_their_own_and_a_seed_repeats_them():
    module = FromStep(Noisy(), dt=1e-3, shape=3)
    bm.random.seed(3)
    out = np.asarray(module(np.zeros((4, 50, 3)))[0])
    assert len(np.unique(out)) == out.size
    assert 0.9 < out.std() < 1.1
    assert not np.allclose(module(np.zeros((4, 50, 3)))[0], out)
    bm.random.seed(3)
    assert_array_equal(module(np.zeros((4, 50, 3)))[0], out)


class Silent(bp.DynamicalSystemNS):
    def update(self, x):
        return None


class Square(bp.DynamicalSystemNS):
    def update(self, x):
        return jnp.zeros((2, 2))


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (
            lambda: FromStep(bp.modules.LIF(3), 1e-3),
            KindError,
            r"FromStep\(system\): expected a system of one step, got LIF",
        ),
        (lambda: FromStep(np.tanh, 1e-3), KindError, r"FromStep\(system\): .* got ufunc\. Pass a bp\.DynamicalSystem"),
        (
            lambda: FromStep(Leak(), 0.0, 3),
            ValueRefused,
            r"FromStep\(dt=\.\.\.\): expected a number of seconds above 0",
        ),
        (
            lambda: FromStep(Noisy(), 1e-3),
            ValueRefused,
            r"FromStep\(Noisy, shape=\.\.\.\): expected the number of inputs",
        ),
        (
            lambda: FromStep(Silent(), 1e-3, 3),
            KindError,
            r"FromStep\(Silent\): expected a system that returns an array, got None",
        ),
        (
            lambda: FromStep(Square(), 1e-3, 3),
            ShapeError,
            r"FromStep\(Square\): expected one number for each channel",
        ),
        (
            lambda: FromStep(Leak(), 1e-3, (3, 2)),
            ShapeError,
            r"FromStep\(shape=\.\.\.\): expected 3 outputs, as Leak returns",
        ),
        (lambda: FromStep(Leak(), 1e-3, 3, output_from="w"), UnknownPathError, r"got 'w'"),
        (
            lambda: FromStep(Leak(), 1e-3, 3)(SERIES, record="system.w"),
            UnknownPathError,
            r"got 'system\.w'\. Did you mean 'system\.v'\?",
        ),
    ],
)
def test_mistakes_are_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_a_graph_with_a_reservoir_runs_whose_random_state_is_that_of_bouton(noise):
    node = bp.nn.Reservoir(5, noise_rec=noise, leaky_rate=0.3)
    series = np.random.default_rng(0).normal(size=(2, 6, 3)).astype(np.float32)
    _, _, record = FromStep(bp.nn.Input(3) >> node >> bp.nn.Dense(2), dt=1e-3)(series, record=True)
    h, (Wff, Wrec, bias) = np.zeros((2, 5)), (np.asarray(value, np.float64) for value in (node.Wff, node.Wrec, node.bias))
    for t in range(6):
        h = 0.7 * h + 0.3 * np.tanh(series[:, t] @ Wff + h @ Wrec + bias)
    apart = np.abs(record["system"][node.name]["state"][:, -1] - h)
    assert apart.max() < (10 * noise or 1e-6)
    assert apart.min() > 0 or not noise
    # Noise of its own for each element of the batch.
    assert bool(noise) == bool(np.any(apart[0] > 1e-4) and np.any(apart[1] > 1e-4))
