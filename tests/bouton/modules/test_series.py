"""What holds for every module that scans a step: continuing, batches, dtypes, compilation."""

import os
import subprocess
import sys
import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference.compilations import counted_compilations

import bouton.math as bm
from bouton.errors import ShapeError
from bouton.modules import LIF, ExpSyn, ExpSynJax, LIFJax, Linear, Rate, RateJax, Sequential

N, STEPS = 5, 30
RNG = np.random.default_rng(4)
TAU = RNG.uniform(0.005, 0.1, N)
TAU_SYN = RNG.uniform(0.01, 0.1, (N, 2))
W, W2, W_IN = RNG.normal(size=(N, N)) * 0.3, RNG.normal(size=(N, 2 * N)) * 0.1, RNG.normal(size=(N, 2 * N))

MAKE = {
    "Rate": lambda: Rate(N, tau=TAU, bias=0.3, activation_func="tanh", rng_key=0),
    "Rate, recurrent and noisy": lambda: Rate(
        N, tau=TAU, has_rec=True, w_rec=W, activation_func="tanh", noise_std=0.3, rng_key=1
    ),
    "LIF": lambda: LIF(N, tau_mem=TAU, bias=0.1, rng_key=0),
    "LIF, two synapses": lambda: LIF((2 * N, N), tau_mem=TAU, tau_syn=TAU_SYN, threshold=0.7, rng_key=0),
    "LIF, recurrent and noisy": lambda: LIF(
        (2 * N, N), tau_mem=TAU, tau_syn=TAU_SYN, has_rec=True, w_rec=W2, noise_std=0.3, rng_key=1, bias=0.1
    ),
    "ExpSyn": lambda: ExpSyn(N, tau=TAU, noise_std=0.2, rng_key=2),
    "Sequential": lambda: Sequential(
        Linear((N, 2 * N), W_IN),
        LIF((2 * N, N), bias=0.05, rng_key=0),
        ExpSyn(N, rng_key=0),
        Rate(N, has_rec=True, w_rec=W, rng_key=0),
    ),
}


@pytest.fixture(params=MAKE)
def make(request):
    return MAKE[request.param]


def series(module, batch=1, steps=STEPS):
    return np.random.default_rng(9).normal(size=(batch, steps, module.size_in)).astype(np.float32)


def finals(module):
    return {e.path: np.asarray(e.value) for e in module.entries() if e.kind in ("state", "random")}


# -- continuing ---------------------------------------------------------------------


@pytest.mark.optimised
@pytest.mark.parametrize(
    "parts", [(17, 13), (1, 29), (29, 1), (2,) * 15, (1,) * 30, (0, 30), (30, 0)], ids=lambda p: f"{len(p)}x{p[0]}"
)
def test_two_calls_are_exactly_one_call_of_as_many_steps(make, parts):
    whole, cut = make(), make()
    data = series(whole)
    expected = np.asarray(whole(data)[0])
    ends = np.cumsum(parts)
    outputs = [np.asarray(cut(data[:, end - n : end])[0]) for n, end in zip(parts, ends, strict=True)]
    assert_array_equal(np.concatenate(outputs, axis=1), expected)
    for path, value in finals(whole).items():
        assert_array_equal(finals(cut)[path], value, err_msg=path)


@pytest.mark.parametrize(
    "make", [lambda: RateJax(N, noise_std=0.3, rng_key=1), lambda: LIFJax(N, has_rec=True, w_rec=W, noise_std=0.1)]
)
def test_a_functional_module_continues_with_the_state_it_returned(make):
    module = make()
    data = series(module)
    expected, final, _ = module(data)
    first, state, _ = module(data[:, :11])
    second, last, _ = module.set_attributes(state)(data[:, 11:])
    assert_array_equal(np.concatenate([first, second], axis=1), expected)
    for name in final:
        assert_array_equal(last[name], final[name])
    assert_array_equal(module(data)[0], expected)


def test_plain_and_functional_modules_give_the_same_numbers():
    for plain, functional in ((Rate, RateJax), (LIF, LIFJax), (ExpSyn, ExpSynJax)):
        one, two = plain(N, noise_std=0.2, rng_key=3), functional(N, noise_std=0.2, rng_key=3)
        assert_array_equal(one(series(one, 2))[0], two(series(two, 2))[0])


# -- batches --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Rate", "LIF", "LIF, two synapses"])
def test_each_element_of_a_batch_starts_from_the_present_state_and_runs_alone(name):
    batched = MAKE[name]()
    data = series(batched, 3)
    batched(data[:1])
    state = batched.state()
    out = np.asarray(batched(data)[0])
    for k in range(3):
        alone = MAKE[name]().set_attributes(state)
        assert_allclose(out[k], alone(data[k])[0][0], rtol=1e-5, atol=1e-6)
        if k == 0:
            for path, value in finals(alone).items():
                if path != "rng_key":
                    assert_allclose(finals(batched)[path], value, rtol=1e-5, atol=1e-6)


