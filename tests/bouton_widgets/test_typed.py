import pytest

from bouton_widgets._typed import example, read


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("0.02", "s", 0.02),
        ("20 ms", "s", 0.02),
        ("20ms", "s", 0.02),
        ("  0.3 ms ", "s", 0.0003),
        ("0.02 s", "s", 0.02),
        ("20 \u00b5s", "s", 2e-5),
        ("20 \u03bcs", "s", 2e-5),
        ("20 us", "s", 2e-5),
        ("2e-2 s", "ms", 20.0),
        (".5", "", 0.5),
        ("3.", "", 3.0),
        ("\u221265 mV", "mV", -65.0),
        ("-0.065 V", "mV", -65.0),
        ("10 k\u2126", "M\u03a9", 0.01),
        ("7 lux", "lux", 7.0),
        ("0.1 ks", "s", 100.0),
    ],
)
def test_a_number_is_read_in_the_fields_unit_and_converted_exactly_from_others(text, unit, value):
    assert read(text, unit) == value


@pytest.mark.parametrize(
    "text", ["abc", "", "20 mV", "20 mss", "20 m", "1,5", "1_000", "nan", "inf", "-inf", "1e999", "2e", "0x10", "20 ms s"]
)
def test_what_is_no_finite_number_in_this_unit_is_not_read(text):
    assert read(text, "s") is None


def test_without_a_unit_a_number_with_one_is_not_read():
    assert read("20 ms", "") is None


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.02, "s", "0.02 or 20 ms"),
        (2e-5, "s", "2e-5 or 20 \u00b5s"),
        (2.0, "s", "2"),
        (-65.0, "mV", "\u221265"),
        (0.0, "s", "0"),
        (0.5, "", "0.5"),
        (1e-20, "s", "1e-20 or 1e-8 ps"),
    ],
)
def test_an_example_shows_a_prefix_where_it_reads_better(value, unit, text):
    assert example(value, unit) == text
