import jax
import numpy as np
import pytest

from bouton_widgets._summary import number, summary, table


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
        (np.float32(3.0), "3"),
        (np.full((2, 2), 0.5), "all 0.5"),
        (np.array([-1.0, 0.0, 4.0]), "−1 – 4, mean 1"),
        (np.array([0.12345, 1.98765]), "0.123 – 1.99, mean 1.06"),
        (np.array([True, False, True]), "2 of 3 true"),
        (np.array(True), "True"),
        (np.zeros(0), "empty"),
        (np.array([3, 7], np.uint32), "key"),
        (jax.random.key(0), "key<fry>"),
        (0.001, "0.001"),
        ("same", "same"),
        (np.tanh, "tanh"),
        (None, "None"),
        (list(range(100)), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …"),
    ],
)
def test_a_value_is_summed_up_in_words(value, text):
    assert summary(value) == text


def test_a_table_of_nothing_is_empty():
    assert table([]) == ""