def test_no_steps_leave_everything(make):
    module = make()
    module(series(module))
    before = finals(module)
    out, state, record = module(series(module, 1, 0), record=True, return_batch_state=True)
    assert out.shape == (1, 0, N)
    for value in jax.tree_util.tree_leaves(record):
        assert value.shape[:2] == (1, 0)
    for value in jax.tree_util.tree_leaves(state):
        assert value.shape[0] == 1
    for path, value in finals(module).items():
        if "rng_key" not in path:
            assert_array_equal(value, before[path])


# -- compiled -------------------------------------------------------------------------


def test_eager_compiled_and_differentiated_calls_agree(make):
    data = None
    results = []
    for how in ("eager", "compiled", "in grad", "in a loop"):
        module = make()
        data = series(module)
        call = {
            "eager": lambda x, m=module: m(x)[0],
            "compiled": lambda x, m=module: bm.jit(lambda y: m(y)[0])(x),
            "in grad": lambda x, m=module: bm.grad(lambda y: (0.0 * y.sum(), m(y)[0]), has_aux=True)(x)[1],
            "in a loop": lambda x, m=module: bm.for_loop(lambda y: m(y)[0][0], x),
        }[how]
        results.append((how, np.asarray(call(jnp.asarray(data))), finals(module)))
    _, expected, state = results[0]
    for how, out, final in results[1:]:
        assert_allclose(out, expected, rtol=1e-5, atol=1e-5, err_msg=how)
        for path, value in final.items():
            assert_allclose(value, state[path], rtol=1e-4, atol=1e-4, err_msg=f"{how} {path}")


def test_a_model_that_is_built_again_compiles_nothing(make):
    module = make()
    data = jnp.asarray(series(module))
    module(data)
    again = make()
    with counted_compilations() as compiled:
        again(data)
    assert compiled.count == 0


def test_a_second_shape_compiles_once_and_both_stay():
    rate = Rate(N)
    short, long = jnp.ones((1, 3, N)), jnp.ones((1, 4, N))
    rate(short)
    rate(long)
    with counted_compilations() as compiled:
        rate(short)
        rate(long)
    assert compiled.count == 0


def test_structural_changes_take_effect_inside_compiled_functions_of_other_shapes_too():
    rate = Rate(1, bias=1.0)
    run = bm.jit(lambda x: rate(x)[0])
    run(jnp.zeros((1, 2, 1)))
    run(jnp.zeros((1, 3, 1)))
    rate.act_fn = lambda x, threshold: 10 * x
    for steps in (2, 3):
        rate.reset_state()
        x = 0.0
        for _ in range(steps):
            x += 0.05 * (1 - x)
        assert_allclose(run(jnp.zeros((1, steps, 1)))[0, -1, 0], 10 * x, rtol=1e-5)


def test_an_interrupted_run_leaves_the_state():
    rate = Rate(1)
    armed = []

    def act(x, threshold):
        if armed:
            raise KeyboardInterrupt
        return x

    rate.act_fn = act
    armed.append(True)
    with pytest.raises(KeyboardInterrupt):
        rate(np.ones((3, 1)))
    assert rate.x == 0
    armed.clear()
    assert rate(np.ones((3, 1)))[0].shape == (1, 3, 1)


# -- threads and dtypes -----------------------------------------------------------------


def test_two_models_run_in_two_threads_at_once():
    models = [Sequential(Linear((2, 3), weight=np.full((2, 3), 0.1 * (k + 1))), LIF(3)) for k in range(4)]
    data = np.random.default_rng(0).uniform(size=(20, 2))
    expected = [np.asarray(Sequential(Linear((2, 3), weight=np.full((2, 3), 0.1 * (k + 1))), LIF(3))(data)[0]) for k in range(4)]
    found: dict[int, np.ndarray] = {}

    def work(k):
        for _ in range(5):
            models[k].reset_state()
            found[k] = np.asarray(models[k](data, record="1_LIF.vmem")[0])

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k in range(4):
        assert_array_equal(found[k], expected[k])


@pytest.mark.parametrize("dtype", [np.float16, jnp.bfloat16, np.float64, np.int8, bool])
def test_states_keep_their_dtype_whatever_comes_in(dtype):
    for module in (Rate(2), LIF(2), ExpSyn(2), Linear((2, 2))):
        before = {p: v.dtype for p, v in finals(module).items()}
        out, _, _ = module(jnp.ones((3, 2)).astype(dtype) if dtype is not np.float64 else np.ones((3, 2)))
        assert out.dtype == np.float32
        assert {p: v.dtype for p, v in finals(module).items()} == before


