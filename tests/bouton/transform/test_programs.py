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
LINE = st.one_of(
    st.tuples(st.just("copy"), INDEX, INDEX),
    st.tuples(st.just("add"), INDEX, INDEX),
    st.tuples(st.just("scale"), INDEX, st.sampled_from([0.5, -1.0, 0.25])),
    st.tuples(st.just("input"), INDEX, INDEX),
    st.tuples(st.just("output"), INDEX, INDEX),
    st.tuples(st.just("in place"), INDEX, INDEX),
    st.tuples(st.just("one element"), INDEX, INDEX),
)


def blocks_of(programs):
    """Programs that stand inside a transform."""
    return st.one_of(
        st.tuples(st.just("jit"), programs),
        st.tuples(st.just("for"), programs),
        st.tuples(st.just("while"), INDEX, programs),
        st.tuples(st.just("cond"), INDEX, programs, programs),
        st.tuples(st.just("ifelse"), INDEX, programs, programs, programs),
        st.tuples(st.just("map"), programs),
        st.tuples(st.just("grad"), programs),
    )


FLAT = st.lists(LINE, min_size=4, max_size=6)
NESTED = st.recursive(
    st.lists(LINE, min_size=1, max_size=3),
    lambda inner: st.tuples(st.lists(LINE, max_size=2), blocks_of(inner), st.lists(LINE, max_size=1)).map(
        lambda parts: [*parts[0], parts[1], *parts[2]]
    ),
    max_leaves=5,
)
TURNS = np.array([1.0, -0.5], np.float32)


def executed(program, cells, x, array, blocks):
    """One step of ``program`` over a list-like of cells; the same code for Variables and for NumPy."""
    out = x * 0.0
    for what, *operands in program:
        if what in blocks:
            out = out + blocks[what](cells, x, *operands)
            continue
        i, j = operands
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


class Plain:
    """Blocks of a program as NumPy runs them, by plain Python."""

    def __init__(self):
        self.blocks = {name: getattr(self, f"{name}_") for name in ("jit", "for", "while", "cond", "ifelse", "map", "grad")}

    def run(self, program, cells, x):
        return executed(program, cells, x, first_from, self.blocks)

    def jit_(self, cells, x, program):
        return self.run(program, cells, x)

    grad_ = jit_

    def for_(self, cells, x, program):
        return sum(self.run(program, cells, x * t) for t in TURNS)

    def while_(self, cells, x, i, program):
        out, turn = 0.0, 0
        while turn < 3 and cells[i].sum() < 2.0 + turn:
            out += self.run(program, cells, x)
            turn += 1
        return out

    def cond_(self, cells, x, i, one, other):
        return self.run(one if cells[i][0] > 0.3 else other, cells, x)

    def ifelse_(self, cells, x, i, one, two, three):
        return self.run(one if cells[i][0] > 0.7 else two if cells[i][1] > 0.3 else three, cells, x)

    def map_(self, cells, x, program):
        """All cells are mapped, over two elements that start alike and see other inputs; they go on as their mean."""
        copies = [[cell.copy() for cell in cells] for _ in TURNS]
        out = sum(self.run(program, copy, x * t) for copy, t in zip(copies, TURNS, strict=True))
        for i in range(CELLS):
            cells[i] = np.mean([copy[i] for copy in copies], axis=0)
        return out


