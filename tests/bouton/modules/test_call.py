import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.core._nested import leaves
from bouton.errors import KindError, UnknownPathError
from bouton.modules import ExpSyn, Module, Rate, RateJax, Sequential
from bouton.modules._call import CALLS, Call, Selection


def paths_of(record):
    return [path for path, _ in leaves(record)]


class Pipe(Module):
    """Calls what it is told and gives its input back."""

    def __init__(self, inside=None):
        super().__init__(2)
        self.seen = []
        if inside is not None:
            self.inside = inside

    def evolve(self, input_data, record=False):
        self.seen.append(CALLS.top.prefix)
        if "inside" in self.modules():
            self.inside(input_data, record=record)
        return input_data, {}, {"x": input_data} if record else {}


@pytest.mark.parametrize(
    ("record", "path", "wanted"),
    [
        (True, "a.b", True),
        (False, "a.b", False),
        ("a.b", "a.b", True),
        ("a.b", "a.bc", False),
        ("a.*", "a.b.c", True),
        (["x", "a.?"], "a.b", True),
        ("A.b", "a.b", False),
        ("a.[bc]", "a.c", True),
    ],
)
def test_a_selection_knows_what_it_wants(record, path, wanted):
    selection = Selection(record)
    assert selection.wants(path) is wanted
    assert bool(selection) is (record is not False)


@pytest.mark.parametrize(
    ("record", "kept"),
    [
        (True, {"a": {"b": 1, "c": {"d": 2}}, "e": 3}),
        ("a.c.*", {"a": {"c": {"d": 2}}}),
        (["e", "a.b"], {"a": {"b": 1}, "e": 3}),
        ("zzz", {}),
        (False, {}),
    ],
)
def test_a_call_keeps_the_wanted_part_of_a_record(record, kept):
    with Call(Rate(2), record, False) as call:
        assert call.kept({"a": {"b": 1, "c": {"d": 2}}, "e": 3}) == kept


def test_a_pattern_that_chose_nothing_is_refused_with_the_nearest_path():
    selection = Selection(["a.b", "a.d"])
    with pytest.raises(
        UnknownPathError, match=r"M\(record=\.\.\.\): expected paths of signals that the model records, got 'a\.d'"
    ):
        selection.check_found({"a": {"b": 1}}, lambda: ["a.c"], "M")
    selection.check_found({"a": {"b": 1, "d": 2}}, list, "M")
    Selection(True).check_found({}, list, "M")


@pytest.mark.parametrize("record", [3, None, object(), [3], {"a"}])
def test_a_selection_is_made_of_paths(record):
    with pytest.raises(KindError, match=r"record: expected True, False, a path or a list of paths, got"):
        Selection(record)


def test_a_call_knows_its_place_at_any_depth():
    inner = Pipe()
    middle = Pipe(inner)
    outer = Pipe(middle)
    outer(np.ones((3, 2)), record="inside.inside.x")
    assert [p.seen[-1] for p in (outer, middle, inner)] == ["", "inside.", "inside.inside."]
    assert CALLS.top is None


def test_a_path_reaches_a_module_whose_evolve_passes_no_record_on():
    class Silent(Module):
        def __init__(self, inside):
            super().__init__(2)
            self.inside = inside

        def evolve(self, input_data, *args, **kwargs):
            return self.inside(input_data)[0], {}, {}

    outer = Silent(Silent(Rate(2)))
    record = outer(np.ones((3, 2)), record="inside.inside.x")[2]
    assert list(paths_of(record)) == ["inside.inside.x"]
    assert record["inside"]["inside"]["x"].shape == (1, 3, 2)


def test_a_module_that_is_no_part_of_the_caller_is_a_call_of_its_own():
    stranger = Rate(2)

    class Caller(Module):
        def evolve(self, input_data, record=False):
            with Call(stranger, "x", False) as call:
                assert call.above == ()
                assert call.prefix == ""
            return input_data, {}, {}

    Caller(2)(np.ones((3, 2)))


def test_an_exception_ends_the_call():
    class Broken(Module):
        def evolve(self, input_data, record=False):
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        Pipe(Broken(2))(np.ones((3, 2)))
    assert CALLS.top is None


def test_calls_belong_to_their_thread():
    seen = []

    class Asking(Module):
        def evolve(self, input_data, record=False):
            thread = threading.Thread(target=lambda: seen.append(CALLS.top))
            thread.start()
            thread.join()
            return input_data, {}, {}

    Asking(2)(np.ones((3, 2)))
    assert seen == [None]


class Readout(Module):
    """Uses a signal that it records for itself, as a readout of membrane potentials does."""

    def __init__(self, ask):
        super().__init__(2)
        self.rate = Rate(2)
        self.ask = ask

    def evolve(self, input_data, record=False):
        _, _, found = self.rate(input_data, record=self.ask)
        return found["x"] * 2, {}, {"doubled": found["x"] * 2} if record else {}


