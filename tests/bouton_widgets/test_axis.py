import pytest

from bouton_widgets._axis import log_ticks, span_of, ticks


@pytest.mark.parametrize(
    "span, count, expected",
    [
        ((0, 100), 5, [0, 20, 40, 60, 80, 100]),
        ((-1, 1), 4, [-1, -0.5, 0, 0.5, 1]),
        ((3.2e-5, 4.1e-5), 5, [3.2e-5, 3.4e-5, 3.6e-5, 3.8e-5, 4.0e-5]),
    ],
)
def test_ticks_stand_at_nice_steps_within_the_span(span, count, expected):
    assert ticks(*span, count) == pytest.approx(expected)


@pytest.mark.parametrize(
    "span, expected",
    [
        ((0.05, 2.4), [0.05, 0.1, 0.2, 0.5, 1, 2]),
        ((1e-6, 1.0), [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1]),
        ((1e-20, 1.0), [1e-18, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 1]),
        ((0.61, 0.79), [0.65, 0.7, 0.75]),
    ],
)
def test_logarithmic_ticks_are_powers_of_ten_and_more_where_these_are_few(span, expected):
    assert log_ticks(*span) == pytest.approx(expected)


def test_an_axis_has_room_but_does_not_pass_a_bound_that_the_values_keep():
    assert span_of([0.1, 2.0], log=False) == pytest.approx((0.0, 2.114))
    assert span_of([0.2, 0.98], log=False) == pytest.approx((0.0, 1.0))
    assert span_of([5.0, 6.0], log=False) == pytest.approx((4.94, 6.06))
    assert span_of([-1.0, 1.0], log=False) == pytest.approx((-1.12, 1.12))
    low, high = span_of([0.01, 1.0], log=True)
    assert low < 0.01 < 1.0 < high
    assert low * high == pytest.approx(0.01)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("values", [[], [3.0], [3.0, 3.0]])
def test_no_value_and_one_value_have_an_axis_too(values, log):
    low, high = span_of(values, log)
    assert low < high
    assert all(low < value < high for value in values)
