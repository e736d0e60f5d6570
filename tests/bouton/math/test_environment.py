import asyncio
import contextlib
import inspect
import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton.math as bm
from bouton.errors import KindError, RunningError, ValueRefused
from bouton.transform import BOOL, COMPLEX, FLOAT, INT


def everything():
    """All settings, as they are."""
    names = ("mode", "dt", "float", "int", "bool", "complex")
    return [repr(bm.get_mode()), *(getattr(bm, f"get_{name}")() for name in names[1:]), jax.config.jax_enable_x64]


BEFORE = ["NonBatchingMode", 0.1, jnp.float32, jnp.int32, jnp.bool_, jnp.complex64, False]


@pytest.fixture(autouse=True)
def unchanged():
    """No test leaves a setting behind."""
    assert everything() == BEFORE
    yield
    left = everything()
    jax.config.update("jax_enable_x64", False)
    bm.set(bm.nonbatching_mode, 0.1)
    for setting in (FLOAT, INT, BOOL, COMPLEX):
        setting.set(None)
    assert left == BEFORE


@pytest.mark.parametrize(
    "change, read, value",
    [
        ({"mode": bm.training_mode}, bm.get_mode, bm.training_mode),
        ({"dt": 0.5}, bm.get_dt, 0.5),
        ({"dt": np.float32(0.5)}, bm.get_dt, 0.5),
        ({"dt": 2}, bm.get_dt, 2.0),
        ({"float_": jnp.float16}, bm.get_float, jnp.float16),
        ({"float_": "bfloat16"}, bm.get_float, jnp.bfloat16),
        ({"int_": np.uint8}, bm.get_int, jnp.uint8),
        ({"bool_": "int8"}, bm.get_bool, jnp.int8),
        ({"x64": True, "float_": np.dtype("float64")}, bm.get_float, jnp.float64),
        ({"x64": True}, bm.get_float, jnp.float64),
        ({"x64": True}, bm.get_int, jnp.int64),
        ({"x64": True}, bm.get_complex, jnp.complex128),
        ({"x64": True, "complex_": jnp.complex64}, bm.get_complex, jnp.complex64),
        ({"x64": True}, lambda: jnp.ones(1, float).dtype, np.float64),
    ],
)
def test_each_setting_holds_in_a_block_and_in_a_decorated_function(change, read, value):
    before = read()
    block = bm.environment(**change)
    with block:
        assert read() == value
    assert read() == before
    assert block(read)() == value
    assert read() == before
    with pytest.raises(RuntimeError, match="on purpose"), block:
        raise RuntimeError("on purpose")
    assert read() == before


def test_the_dtypes_read_as_attributes_of_the_module():
    with bm.environment(float_="float16", int_="int16", bool_="uint8", x64=True):
        assert (bm.float_, bm.int_, bm.bool_, bm.complex_) == (jnp.float16, jnp.int16, jnp.uint8, jnp.complex128)
    assert (bm.float_, bm.int_, bm.bool_, bm.complex_) == (jnp.float32, jnp.int32, jnp.bool_, jnp.complex64)
    assert bm.float_(3).dtype == np.float32
    assert {"float_", "environment", "set"} <= set(dir(bm))
    with pytest.raises(AttributeError, match=r"module 'bouton\.math' has no attribute 'floot'"):
        _ = bm.floot


def test_an_environment_that_is_entered_twice_restores_what_was_at_each_entry():
    block = bm.environment(dt=0.5)
    with block, block:
        bm.set_dt(0.7)
        with block:
            assert bm.get_dt() == 0.5
        assert bm.get_dt() == 0.7
    assert bm.get_dt() == 0.1
    bm.set_dt(0.2)
    try:
        with block:
            assert bm.get_dt() == 0.5
        # At its construction it was 0.1.
        assert bm.get_dt() == 0.2
    finally:
        bm.set_dt(0.1)


def test_a_decorated_function_may_call_itself():
    @bm.environment(dt=0.5)
    def depth(n):
        return [bm.get_dt(), *(depth(n - 1) if n else [])]

    assert depth(3) == [0.5] * 4
    assert bm.get_dt() == 0.1


def test_what_an_environment_leaves_out_stays_as_it_is_around_it():
    with bm.environment(dt=0.5, mode=bm.training_mode):
        with bm.environment(dt=0.7):
            assert bm.get_mode() is bm.training_mode
            bm.set_mode(bm.batching_mode)
        assert bm.get_mode() is bm.batching_mode
        assert bm.get_dt() == 0.5