@pytest.mark.parametrize("ask", [True, "x", ["x", "rec_input"]])
@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (False, []),
        ("1_Rate.x", ["1_Rate.x"]),
        ("0_Readout.rate.rec_input", ["0_Readout.rate.rec_input"]),
        (["0_Readout.*"], ["0_Readout.rate.rec_input", "0_Readout.rate.x", "0_Readout.doubled"]),
        ("0_Readout.doubled", ["0_Readout.doubled"]),
    ],
    ids=repr,
)
def test_what_code_inside_records_for_itself_is_its_own_affair(ask, record, expected):
    net = Sequential(Readout(ask), Rate(2))
    out, _, found = net(np.ones((3, 2)), record=record)
    assert sorted(paths_of(found)) == sorted(expected) or not record
    assert out.shape == (1, 3, 2)
    assert found == {} or record


def test_with_everything_recorded_what_code_inside_asks_for_is_recorded_with_the_rest():
    found = Sequential(Readout(True), Rate(2))(np.ones((3, 2)), record=True)[2]
    assert {"0_Readout.doubled", "0_Readout.rate.x", "0_Readout.rate.rec_input", "1_Rate.x"} <= set(paths_of(found))


def test_a_wrong_path_inside_names_the_module_that_asked():
    with pytest.raises(UnknownPathError, match=r"Rate\(record=\.\.\.\): expected paths of signals.*got 'y'"):
        Sequential(Readout("y"), Rate(2))(np.ones((3, 2)), record="1_Rate.x")


def test_what_was_passed_on_means_everything_to_a_step_that_is_run_directly():
    class Direct(Readout):
        def evolve(self, input_data, record=False):
            out, _, found = self.rate.evolve(input_data, record=record)
            assert set(found) == ({"x", "rec_input"} if record else set())
            return out, {}, {"rate": found}

    assert list(paths_of(Direct(True)(np.ones((3, 2)), record="rate.x")[2])) == ["rate.x"]


class _StepByStep(Module):
    """Calls its submodule once for each time step, in a loop of bouton's own."""

    def __init__(self, how):
        super().__init__(1)
        self.synapse = ExpSyn(1, tau=0.01)
        self._how = how

    def evolve(self, input_data, record=False):
        series = jnp.asarray(input_data)[..., 0].reshape(-1)
        return self._how(lambda x: self.synapse(x[None, None])[0][0, 0], series)[None], {}, {}


@pytest.mark.parametrize("jit", [True, False])
def test_a_submodule_may_be_called_in_a_loop_inside_evolve(jit):
    drive = np.array([1.0, 0.0, 2.0])
    outer = _StepByStep(lambda body, xs: bm.for_loop(body, xs, jit=jit))
    output, state, _ = outer(drive[:, None])
    decay, expected = np.exp(-1e-3 / 0.01), []
    for u in drive:
        expected.append(((expected[-1] if expected else 0.0) + u) * decay)
    np.testing.assert_allclose(output[0, :, 0], expected, rtol=1e-6)
    np.testing.assert_allclose(state["synapse"]["isyn"], expected[-1:], rtol=1e-6)
    np.testing.assert_allclose(outer.synapse.isyn, expected[-1:], rtol=1e-6)


def mapped(neurons, series):
    return jax.vmap(lambda x: neurons(x[None])[0][0])(series)


def scanned(neurons, series):
    def turn(x, u):
        out, state, _ = neurons.set_attributes({"x": x})(u[None, None])
        return state["x"], out[0, 0]

    return jax.lax.scan(turn, neurons.x, series[0])[1][None]


def compiled(neurons, series):
    return jax.jit(lambda x: neurons(x)[0])(series)


class InATransform(Module):
    """Calls a functional submodule inside a transform of JAX's own."""

    def __init__(self, way):
        super().__init__(3)
        self.neurons = RateJax(3, tau=0.05)
        self.way = way

    def evolve(self, input_data, record=False):
        return self.way(self.neurons, input_data), {}, {}


@pytest.mark.parametrize("around", [lambda net: net, bm.jit], ids=["plain", "compiled"])
@pytest.mark.parametrize("way", [mapped, scanned, compiled])
def test_a_functional_submodule_may_be_called_in_a_transform_and_keeps_its_state(way, around):
    series = np.random.default_rng(3).uniform(size=(1, 6, 3)).astype(np.float32)
    net = InATransform(way)
    out, state, _ = around(net)(series)
    assert_allclose(out, RateJax(3, tau=0.05)(series)[0], rtol=1e-5)
    assert_array_equal(state["neurons"]["x"], np.zeros(3))
    assert_array_equal(net.neurons.x, np.zeros(3))
    assert net(series, record=True)[2] == {}
    gradient = jax.grad(lambda x: net(x)[0].sum())(series)
    assert (np.asarray(gradient) > 0).all()
