import numpy as np
import pytest

from bouton.notebooks._text import difference
from bouton.notebooks._tolerance import BY_PLATFORM, Tolerance

CPU, GPU = BY_PLATFORM["cpu"], BY_PLATFORM["gpu"]


def test_a_number_off_by_float32_rounding_is_accepted_and_one_off_by_a_per_cent_is_not():
    number = np.float32(-61.37219)
    nearest = np.nextafter(number, np.float32(0))
    assert difference(f"V = {number} mV", f"V = {nearest} mV", CPU) is None
    found = difference(f"V = {number} mV", f"V = {number * np.float32(1.01)} mV", CPU)
    assert found == f"line 1: expected {number}, got {number * np.float32(1.01)}, off by 1%"


@pytest.mark.parametrize("share", [1e-5, 1e-3, 1e-1])
def test_the_relative_tolerance_is_a_share_of_the_stored_number(share):
    tolerance = Tolerance(rtol=share)
    assert difference("2.00000000", f"{2 * (1 + 0.9 * share):.8f}", tolerance) is None
    assert difference("2.00000000", f"{2 * (1 + 1.1 * share):.8f}", tolerance)


def test_the_absolute_tolerance_is_for_numbers_near_zero():
    assert difference("1.0e-9", "-4.0e-9", Tolerance(1e-5, atol=1e-8)) is None
    assert difference("1.0e-9", "-4.0e-9", Tolerance(1e-5)) == "line 1: expected 1.0e-9, got -4.0e-9, off by 5e+02%"
    assert difference("0.0", "0.25", CPU) == "line 1: expected 0.0, got 0.25, off by 0.25"


def test_small_numbers_of_an_array_are_measured_by_its_largest():
    small, noise = np.array([1.0, 3e-9]), np.array([1.0, -4e-7])
    assert difference(str(small), str(noise), CPU) is None
    assert difference("1.0 and 3e-9", "1.0 and -4e-7", CPU)
    assert difference("[1.0 3e-3]", "[1.0 3.1e-3]", CPU)
    assert difference("[1000.0] [0.5]", "[1000.0] [0.50007]", CPU)


def test_one_unit_in_the_last_printed_place_is_rounding_where_it_weighs_little():
    assert difference("1.2345", "1.2346", CPU) is None
    assert difference("1.23e5", "1.24e5", CPU)
    assert difference("1.23", "1.24", CPU)
    assert difference("0.5", "0.6", CPU)
    assert difference("1.2345", "1.2347", CPU)


def test_a_gpu_has_more_room_and_a_per_cent_is_still_caught():
    assert difference("0.123456", "0.123512", CPU)
    assert difference("0.123456", "0.123512", GPU) is None
    assert difference("0.123456", "0.124691", GPU)


@pytest.mark.parametrize(
    ("expected", "got"),
    [("1000 spikes", "1001 spikes"), ("[1 2 3]", "[1 2 4]"), ("shape (3, 4)", "shape (3, 5)"), ("n=7", "n=8")],
)
def test_whole_numbers_are_exact(expected, got):
    assert "compared exactly" in difference(expected, got, GPU)


def test_whole_numbers_may_be_given_room_and_shapes_may_not():
    room = Tolerance(1e-5, integers=0.01)
    assert difference("1000 spikes", "1009 spikes", room) is None
    assert difference("1000 spikes", "1011 spikes", room) == "line 1: expected 1000, got 1011, off by 1.1%"
    shapes = ("(1000, 8)", "float32[1000,8]", "shape=(1000,)", "torch.Size([1000])", "shape: (1000, 2)")
    for shape in shapes:
        assert difference(shape, shape.replace("1000", "1001"), room), shape


@pytest.mark.parametrize(
    ("expected", "got"),
    [("dtype=float32", "dtype=float64"), ("x86_64", "x86_65"), ("0.10.2", "0.10.3"), ("node_1", "node_2"), ("v2", "v3")],
)
def test_digits_in_words_are_words(expected, got):
    assert difference(expected, got, Tolerance(1.0, 10.0, 1.0)) == f"line 1: expected {expected!r}, got {got!r}"


def test_numpy_may_break_lines_and_pad_as_it_likes():
    wide, narrow = np.linspace(-1, 1, 30), np.linspace(-1, 1, 30)
    wide[3] = np.nextafter(wide[3], 2)
    assert difference(str(wide), np.array2string(narrow, max_line_width=40, precision=12), CPU) is None
    assert difference("array([1., 2.],\n      dtype=float32)", "array([ 1.,  2.], dtype=float32)", CPU) is None
    assert difference("-0.", "0.", CPU) is None


def test_the_indentation_of_lines_is_part_of_the_text():
    assert difference("net\n    hidden", "net\n  hidden", CPU) == "the words differ"
    assert difference("a   1.5", "a 1.5", CPU) is None


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [("nan", "nan", True), ("inf", "inf", True), ("inf", "-inf", False), ("0.5", "nan", False), ("nan", "0.5", False)],
)
def test_what_is_no_finite_number_is_exact(expected, got, same):
    found = difference(expected, got, Tolerance(1.0, 1.0))
    assert found == (None if same else f"line 1: expected {expected}, got {got}, which is not the same")


def test_numbers_with_a_unit_are_numbers():
    assert difference("12.5ms, 3.0e-3s", "12.500001ms, 3.00000001e-3s", CPU) is None
    assert difference("12.5ms", "12.7ms", CPU)


def test_the_line_is_that_of_the_stored_text():
    assert difference("a 1\nb 2.5\nc", "a 1\nb 2.6\nc", CPU) == "line 2: expected 2.5, got 2.6, off by 4%"
    assert difference("[1.0\n 2.0\n 3.0]", "[1.0 2.0 4.0]", CPU) == "line 3: expected 3.0, got 4.0, off by 33%"
    assert difference("a\nb", "a\nc", CPU) == "line 2: expected 'b', got 'c'"
    assert difference("a", "a\nb\nc", CPU) == "expected 1 line, got 3"
    assert difference("1.0 2.0", "1.0", CPU) == "line 1: expected '1.0 2.0', got '1.0'"


def test_a_long_line_is_shortened_in_the_message():
    found = difference("x" * 500, "y" * 500, CPU)
    assert len(found) < 300
    assert found.endswith("...")
