"""What all groups with a membrane have in common."""

import copy
import pickle
from typing import Any, cast

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from signatures import signature

import bouton as bp
import bouton.math as bm
from bouton.errors import NoImplementationError, RunningError, ShapeError, UnsupportedError, ValueRefused
from bouton.neurons import LIF, LeakyIntegrator
from bouton.neurons._membrane import MembraneGroup

# Of each model a current with which it spikes within 20 ms, and a parameter that then matters.
MODELS: dict[str, tuple[float, str]] = {
    "LIF": (60.0, "tau"),
    "LeakyIntegrator": (5.0, "tau"),
    "ExpIF": (60.0, "delta_T"),
    "AdExIF": (60.0, "tau_w"),
    "QuaIF": (60.0, "c"),
    "AdQuaIF": (60.0, "a"),
    "Izhikevich": (20.0, "d"),
    "FHN": (2.0, "tau"),
    "MorrisLecar": (500.0, "phi"),
    "HH": (20.0, "gK"),
    "HindmarshRose": (4.0, "s"),
    "ALIFBellec2020": (60.0, "beta"),
    "GIF": (5.0, "A2"),
}


# What follows the parameters of the equation, in the order of the models from which code is ported.
OPEN = "input_var=True mode=None name=None"
LAST = f"noise=None method=exp_auto keep_size=False {OPEN}"
SURROGATE = "spike_fun=inv_square_grad"
FALLS = "V_rest=-65.0 V_reset=-68.0 V_th=-30.0"
FROM_ZERO = "tau_ref=None V_initializer=ZeroInit()"
SIGNATURES = {
    "ExpIF": f"size {FALLS} V_T=-59.9 delta_T=3.48 R=1.0 tau=10.0 {FROM_ZERO} noise=None keep_size=False input_var=True "
    f"ref_var=False mode=None method=exp_auto name=None {SURROGATE}",
    "AdExIF": f"size {FALLS} V_T=-59.9 delta_T=3.48 a=1.0 b=1.0 tau=10.0 tau_w=30.0 R=1.0 {FROM_ZERO} w_initializer=ZeroInit() "
    f"{LAST} ref_var=False {SURROGATE}",
    "QuaIF": f"size {FALLS} V_c=-50.0 c=0.07 R=1.0 tau=10.0 {FROM_ZERO} noise=None keep_size=False input_var=True ref_var=False "
    f"mode=None method=exp_auto name=None {SURROGATE}",
    "AdQuaIF": f"size {FALLS} V_c=-50.0 a=1.0 b=0.1 c=0.07 tau=10.0 tau_w=10.0 {FROM_ZERO} w_initializer=ZeroInit() {LAST} "
    f"ref_var=False {SURROGATE}",
    "Izhikevich": f"size a=0.02 b=0.2 c=-65.0 d=8.0 V_th=30.0 {FROM_ZERO} u_initializer=OneInit(value=1.0) {LAST} ref_var=False "
    f"{SURROGATE}",
    "GIF": "size V_rest=-70.0 V_reset=-70.0 V_th_inf=-50.0 V_th_reset=-60.0 R=20.0 tau=20.0 a=0.0 b=0.01 k1=0.2 k2=0.02 R1=0.0 "
    "R2=1.0 A1=0.0 A2=0.0 V_initializer=OneInit(value=-70.0) I1_initializer=ZeroInit() I2_initializer=ZeroInit() "
    f"Vth_initializer=OneInit(value=-50.0) {LAST} {SURROGATE}",
    "ALIFBellec2020": "size keep_size=False V_rest=-70.0 V_th=-60.0 R=1.0 beta=1.6 tau=20.0 tau_a=2000.0 tau_ref=None noise=None "
    "V_initializer=OneInit(value=-70.0) a_initializer=ZeroInit() spike_fun=relu_grad method=exp_auto "
    f"{OPEN} eprop=False ref_var=False",
    "FHN": f"size a=0.7 b=0.8 tau=12.5 Vth=1.8 V_initializer=ZeroInit() w_initializer=ZeroInit() {LAST} {SURROGATE}",
    "HindmarshRose": "size a=1.0 b=3.0 c=1.0 d=5.0 r=0.01 s=4.0 V_rest=-1.6 V_th=1.0 V_initializer=ZeroInit() "
    f"y_initializer=OneInit(value=-10.0) z_initializer=ZeroInit() {LAST} {SURROGATE}",
    "HH": "size keep_size=False ENa=50.0 gNa=120.0 EK=-77.0 gK=36.0 EL=-54.387 gL=0.3 V_th=20.0 C=1.0 "
    "V_initializer=Uniform(min_val=-70.0, max_val=-60.0) m_initializer=OneInit(value=0.5) h_initializer=OneInit(value=0.6) "
    f"n_initializer=OneInit(value=0.32) noise=None method=exp_auto {OPEN} {SURROGATE}",
    "MorrisLecar": "size keep_size=False V_Ca=130.0 g_Ca=4.4 V_K=-84.0 g_K=8.0 V_leak=-60.0 g_leak=2.0 C=20.0 V1=-1.2 V2=18.0 "
    "V3=2.0 V4=30.0 phi=0.04 V_th=10.0 W_initializer=OneInit(value=0.02) V_initializer=Uniform(min_val=-70.0, max_val=-60.0) "
    f"noise=None method=exp_auto {OPEN} {SURROGATE}",
    "PoissonGroup": "size freqs seed=None keep_size=False mode=None name=None",
    "SpikeTimeGroup": "size times indices need_sort=True keep_size=False mode=None name=None",
    "InputGroup": "size keep_size=False mode=None name=None",
    "OutputGroup": "size keep_size=False mode=None name=None",
}


