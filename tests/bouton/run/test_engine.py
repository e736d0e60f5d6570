"""Advancing, failing and going back, without threads."""

import contextlib
import gc
import weakref

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from live_engine import DT, Growing, drive, engine, held, run
from numpy.testing import assert_allclose, assert_array_equal

import bouton.math as bm
from bouton.core import Parameter, SimulationParameter, State
from bouton.errors import RunningError, UnsupportedError, ValueRefused
from bouton.modules import LIF, LIFJax, Linear, Module, Rate, RateJax, Sequential
from bouton.run._foreign import Stopped


class Around(Module):
    """A growing state two floors down."""

    def __init__(self, size=1):
        super().__init__(size)
        self.calm = Rate(size, tau=0.02)
        self.middle = Sequential(Growing(size))

    def evolve(self, input_data, record=False):
        data, _, _ = self.calm(input_data)
        return self.middle(data)[0], {}, {}


class Calling(Module):
    """Counts steps in a state, and calls a Python function with the count: on the host when compiled."""

    def __init__(self, function):
        super().__init__(1)
        self._function = function
        self.x = State(np.zeros(1, np.float32))
        self.dt = SimulationParameter(DT)

    def evolve(self, input_data, record=False):
        data, _ = self._auto_batch(input_data)
        x = self.x + jnp.arange(1.0, data.shape[1] + 1)[:, None]
        seen = jax.pure_callback(lambda v: np.float32(self._function(float(v))), jax.ShapeDtypeStruct((), np.float32), x[-1, 0])
        return x[None], {"x": x[-1] + 0 * seen}, {}


# -- the same numbers, however they are cut ---------------------------------


MODELS = {
    "LIF": lambda: LIF(3, tau_mem=[0.01, 0.02, 0.03], noise_std=0.3, rng_key=5),
    "LIFJax": lambda: LIFJax(3, tau_mem=[0.01, 0.02, 0.03], noise_std=0.3, rng_key=5),
    "RateJax": lambda: RateJax((3, 3), w_rec=np.eye(3)[::-1], has_rec=True, activation_func="tanh", rng_key=5),
    "Sequential": lambda: Sequential(Linear((3, 4), weight=np.ones((3, 4))), LIF(4)),
}


@pytest.mark.parametrize(
    "name, chunk", [("LIF", 7), ("LIFJax", 40), ("RateJax", 1), ("Sequential", 2), ("Sequential", 7), ("Sequential", 100)]
)
def test_chunks_of_any_size_give_the_numbers_of_one_long_call(name, chunk):
    make = MODELS[name]
    inputs = drive(100, 3)
    expected, state, record = make()(inputs, record=True)
    live = engine(make()._copy() if make()._functional else make(), "*", chunk)
    run(live, inputs)
    for signal in live.signals:
        found = expected if signal.path == "output" else record
        for name in [] if signal.path == "output" else signal.path.split("."):
            found = found[name]
        assert_allclose(held(live, signal.path), np.reshape(found[0], (100, -1)), rtol=1e-5, atol=1e-6)
    for path, value in live.snapshot().values.items():
        final = state
        with contextlib.suppress(KeyError):
            for name in path.split("."):
                final = final[name]
            assert_allclose(np.asarray(value, float), np.asarray(final, float), rtol=1e-5, atol=1e-6)


def test_neurons_are_those_of_plain_numpy():
    inputs = drive(60, 2)
    live = engine(LIF(2, tau_mem=[0.01, 0.03], tau_syn=0.005, threshold=[1.0, 0.5]), ["vmem", "spikes"], chunk=20)
    run(live, inputs)
    isyn, vmem, rows, spiked = np.zeros(2), np.zeros(2), [], []
    for u in inputs.astype(float):
        isyn = (isyn + u) * np.exp(-DT / 0.005)
        vmem = vmem * np.exp(-DT / np.array([0.01, 0.03])) + isyn
        spikes = np.where(vmem >= [1.0, 0.5], np.floor(vmem / [1.0, 0.5]), 0)
        vmem = vmem - spikes * [1.0, 0.5]
        rows.append(vmem)
        spiked.append(spikes)
    assert np.sum(spiked) > 5
    assert_array_equal(held(live, "spikes"), spiked)
    assert_allclose(held(live, "vmem"), rows, rtol=1e-4, atol=1e-5)


def test_one_compilation_for_chunks_and_one_for_single_steps():
    live = engine(LIF(2), "vmem")
    assert live.compilations == 0
    for _ in range(3):
        run(live, drive(20, 2))
    assert live.compilations == 1
    run(live, drive(7, 2))
    assert (live.compilations, live.steps) == (2, 67)


