"""Shared arguments: by name, thread by thread, and put back afterwards."""

import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import bouton as bp
import bouton.math as bm
from bouton.dynamics import Share
from bouton.errors import KindError, LeakedTracerError, UnknownPathError, ValueRefused
from bouton.transform._trace import CAN_BE_FRESH

share = bp.share


@pytest.fixture(autouse=True)
def nothing_shared():
    with share.restored({}):
        share.clear()
        yield


def test_names_and_values_may_be_given_in_pairs_and_by_keyword():
    share.save("a", 1, "b", 2, c=3)
    assert share.get_shargs() == {"a": 1, "b": 2, "c": 3}


def test_a_name_without_a_value_is_refused():
    with pytest.raises(KindError, match="names and values in turn, got 3 positional arguments"):
        share.save("a", 1, "b")
    with pytest.raises(KindError, match=r"the name of a shared argument, got 1\. Put a name before each value"):
        share.save(1, "a")
    assert share.get_shargs() == {}


def test_what_cannot_be_shared_for_a_block_leaves_everything_as_it_was():
    share.save(t=1.0)
    with (
        pytest.raises(ValueRefused, match=r"share\(dt=\.\.\.\): expected a number above 0, in ms, got -1"),
        share.restored({"t": 2.0, "dt": -1}),
    ):
        pass
    assert share.get_shargs() == {"t": 1.0}
    share.save(t=3.0)
    assert share["t"] == 3.0


def test_a_default_that_is_none_or_false_is_a_default():
    assert share.load("fit", False) is False
    assert share.load("fit", None) is None


def test_what_is_not_shared_is_an_error_that_names_the_nearest():
    share.save(time=1.0)
    with pytest.raises(KeyError, match="Did you mean 'time'"):
        share.load("tim")
    with pytest.raises(UnknownPathError, match=r"share\['x'\].* by hand: bp\.share\.save\(x=\.\.\.\)"):
        share["x"]


def test_items_read_and_write():
    share["t"] = 0.5
    assert share["t"] == share.load("t") == 0.5
    assert "t" in share
    assert "i" not in share


def test_dt_is_that_of_the_environment_until_one_is_shared():
    with bm.environment(dt=0.2):
        assert share.dt == share["dt"] == 0.2
        share.save(dt=0.5)
        assert share.dt == share.load("dt") == 0.5


def test_a_dt_that_is_set_is_that_of_the_environment():
    before = bm.get_dt()
    try:
        share.save(dt=0.5)
        share.dt = 0.25
        assert share.dt == bm.get_dt() == 0.25
    finally:
        bm.set_dt(before)


def test_the_dict_of_all_is_a_copy():
    share.save(t=1.0)
    share.get_shargs()["t"] = 2.0
    assert share["t"] == 1.0


def test_names_are_forgotten_one_by_one_and_all():
    share.save(t=1.0, i=3, fit=True)
    share.clear_shargs("t", "never shared")
    assert share.get_shargs() == {"i": 3, "fit": True}
    share.clear()
    assert share.get_shargs() == {}


def test_what_was_shared_before_comes_back_also_after_an_exception():
    share.save(t=1.0, fit=True)

    def failing():
        with share.restored({"t": 2.0, "i": 0}):
            share.save(more=1)
            assert share["t"] == 2.0
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        failing()
    assert share.get_shargs() == {"t": 1.0, "fit": True}


def test_each_thread_has_its_own():
    share.save(t=1.0)
    seen = []
    thread = threading.Thread(target=lambda: seen.append(share.get_shargs()))
    thread.start()
    thread.join()
    assert seen == [{}]


def test_what_is_shared_is_shown():
    share.save(t=1.0)
    assert repr(share) == "Share(t=1.0)"


def test_a_time_step_is_a_number_above_0():
    with pytest.raises(ValueRefused, match="share"):
        share.save(dt=0.0)
    with pytest.raises(ValueRefused, match=r"share\(dt=...\): expected a number above 0, in ms, got 'long'"):
        share.save(dt="long")
    with pytest.raises(ValueRefused):
        share.dt = -1.0
    share.save(dt=jnp.float32(0.5))
    assert type(share.dt) is float


def test_compiled_code_sees_numbers_as_they_are_and_compiles_once():
    step = bm.jit(lambda: share["t"] * 2.0)
    for t in (0.0, 0.5, np.float32(1.5), jnp.float32(2.5)):
        share.save(t=t)
        assert_allclose(step(), 2.0 * float(t))
    assert step.compilations == 1


def test_compiled_code_compiles_once_for_each_truth_value():
    step = bm.jit(lambda x: x * 2.0 if share.load("fit", False) else x)
    seen = []
    for fit in (None, True, False, True, None):
        with share.restored({} if fit is None else {"fit": fit}):
            seen.append(float(step(3.0)))
    assert seen == [3.0, 6.0, 3.0, 6.0, 3.0]
    assert step.compilations <= 3


