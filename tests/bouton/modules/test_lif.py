import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import models
from reference.compilations import counted_compilations

import bouton.math as bm
from bouton.errors import KindError, ShapeError, ValueRefused
from bouton.modules import LIF, LIFJax, kaiming
from bouton.parameters import Constant

N, STEPS = 3, 30
RNG = np.random.default_rng(3)
PARAMETERS = {
    "defaults": (3, {}),
    "scalars": (3, {"tau_mem": 0.03, "tau_syn": 0.01, "bias": 0.05, "threshold": 0.7}),
    "per neuron": (
        3,
        {
            "tau_mem": np.array([0.01, 0.02, 0.05]),
            "tau_syn": np.array([[0.005], [0.01], [0.03]]),
            "bias": np.array([0.0, 0.1, -0.1]),
            "threshold": np.array([1.0, 0.5, 2.0]),
        },
    ),
    "two synapses": (6, {"tau_syn": np.array([[0.005, 0.05], [0.01, 0.02], [0.03, 0.03]]), "tau_mem": 0.03}),
    "shared synapses": (6, {"tau_syn": np.array([[0.005, 0.05]])}),
    "recurrent": (3, {"w_rec": RNG.normal(size=(3, 3)) * 0.1}),
    "recurrent, two synapses": (6, {"w_rec": RNG.normal(size=(3, 6)) * 0.05, "tau_syn": np.array([[0.005, 0.05]])}),
    "at most one spike": (3, {"most": 1.0, "bias": 0.5}),
    "another dt": (3, {"dt": 5e-3}),
}


@pytest.fixture(params=[LIF, LIFJax], ids=["plain", "functional"])
def cls(request):
    return request.param


def made(cls, name):
    inputs, parameters = PARAMETERS[name]
    arguments = {("max_spikes_per_dt" if k == "most" else k): v for k, v in parameters.items()}
    return cls((inputs, N) if inputs > N else N, has_rec="w_rec" in parameters, **arguments)


def series(name, batch=2):
    """Input strong enough to spike often, and far enough from threshold that rounding cannot decide."""
    rng = np.random.default_rng(11)
    return rng.uniform(0, 0.15, size=(batch, STEPS, PARAMETERS[name][0]))


@pytest.mark.parametrize("name", PARAMETERS)
def test_outputs_records_and_states_are_those_of_the_equations(cls, name):
    data = series(name)
    expected = models.batched(models.lif, data, N, **PARAMETERS[name][1])
    assert expected["spikes"].sum() > 10
    module = made(cls, name)
    out, state, record = module(data, record=True)
    assert_array_equal(out, expected["spikes"])
    assert set(record) == {"irec", "spikes", "vmem", "isyn", "U"}
    for signal, value in record.items():
        assert value.shape == expected[signal].shape
        assert_allclose(value, expected[signal], rtol=1e-4, atol=5e-5, err_msg=signal)
    for variable in ("spikes", "isyn", "vmem"):
        assert_allclose(state[variable], expected[variable][0, -1], rtol=1e-4, atol=5e-5, err_msg=variable)
        kept = expected[variable][0, -1] if cls is LIF else 0 * expected[variable][0, -1]
        assert_allclose(getattr(module, variable), kept, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["per neuron", "recurrent, two synapses"])