@pytest.mark.parametrize("model", SIGNATURES)
def test_arguments_and_defaults_are_those_that_published_models_count_on(model):
    assert signature(getattr(bp.neurons, model)) == SIGNATURES[model]


@pytest.mark.parametrize("model", MODELS)
def test_numbers_are_the_same_however_it_runs(model, simulate):
    current, parameter = MODELS[model]
    made = getattr(bp.neurons, model)
    where = {"V_initializer": np.array([-60.0, -61.0])} if model in ("HH", "MorrisLecar") else {}
    record = ("V",) if model == "LeakyIntegrator" else ("V", "spike")
    x = current * np.linspace(0.5, 1.5, 200)[:, None] * np.array([1.0, 1.2])
    group = made(2, **where)
    looped = simulate(group, x, 20.0, record=record)
    assert np.isfinite(looped["V"]).all()
    if "spike" in record:
        assert looped["spike"].any()
    # Step by step, compiled and not, and with a batch in training.
    single, compiled, trained = made(2, **where), made(2, **where), made(2, mode=bm.TrainingMode(3), **where)
    step, many = bm.jit(compiled), bm.jit(trained)
    for k in range(12):
        if k < 3:
            single(x[k])
            assert_allclose(single.V, looped["V"][k], rtol=1e-5, atol=1e-5)
        step(x[k])
        many(np.tile(x[k], (3, 1)))
        assert_allclose(compiled.V, looped["V"][k], rtol=1e-5, atol=1e-5)
        assert_allclose(trained.V, np.tile(looped["V"][k], (3, 1)), rtol=1e-5, atol=1e-5)
    # Another parameter counts at once, and nothing is compiled for it.
    before = np.asarray(getattr(compiled, parameter))
    setattr(compiled, parameter, 1.3 * before + 0.01)
    assert compiled.entry(parameter).kind == "parameter"
    step(x[12])
    assert step.compilations == 1


@pytest.mark.parametrize("model", MODELS)
def test_gradients_pass_through_a_run_with_spikes(model):
    current, parameter = MODELS[model]
    # The exponential method takes longer to compile; the others blow up with HH at this step.
    made, weight = getattr(bp.neurons, model), bm.TrainVar(_default(model, parameter))
    group = made(2, mode=bm.training_mode, method="exp_auto" if model == "HH" else "euler", **{parameter: weight})

    def total(scale):
        group.reset_state()
        out = bm.for_loop(group, jnp.full((60, 1, 2), current) * scale)
        return out.sum() + 0.01 * group.V.sum()

    by_weight, by_input = bm.grad(total, grad_vars=getattr(group, parameter), argnums=0)(jnp.asarray(1.0))
    assert np.isfinite(by_weight).all()
    assert np.isfinite(by_input)
    assert float(by_input) != 0
    assert model == "GIF" or float(by_weight) != 0