def test_a_chunk_of_one_step_is_compiled_once():
    live = engine(LIF(2), "vmem", chunk=1)
    run(live, drive(5, 2))
    assert live.compilations == 1


# -- when it cannot go on ---------------------------------------------------


@pytest.mark.parametrize("chunk", [1, 10, 64, 128, 200])
def test_overflow_stops_at_the_step_where_it_began_and_keeps_the_state_before(chunk):
    live = engine(Growing(), "output", chunk)
    with pytest.raises(Stopped, match=r"^x became NaN or infinite$"):
        run(live, np.zeros((2 * chunk + 200, 1)))
    # 2^128 is beyond single precision.
    assert live.steps == 127
    assert_array_equal(live.model.x, [2.0**127])
    assert_array_equal(held(live, "output")[:, 0], 2.0 ** np.arange(1, 128))


def test_the_path_of_what_failed_is_named_and_all_of_them():
    live = engine(Around(), "output")
    with pytest.raises(Stopped, match=r"^middle\.0_Growing\.x became NaN or infinite$"):
        run(live, np.zeros((200, 1)))
    both = Sequential(Growing(), Growing())
    live = engine(both, "output")
    with pytest.raises(Stopped, match=r"^0_Growing\.x and 1_Growing\.x became NaN or infinite$"):
        run(live, np.zeros((200, 1)))


def test_it_goes_on_from_the_last_good_state_after_the_cause_is_gone():
    live = engine(Growing(), "output")
    with pytest.raises(Stopped):
        run(live, np.zeros((200, 1)))
    live.model.gain = 0.5
    run(live, np.zeros((27, 1)))
    assert_array_equal(live.model.x, [2.0**100])
    assert live.steps == 154


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_an_input_that_is_no_number_is_blamed_on_the_input(wrong):
    inputs = np.zeros((30, 2))
    inputs[13, 1] = wrong
    live = engine(LIF(2), "vmem")
    with pytest.raises(Stopped, match=r"^the input is NaN or infinite$"):
        run(live, inputs)
    assert live.steps == 13


def test_what_no_single_step_finds_is_taken_step_by_step():
    class Wide(Growing):
        """Of more than one step at once, the state is NaN."""

        def evolve(self, input_data, record=False):
            out, state, _ = super().evolve(input_data)
            return out, {"x": state["x"] if out.shape[1] == 1 else state["x"] * jnp.nan}, {}

    live = engine(Wide(gain=1.0, start=3.0), "output")
    run(live, np.zeros((20, 1)))
    assert live.steps == 20
    assert_array_equal(live.model.x, [3.0])


class OddError(Exception):
    """Of a kind that nobody could list."""


@pytest.mark.parametrize("kind", [ValueError, NameError, AssertionError, OddError, SystemExit])
def test_model_code_that_raises_stops_with_its_words(kind):
    class Raises(Growing):
        def evolve(self, input_data, record=False):
            if isinstance(self.gain, jax.core.Tracer) and len(traces) > 1:
                raise kind("of my own")
            traces.append(1)
            return super().evolve(input_data)

    traces = []
    live = engine(Raises(), "output")
    with pytest.raises(Stopped, match=f"^the model raised {kind.__name__}: of my own$") as stopped:
        run(live, np.zeros((200, 1)))
    assert isinstance(stopped.value.__cause__, kind)
    assert (live.steps, float(live.model.x[0])) == (0, 1.0)
    traces.clear()


def test_an_error_on_the_device_keeps_the_last_good_state():
    def host(count):
        if count > 35:
            raise OddError("on the host")
        return count

    live = engine(Calling(host), "output")
    with pytest.raises(Stopped, match=r"(?s)^the model raised .*on the host"):
        run(live, np.zeros((100, 1)))
    assert (live.steps, float(live.model.x[0])) == (30, 30.0)
    assert_array_equal(held(live, "output")[:, 0], np.arange(1, 31))


