import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import bouton.math as bm
from bouton.core._glance import line, memory, number, summary


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "0"),
        (0.02, "0.02"),
        (np.float32(0.02), "0.02"),
        (-65.0, "−65"),
        (0.123456, "0.1235"),
        (123456.0, "123456"),
        (1234567.0, "1.235e6"),
        (-2.5e-5, "−2.5e-5"),
        (float("inf"), "inf"),
        (float("-inf"), "−inf"),
        (float("nan"), "nan"),
    ],
)
def test_a_number_is_written_with_four_digits(x, text):
    assert number(float(x)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.5, "1.5"),
        (3, "3"),
        (True, "True"),
        (jnp.array(2.0), "2"),
        (np.float32(3.0), "3"),
        (jnp.array(True), "True"),
        (np.full((2, 2), 0.5), "all 0.5"),
        (np.array([-1.0, 0.0, 4.0]), "−1 – 4, mean 1"),
        (np.array([0.12345, 1.98765]), "0.123 – 1.99, mean 1.06"),
        (np.array([True, False, True]), "2 of 3 true"),
        (np.zeros((0, 3)), "empty"),
        (jax.random.key(0), "key"),
        (jax.random.split(jax.random.key(0), 3), "3 keys"),
        ("euler", "euler"),
        (np.tanh, "tanh"),
        (None, "None"),
        (bm.Variable(2), "all 0"),
        (jnp.array(1 + 2j), "1+2j"),
        (jnp.array([3 + 4j, 0j]), "size 0 – 5, mean 2.5"),
        (jnp.array([1, 2], jnp.bfloat16), "1 – 2, mean 1.5"),
    ],
    ids=repr,
)
def test_a_value_is_summed_up_in_a_few_characters(value, text):
    assert summary(value) == text


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([np.nan, 1.0, 3.0], "1 – 3, mean 2, 1 NaN"),
        ([np.inf, 1.0, -np.inf, np.inf], "all 1, 2 inf, 1 −inf"),
        ([np.nan, np.nan], "all NaN"),
        ([-np.inf, -np.inf], "all −inf"),
        ([np.nan, np.inf], "1 NaN, 1 inf"),
    ],
)
def test_what_is_not_finite_is_counted_apart(values, text):
    assert summary(np.array(values)) == text


def test_of_a_large_array_a_sample_is_read_and_that_is_said():
    ramp = np.linspace(-1.0, 1.0, 10**6, dtype=np.float32)
    assert re.fullmatch(r"sampled −1 – 1, mean −?\d\S*", summary(ramp))
    assert summary(np.arange(10**5) % 4 == 0).startswith("sampled 2")


def test_a_value_in_a_trace_is_told_by_its_type():
    told = []
    jax.jit(lambda x: told.append(summary(x)) or x)(jnp.zeros(2))
    assert told == ["traced float32[2]"]


@pytest.mark.parametrize(
    ("value", "length"), [("x" * 100, 40), (list(range(10**6)), 40), ({"a": "b" * 1000}, 40), (10**60, 40), (object(), 40)]
)
def test_whatever_it_is_the_text_is_short(value, length):
    assert len(summary(value)) <= length


def test_a_text_of_several_lines_becomes_one_and_steers_no_terminal():
    assert line("a\nb\x1b[31mc") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[31mc"
    assert line("x" * 100, 10) == "xxxxxxxxx…"


@pytest.mark.parametrize(
    ("nbytes", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1234, "1.2 kB"), (999_960, "1 MB"), (123_456_789, "123 MB"), (6.4e9, "6.4 GB")],
)
def test_memory_is_written_with_a_unit(nbytes, text):
    assert memory(int(nbytes)) == text