def _default(model, parameter):
    return jnp.asarray(float(getattr(getattr(bp.neurons, model)(1), parameter)))


@pytest.mark.parametrize("model", MODELS)
def test_each_is_inspected_reset_copied_and_pickled(model):
    group = getattr(bp.neurons, model)(3, mode=bm.BatchingMode(2))
    known = {e.name: e for e in group.entries()}
    assert all(known[name].family for name in known if known[name].kind == "parameter" and name != "noise")
    group.V.value = group.V - 1.0
    changed = np.asarray(group.V)
    for other in (copy.deepcopy(group), pickle.loads(pickle.dumps(group))):
        assert_array_equal(other.V, changed)
        other.V.value = other.V + 1.0
    assert_array_equal(group.V, changed)
    group.reset_state(4)
    assert group.V.shape == (4, 3)


def test_elements_of_a_vmap_have_states_and_noise_of_their_own():
    bm.random.seed(4)
    lif, plain = LIF(300, noise=1.0, V_th=100.0), LIF(300, V_th=100.0)
    for group in (lif, plain):
        bm.vmap(group, mapped_vars=[group.V, group.input, group.spike])(jnp.arange(300.0))
    assert_allclose(plain.V, np.arange(300.0) * (1 - np.exp(-0.01)), rtol=1e-4)
    assert_allclose(np.std(lif.V.value - plain.V.value), np.sqrt(0.1), rtol=0.15)


def test_a_function_gives_noise_that_depends_on_the_state(simulate):
    bm.random.seed(1)
    silent = simulate(LIF(50, noise=lambda V, t: 0.0 * V), 5.0, 2.0)["V"]
    assert_allclose(silent, simulate(LIF(50), 5.0, 2.0)["V"], rtol=1e-6)
    growing = simulate(LIF(500, noise=lambda V, t: jnp.where(t < 0.95, 0.0, 1.0)), 0.0, 2.0)["V"].std(1)
    assert growing[8] == 0
    assert_allclose(growing[10:12], np.sqrt([0.1, 0.2]), rtol=0.15)


def test_noise_is_on_the_membrane_unless_a_function_gives_all():
    bm.random.seed(2)
    one = bp.neurons.AdExIF(200, noise=1.0, a=0.0)
    both = bp.neurons.AdExIF(200, noise=lambda V, w, t: (0.0, 1.0), a=0.0, V_initializer=bp.init.Constant(-65.0))
    one(0.0)
    both(0.0)
    assert np.ptp(one.V.value) == 0  # it begins above threshold, and is reset
    assert np.ptp(one.w.value) == 0
    assert_allclose(both.w.std(), np.sqrt(0.1), rtol=0.2)
    assert np.ptp(both.V.value) == 0


def test_refractory_neurons_stay_where_they_are_while_other_variables_go_on():
    group = bp.neurons.AdExIF(1, tau_ref=1.0, ref_var=True)
    with bp.share.restored({"t": 0.0}):
        assert group(0.0)
    w = float(group.w[0])
    with bp.share.restored({"t": 0.1}):
        assert not group(1e3)
    assert_allclose(group.V, [-68.0])
    assert_array_equal(group.refractory, [True])
    assert float(group.w[0]) < w


def test_a_group_without_a_variable_for_input_checks_the_shape_too():
    with pytest.raises(ShapeError, match=r"LIF\(x\): expected an input that broadcasts to shape \(2,\), got \(3,\)"):
        LIF(2, input_var=False)(np.ones(3))
    with pytest.raises(ShapeError, match=r"LIF\(x\): expected an input that broadcasts to shape \(2,\), got \(3,\)"):
        LIF(2)(np.ones(3))


def test_what_is_no_method_and_noise_with_a_method_that_has_none_are_refused_at_once():
    with pytest.raises(ValueRefused, match="method: expected the name of an integrator, got 'rk9'"):
        LIF(1, method="rk9")
    with pytest.raises(UnsupportedError, match="method 'rk4' with noise"):
        LeakyIntegrator(1, method="rk4", noise=1.0)


