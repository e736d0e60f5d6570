import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton.math as bm
from bouton.transform._progress import _piece


def bars(capsys):
    """Last state of each bar that was shown: turns done and turns in all."""
    jax.effects_barrier()
    shown = re.split(r"[\r\n]+", capsys.readouterr().err)
    states = [tuple(map(int, m.groups())) for line in shown if (m := re.search(r"\| (\d+)/(\d+) \[", line))]
    ends = [k for k in range(len(states)) if k + 1 == len(states) or states[k + 1][0] < states[k][0]]
    return [states[k] for k in ends]


class Sum:
    def __init__(self):
        self.total = bm.Variable(0.0)

    def add(self, x):
        self.total.value = self.total + x
        return self.total * 2.0


@pytest.mark.parametrize("length", [1, 3, 20, 103, 200])
@pytest.mark.parametrize("options", [{}, {"reverse": True}, {"jit": False}, {"unroll": 2, "remat": True}], ids=str)
def test_the_bar_reaches_the_last_turn_and_changes_no_number(capsys, length, options):
    if length > 103 and options:
        length = 53
    xs = np.arange(length, dtype=np.float32)
    with_bar, without = Sum(), Sum()
    out = bm.for_loop(with_bar.add, xs, progress_bar=True, **options)
    assert bars(capsys) == [(length, length)]
    assert_array_equal(out, bm.for_loop(without.add, xs, **options))
    assert with_bar.total.value == without.total.value
    assert bars(capsys) == []


def test_each_run_shows_a_bar_of_its_own_also_when_it_is_compiled_already(capsys):
    s = Sum()
    for _ in range(2):
        bm.for_loop(s.add, np.zeros(7, np.float32), progress_bar=True)
    assert bars(capsys) == [(7, 7), (7, 7)]


# JAX 0.5 drops reports from a loop inside a derivative that does not depend on what it is taken by.
DROPPED = pytest.mark.skipif(jax.__version_info__ < (0, 6), reason="JAX drops the reports")


def nested_in_for_loop(run):
    return bm.for_loop(lambda _: run(), np.zeros(2))


@pytest.mark.parametrize(
    ("around", "count"),
    [
        (lambda run: bm.jit(run)(), 1),
        pytest.param(lambda run: bm.grad(lambda z: (z, run()), has_aux=True)(0.0), 1, marks=DROPPED),
        pytest.param(lambda run: bm.jit(bm.grad(lambda z: (z * run().sum(), 0), has_aux=True))(2.0), 1, marks=DROPPED),
        (lambda run: bm.vmap(run, axis_size=3)(), 1),
        (lambda run: bm.jit(bm.vmap(run, axis_size=3))(), 1),
        (nested_in_for_loop, 2),
        (lambda run: bm.cond(True, run, 0.0), 1),
    ],
    ids=["jit", "grad", "grad in jit", "vmap", "vmap in jit", "for_loop", "cond"],
)
def test_inside_another_transform_the_bar_reaches_its_end(capsys, around, count):
    s = Sum()

    def run():
        bm.for_loop(s.add, np.ones(120, np.float32), progress_bar=True)
        return s.total.value

    around(run)
    assert bars(capsys) == [(120, 120)] * count
    assert s.total.value == 120 * count


def test_a_mapped_loop_over_other_numbers_for_each_element_shows_one_bar(capsys):
    out = bm.vmap(lambda x: bm.for_loop(lambda t: t * x, jnp.arange(60.0), progress_bar=True).sum())(jnp.arange(3.0))
    assert_array_equal(out, np.arange(3) * 59 * 30)
    assert bars(capsys) == [(60, 60)]


def test_gradients_go_through_a_loop_with_a_bar(capsys):
    def f(x):
        return bm.for_loop(lambda t: t * x**2, jnp.ones(103), progress_bar=True).sum()

    assert float(bm.grad(f)(3.0)) == 103 * 6
    assert bars(capsys) == [(103, 103)]


@pytest.mark.parametrize("jit", [True, False])
def test_an_exception_takes_the_bar_down(capsys, jit):
    def body(x):
        raise ArithmeticError("mine")

    with pytest.raises(ArithmeticError, match="mine"):
        bm.for_loop(body, np.zeros(4), progress_bar=True, jit=jit)
    assert bars(capsys) == [(0, 4)]
    bm.for_loop(lambda x: x, np.zeros(4), progress_bar=True)
    assert bars(capsys) == [(4, 4)]


def test_a_loop_of_no_turns_shows_an_empty_bar():
    out = bm.for_loop(lambda x: x, np.zeros((0, 2), np.float32), progress_bar=True)
    assert out.shape == (0, 2)


@pytest.mark.parametrize("length", [1, 2, 19, 20, 21, 97, 100, 101, 1000, 99_991, 100_000])
def test_there_are_some_twenty_reports_at_most(length):
    assert 1 <= -(-length // _piece(length)) <= 21