class Transformed(Plain):
    """The same blocks as transforms of Variables."""

    def run(self, program, cells, x):
        return executed(program, cells, x, lambda a, b: a.at[0].set(b[1]), self.blocks)

    def jit_(self, cells, x, program):
        return bm.jit(lambda x: self.run(program, cells, x))(x)

    def grad_(self, cells, x, program):
        def target(x):
            out = self.run(program, cells, x)
            return jnp.sum(out), out

        # Backwards through a while_loop JAX does not go.
        return (bm.grad if "while" not in str(program) else forward)(target, has_aux=True)(jnp.asarray(x))[1]

    def for_(self, cells, x, program):
        return bm.for_loop(lambda t: self.run(program, cells, x * t), TURNS).sum()

    def while_(self, cells, x, i, program):
        out, _ = bm.while_loop(
            lambda out, turn: (out + self.run(program, cells, x), turn + 1),
            lambda out, turn: (turn < 3) & (cells[i].sum() < 2.0 + turn.astype(float)),
            (jnp.zeros(()), 0),
        )
        return out

    def cond_(self, cells, x, i, *programs):
        return bm.cond(cells[i][0] > 0.3, *(self.branch(program, cells) for program in programs), x)

    def ifelse_(self, cells, x, i, *programs):
        return bm.ifelse([cells[i][0] > 0.7, cells[i][1] > 0.3], [self.branch(program, cells) for program in programs], x)

    def branch(self, program, cells):
        return lambda x: self.run(program, cells, x)

    def map_(self, cells, x, program):
        copies = Cells([jnp.stack([cells[i]] * len(TURNS)) for i in range(CELLS)])
        out = bm.vmap(lambda t: self.run(program, copies, x * t), mapped_vars=copies.cells)(TURNS)
        for i in range(CELLS):
            cells[i] = copies[i].mean(0)
        return out.sum()


def forward(target, has_aux):
    return bm.jacfwd(target, has_aux=has_aux)


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


def assert_all_ways_agree(program, ways=("eager", "compiled", "looped", "loop_inside_jit"), steps=3):
    start = [np.array([1.0, -0.5]) * (k + 1) for k in range(CELLS)]
    expected, outputs = [v.copy() for v in start], []
    for x in XS[:steps].astype(float):
        outputs.append(Plain().run(program, expected, x))
    for name in ways:
        cells = Cells(start)

        def step(x, cells=cells):
            return Transformed().run(program, cells, x)

        assert_allclose(WAYS[name](step, jnp.asarray(XS[:steps])), outputs, rtol=1e-4, atol=1e-4, err_msg=name)
        for cell, final in zip(cells.cells, expected, strict=True):
            assert_allclose(np.asarray(cell), final, rtol=1e-4, atol=1e-4, err_msg=name)


# Each program is compiled three times: a few always, many where there is time.
UNHURRIED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "derandomize": True}


@settings(max_examples=4, phases=[Phase.generate], **UNHURRIED)
@given(FLAT)
def test_random_programs_give_the_same_cells_however_they_are_run(program):
    assert_all_ways_agree(program)


@settings(max_examples=4, phases=[Phase.generate], **UNHURRIED)
@given(NESTED)
def test_random_nestings_of_transforms_give_the_same_cells_as_plain_python(program):
    assert_all_ways_agree(program, ways=("eager", "loop_inside_jit"), steps=2)


# One of each, whatever the random ones are.
@pytest.mark.parametrize("outer", ["jit", "for", "map", "grad", "while", "cond", "ifelse"])
def test_each_transform_around_all_others_gives_the_same_cells_as_plain_python(outer):
    line = [("add", 0, 1), ("output", 0, 2), ("input", 1, 0)]
    blocks = {
        "jit": ("jit", line),
        "for": ("for", line),
        "map": ("map", line),
        "grad": ("grad", line),
        "while": ("while", 1, line),
        "cond": ("cond", 0, line, line[:1]),
        "ifelse": ("ifelse", 2, line[:2], line[1:], line),
    }
    name, *rest = blocks[outer]
    inside = [*line, *blocks.values()]
    rest[-1] = inside
    assert_all_ways_agree([(name, *rest)], ways=("eager", "compiled"), steps=2)


@pytest.mark.slow
@settings(max_examples=10, **UNHURRIED)
@given(FLAT)
def test_many_random_programs_give_the_same_cells_however_they_are_run(program):
    assert_all_ways_agree(program)


@pytest.mark.slow
@settings(max_examples=10, **UNHURRIED)
@given(NESTED)
def test_many_random_nestings_of_transforms_give_the_same_cells_as_plain_python(program):
    assert_all_ways_agree(program, ways=("eager", "compiled", "looped", "loop_inside_jit"), steps=2)