def test_a_run_starts_from_the_state_of_the_module(name):
    data = series(name, 1)[0]
    rng = np.random.default_rng(5)
    start = {
        "spikes": np.array([1.0, 0.0, 2.0]),
        "vmem": rng.uniform(-1, 0.5, N),
        "isyn": rng.uniform(0, 0.3, (N, data.shape[1] // N)),
    }
    module = made(LIF, name).set_attributes(start)
    out, _, _ = module(data)
    assert_array_equal(out[0], models.lif(data, N, state=start, **PARAMETERS[name][1])["spikes"])


@pytest.mark.parametrize("name", ["per neuron", "two synapses", "recurrent"])
def test_compiled_looped_and_eager_runs_agree(name):
    data = series(name, 1)[0]
    expected = models.lif(data, N, **PARAMETERS[name][1])
    eager, compiled, looped = (made(LIF, name) for _ in range(3))
    assert_array_equal(eager(data)[0][0], expected["spikes"])
    run = bm.jit(lambda x: compiled(x)[0])
    assert_array_equal(run(data)[0], expected["spikes"])
    assert_array_equal(bm.for_loop(lambda x: looped(x[None])[0][0, 0], data), expected["spikes"])
    for module in (eager, compiled, looped):
        assert_allclose(module.vmem, expected["vmem"][-1], rtol=1e-4, atol=1e-5)
        assert_allclose(module.isyn, expected["isyn"][-1], rtol=1e-4, atol=1e-5)
        assert_array_equal(module.spikes, expected["spikes"][-1])


def test_one_constant_input_gives_the_closed_form_below_threshold():
    # isyn_t = u sum_{k=1..t} d^k;  vmem_t = sum_{k=1..t} m^(t-k) isyn_k
    u, d, m = 0.01, math.exp(-1e-3 / 0.01), math.exp(-1e-3 / 0.05)
    _, _, record = LIF(1, tau_syn=0.01, tau_mem=0.05, threshold=100.0)(np.full((50, 1), u), record=True)
    t = np.arange(1, 51)
    isyn = u * d * (1 - d**t) / (1 - d)
    assert_allclose(record["isyn"][0, :, 0, 0], isyn, rtol=1e-5)
    assert_allclose(record["vmem"][0, :, 0], [sum(m ** (n - k) * isyn[k - 1] for k in range(1, n + 1)) for n in t], rtol=1e-5)


def test_a_potential_of_several_thresholds_gives_several_spikes_and_keeps_the_rest():
    tiny = 1e-6  # so that synapse and membrane forget between steps
    lif = LIF(1, tau_mem=tiny, tau_syn=tiny, bias=3.4, threshold=1.0)
    out, state, _ = lif(np.zeros((2, 1)))
    assert_array_equal(out[0, :, 0], [3, 3])
    assert_allclose(state["vmem"], [0.4], rtol=1e-5)
    out, state, _ = LIF(1, tau_mem=tiny, tau_syn=tiny, bias=3.4, max_spikes_per_dt=2)(np.zeros((2, 1)))
    assert_array_equal(out[0, :, 0], [2, 2])
    assert_allclose(state["vmem"], [1.4], rtol=1e-5)


def test_a_potential_at_threshold_spikes_and_one_below_does_not():
    for bias, expected in ((1.0, 1.0), (np.nextafter(np.float32(1), np.float32(0)), 0.0)):
        assert LIF(1, tau_mem=1e-6, bias=bias)(np.zeros((1, 1)))[0][0, 0, 0] == expected


# -- noise ------------------------------------------------------------------------


@pytest.mark.parametrize("dt", [1e-3, 2e-3, 5e-3])
def test_the_variance_of_noise_does_not_depend_on_the_time_step(dt):
    # v' = m v + s sqrt(dt) xi has the variance s^2 dt / (1 - m^2), which is s^2 tau / 2 for a small dt.
    sigma, tau, units = 1.5, 0.05, 600
    lif = LIF(units, tau_mem=tau, noise_std=sigma, dt=dt, threshold=1e6, rng_key=0)
    lif(np.zeros((int(6 * tau / dt), 1)))
    samples = np.asarray(lif.vmem)
    std = sigma * np.sqrt(dt / (1 - np.exp(-2 * dt / tau)))
    assert_allclose(std, sigma * np.sqrt(tau / 2), rtol=0.06)
    assert abs(samples.std() - std) < 4 * std / np.sqrt(2 * units)
    assert abs(samples.mean()) < 4 * std / np.sqrt(units)


def test_noise_switched_on_later_takes_effect_even_in_compiled_code():
    lif = LIF(N, rng_key=0)
    run = bm.jit(lambda x: lif(x, record="vmem")[2]["vmem"])
    assert_array_equal(run(jnp.zeros((5, N))), np.zeros((1, 5, N)))
    lif.noise_std = 1.0
    assert (np.asarray(run(jnp.zeros((5, N)))) != 0).all()


def test_changing_any_number_compiles_nothing():
    lif = LIF((6, N), has_rec=True, noise_std=0.1)
    run = bm.jit(lambda x: lif(x)[0])
    x = jnp.ones((10, 6))
    lif(x)
    run(x)
    lif(x)
    entries = [e for e in lif.entries() if e.is_array and e.kind in ("parameter", "simulation", "state")]
    values = {e.path: np.asarray(e.value, np.float32) * np.float32(0.5) + np.float32(0.01) for e in entries}
    with counted_compilations() as compiled:
        for entry in entries:
            entry.set(values[entry.path])
            lif(x)
            run(x)
    assert compiled.count == 0
    assert run.compilations == 1


# -- gradients -----------------------------------------------------------------------


def gradients_by_hand(u, ds, dm, bias, theta, window=0.5):
    """One neuron, one synapse, len(u) steps from rest, carried forward as derivatives by (u..., bias, threshold).

    ``ds/dv = 1/theta`` and ``ds/dtheta = -v/theta^2`` where ``v >= theta - window``, else 0.
    """
    size = len(u) + 2
    unit = np.eye(size)
    isyn, vmem, d_isyn, d_vmem = 0.0, 0.0, np.zeros(size), np.zeros(size)
    total = np.zeros(size)
    counts = []
    for t, x in enumerate(u):
        isyn, d_isyn = (isyn + x) * ds, (d_isyn + unit[t]) * ds
        vmem, d_vmem = vmem * dm + isyn + bias, d_vmem * dm + d_isyn + unit[-2]
        spikes = np.floor(vmem / theta) if vmem >= theta else 0.0
        d_spikes = (d_vmem / theta - unit[-1] * vmem / theta**2) if vmem >= theta - window else 0 * d_vmem
        vmem, d_vmem = vmem - spikes * theta, d_vmem - d_spikes * theta - spikes * unit[-1]
        total += d_spikes * (t + 1)  # the loss weighs step t with t + 1
        counts.append(spikes)
    return total, counts


@pytest.mark.parametrize(
    ("u", "spikes"),
    [
        ([1.5], [1]),
        ([0.7], [0]),  # inside the window
        ([0.3], [0]),  # outside
        ([1.5, 0.9], [1, 2]),
        ([0.3, 0.2], [0, 0]),
        ([0.3, 1.9], [0, 2]),
        ([0.7, -0.5, 2.0], [0, 0, 3]),
    ],
)
def test_gradients_pass_through_spikes_by_the_documented_surrogate(u, spikes):
    tau_mem, tau_syn, bias, theta = 0.02, 0.01, 0.05, 0.9
    lif = LIFJax(1, tau_mem=tau_mem, tau_syn=tau_syn, bias=bias, threshold=theta)
    weights = np.arange(1.0, len(u) + 1)

    def loss(params, x):
        return (lif.set_attributes(params)(x[:, None])[0][0, :, 0] * weights).sum()

    params = {"bias": jnp.array([bias]), "threshold": jnp.array([theta])}
    by_params, by_input = jax.grad(loss, argnums=(0, 1))(
        {k: v.reshape(lif.parameters()[k].shape) for k, v in params.items()}, jnp.array(u)
    )
    expected, counts = gradients_by_hand(u, math.exp(-1e-3 / tau_syn), math.exp(-1e-3 / tau_mem), bias, theta)
    assert counts == spikes
    assert_array_equal(lif(np.array(u)[:, None])[0][0, :, 0], spikes)
    assert_allclose(by_input, expected[: len(u)], rtol=1e-4, atol=1e-6)
    assert_allclose(np.ravel(by_params["bias"]), expected[-2], rtol=1e-4, atol=1e-6)
    assert_allclose(np.ravel(by_params["threshold"]), expected[-1], rtol=1e-4, atol=1e-6)


def test_gradients_reach_every_parameter_of_a_recurrent_network_and_are_finite():
    lif = made(LIFJax, "recurrent, two synapses")
    data = series("recurrent, two synapses")
    gradient = jax.grad(lambda p: (lif.set_attributes(p)(data)[0] ** 2).sum())(lif.parameters())
    assert jax.tree_util.tree_structure(gradient) == jax.tree_util.tree_structure(lif.parameters())
    for name, value in gradient.items():
        assert np.isfinite(value).all(), name
        assert (np.asarray(value) != 0).any(), name


@pytest.mark.parametrize("name", ["per neuron", "recurrent"])
def test_gradients_by_cells_are_those_of_the_functional_form(name):
    data = series(name)
    plain, functional = made(LIF, name), made(LIFJax, name)
    names = list(plain.parameters())
    loss = lambda out: (out * np.linspace(0, 1, STEPS)[:, None]).sum()  # noqa: E731
    by_cell = bm.jit(bm.grad(lambda: loss(plain(data)[0]), grad_vars={n: plain.cell(n) for n in names}))()
    expected = jax.grad(lambda p: loss(functional.set_attributes(p)(data)[0]))(functional.parameters())
    for n in names:
        assert_allclose(by_cell[n], expected[n], rtol=1e-4, atol=5e-5, err_msg=n)


def test_the_gradient_of_a_membrane_below_threshold_is_that_of_finite_differences():
    u = np.linspace(0, 0.02, 20)[:, None]
    lif = LIFJax(1, tau_mem=0.03, tau_syn=0.015, threshold=100.0)

    def loss(params):
        return lif.set_attributes(params)(u, record="vmem")[2]["vmem"][0, -1, 0]

    gradient = jax.grad(loss)(lif.parameters())
    for name, value in (("tau_mem", 0.03), ("tau_syn", 0.015)):
        step = 1e-6
        moved = [
            models.lif(u, 1, threshold=100.0, **{"tau_mem": 0.03, "tau_syn": 0.015, name: value + sign * step})["vmem"][-1, 0]
            for sign in (1, -1)
        ]
        assert_allclose(np.ravel(gradient[name]), (moved[0] - moved[1]) / (2 * step), rtol=1e-3)


# -- construction ---------------------------------------------------------------------


def test_attributes_have_the_documented_kinds_families_and_defaults(cls):
    module = cls((6, N), has_rec=True)
    assert list(module.parameters()) == ["tau_mem", "tau_syn", "bias", "threshold", "w_rec"]
    assert list(module.parameters("taus")) == ["tau_mem", "tau_syn"]
    for family, name in (("bias", "bias"), ("threshold", "threshold"), ("thresholds", "threshold"), ("weights", "w_rec")):
        assert list(module.parameters(family)) == [name]
    assert list(module.state()) == (["spikes", "isyn", "vmem"] if cls is LIF else ["rng_key", "spikes", "isyn", "vmem"])
    assert list(module.simulation_parameters()) == ["dt", "noise_std", "max_spikes_per_dt"]
    assert_allclose([module.tau_mem[0], module.tau_syn[0, 0], module.bias[0], module.threshold[0]], [0.02, 0.02, 0, 1])
    assert (module.dt, module.noise_std, module.max_spikes_per_dt) == (1e-3, 0, math.inf)
    assert module.tau_syn.shape == (N, 2)
    assert module.isyn.shape == (N, 2)
    assert module.w_rec.shape == (N, 6)
    assert module.spiking_output
    assert not module.spiking_input


@pytest.mark.parametrize("tau_syn", [0.01, np.full((1, 2), 0.01), np.full((N, 2), 0.01)])
def test_permitted_shapes_of_tau_syn_give_the_same_numbers(tau_syn):
    module = LIF((6, N), tau_syn=tau_syn)
    assert module.tau_syn.shape == np.shape(tau_syn)
    data = series("two synapses")
    assert_array_equal(module(data)[0], models.batched(models.lif, data, N, tau_syn=0.01)["spikes"])


def test_constants_are_no_parameters(cls):
    module = cls(N, tau_mem=Constant(0.03), threshold=Constant(np.full(N, 0.7)), max_spikes_per_dt=Constant(2.0))
    assert list(module.parameters()) == ["tau_syn", "bias"]
    assert list(module.simulation_parameters("threshold")) == ["threshold"]
    assert module.max_spikes_per_dt == 2


def test_default_recurrent_weights_are_uniform_in_kaimings_limits():
    bm.random.seed(0)
    weights = np.asarray(kaiming((50, 400)))
    limit = np.sqrt(6 / 50)
    assert 0.98 * limit < np.abs(weights).max() <= limit
    assert_allclose(weights.std(), limit / np.sqrt(3), rtol=0.02)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (
            {"shape": (4, 3)},
            ShapeError,
            r"\(shape=\.\.\.\): expected N or \(Nin, N\), with Nin a multiple of N, got \(4, 3\)\. Give every",
        ),
        ({"shape": (2, 4)}, ShapeError, r"with Nin a multiple of N, got \(2, 4\)"),
        ({"shape": (4, 2, 2)}, ShapeError, r"with Nin a multiple of N, got \(4, 2, 2\)"),
        ({"w_rec": np.ones((3, 3))}, ValueRefused, r"\.w_rec: expected no recurrent weights, since has_rec is False"),
        (
            {"shape": (6, 3), "w_rec": np.ones((3, 3)), "has_rec": True},
            ShapeError,
            r"\.w_rec: expected shape \(3, 6\), got \(3, 3\)",
        ),
        ({"tau_mem": np.ones(2)}, ShapeError, r"\.tau_mem: expected shape \(3,\) or \(\), got \(2,\)"),
        ({"tau_syn": np.ones(2)}, ShapeError, r"\.tau_syn: expected shape \(3, 1\) or \(1, 1\) or \(\), got \(2,\)"),
        ({"threshold": -1.0}, ValueRefused, r"\.threshold: expected above 0, got -1\.0"),
        ({"threshold": [1.0, 0.0, 1.0]}, ValueRefused, r"\.threshold: expected above 0, got 0\.0"),
        ({"has_rec": True, "w_rec": np.ones(9)}, ShapeError, r"\.w_rec: expected shape \(3, 3\), got \(9,\)"),
        ({"max_spikes_per_dt": -1}, ValueRefused, r"\.max_spikes_per_dt: expected at least 0, got -1\.0"),
        ({"max_spikes_per_dt": "all"}, KindError, r"\.max_spikes_per_dt: expected a number, got str"),
        ({"dt": None}, KindError, r"\.dt: expected a number, got NoneType"),
        ({"noise_std": "loud"}, KindError, r"\.noise_std: expected a number, got str"),
    ],
)
def test_bad_arguments_are_refused(cls, arguments, error, words):
    with pytest.raises(error, match=words):
        cls(**{"shape": N, **arguments})


def test_time_constants_in_a_row_are_of_synapses_and_of_neurons_where_each_has_one():
    row = np.array([0.01, 0.02], np.float32)
    assert_array_equal(LIF((4, 2), tau_syn=row).tau_syn, row[None])
    assert_array_equal(LIF((6, 3), tau_syn=row).tau_syn, row[None])
    assert_array_equal(LIF(2, tau_syn=row).tau_syn, row[:, None])
    with pytest.raises(ShapeError, match=r"LIF\.tau_syn: expected shape \(3, 2\) or \(1, 2\) or \(\), got \(3,\)"):
        LIF((6, 3), tau_syn=np.ones(3))
