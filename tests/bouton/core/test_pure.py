"""The pure form of objects of every kind."""

import copy
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, UnknownPathError, UnsupportedError, ValueRefused

SERIES = np.random.default_rng(0).uniform(0, 0.5, size=(2, 6, 3)).astype(np.float32)
STEP = SERIES[:, 0]


def module():
    return bp.modules.Sequential(bp.modules.Linear((3, 4)), bp.modules.LIF(4, has_rec=True, bias=0.2, rng_key=0))


def system():
    with bm.training_environment():
        net = bp.Sequential(bp.layers.Dense(3, 4), bp.layers.GRUCell(4, 5), bp.layers.Dense(5, 2))
    net.reset_state(2)
    return net


def graph():
    net = bp.nn.Input(3) >> bp.nn.VanillaRNN(5) >> bp.nn.Dense(2)
    return net.initialize(2)


class Counter(bp.Object):
    """Of no face: an object with a call."""

    def __init__(self):
        super().__init__()
        self.gain = bm.TrainVar(jnp.ones(3))
        self.n = bm.Variable(jnp.zeros(()))

    def __call__(self, x):
        self.n += 1.0
        return x * self.gain + self.n.value


FACES = {"sequence": (module, SERIES), "step": (system, STEP), "graph": (graph, STEP), "object": (Counter, STEP)}


@pytest.fixture(params=FACES)
def face(request):
    make, x = FACES[request.param]
    return make(), x


def output(obj, x):
    out = obj(x)
    return out[0] if isinstance(out, tuple) else out


def held(obj):
    return {path: np.asarray(cell.value) for path, cell in obj.vars("relative").items()}


def assert_same(one, two):
    assert one.keys() == two.keys()
    for path, value in one.items():
        assert_allclose(value, two[path], rtol=1e-6, err_msg=path)


# -- the same behaviour, without a change -------------------------------------------------------------------


def test_d8_the_pure_form_gives_what_the_object_gives_and_leaves_it_alone(face):
    obj, x = face
    before, pure = held(obj), bp.functional(obj)
    out, state, record = pure(x)
    again, _, _ = pure(x)
    assert_same(held(obj), before)
    assert record == {}
    assert_array_equal(again, out)
    following, _, _ = pure.set_attributes(state)(x)
    # The object itself, twice.
    assert_allclose(out, output(obj, x), rtol=1e-6)
    assert_allclose(following, output(obj, x), rtol=1e-6)


def test_d8_the_new_state_is_that_of_the_object_after_its_call(face):
    obj, x = face
    pure = obj.pure()
    _, state, _ = pure(x)
    assert jax.tree_util.tree_structure(state) == jax.tree_util.tree_structure(pure.states())
    obj(x)
    assert_same(held(obj), held_by(pure.set_attributes(state), obj))


def held_by(pure, obj):
    """The arrays of a pure form under the paths of its object."""
    with bp.naming("held"):
        paths = {id(cell): path for path, cell in obj.vars("relative").items()}
    found = {paths[id(cell)]: np.asarray(x) for cell, x in zip(pure._form.cells, pure._values, strict=True)}
    # What is left out of the tree is as the object has it.
    return held(obj) | found


def test_d8_the_pure_form_goes_through_jit_with_one_compilation(face):
    obj, x = face
    pure, traces = bp.functional(obj), []

    @jax.jit
    def run(m, x):
        traces.append(x)
        out, state, _ = m(x)
        return out, m.set_attributes(state)

    outputs = []
    for _ in range(3):
        out, pure = run(pure, x)
        outputs.append(out)
    for out in outputs:
        assert_allclose(out, output(obj, x), rtol=1e-5, atol=1e-6)
    assert len(traces) == 1
    # Another pure form of the same object, with other parameters.
    other = bp.functional(obj).set_attributes(jax.tree_util.tree_map(lambda p: p * 0.5, pure.parameters()))
    run(other, x)
    assert len(traces) == 1


def test_d8_derivatives_by_parameters_are_those_by_the_cells_of_the_object(face):
    obj, x = face
    pure = bp.functional(obj)
    slopes = jax.jit(jax.grad(lambda p, m: (m.set_attributes(p)(x)[0] ** 2).sum()))(pure.parameters(), pure)
    cells = {entry.path: entry.cell for entry in obj.entries() if entry.kind == "parameter" and entry.is_array}
    expected = bm.grad(lambda: (output(obj, x) ** 2).sum(), grad_vars=cells)()
    for path, slope in expected.items():
        found = slopes
        for name in path.split("."):
            found = found[name]
        assert_allclose(found, slope, rtol=1e-4, atol=1e-6, err_msg=path)