@pytest.mark.parametrize(
    "make, mode",
    [(bm.training_environment, bm.TrainingMode), (bm.batching_environment, bm.BatchingMode)],
)
def test_the_shorthands_set_the_mode_and_take_the_other_settings(make, mode):
    with make():
        assert bm.get_mode().is_a(mode)
        assert bm.get_mode().batch_size == 1
        assert everything()[1:] == BEFORE[1:]
    with make(dt=0.5, x64=True, float_="float16", int_="int16", bool_="int8", complex_="complex64", batch_size=8):
        assert everything() == [
            f"{mode.__name__}(batch_size=8)",
            0.5,
            jnp.float16,
            jnp.int16,
            jnp.int8,
            jnp.complex64,
            True,
        ]


def test_set_changes_everything_for_good_and_for_other_threads():
    bm.set(bm.TrainingMode(4), 0.5, True, "float16", "int16", "int8", "complex128")
    changed = ["TrainingMode(batch_size=4)", 0.5, jnp.float16, jnp.int16, jnp.int8, jnp.complex128, True]
    seen = []
    thread = threading.Thread(target=lambda: seen.append(everything()))
    thread.start()
    thread.join()
    try:
        assert seen == [changed]
        assert everything() == changed
    finally:
        bm.set_environment(bm.nonbatching_mode, 0.1, False, "float32", "int32", bool, "complex64")


@pytest.mark.parametrize(
    "name, value",
    [
        ("mode", bm.batching_mode),
        ("dt", 0.5),
        ("float", jnp.float16),
        ("int", jnp.int8),
        ("bool", jnp.uint8),
        ("complex", jnp.complex64),
    ],
)
def test_each_setting_can_be_set_and_read_by_itself(name, value):
    read, write = getattr(bm, f"get_{name}"), getattr(bm, f"set_{name}")
    before = read()
    write(value)
    try:
        assert read() == value
    finally:
        write(before)
    with pytest.raises(KindError, match=rf"set_{name}: expected a value, got None\. Say what to change it to\."):
        write(None)


def test_x64_is_switched_for_good():
    bm.enable_x64()
    try:
        assert jnp.ones(1, float).dtype == np.float64
        assert bm.float_ == jnp.float64
    finally:
        bm.disable_x64()
    assert jnp.ones(1, float).dtype == np.float32


def test_a_wide_dtype_that_was_set_is_narrowed_when_x64_is_switched_off():
    with bm.environment(float_="float32"):
        with bm.environment(x64=True):
            bm.set_float("float64")
            assert bm.float_ == jnp.float64
        assert bm.float_ == jnp.float32


@pytest.mark.parametrize(
    "name, wide", [("float_", "float64"), ("int_", "int64"), ("int_", "uint64"), ("bool_", "int64"), ("complex_", "complex128")]
)
def test_a_wide_dtype_without_x64_is_refused_and_nothing_is_changed(name, wide):
    words = (
        rf"environment\({name}=\.\.\.\): expected a dtype that JAX uses while x64 is off, got {wide}\. Give x64=True as well\."
    )
    with pytest.raises(ValueRefused, match=words), bm.environment(dt=0.5, **{name: wide}):
        pytest.fail("it was entered")
    with pytest.raises(ValueRefused, match=words):
        bm.set(dt=0.5, **{name: wide})
    with bm.environment(x64=True), pytest.raises(ValueRefused, match=words), bm.environment(x64=False, **{name: wide}):
        pytest.fail("it was entered")


@pytest.mark.parametrize("call", [bm.environment, bm.set_environment])
@pytest.mark.parametrize(
    "argument, words",
    [
        ({"mode": "training"}, r"\(mode=\.\.\.\): expected a mode, got 'training'\. Pass an instance"),
        ({"mode": bm.TrainingMode}, r"\(mode=\.\.\.\): expected a mode, got the class TrainingMode\. Pass an instance"),
        ({"dt": 0}, r"\(dt=\.\.\.\): expected a number above 0, in ms, got 0\. Give the length"),
        ({"dt": -0.1}, r"got -0\.1\."),
        ({"dt": float("nan")}, r"got nan\."),
        ({"dt": float("inf")}, r"got inf\."),
        ({"dt": True}, r"got True\."),
        ({"dt": "0.1"}, r"got '0\.1'\."),
        ({"dt": jnp.ones(())}, r"got an array of shape \(\)\. Write float"),
        ({"float_": int}, r"\(float_=\.\.\.\): expected a floating dtype, got int64\. Pass one of jax\.numpy's, or its name\."),
        ({"float_": "flat"}, r"\(float_=\.\.\.\): expected a floating dtype, got 'flat'\."),
        ({"int_": "float32"}, r"\(int_=\.\.\.\): expected an integer dtype, got float32\."),
        ({"bool_": "float32"}, r"\(bool_=\.\.\.\): expected bool or an integer dtype, got float32\."),
        ({"complex_": "float32"}, r"\(complex_=\.\.\.\): expected a complex dtype, got float32\."),
    ],
)
def test_a_value_that_a_setting_cannot_take_is_refused_with_the_reason(call, argument, words):
    with pytest.raises(ValueError, match=rf"{call.__name__}.*{words}"):
        call(**argument)


