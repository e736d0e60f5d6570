"""Numbers beside axes, and columns of a picture, in the browser that makes them."""

import pytest

from bouton_widgets._assets import script

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def page(open_page):
    page = open_page().page
    page.evaluate(f"() => {{ {script('numbers.js')}; window.numbers = {{ decimalsFor, niceStep, tickLabel }}; }}")
    page.evaluate(f"() => {{ {script('livetime.js')}; window.columnAt = columnAt; }}")
    page.evaluate(f"() => {{ {script('plot.js')}; window.room = room; }}")
    return page


@pytest.mark.parametrize(
    "low, high",
    [
        (-0.0700012, -0.0699995),
        (-80.0, 20.0),
        (1e6 - 1e4, 1e6 + 1e4),
        (0.0, 1e-9),
        (0.0, 100_000.0),
        (12_345.0, 12_345.01),
        (-3e7, 3e7),
    ],
)
def test_ticks_of_an_axis_are_told_apart_and_say_where_they_are(page, low, high):
    places, told = page.evaluate(
        """([low, high]) => {
            const { decimalsFor, niceStep, tickLabel } = window.numbers;
            const step = niceStep(high - low, 5);
            const places = [];
            for (let k = Math.ceil(low / step); k * step <= high; k += 1) places.push(k * step);
            return [places, places.map((place) => tickLabel(place, { decimals: decimalsFor(step), step }))];
        }""",
        [low, high],
    )
    assert len(places) >= 3
    assert len(set(told)) == len(told)
    step = places[1] - places[0]
    assert [float(text.replace("−", "-")) for text in told] == pytest.approx(places, abs=0.05 * step)
    assert max(map(len, told)) <= 11


@pytest.mark.parametrize(
    "time, column",
    [(1.0, 0), (1.25, 1), (1.9999, 3), (2.0, 3), (1.0 + 0.1 * 10, 3), (2.0 + 1e-12, 3), (2.1, None), (0.999, None)],
)
def test_the_end_of_a_picture_belongs_to_its_last_column(page, time, column):
    assert page.evaluate("time => window.columnAt(time, [1, 2], 4)", time) == column


def test_the_last_digits_of_what_stands_still_are_no_course(page):
    low, high = page.evaluate("room(null, [-1.1994131, -1.1994129])")
    assert low < -1.19945
    assert high > -1.19938
    assert high - low < 1e-3
    assert page.evaluate("room([-1.2, -1.199], [-70, -50])") == [-75, -45]
    assert page.evaluate("room(null, [-65, -65])")[1] > -64
