"""What a runner reads."""

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from step_models import Leak, Pair, Sum

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, MonitorError, PositionError, ValueRefused

DRIVE = ("E.input", np.array([1.0, 2.0, 3.0]))


def record(monitors, target=None, inputs=DRIVE):
    runner = bp.DSRunner(target or Pair(), inputs=inputs, monitors=monitors, dt=0.1, progress_bar=False)
    runner.run(0.3)
    return runner.mon


def test_names_variables_functions_and_parts():
    net = Pair()
    mon = record(
        {
            "v": net.E.V,
            "name": "E.V",
            "part": (net.E.V, [2, -3]),
            "one": ("E.V", 1),
            "slice": ("E.V", slice(1, None)),
            "mask": ("E.V", np.array([True, False, True])),
            "mean": lambda shared: net.E.V.mean(),
            "none": ("E.V", []),
            "time": lambda shared: shared["t"],
        },
        net,
    )
    expected = np.array([1.0, 2.0, 3.0]) * (1 - np.exp(-0.01 * np.arange(1, 4)))[:, None]
    assert_allclose(mon.v, expected, rtol=1e-5)
    assert_array_equal(mon.name, mon.v)
    assert_array_equal(mon.part, mon.v[:, [2, 0]])
    assert_array_equal(mon.one, mon.v[:, 1])
    assert_array_equal(mon.slice, mon.v[:, 1:])
    assert_array_equal(mon["mask"], mon.v[:, [0, 2]])
    assert_allclose(mon.mean, expected.mean(1), rtol=1e-5)
    assert_allclose(mon.time, [0.0, 0.1, 0.2], rtol=1e-6)
    assert mon["none"].shape == (3, 0)


def test_a_function_that_returns_no_numbers_is_named_by_its_key():
    with pytest.raises(KindError, match=r"DSRunner\(monitors=\.\.\.\), 'x': expected numbers, got dict\. Write for instance"):
        record({"x": lambda shared: {"a": 1.0}})


@pytest.mark.parametrize("given", [["E.V", ("I.V", [0])], ("E.V", "I.V"), "E.V", ("E.V", [0])])
def test_lists_of_names_and_one_alone(given):
    assert "E.V" in record(given)


@pytest.mark.parametrize("by", ["name", "variable"])
def test_an_input_is_seen_as_it_was_used(by):
    leak = Leak(2)
    mon = record({"x": "input" if by == "name" else leak.input}, leak, inputs=("input", 4.0))
    assert_array_equal(mon.x, np.full((3, 2), 4.0))
    assert_array_equal(leak.input.value, np.zeros(2))


class Own(bp.neurons.NeuGroup):
    """A group with an input of its own, and a step that leaves it where it is."""

    def __init__(self, n):
        super().__init__(n)
        self.V, self.input = bm.Variable(bm.zeros(n)), bm.Variable(bm.zeros(n))

    def update(self, x=None):
        self.V.value = self.V + self.input


class Summing(bp.neurons.LIF):
    """The same of a group that gathers."""

    def update(self, x=None):
        self.V.value = self.V + self.input
        return self.spike


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize("kind", [Own, Summing])
def test_the_input_of_a_step_that_a_user_wrote_is_seen_and_then_cleared(kind, jit):
    group = kind(2)
    given = {"by name": "input", "part": ("input", [1]), "V": "V"}
    runner = bp.DSRunner(group, inputs=("input", 1.0), monitors=given, jit=jit, progress_bar=False)
    runner.run(0.4)
    assert_array_equal(runner.mon["by name"], np.ones((4, 2)))
    assert_array_equal(runner.mon["part"], np.ones((4, 1)))
    assert_array_equal(runner.mon["V"][:, 0], [1, 2, 3, 4])
    assert_array_equal(group.input.value if kind is Own else group.input, np.zeros(2))


def test_a_parameter_is_read_like_any_variable():
    assert_array_equal(record(["E.tau"])["E.tau"], np.full((3,), 10.0))


def test_a_variable_that_is_not_the_models_is_read_too():
    free = bm.Variable(jnp.ones(2))
    assert_array_equal(record({"free": free}, Sum(), inputs=())["free"], np.ones((3, 2)))


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        (["E.v"], MonitorError, r"'E\.v': expected a Variable of Pair: 'E\.V', .*'I\.tau', got 'E\.v'\. Did you mean 'E\.V'\?"),
        ({"x": "weights"}, KeyError, r"monitors=\.\.\.\), 'x': expected a Variable of Pair: 'E\.V'"),
        (7, KindError, r"DSRunner\(monitors=\.\.\.\): expected a list or a dict, got int"),
        ([3], KindError, r"expected the name of a Variable, got int"),
        (["E.V", ("E.V", [0])], ValueRefused, r"expected each name once, got 'E\.V' twice"),
        ({"ts": "E.V"}, ValueRefused, r"expected a key other than 'ts', which is the time"),
        ([("E.V", 1, 2)], KindError, r"expected a pair \(name, indices\), got 3 elements"),
        ({"x": 3.0}, KindError, r"expected a Variable, the name of one, a pair of it and indices, or a function, got float"),
        ({"x": (len, [0])}, KindError, r"a pair of it and indices, or a function, got builtin"),
        ([("E.V", [0, 3])], PositionError, r"'E\.V': expected indices below 3, got 3"),
        ([("E.V", [-4])], PositionError, r"expected indices below 3, got -4"),
        ([("E.V", [0.5])], KindError, r"expected whole numbers, a slice, or 3 truth values, got float64 of shape \(1,\)"),
        ([("E.tau", [0])], PositionError, r"expected an axis for the indices, got a single number"),
    ],
)
def test_what_cannot_be_read_is_told_at_construction(given, error, words):
    with pytest.raises(error, match=words):
        bp.DSRunner(Pair(), monitors=given)
