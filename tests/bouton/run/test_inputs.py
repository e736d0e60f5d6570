"""What a runner gives to a model."""

import itertools

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from step_models import Leak, Pair, Sum

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, ShapeError, UnknownPathError, ValueRefused

RAMP = np.arange(1.0, 6.0)


def used(inputs, steps=5, target=None):
    """The input of each step."""
    runner = bp.DSRunner(target or Leak(2), inputs=inputs, monitors=["input"], dt=0.1, progress_bar=False)
    runner.run(steps * 0.1)
    return runner.mon.input[:, 0]


@pytest.mark.parametrize(
    "given",
    [
        ("input", RAMP, "iter"),
        ("input", list(range(1, 6)), "iter"),
        ("input", [1.0, 2.0, jnp.asarray(3.0), np.float64(4), 5], "iter"),
        ("input", RAMP[:, None] * np.ones(2), "iter"),
        [("input", RAMP, "iter")],
        ("input", lambda shared: shared["i"] + 1, "func"),
        ("input", lambda shared: [shared["t"] * 10 + 1, shared["t"] * 10 + 1], "func"),
        [("input", RAMP - 2.0, "iter"), ("input", 2.0)],
        [("input", RAMP, "iter", "="), ("input", 0, "fix", "-")],
    ],
)
def test_a_ramp_can_be_given_in_any_form(given):
    assert_allclose(used(given), RAMP, rtol=1e-6)


@pytest.mark.parametrize(("operation", "expected"), [("+", 8.0), ("-", 4.0), ("*", 12.0), ("/", 3.0), ("=", 2.0)])
def test_the_operations(operation, expected):
    assert_array_equal(used([("input", 6.0, "fix", "="), ("input", 2.0, "fix", operation)], steps=2), [expected, expected])


def test_a_generator_is_gone_on_with_by_the_next_run():
    sums = Sum()
    runner = bp.DSRunner(sums, inputs=("total", itertools.count(1), "iter"), dt=0.1, progress_bar=False, chunk=2)
    assert_array_equal(runner.run(0.3), np.cumsum([2, 3, 4]))
    assert_array_equal(runner.run(0.2), 9 + np.cumsum([5, 6]))


def test_a_variable_is_a_target_and_a_value():
    leak, current = Leak(2), bm.Variable(jnp.full(2, 3.0))
    runner = bp.DSRunner(leak, inputs=(leak.input, current), monitors=["input"], dt=0.1, progress_bar=False)
    runner.run(0.2)
    assert_array_equal(runner.mon.input, np.full((2, 2), 3.0))
    current.value = jnp.full(2, 4.0)
    runner.run(0.2)
    assert_array_equal(runner.mon.input, np.full((2, 2), 4.0))


def test_a_function_of_the_shared_arguments_may_write_itself():
    net = Pair()

    def drive(shared):
        net.E.input += shared["t"]

    runner = bp.DSRunner(net, inputs=drive, monitors=["E.input"], dt=0.5, progress_bar=False)
    runner.run(1.5)
    assert_allclose(runner.mon["E.input"][:, 0], [0.0, 0.5, 1.0])


def test_a_target_is_found_by_the_name_of_its_object_too():
    net = Pair()
    runner = bp.DSRunner(net, inputs=(f"{net.I.name}.input", 2.0), monitors=["I.input"], dt=0.1, progress_bar=False)
    runner.run(0.1)
    assert_array_equal(runner.mon["I.input"], [[2.0, 2.0]])


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        (3.0, KindError, r"inputs=\.\.\.\): expected a tuple, a list of tuples, or a function, got float"),
        (("input",), KindError, r"expected \(target, value\), \(target, value, type\) or .*, got \('input',\)"),
        ([3.0], KindError, r"expected \(target, value\)"),
        ([(3.0, 1.0)], KindError, r"expected the name of a Variable, or one, as the target, got float"),
        (("input", 1.0, "now"), ValueRefused, r"'input': expected the type 'fix', 'iter' or 'func', got 'now'"),
        (("input", 1.0, "fix", "%"), ValueRefused, r"expected one of the operations .*, got '%'"),
        (("input", 1.0, "func"), KindError, r"expected a function of the shared arguments, got float"),
        (("input", jnp.sin), KindError, r"values for an input of type 'fix', got a function\. Say type 'func'"),
        (("input", iter([1.0])), KindError, r"expected a number or an array, got an iterator\. Say type 'iter'"),
        (("input", 1.0, "iter"), ShapeError, r"expected values over time, got one number"),
        (("input", "strong"), KindError, r"expected numbers, got <U6"),
        (("input", [[1, 2], [3]], "iter"), ShapeError, r"'input': expected values of one shape, got values of several"),
        (("inputs", 1.0), UnknownPathError, r"a Variable of Leak: 'V', 'input', 'tau', got 'inputs'\. Did you mean 'input'\?"),
        (("E.W", 1.0), UnknownPathError, r"a Variable of Leak: 'V', 'input', 'tau', got 'E\.W'\. Choose one of them"),
    ],
)
def test_wrong_inputs_are_refused_at_construction(given, error, words):
    with pytest.raises(error, match=words):
        bp.DSRunner(Leak(2), inputs=given)


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        (("input", np.ones(4), "iter"), ShapeError, r"'input': expected one value for each of the 5 steps of the run, got 4"),
        (("input", iter([1.0] * 4), "iter"), ShapeError, r"a generator with a value for each step up to 5, got the end after 4"),
        (("input", np.ones(3)), ShapeError, r"expected values that broadcast to shape \(2,\), got \(3,\)"),
        (("input", np.ones(2) * 1j), KindError, r"expected values for float32, got complex64"),
        (
            ("input", iter([1.0, np.ones(2), 1.0, 1.0, 1.0]), "iter"),
            ShapeError,
            r"'input': expected a generator that gives values of one shape, got \(\) and \(2,\)",
        ),
        (("input", lambda shared: None, "func"), KindError, r"'input': expected numbers, got NoneType"),
    ],
)
def test_what_does_not_fit_the_run_or_the_model_is_refused(given, error, words):
    with pytest.raises(error, match=words):
        used(given)
