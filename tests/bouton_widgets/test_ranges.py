import numpy as np
import pytest

import bouton as bp
from bouton_widgets._ranges import Range, limits, slider_range, widened


class Cell(bp.Object):
    """One attribute, whose range is chosen."""

    def __init__(self, value, **known):
        super().__init__()
        self.x = bp.parameters.Parameter(value, **known)


def entry(value, **known):
    return next(Cell(value, **known).entries())


@pytest.mark.parametrize(
    ("value", "known", "expected"),
    [
        (0.02, {"softbounds": (0.001, 0.1), "scale": "log"}, (0.001, 0.1, True)),
        (0.02, {"softbounds": (0.0, 0.1), "scale": "log"}, (0.0, 0.1, False)),
        (0.5, {"bounds": (0.0, 1.0)}, (0.0, 1.0, False)),
        (0.5, {"bounds": (0.0, None)}, (0.0, 1.0, False)),
        (3.0, {}, (0.0, 10.0, False)),
        (-3.0, {}, (-10.0, 0.0, False)),
        (0.0, {}, (-1.0, 1.0, False)),
        (0.0, {"bounds": (0.0, None)}, (0.0, 1.0, False)),
        (0.02, {"scale": "log"}, (0.0002, 0.2, True)),
        (5.0, {"softbounds": (0.0, 1.0)}, (0.0, 10.0, False)),
        (0.02, {"softbounds": (0.0, 0.1), "bounds": (0.01, None)}, (0.01, 0.1, False)),
        (5.0, {"bounds": (5.0, None)}, (5.0, 10.0, False)),
        (0.0, {"bounds": (None, 0.0)}, (-1.0, 0.0, False)),
        (np.nan, {"softbounds": (0.0, 0.1)}, (0.0, 0.1, False)),
        (np.nan, {}, (-1.0, 1.0, False)),
        (np.int32(3), {"softbounds": (0.5, 7.5)}, (0.0, 8.0, False)),
        (np.uint8(250), {}, (0.0, 255.0, False)),
    ],
)
def test_the_range_of_a_slider(value, known, expected):
    assert slider_range(entry(value, **known), float(value)) == pytest.approx(expected)


def test_half_a_millisecond_has_room_below_it_on_the_time_constants_of_the_modules():
    for module, path in ((bp.modules.LIF(2, tau_mem=5e-4), "tau_mem"), (bp.modules.ExpSyn(2, tau=5e-4), "tau")):
        found = slider_range(module.entry(path), 5e-4)
        assert found == pytest.approx((1e-4, 0.2, True))


@pytest.mark.parametrize(
    ("found", "value", "expected"),
    [
        ((2e-3, 0.2, True), 0.05, (2e-3, 0.2, True)),
        ((2e-3, 0.2, True), 5e-4, (1e-4, 0.2, True)),
        ((2e-3, 0.2, True), 0.5, (2e-3, 2.0, True)),
        ((2e-3, 0.2, True), 0.0, (0.0, 0.2, False)),
        ((2e-3, 0.2, True), -1.0, (-2.0, 0.2, False)),
        ((0.0, 2.0, False), 8.0, (0.0, 10.0, False)),
        ((5.0, 10.0, False), 1.0, (0.0, 10.0, False)),
        ((-10.0, -5.0, False), -1.0, (-10.0, 0.0, False)),
        ((-1.0, 1.0, False), -3.0, (-5.0, 1.0, False)),
        ((0.0, 1.0, False), float("nan"), (0.0, 1.0, False)),
    ],
)
def test_a_range_is_widened_with_room_beyond_the_value(found, value, expected):
    assert widened(Range(*found), value) == pytest.approx(expected)


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("value", [1e-45, 3e-39, 1e-30, -1e-30, 1e30, -1e30, 3e38, -3e38])
def test_the_smallest_and_the_largest_numbers_have_a_range_that_the_dtype_can_hold(value, scale):
    with np.errstate(under="ignore"):
        value = np.float32(value)
    found = slider_range(entry(value, scale=scale), float(value))
    assert found.low <= value <= found.high
    assert found.low < found.high
    assert np.all(np.isfinite(np.array(found[:2]).astype(np.float32)))


def test_what_an_entry_can_take_is_within_its_bounds_and_its_dtype():
    assert limits(entry(np.uint8(3), bounds=(1, None))) == (1.0, 255.0)
    assert limits(entry(1.0, bounds=(None, 2.0))) == (float(np.finfo(np.float32).min), 2.0)