def test_it_is_a_tree_of_the_objects_arrays_that_can_be_mapped_over():
    pure = bp.functional(Counter())
    assert [x.shape for x in jax.tree_util.tree_leaves(pure)] == [(3,), ()]
    many = jax.tree_util.tree_map(lambda x: jnp.stack([x, 2 * x]), pure)
    out = jax.vmap(lambda m: m(jnp.ones(3))[0])(many)
    assert_array_equal(out, [[2, 2, 2], [3, 3, 3]])
    zeros = jax.tree_util.tree_map(jnp.zeros_like, pure)
    assert_array_equal(zeros.parameters()["gain"], np.zeros(3))
    assert repr(pure).startswith("Pure(")
    assert isinstance(pure.obj, Counter)


def test_it_runs_in_a_scan_and_in_boutons_own_transforms():
    pure = bp.functional(Counter())

    def turn(m, x):
        out, state, _ = m(x)
        return m.set_attributes(state), out

    _, outs = jax.lax.scan(turn, pure, jnp.ones((4, 3)))
    assert_array_equal(outs[:, 0], [2, 3, 4, 5])
    assert_array_equal(bm.jit(lambda m, x: m(x)[0])(pure, jnp.ones(3)), [2, 2, 2])
    assert_array_equal(bm.for_loop(lambda x: pure(x)[0], jnp.ones((4, 3)))[:, 0], [2, 2, 2, 2])


def test_resets_return_another_one():
    net = bp.modules.Rate(3, tau=0.05)
    pure = bp.functional(net)
    moved = pure.set_attributes({"tau": np.float32(0.5), **pure(SERIES)[1]})
    assert_array_equal(moved.reset_state().states()["x"], np.zeros(3))
    assert_allclose(moved.reset_parameters().parameters("taus")["tau"], 0.05)
    assert_allclose(moved.parameters()["tau"], 0.5)
    assert moved.simulation_parameters()["dt"] == np.float32(1e-3)
    assert float(moved.states()["x"].max()) > 0


def test_a_functional_module_is_its_own_pure_form():
    net = bp.modules.RateJax(3)
    assert bp.functional(net) is net
    with pytest.raises(ValueRefused, match=r"functional\(RateJax\), rng_key: expected none, since functional modules have keys"):
        net.pure(rng_key=0)


# -- records -----------------------------------------------------------------------------------------------


def test_of_a_step_the_states_after_it_are_recorded():
    pure = bp.functional(bp.neurons.LIF(3))
    _, state, record = pure(np.full(3, 5.0, np.float32), record=True)
    assert_array_equal(record["V"], state["V"])
    assert list(pure(np.zeros(3, np.float32), record="V")[2]) == ["V"]
    cell = bp.functional(system())
    assert list(cell(STEP, record=["1.*"])[2]) == ["1"]
    with pytest.raises(UnknownPathError, match=r"LIF\(record=\.\.\.\): expected paths of states, got 'W'\."):
        pure(np.zeros(3, np.float32), record="W")


def test_of_a_module_signals_are_recorded_by_path():
    net = module()
    _, _, record = bp.functional(net)(SERIES, record="1_LIF.vmem")
    _, _, expected = net(SERIES, record="1_LIF.vmem")
    assert_array_equal(record["1_LIF"]["vmem"], expected["1_LIF"]["vmem"])
    _, state, _ = bp.functional(module())(SERIES, return_batch_state=True)
    assert state["1_LIF"]["vmem"].shape == (2, 4)


# -- time, random numbers, what is no array ------------------------------------------------------------------


def test_a_system_of_one_step_is_told_the_time_in_front_of_its_input():
    class Clock(bp.DynamicalSystem):
        def update(self, shared, x):
            return x + shared["t"]

    pure, traces, shared = bp.functional(Clock()), [], bp.share.get_shargs()

    @jax.jit
    def run(m, t, x):
        traces.append(t)
        return m({"t": t}, x)[0]

    assert [float(run(pure, t, 1.0)) for t in (0.5, 2.0)] == [1.5, 3.0]
    assert len(traces) == 1
    assert bp.share.get_shargs() == shared


def test_random_numbers_come_from_a_key_that_moves_on_with_the_states():
    class Noisy(bp.Object):
        def __call__(self, x):
            return x + bm.random.normal(0.0, 1.0, 3)

    noisy = Noisy()
    with pytest.raises(UnsupportedError, match=r"the pure form of Noisy: expected a key for the random numbers .* rng_key=0"):
        bp.functional(noisy)(0.0)
    pure = bp.functional(noisy, rng_key=1)
    first, state, _ = pure(0.0)
    assert_array_equal(pure(0.0)[0], first)
    second, _, _ = pure.set_attributes(state)(0.0)
    assert not np.allclose(first, second)
    bm.random.seed(1)
    assert_array_equal(noisy(0.0), first)
    assert_array_equal(noisy(0.0), second)
    assert_array_equal(jax.jit(lambda m: m(0.0)[0])(pure), first)
    for key in (jax.random.PRNGKey(1), jax.random.key(1), np.asarray(jax.random.PRNGKey(1))):
        assert_array_equal(bp.functional(noisy, rng_key=key)(0.0)[0], first)


