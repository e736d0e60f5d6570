"""The arithmetic of a slider, in the browser that does it."""

import json

import pytest

from bouton_widgets._assets import script

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def page(open_page):
    page = open_page().page
    page.evaluate(f"() => {{ {script('scale.js')}; window.scale = {{ positions, digits, toPosition, toValue }}; }}")
    return page


def row(low, high, *, log=False, integer=False):
    return {"lo": low, "hi": high, "log": log, "integer": integer}


RANGES = [
    row(0.002, 0.2, log=True),
    row(1.0, 1.001, log=True),
    row(1e-30, 1e30, log=True),
    row(1e-45, 3e-39, log=True),
    row(0.0, 1.0),
    row(-1.0, 1.0),
    row(1e6, 1e6 + 1),
    row(0.0, 1e-30),
    row(-3.4e38, 3.4e38),
    row(-1.7e308, 1.7e308),
    row(0, 10, integer=True),
    row(-1000, 1000, integer=True),
]


@pytest.mark.parametrize("facts", RANGES, ids=json.dumps)
def test_every_position_has_a_value_of_its_own_that_leads_back_to_it(page, facts):
    most = page.evaluate("row => scale.positions(row)", facts)
    values = page.evaluate("([row, n]) => Array.from({length: n + 1}, (_, i) => scale.toValue(row, i))", [facts, most])
    assert values == sorted(set(values))
    assert (values[0], values[-1]) == (facts["lo"], facts["hi"])
    assert page.evaluate("([row, values]) => values.map((x) => scale.toPosition(row, x))", [facts, values]) == list(
        range(most + 1)
    )


@pytest.mark.parametrize(
    ("facts", "value", "position"),
    [
        (row(0.002, 0.2, log=True), 0.02, 100),
        (row(0.002, 0.2, log=True), 0.0, 0),
        (row(0.002, 0.2, log=True), -1.0, 0),
        (row(0.0, 1.0), 7.0, 200),
        (row(1.0, 1.0), 1.0, 0),
        (row(0, 4, integer=True), 3, 3),
    ],
)
def test_where_a_value_stands(page, facts, value, position):
    assert page.evaluate("([row, value]) => scale.toPosition(row, value)", [facts, value]) == position


def test_the_field_has_digits_enough_to_tell_positions_apart(page):
    assert page.evaluate("row => scale.digits(row)", row(0.002, 0.2, log=True)) == 6
    assert page.evaluate("row => scale.digits(row)", row(1.0, 1.001, log=True)) == 7