@pytest.mark.parametrize("call", [bm.environment, bm.set_environment])
def test_x64_is_true_or_false(call):
    with pytest.raises(KindError, match=rf"{call.__name__}\(x64=\.\.\.\): expected True or False, got int\. Leave it out"):
        call(x64=1)


def test_an_environment_prints_as_it_is_written():
    assert repr(bm.environment()) == "environment()"
    block = bm.environment(bm.TrainingMode(2), dt=0.5, x64=True, float_="float16")
    assert repr(block) == "environment(mode=TrainingMode(batch_size=2), dt=0.5, float_=float16, x64=True)"


class Model:
    """With a decorated method."""

    def __init__(self):
        self.v = bm.Variable(())

    @bm.environment(dt=0.5)
    def plain(self):
        """How long."""
        return bm.get_dt()

    @bm.environment(dt=0.5)
    @bm.cls_jit
    def outside(self, x):
        self.v.value = self.v + x * bm.get_dt()
        return bm.get_dt()

    @bm.cls_jit
    @bm.environment(dt=0.5)
    def inside(self, x):
        self.v.value = self.v + x * bm.get_dt()
        return bm.get_dt()

    @bm.cls_jit
    def bare(self, x):
        self.v.value = self.v + x * bm.get_dt()
        return bm.get_dt()

    @staticmethod
    @bm.environment(dt=0.5)
    def static():
        return bm.get_dt()


def test_methods_are_decorated_and_keep_their_names_and_signatures():
    model = Model()
    assert model.plain() == Model.static() == 0.5
    assert Model.plain.__doc__ == "How long."
    assert list(inspect.signature(model.plain).parameters) == []


@pytest.mark.parametrize("name", ["outside", "inside"])
def test_compiled_methods_can_be_decorated_inside_and_outside(name):
    model = Model()
    for dt in (0.1, 0.2, 0.3):
        with bm.environment(dt=dt):
            assert float(getattr(model, name)(2.0)) == 0.5
    assert float(model.v.value) == 3.0
    if name == "inside":
        assert model.inside.compilations == 1


def test_a_compiled_method_follows_the_environment_and_compiles_once_for_each():
    model = Model()
    for dt in (0.25, 0.5, 0.25, 0.5, 0.25):
        with bm.environment(dt=dt):
            assert model.bare(1.0) == dt
    assert float(model.v.value) == 1.75
    assert model.bare.compilations == 2


def test_a_loop_and_a_gradient_follow_the_environment():
    v = bm.Variable(())

    def step(x):
        v.value = v + x * bm.get_dt()
        return v.value

    def loss():
        return bm.get_dt() * v.value**2

    for dt in (0.25, 0.5, 0.25):
        with bm.environment(dt=dt):
            v.value = 0.0
            assert_array_equal(bm.for_loop(step, jnp.ones(3)), np.arange(1, 4) * dt)
            assert_array_equal(bm.grad(loss, v)(), 6 * dt * dt)
            assert_array_equal(bm.jit(bm.grad(loss, v))(), 6 * dt * dt)


def test_x64_holds_inside_what_is_compiled_there():
    f = bm.jit(lambda x: x + bm.Variable(2).value.astype(bm.float_))
    assert f(jnp.ones(2, bm.float_)).dtype == np.float32
    with bm.environment(x64=True):
        assert f(jnp.ones(2, bm.float_)).dtype == np.float64
    assert f(jnp.ones(2, bm.float_)).dtype == np.float32
    assert f.compilations == 2


def test_an_exception_in_compiled_code_inside_an_environment_leaves_it_and_the_cells():
    v = bm.Variable(())

    @bm.jit
    def fails():
        v.value = v + 1.0
        with bm.environment(dt=0.7):
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fails()
    assert bm.get_dt() == 0.1
    assert float(v.value) == 0.0