def test_the_noise_of_a_module_comes_from_its_own_key():
    net = bp.modules.Rate(3, noise_std=1.0, rng_key=4)
    pure = bp.functional(net)
    first, state, _ = pure(SERIES)
    assert_array_equal(pure(SERIES)[0], first)
    second, _, _ = pure.set_attributes(state)(SERIES)
    assert_array_equal(net(SERIES)[0], first)
    assert_array_equal(net(SERIES)[0], second)


def test_noise_that_is_switched_on_in_the_pure_form_counts():
    net = bp.modules.Rate(3, activation_func="tanh", rng_key=0)
    pure, quiet = bp.functional(net), np.zeros((1, 20, 3))
    leaves = len(jax.tree_util.tree_leaves(pure))
    noisy = pure.set_attributes({"noise_std": 1.0})
    assert len(jax.tree_util.tree_leaves(noisy)) == leaves + 1
    run = jax.jit(lambda m: m(quiet)[0])
    assert float(jnp.var(run(pure))) == 0
    assert float(jnp.var(run(noisy))) > 0
    assert net.noise_std == 0


def test_what_is_no_array_is_the_objects_and_compiled_code_follows():
    net = bp.modules.Rate(3)
    pure, traces = bp.functional(net), []

    @jax.jit
    def run(m):
        traces.append(m)
        return m(SERIES)[0]

    relu = run(pure)
    run(pure)
    net.act_fn = "tanh"
    assert_allclose(run(pure), pure(SERIES)[0], rtol=1e-6)
    assert not np.allclose(run(pure), relu)
    assert len(traces) == 2


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda obj: pickle.loads(pickle.dumps(obj))], ids=["copy", "pickle"])
@pytest.mark.parametrize("make", [lambda: bp.neurons.LIF(3), module, graph], ids=["step", "sequence", "graph"])
def test_an_object_that_has_a_pure_form_can_be_copied(make, copied):
    obj = make()
    x = SERIES if make is module else STEP if make is graph else STEP[0]
    expected = bp.functional(obj)(x)[0]
    assert_allclose(bp.functional(copied(obj))(x)[0], expected, rtol=1e-6)


def test_variables_of_others_are_read_and_not_written():
    other = bm.Variable(jnp.ones(()))

    class Reader(bp.Object):
        def __call__(self, x):
            return x * other

    class Writer(bp.Object):
        def __call__(self, x):
            other.value = other + x
            return x

    assert float(bp.functional(Reader())(3.0)[0]) == 3
    with pytest.raises(
        UnsupportedError, match=r"the pure form of Writer: .* got one that writes to another Variable, of shape \(\)"
    ):
        bp.functional(Writer())(3.0)
    assert float(other.value) == 1


def test_cells_that_are_read_inside_jaxs_own_loops_are_seen_each_time():
    class Loop(bp.Object):
        def __init__(self):
            super().__init__()
            self.gain = bm.TrainVar(jnp.ones(()))

        def __call__(self, x):
            return jax.lax.scan(lambda c, _: (c * self.gain.value, None), x, None, length=3)[0]

    pure = bp.functional(Loop())
    for gain in (2.0, 3.0):
        assert float(pure.set_attributes({"gain": gain})(1.0)[0]) == gain**3


# -- mistakes ------------------------------------------------------------------------------------------------


def implicit():
    counter = Counter()
    counter.register_implicit_vars(bm.Variable(2))
    return counter


@pytest.mark.parametrize(
    ("make", "options", "error", "words"),
    [
        (lambda: np.tanh, {}, KindError, r"functional: expected an object of bouton, got ufunc\. Make one of a function with"),
        (bp.Object, {}, KindError, r"functional\(Object\): expected an object that can be called, got Object, without"),
        (implicit, {}, UnsupportedError, r"functional\(Counter\): expected Variables in attributes, .* Assign it to an"),
        (lambda: bp.modules.LIF(2), {"rng_key": 0}, ValueRefused, r"functional\(LIF\), rng_key: expected none, since the"),
        (Counter, {"rng_key": "seed"}, KindError, r"functional\(rng_key=\.\.\.\): expected a whole number, got 'seed'"),
    ],
)
def test_mistakes_are_refused(make, options, error, words):
    with pytest.raises(error, match=words):
        bp.functional(make(), **options)
