import contextlib
import gc
import threading
import weakref

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton.math as bm
from bouton.transform._frame import STACK, Frame, NewCell, Versioned
from bouton.transform._journal import Journal


def test_a_frame_shows_its_own_values_and_drops_them():
    v = bm.Variable(1.0)
    with Frame({v: jnp.array(5.0)}) as frame:
        assert v.value == 5
        v.value = jnp.array(6.0)
        assert v.value == 6
    assert v.value == 1
    assert list(frame.written) == [v]
    assert STACK.top is None


def test_what_a_frame_does_not_hold_is_read_from_outside_unless_it_is_closed():
    v = bm.Variable(1.0)
    with Frame({}) as frame:
        assert v.value == 1
    assert list(frame.read_cells) == [v]
    with Frame({}, closed=True), pytest.raises(NewCell, match="not known when the function was first traced") as met:
        _ = v.value
    assert met.value.cell is v
    assert not met.value.written


def test_only_writable_cells_can_be_written():
    v, w = bm.Variable(1.0), bm.Variable(1.0)
    with Frame({v: v.value, w: w.value}, writable={v}):
        v.value = 2.0
        with pytest.raises(NewCell) as met:
            w.value = 2.0
    assert met.value.cell is w
    assert met.value.written


def test_an_inner_frame_reads_through_to_a_cell_made_in_an_outer_one():
    with Frame({}, closed=True):
        v = bm.Variable(3.0)
        with Frame({}, closed=True):
            assert v.value == 3


def test_a_cell_made_in_a_compiled_function_is_read_by_a_function_that_is_made_pure_inside_it():
    @bm.jit
    def outer(x):
        made = bm.Variable(x)
        pure = bm.purify(lambda y: made * y, x)
        out, _ = pure.pure([cell.value for cell in pure.cells], x)
        return out

    assert outer(3.0) == 9


def test_an_exception_takes_the_frame_away():
    v = bm.Variable(1.0)
    with contextlib.suppress(ArithmeticError), Frame({v: jnp.array(5.0)}):
        raise ArithmeticError
    assert STACK.top is None
    assert v.value == 1


def test_frames_belong_to_their_thread():
    v, seen = bm.Variable(1.0), []
    with Frame({v: jnp.array(5.0)}):
        thread = threading.Thread(target=lambda: seen.append(float(v.value)))
        thread.start()
        thread.join()
    assert seen == [1]


def test_a_finished_frame_keeps_no_value_alive():
    kept = []

    class Token:
        pass

    token = Token()
    gone = weakref.ref(token)
    with Frame({}) as frame:
        kept.append(bm.Variable(1.0))
        frame.values[token] = jnp.ones(1)
    del token
    gc.collect()
    assert gone() is None
    assert kept[0].value == 1


class Choice(Versioned):
    """A constant that counts its changes."""

    def __init__(self, value):
        super().__init__()
        self._value = value

    @property
    def value(self):
        self.used()
        return self._value

    @value.setter
    def value(self, new):
        self._value = new
        self.version += 1


@pytest.fixture(params=["jit", "for_loop", "nested jit", "jit of grad", "method"])
def applied(request):
    """Return one function of a function and a number, compiled in some way, the same one each time."""
    made = {}

    def once(f, make):
        if f not in made:
            made[f] = make()
        return made[f]

    class Holder:
        def __init__(self, f):
            self.f = f

        @bm.cls_jit
        def call(self, x):
            return self.f(x)

    def run(f, x):
        x = jnp.asarray(x)
        if request.param == "jit":
            return once(f, lambda: bm.jit(f))(x)
        if request.param == "for_loop":
            return bm.for_loop(f, x[None])[0]
        if request.param == "nested jit":
            return once(f, lambda: bm.jit(lambda y: bm.jit(f)(y)))(x)
        if request.param == "jit of grad":
            return once(f, lambda: bm.jit(bm.grad(lambda y: f(y) * y)))(x) / 2
        return once(f, lambda: Holder(f)).call(x)

    return run


def test_a_change_of_a_counted_constant_traces_again(applied):
    choice, traces = Choice(2.0), []

    def f(x):
        traces.append(x)
        return x * choice.value

    assert applied(f, 3.0) == 6
    assert applied(f, 4.0) == 8
    n = len(traces)
    assert applied(f, 4.0) == 8
    assert len(traces) == n
    choice.value = 5.0
    assert applied(f, 3.0) == 15
    assert len(traces) > n


def test_a_constant_first_used_on_a_later_branch_counts_too(applied):
    choice = Choice(2.0)

    def f(x):
        return x.sum() * (choice.value if x.ndim else 1.0)

    assert bm.jit(f)(3.0) == 3
    compiled = bm.jit(f)
    assert compiled(3.0) == 3
    assert compiled(jnp.ones(2)) == 4
    choice.value = 10.0
    assert compiled(jnp.ones(2)) == 20
    assert compiled(3.0) == 3
    choice.value = 1.0
    assert compiled(jnp.ones(2)) == 2


def test_a_constant_that_nothing_uses_compiles_nothing():
    choice = Choice(2.0)
    f = bm.jit(lambda x: x * 2)
    f(1.0)
    choice.value = 3.0
    f(1.0)
    assert f.compilations == 1


def test_an_escaped_tracer_of_another_library_function_leaves_the_cells_alone():
    v = bm.Variable(0.0)

    @bm.jit
    def f(xs):
        # A plain scan cannot carry a Variable; JAX refuses what leaks out of it.
        jax.lax.scan(lambda c, x: (c, setattr(v, "value", v + x)), 0.0, xs)
        return v.value

    with pytest.raises(jax.errors.UnexpectedTracerError):
        f(jnp.ones(3))
    assert v.value == 0
    assert_array_equal(np.asarray(v), 0)


def test_a_journal_puts_back_what_cells_held_also_later():
    cell, other = bm.Variable(jnp.zeros(2)), bm.Variable(jnp.zeros(2))
    with Journal() as journal:
        cell.value = jnp.ones(2)
        bm.jit(lambda: cell.value.sum())()
        cell.value = 2 * jnp.ones(2)
    other.value = jnp.ones(2)
    journal.put_back()
    assert_array_equal(cell.value, np.zeros(2))
    assert_array_equal(other.value, np.ones(2))