def test_settings_are_not_set_inside_compiled_code():
    @bm.jit
    def f():
        bm.set_dt(0.5)

    with pytest.raises(
        RunningError, match=r"set_environment: expected to be called where nothing is being compiled, .* `with environment"
    ):
        f()


def test_x64_is_not_set_for_good_inside_an_environment_that_has_changed_it():
    with bm.environment(x64=True), bm.environment(dt=0.5):
        with pytest.raises(
            RunningError, match=r"set_environment\(x64=\.\.\.\): expected no environment .* got environment\(x64=True\)\."
        ):
            bm.disable_x64()
        assert jax.config.jax_enable_x64


def test_environments_are_left_in_the_opposite_order():
    outer, inner = bm.environment(dt=0.5), bm.environment(dt=0.7)
    with outer:
        with inner:
            with pytest.raises(
                RunningError, match=r"environment\(dt=0\.5\): expected to be left after .* got another order\. Use it"
            ):
                outer.__exit__(None, None, None)
            assert bm.get_dt() == 0.7
        assert bm.get_dt() == 0.5
    with pytest.raises(RunningError, match="got nothing that was entered here"):
        outer.__exit__(None, None, None)


def test_a_thread_has_its_own_environments():
    seen = []

    def work(dt):
        with bm.environment(dt=dt):
            ready.wait()
            seen.append((dt, bm.get_dt()))

    ready = threading.Barrier(3)
    threads = [threading.Thread(target=work, args=(dt,)) for dt in (0.5, 0.7)]
    for thread in threads:
        thread.start()
    with bm.environment(dt=0.9):
        ready.wait()
        for thread in threads:
            thread.join()
        assert bm.get_dt() == 0.9
    assert sorted(seen) == [(0.5, 0.5), (0.7, 0.7)]


def test_an_asynchronous_function_is_decorated_and_tasks_keep_apart():
    def waiting(dt):
        @bm.environment(dt=dt)
        async def wait():
            await asyncio.sleep(0)
            return bm.get_dt()

        return wait()

    async def both():
        return [*await asyncio.gather(waiting(0.5), waiting(0.7)), bm.get_dt()]

    assert asyncio.run(both()) == [0.5, 0.7, 0.1]


def test_what_is_no_function_is_not_decorated():
    block = bm.environment(dt=0.5)
    with pytest.raises(
        KindError, match=r"environment\(dt=0\.5\): expected a function or a method to decorate, got int\. Decorate the methods"
    ):
        block(3)
    with pytest.raises(KindError, match="got the class Model"):
        block(Model)


def test_a_generator_function_is_not_decorated():
    def count():
        yield 1

    async def count_later():
        yield 1

    for function in (count, count_later):
        with pytest.raises(
            KindError, match=rf"expected a function that returns, got the generator function {function.__name__}\. Its settings"
        ):
            bm.environment(dt=0.5)(function)


def test_an_environment_can_be_left_by_an_exit_stack():
    with contextlib.ExitStack() as stack:
        stack.enter_context(bm.environment(dt=0.5))
        stack.enter_context(bm.training_environment())
        assert bm.get_dt() == 0.5
    assert everything() == BEFORE


def test_mapped_code_branches_and_open_loops_follow_the_environment():
    mapped = bm.vmap(lambda x: x * bm.get_dt())
    spikes = bm.vmap(lambda x: bm.surrogate.relu_grad(x - bm.get_dt()))

    def grown(x):
        return bm.while_loop(lambda x: x + bm.get_dt(), lambda x: x < 1.0, (x,))[0]

    def chosen(x):
        return bm.cond(x > 0, lambda: x * bm.get_dt(), lambda: x)

    for dt in (0.25, 0.5, 0.25):
        with bm.environment(dt=dt):
            assert_array_equal(mapped(jnp.arange(3.0)), np.arange(3) * dt)
            assert_array_equal(spikes(jnp.asarray([0.3, 0.6])), [float(dt <= 0.3), 1.0])
            for transform in (lambda f: f, bm.jit):
                assert transform(grown)(jnp.asarray(0.75)) == 0.75 + dt
                assert transform(chosen)(jnp.asarray(2.0)) == 2 * dt


def test_the_batch_size_comes_after_the_time_step():
    with bm.training_environment(0.5, 4):
        assert (bm.get_dt(), bm.get_mode().batch_size) == (0.5, 4)
    with bm.batching_environment(0.25, 3):
        assert (bm.get_dt(), bm.get_mode().batch_size) == (0.25, 3)