def test_a_mode_of_another_kind_is_refused():
    class Odd(bm.Mode):
        pass

    with pytest.raises(NotImplementedError, match=r"LIF does not support Odd\. We only support TrainingMode, BatchingMode"):
        LIF(1, mode=Odd())


def test_a_group_that_begins_to_train_without_floats_for_spikes_is_told():
    lif = LIF(1)
    lif.mode = bm.training_mode
    with pytest.raises(RunningError, match=r"LIF\(x\): expected a group that was made in a training mode, got .*truth values"):
        lif(1.0)


@pytest.mark.parametrize("name", ["tau_ref", "noise"])
def test_what_a_group_was_made_without_cannot_be_given_later(name):
    lif = LIF(1)
    setattr(lif, name, 1.0)
    with pytest.raises(RunningError, match=rf"LIF\.{name}: expected a group that was made with {name}, .*Pass {name}=0\.0 when"):
        lif()
    lif = LIF(1, **cast(Any, {name: 0.0}))
    setattr(lif, name, 1.0)
    lif()


def test_parameters_out_of_bounds_and_unknown_arguments_are_refused():
    with pytest.raises(ValueRefused, match=r"LIF\.tau: expected above 0\.0 ms, got 0\.0"):
        LIF(1, tau=0.0)
    with pytest.raises(ShapeError, match=r"expected shape \(2,\) or one number, got \(3,\)"):
        LIF(2, V_th=np.ones(3))
    lif = LIF(1)
    with pytest.raises(ValueRefused, match=r"LIF\.R: expected .*0\.0 MΩ"):
        lif.R = -1.0
    with pytest.raises(TypeError):
        LIF(1, **cast(Any, {"tau_m": 1.0}))


def test_a_subclass_without_an_equation_is_told():
    class Nothing(MembraneGroup):
        def update(self, x=None):
            return self._integrated(x)

    group = Nothing(1, False, None, None, method="euler", noise=None, input_var=True, V=0.0)
    with pytest.raises(NoImplementationError, match=r"Nothing\.derivative: expected a method that says how fast each variable"):
        group()


@pytest.mark.parametrize("model", ["ExpIF", "AdExIF", "QuaIF", "AdQuaIF"])
def test_models_that_begin_above_threshold_spike_in_the_first_step(model):
    group = getattr(bp.neurons, model)(1)
    assert group()
    assert not getattr(bp.neurons, model)(1, V_initializer=bp.init.Constant(-65.0))()
    assert_allclose(group.V, [-68.0])


@pytest.mark.parametrize(
    ("model", "wrong", "words"),
    [
        ("ExpIF", {"V_th": -70.0}, "expected less than V_th, -70.0 mV, got -68.0 mV"),
        ("AdExIF", {"V_reset": 0.0}, "expected less than V_th, -30.0 mV, got 0.0 mV"),
        ("QuaIF", {"V_reset": -30.0}, "expected less than V_th, -30.0 mV, got -30.0 mV"),
        ("AdQuaIF", {"V_th": -70.0}, "expected less than V_th, -70.0 mV, got -68.0 mV"),
        ("Izhikevich", {"c": 40.0}, r"Izhikevich\(c=\.\.\.\): expected less than V_th, 30.0 mV, got 40.0 mV"),
        ("GIF", {"V_reset": -60.0}, "expected less than V_th_reset, -60.0 mV, got -60.0 mV"),
        ("ALIFBellec2020", {"V_th": -70.0}, r"2020\(V_rest=\.\.\.\): expected less than V_th, -70.0 mV, got -70.0 mV"),
    ],
)
def test_models_that_would_spike_in_every_step_are_refused(model, wrong, words):
    with pytest.raises(ValueRefused, match=words):
        getattr(bp.neurons, model)(1, **wrong)


def test_double_precision_is_kept(simulate):
    with bm.environment(x64=True):
        lif = LIF(1, tau_ref=1.0, ref_var=True, noise=0.0, V_initializer=bp.init.Constant(1.0))
        assert lif.V.dtype == jnp.float64
        with bp.share.restored({"t": 0.0}):
            lif(np.ones(1))
        assert lif.V.dtype == lif.t_last_spike.dtype == jnp.float64
        assert_allclose(lif.V, 1.0, rtol=1e-14)