def test_compiled_code_sees_what_is_put_back_and_what_is_forgotten():
    step = bm.jit(lambda: share.load("gain", 1.0) + 0.0)
    share.save(gain=2.0)
    assert step() == 2.0
    with share.restored({"gain": 3.0}):
        assert step() == 3.0
    assert step() == 2.0
    share.clear_shargs("gain")
    assert step() == 1.0
    share.save(gain=5)  # a whole number: another dtype
    assert bm.jit(lambda: share["gain"] + 0)() == 5
    assert step.compilations <= 3


def test_compiled_code_sees_the_names_that_there_are():
    names = []
    step = bm.jit(lambda: names.append([*share.get_shargs()]))
    step()
    share.save(t=1.0)
    step()
    assert names[0] == []
    assert names[-1] == ["t"]


def test_compiled_code_holds_dt_as_a_constant_and_compiles_for_another():
    step = bm.jit(lambda: jnp.zeros(round(1.0 / share.dt)))
    share.save(dt=0.5)
    assert step().shape == (2,)
    with bm.environment(dt=0.1):
        assert step().shape == (2,)
        share.clear_shargs("dt")
        assert step().shape == (10,)


def test_what_is_shared_inside_a_trace_is_forgotten_after_it():
    share.save(t=1.0)

    def inside(t):
        before = share["t"]
        share.save(t=t, other=t)
        share.clear_shargs("i")
        return before + share["t"], "other" in share

    share.save(i=3)
    assert bm.jit(inside)(2.0)[0] == 3.0
    assert share.get_shargs() == {"t": 1.0, "i": 3}
    assert bm.grad(lambda t: inside(t)[0])(2.0) == 1.0
    assert share.get_shargs() == {"t": 1.0, "i": 3}


def test_everything_can_be_forgotten_inside_a_trace():
    share.save(t=1.0)

    def inside():
        share.clear()
        return share.load("t", 5.0) + 0.0

    assert bm.jit(inside)() == 5.0
    assert share["t"] == 1.0


def test_a_loop_shares_the_time_of_its_turn():
    def turn(t):
        with share.restored({"t": t}):
            return bm.jit(lambda: share["t"] * 2.0)()

    ts = jnp.arange(4.0)
    assert_allclose(bm.for_loop(turn, ts), 2.0 * np.arange(4.0))
    assert_allclose(bm.for_loop(turn, ts, jit=False), 2.0 * np.arange(4.0))
    assert share.get_shargs() == {}


def test_each_thread_has_its_own_in_compiled_code_too():
    step = bm.jit(lambda: share["t"] * 1.0)
    share.save(t=1.0)
    step()
    seen = []

    def other():
        share.save(t=2.0)
        seen.append(float(step()))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert seen == [2.0]
    assert step() == 1.0


def test_a_value_that_plain_jax_traces_is_refused_but_in_a_block():
    share = Share()  # that of the test is in a block

    def leaking(t):
        share.save(t=t)
        return t

    with pytest.raises(LeakedTracerError, match=r"share\.save\(t=\.\.\.\): .* traced by a plain JAX transform"):
        jax.jit(leaking)(1.0)
    assert "t" not in share

    def in_a_block(t):
        with share.restored({"t": t}):
            return share["t"] * 2.0

    assert jax.jit(in_a_block)(1.0) == 2.0
    assert "t" not in share


def test_what_is_known_already_is_not_shared_again():
    with bm.environment(dt=0.2):
        share.take({**share.arguments(), "more": 1})
    assert share.get_shargs() == {"more": 1}
    assert share.arguments() == {"t": 0.0, "i": 0, "fit": False, "dt": bm.get_dt(), "more": 1}


def test_objects_are_constants_that_compile_again():
    step = bm.jit(lambda: jnp.asarray(share["table"]["a"]))
    share.save(table={"a": 1.0})
    assert step() == 1.0
    share.save(table={"a": 2.0})
    assert step() == 2.0


@pytest.mark.skipif(not CAN_BE_FRESH, reason="this release of JAX has no make_user_context")
def test_plain_jax_inside_a_trace_sees_what_is_shared_at_each_call():
    inner = jax.jit(lambda x: x * share["gain"] + share["t"])
    step = bm.jit(lambda t, x: _sharing(t, inner, x))
    for gain, t in ((2.0, 1.0), (3.0, 5.0)):
        share.save(gain=gain)
        assert step(t, 10.0) == 10.0 * gain + t
    assert bm.jit(lambda t: _sharing(t, inner, 1.0))(7.0) == 10.0


def _sharing(t, fn, x):
    with share.restored({"t": t}):
        return fn(x)