@pytest.mark.parametrize("make", [Rate, LIF, ExpSyn], ids=lambda c: c.__name__)
def test_half_precisions_that_hold_no_more_than_each_other_meet_in_single(make):
    name = "tau_mem" if make is LIF else "tau"
    module = make(2, **{name: jnp.full(2, 0.02, jnp.bfloat16)})
    out, state, _ = module(jnp.ones((3, 2), jnp.float16))
    assert out.dtype == np.float32
    assert all(v.dtype == np.float32 for v in state.values())


SWITCHED_TO_DOUBLE = """
import jax, numpy as np
from bouton.modules import LIF
lif = LIF(3, tau_mem=0.02)
lif(np.full((5, 3), 0.1))
jax.config.update("jax_enable_x64", True)
lif.reset_state().reset_parameters()
np.testing.assert_array_equal(lif.vmem, np.zeros(3))
out, _, _ = lif(np.full((5, 3), 0.1))
twin = LIF(3, tau_mem=0.02)
np.testing.assert_allclose(out, twin(np.full((5, 3), 0.1))[0])
"""


IN_DOUBLE = """
import jax, numpy as np
jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_dtype_promotion", "strict")
from bouton.modules import LIF, ExpSyn, Linear, Rate, RateJax
from reference import models
rng = np.random.default_rng(0)
data, w = rng.uniform(0, 0.15, size=(50, 3)), rng.normal(size=(3, 3)) * 0.3
pairs = {
    "rate": (Rate(3, has_rec=True, w_rec=w, bias=0.1), models.rate(data, w_rec=w, bias=0.1)[0]),
    "lif": (LIF(3, has_rec=True, w_rec=w), models.lif(data, 3, w_rec=w)["spikes"]),
    "exp_syn": (ExpSyn(3, tau=0.02), models.exp_syn(data, 0.02)),
    "linear": (Linear((3, 3), weight=w), models.linear(data, w)),
}
for name, (module, expected) in pairs.items():
    out = module(data)[0][0]
    assert out.dtype == np.float64, name
    np.testing.assert_allclose(out, expected, rtol=1e-12, atol=1e-13, err_msg=name)
    module(data.astype(np.float32)), module(data.astype(int))
lif = LIF(3, has_rec=True, w_rec=w)
_, _, record = lif(data, record=True)
np.testing.assert_allclose(record["vmem"][0], models.lif(data, 3, w_rec=w)["vmem"], rtol=1e-11, atol=1e-12)
Rate(3, noise_std=0.1, rng_key=0)(data)
jax.grad(lambda p: RateJax(3).set_attributes(p)(data)[0].sum())(RateJax(3).parameters())
"""


@pytest.mark.parametrize("code", [IN_DOUBLE, SWITCHED_TO_DOUBLE], ids=["from the start", "later"])
def test_in_double_precision_the_numbers_are_those_of_numpy_to_the_last_digits(code):
    path = os.pathsep.join(p for p in sys.path if p)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": path}
    )
    assert done.returncode == 0, done.stderr


def test_the_evolve_of_a_subclass_gets_an_array_of_three_axes():
    class Loud(LIF):
        def evolve(self, input_data, record=False):
            assert input_data.shape == (1, 3, 2)
            return super().evolve(input_data * 2, record)

    series = [[0.6, 0.1], [0.6, 0.1], [0.6, 0.1]]
    assert_array_equal(Loud(2)(series)[0], LIF(2)(np.array(series) * 2)[0])


def test_modules_that_are_stacked_are_called_through_vmap_and_refused_otherwise():
    taus = (0.01, 0.04)
    modules = jax.tree_util.tree_map(lambda *arrays: jnp.stack(arrays), *(ExpSynJax(2, rng_key=0) for _ in taus))
    modules = jax.vmap(lambda module, tau: module.set_attributes({"tau": jnp.full(2, tau)}))(modules, jnp.array(taus))
    series = np.ones((4, 2), np.float32)
    with pytest.raises(ShapeError, match=r"^ExpSynJax\.tau: expected shape \(2,\) or \(\), got \(2, 2\)\. Call stacked"):
        modules(series)
    outputs = jax.vmap(lambda module: module(series)[0])(modules)
    for tau, output in zip(taus, outputs, strict=True):
        decays = np.exp(-1e-3 / tau) ** np.arange(1, 5)
        assert_allclose(output[0, :, 1], np.cumsum(decays), rtol=1e-5)