def test_an_interrupt_from_the_keyboard_passes_and_keeps_the_last_good_state(monkeypatch):
    live = engine(Growing(), "output")
    run(live, np.zeros((10, 1)))
    whole = live._advance

    def interrupted(inputs):
        whole(inputs)
        raise KeyboardInterrupt

    monkeypatch.setattr(live, "_advance", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(live, np.zeros((10, 1)))
    assert (live.steps, float(live.model.x[0])) == (10, 1024.0)


def test_a_sentence_of_bouton_from_within_a_model_is_told_as_it_is():
    class Wrong(Growing):
        def evolve(self, input_data, record=False):
            out, state, _ = super().evolve(input_data)
            return out, state if not self.broken else {"y": state["x"]}, {}

    model = Wrong()
    model.broken = False
    live = engine(model, "output")
    model.broken = True
    with pytest.raises(Stopped, match=r"^Wrong\.evolve, new_state 'y': expected a state of Wrong, .*'x'"):
        run(live, np.zeros((10, 1)))


# -- back -------------------------------------------------------------------


def test_reset_empties_the_rings_and_brings_back_states_and_keys_but_no_parameters():
    model = LIF(2, noise_std=0.5, rng_key=3)
    live = engine(model, ["vmem"], chunk=10)
    run(live, np.zeros((30, 2)))
    first = held(live, "vmem")
    live.reset()
    assert (live.steps, len(held(live, "vmem"))) == (0, 0)
    assert_array_equal(model.vmem, [0, 0])
    run(live, np.zeros((30, 2)))
    assert_array_equal(held(live, "vmem"), first)
    model.noise_std = 0.0
    live.reset()
    run(live, np.zeros((10, 2)))
    assert_array_equal(held(live, "vmem"), np.zeros((10, 2)))


def test_reset_of_a_functional_copy_happens_in_place():
    live = engine(RateJax(2)._copy(), "x")
    run(live, drive(20, 2))
    live.reset()
    assert_array_equal(live.model.x, [0, 0])


def test_a_model_may_say_itself_what_a_reset_is():
    class Special(Growing):
        def reset_state(self):
            self.x = [5.0]
            return self

    live = engine(Special(), "output")
    run(live, np.zeros((10, 1)))
    live.reset()
    assert_array_equal(live.model.x, [5.0])


def test_a_reset_that_the_model_refuses_changes_nothing():
    class Bare(Growing):
        def __init__(self):
            super().__init__()
            self.seen = bm.Variable(jnp.ones(1))

    live = engine(Bare(), "output")
    run(live, np.zeros((10, 1)))
    with pytest.raises(UnsupportedError, match="seen: expected an attribute registered with an initial value"):
        live.reset()
    assert (live.steps, float(live.model.x[0]), len(held(live, "output"))) == (10, 1024.0, 10)


def test_it_knows_what_a_chunk_moves():
    class Learns(Growing):
        def evolve(self, input_data, record=False):
            self.gain = self.gain * 1.0
            return super().evolve(input_data)

    live = engine(LIF(2), "vmem")
    assert [e.path for e in live.model.entries() if live.moves(e)] == ["rng_key", "spikes", "isyn", "vmem"]
    live = engine(Learns(), "output")
    assert [e.path for e in live.model.entries() if live.moves(e)] == ["gain", "x"]


def test_the_model_is_freed_with_the_engine():
    live = engine(LIF(2), "vmem")
    run(live, drive(12, 2))
    model, gone = weakref.ref(live.model), weakref.ref(live)
    gc.disable()
    try:
        del live
        assert gone() is None
    finally:
        gc.enable()
    gc.collect()
    assert model() is None


@pytest.mark.parametrize("change", ["child", "cell", "new"])
def test_a_model_whose_parts_were_replaced_is_refused(change):
    net = Sequential(Linear((2, 2)), LIF(2))
    net.scale = bm.Variable(jnp.ones(2))
    live = engine(net, "output")
    kept = live.snapshot()
    live.refuse_other_parts()
    if change == "child":
        setattr(net, "1_LIF", LIF(2))
    elif change == "new":
        net.gain = Parameter(1.0)
    else:
        del net._slots["scale"]
        net.scale = bm.Variable(jnp.ones(2))
    path = {"child": r"1_LIF\.tau_mem", "new": "gain", "cell": "scale"}[change]
    words = (
        rf"LiveSimulation, {path}: expected the model as it was .*, got another part in this place\. Make a new LiveSimulation"
    )
    for refused in (live.refuse_other_parts, live.reset, live.snapshot, lambda: live.restore(kept)):
        with pytest.raises(RunningError, match=words):
            refused()


def test_signals_that_would_fill_the_memory_are_refused_at_once_with_their_size():
    words = r"\(window=\.\.\.\): expected signals that need at most 4 GiB, got 18\.6 GiB for 10+ steps of 4 units of vmem, 4"
    with pytest.raises(ValueRefused, match=words + ".*Choose a shorter window, fewer signals, or fewer units with max_units="):
        engine(LIF(4), ["vmem", "spikes"], window=10**9)
