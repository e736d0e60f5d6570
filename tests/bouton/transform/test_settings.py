import asyncio
import threading

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton.math as bm
from bouton.transform import BOOL, COMPLEX, FLOAT, INT, Setting, default_bool, default_complex, default_float, default_int


class Scope:
    """A block in which a setting has another value."""

    def __init__(self, setting, value):
        self.setting, self.value = setting, value

    def __enter__(self):
        self.before = self.setting.enter(self.value)

    def __exit__(self, *_):
        self.setting.leave(self.before)


@pytest.fixture
def gain():
    return Setting("gain", 2.0)


def test_the_innermost_block_wins_and_what_was_returns_after_it(gain):
    with Scope(gain, 3.0):
        with Scope(gain, 4.0):
            assert gain.get() == 4.0
        assert gain.get() == 3.0
        assert gain.is_scoped()
    assert gain.get() == 2.0
    assert not gain.is_scoped()
    assert repr(gain) == "Setting(gain=2.0)"


def test_setting_a_value_changes_it_for_everybody_or_inside_a_block_until_its_end(gain):
    gain.set(5.0)
    with Scope(gain, 3.0):
        gain.set(6.0)
        assert gain.get() == 6.0
    assert gain.get() == 5.0


def test_another_thread_sees_the_outermost_value(gain):
    seen = []
    with Scope(gain, 3.0):
        thread = threading.Thread(target=lambda: seen.append(gain.get()))
        thread.start()
        thread.join()
    assert seen == [2.0]


def test_asynchronous_tasks_do_not_see_each_other_s_blocks(gain):
    async def task(value):
        with Scope(gain, value):
            await asyncio.sleep(0)
            return gain.get()

    async def both():
        return await asyncio.gather(task(3.0), task(4.0))

    assert asyncio.run(both()) == [3.0, 4.0]


def test_compiled_code_follows_a_setting_and_compiles_once_for_each_value(gain):
    f = bm.jit(lambda x: x * gain.get())
    for value in (2.0, 3.0, 4.0, 3.0, 2.0, 4.0, 3.0, 2.0):
        with Scope(gain, value):
            assert f(10.0) == 10.0 * value
    assert f(10.0) == 20.0
    assert f.compilations == 3


def test_compiled_code_that_does_not_read_a_setting_is_not_compiled_again(gain):
    f = bm.jit(lambda x: x * 2.0)
    f(1.0)
    with Scope(gain, 3.0):
        f(1.0)
    assert f.compilations == 1


def test_only_a_few_variants_are_kept_and_every_compilation_is_counted(gain):
    f = bm.jit(lambda x: x * gain.get())
    for k in (*range(12), 0, 11):
        with Scope(gain, float(k)):
            assert f(2.0) == 2.0 * k
    assert f.compilations == 13
    assert len(f._others) == 8


def test_each_variant_finds_its_own_variables(gain):
    a, b = bm.Variable(jnp.zeros(())), bm.Variable(jnp.zeros(()))

    @bm.jit
    def tick():
        cell = a if gain.get() > 2.5 else b
        cell.value = cell + gain.get()

    for value in (2.0, 3.0, 2.0, 3.0, 3.0):
        with Scope(gain, value):
            tick()
    assert (float(a.value), float(b.value)) == (9.0, 4.0)
    assert tick.compilations == 2


def test_a_variant_that_raises_at_its_first_call_leaves_the_others_and_the_cells(gain):
    cell = bm.Variable(jnp.zeros(()))

    @bm.jit
    def tick():
        cell.value = cell + gain.get()
        if gain.get() > 2.5:
            raise RuntimeError("too much")

    tick()
    with Scope(gain, 3.0), pytest.raises(RuntimeError, match="too much"):
        tick()
    tick()
    assert float(cell.value) == 4.0
    assert tick.compilations == 1


def test_a_setting_read_in_a_loop_inside_compiled_code_counts(gain):
    @bm.jit
    def f(xs):
        return bm.for_loop(lambda x: x * gain.get(), xs)

    xs = jnp.arange(3.0)
    for value in (2.0, 3.0, 2.0):
        with Scope(gain, value):
            assert_array_equal(f(xs), np.arange(3.0) * value)
            assert_array_equal(bm.for_loop(f, xs[:, None]), np.arange(3.0)[:, None] * value)
    assert f.compilations == 2


def test_a_setting_given_inside_compiled_code_does_not_bind_it_to_the_outside(gain):
    @bm.jit
    def f(xs):
        with Scope(gain, 7.0):
            return bm.for_loop(lambda x: x * gain.get(), xs)

    for value in (2.0, 3.0):
        with Scope(gain, value):
            assert_array_equal(f(jnp.arange(3.0)), np.arange(3.0) * 7)
    assert f.compilations == 1


def test_a_compiled_loop_follows_a_setting(gain):
    def body(x):
        return x * gain.get()

    for value in (2.0, 3.0, 2.0):
        with Scope(gain, value):
            assert_array_equal(bm.for_loop(body, jnp.arange(3.0)), np.arange(3.0) * value)


def test_a_gradient_follows_a_setting(gain):
    f = bm.grad(lambda x: x * gain.get())
    compiled = bm.jit(f)
    for value in (2.0, 3.0, 2.0):
        with Scope(gain, value):
            assert f(1.0) == value
            assert compiled(1.0) == value


def test_threads_in_different_blocks_get_their_own_results(gain):
    f = bm.jit(lambda x: x * gain.get())
    wrong = []

    def work(value):
        with Scope(gain, value):
            wrong.extend(out for _ in range(50) if (out := float(f(1.0))) != value)

    threads = [threading.Thread(target=work, args=(float(k),)) for k in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_values_that_compare_equal_are_told_apart_by_their_key():
    shape = Setting("shape", [1], key=tuple)
    f = bm.jit(lambda: jnp.zeros(shape.get()))
    assert f().shape == (1,)
    with Scope(shape, [2]):
        assert f().shape == (2,)
    assert f.compilations == 2


@pytest.mark.parametrize(
    "setting, default, narrow, wide, other",
    [
        (FLOAT, default_float, "float32", "float64", "float16"),
        (INT, default_int, "int32", "int64", "int16"),
        (COMPLEX, default_complex, "complex64", "complex128", "complex128"),
        (BOOL, default_bool, "bool", "bool", "bool"),
    ],
)
def test_default_dtypes_are_those_of_jax_unless_set(setting, default, narrow, wide, other):
    assert default() == np.dtype(narrow)
    jax.config.update("jax_enable_x64", True)
    try:
        assert default() == np.dtype(wide)
        with Scope(setting, np.dtype(other)):
            assert default() == np.dtype(other)
    finally:
        jax.config.update("jax_enable_x64", False)


def test_a_variable_of_zeros_has_the_default_precision_unless_it_is_told_another():
    assert bm.Variable(2).dtype == np.float32
    with Scope(FLOAT, np.dtype("float16")):
        assert bm.Variable((2, 1)).dtype == np.float16
        assert bm.Variable(2, dtype=jnp.int32).dtype == np.int32
        assert bm.Variable(jnp.zeros(2)).dtype == np.float32
