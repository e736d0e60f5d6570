"""One program, many ways of running it: the same results and the same cells."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from reference.ways import WAYS

import bouton.math as bm

XS = np.array([0.5, -1.0, 2.0, 0.25], np.float32)


@pytest.fixture(params=WAYS)
def way(request):
    return WAYS[request.param]


class Features:
    """Steps that use cells in one way each, with what NumPy makes of them."""

    @staticmethod
    def accumulate():
        v = bm.Variable(1.0)

        def step(x):
            v.value = v * 0.5 + x
            return v * 2.0

        def expected(xs):
            state, out = 1.0, []
            for x in xs:
                state = state * 0.5 + x
                out.append(2 * state)
            return out, [state]

        return step, [v], expected

    @staticmethod
    def in_place():
        v, w = bm.Variable([1.0, 2.0]), bm.Variable(3)

        def step(x):
            nonlocal v
            v += x
            w[1] = v.sum()
            w[0] = w[1] * 0.5
            return w.sum()

        def expected(xs):
            a, b, out = np.array([1.0, 2.0]), np.zeros(3), []
            for x in xs:
                a = a + x
                b[1] = a.sum()
                b[0] = b[1] * 0.5
                out.append(b.sum())
            return out, [a, b]

        return step, [v, w], expected

    @staticmethod
    def read_only_and_local():
        scale, local_writes = bm.Variable(3.0), bm.Variable(0.0)

        def step(x):
            inner = bm.Variable(jnp.zeros(2))
            inner[0] = x * scale
            local_writes.value = local_writes + 1.0
            return inner.sum()

        return step, [scale, local_writes], lambda xs: ([3 * x for x in xs], [3.0, len(xs)])

    @staticmethod
    def inner_loop():
        v = bm.Variable(0.0)

        def add(y):
            v.value = v + y
            return v.value

        def step(x):
            return bm.for_loop(add, jnp.stack([x, 2 * x])).sum()

        def expected(xs):
            state, out = 0.0, []
            for x in xs:
                out.append((state + x) + (state + 3 * x))
                state += 3 * x
            return out, [state]

        return step, [v], expected

    @staticmethod
    def inner_grad():
        w = bm.TrainVar(2.0)
        gradient = bm.grad(lambda x: (w * x) ** 2, grad_vars=w)

        def step(x):
            g = gradient(x)
            w.value = w - 0.125 * g
            return g

        def expected(xs):
            weight, out = 2.0, []
            for x in xs:
                g = 2 * weight * x**2
                weight -= 0.125 * g
                out.append(g)
            return out, [weight]

        return step, [w], expected

    @staticmethod
    def integer_and_boolean_cells():
        count, seen = bm.Variable((), dtype=jnp.int32), bm.Variable(False)

        def step(x):
            count.value = count + (x > 0).astype(jnp.int32)
            seen.value = seen | (x < 0)
            return jnp.where(seen.value, count.value, -1).astype(float)

        def expected(xs):
            n, any_negative, out = 0, False, []
            for x in xs:
                n += x > 0
                any_negative |= bool(x < 0)
                out.append(n if any_negative else -1)
            return out, [n, any_negative]

        return step, [count, seen], expected


@pytest.mark.parametrize(
    "feature", ["accumulate", "in_place", "read_only_and_local", "inner_loop", "inner_grad", "integer_and_boolean_cells"]
)
def test_a_stateful_step_gives_the_same_however_it_is_run(way, feature):
    step, cells, expected = getattr(Features, feature)()
    outputs, finals = expected(XS.astype(float))
    assert_allclose(way(step, jnp.asarray(XS)), outputs, rtol=1e-5)
    for cell, final in zip(cells, finals, strict=True):
        assert_allclose(np.asarray(cell), final, rtol=1e-5)


# -- random programs ---------------------------------------------------------------

CELLS = 3
INDEX = st.integers(0, CELLS - 1)
INSTRUCTION = st.one_of(
    st.tuples(st.just("copy"), INDEX, INDEX),
    st.tuples(st.just("add"), INDEX, INDEX),
    st.tuples(st.just("scale"), INDEX, st.sampled_from([0.5, -1.0, 0.25])),
    st.tuples(st.just("input"), INDEX, INDEX),
    st.tuples(st.just("output"), INDEX, INDEX),
    st.tuples(st.just("in place"), INDEX, INDEX),
    st.tuples(st.just("one element"), INDEX, INDEX),
)


def executed(program, cells, x, array):
    """One step of ``program`` over a list-like of cells; the same code for Variables and for NumPy."""
    out = x * 0.0
    for what, i, j in program:
        if what == "copy":
            cells[i] = cells[j]
        elif what == "add":
            cells[i] = cells[i] + 0.5 * cells[j]
        elif what == "scale":
            cells[i] = cells[i] * j
        elif what == "input":
            cells[i] = cells[j] + x
        elif what == "output":
            out = out + (cells[i] * cells[j]).sum()
        elif what == "in place":
            cells[i] = cells[i] - cells[j] * 0.25
        else:
            cells[i] = array(cells[i], cells[j])
    return out


class Cells:
    """Variables behind the syntax of a list."""

    def __init__(self, values):
        self.cells = [bm.Variable(v) for v in values]

    def __getitem__(self, i):
        return self.cells[i].value

    def __setitem__(self, i, x):
        self.cells[i].value = x


def first_from(a, b):
    a = a.copy()
    a[0] = b[1]
    return a


def assert_all_ways_agree(program):
    start = [np.array([1.0, -0.5]) * (k + 1) for k in range(CELLS)]
    expected, outputs = [v.copy() for v in start], []
    for x in XS[:3].astype(float):
        outputs.append(executed(program, expected, x, first_from))
    for name in ("eager", "compiled", "looped", "loop_inside_jit"):
        cells = Cells(start)

        def step(x, cells=cells):
            return executed(program, cells, x, lambda a, b: a.at[0].set(b[1]))

        assert_allclose(WAYS[name](step, jnp.asarray(XS[:3])), outputs, rtol=1e-4, atol=1e-5, err_msg=name)
        for cell, final in zip(cells.cells, expected, strict=True):
            assert_allclose(np.asarray(cell), final, rtol=1e-4, atol=1e-5, err_msg=name)


# Each program is compiled three times: a few always, many where there is time.
UNHURRIED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "derandomize": True}


@settings(max_examples=4, phases=[Phase.generate], **UNHURRIED)
@given(st.lists(INSTRUCTION, min_size=4, max_size=6))
def test_random_programs_give_the_same_cells_however_they_are_run(program):
    assert_all_ways_agree(program)


@pytest.mark.slow
@settings(max_examples=60, **UNHURRIED)
@given(st.lists(INSTRUCTION, min_size=1, max_size=8))
def test_many_random_programs_give_the_same_cells_however_they_are_run(program):
    assert_all_ways_agree(program)
