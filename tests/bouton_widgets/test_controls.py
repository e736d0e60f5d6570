import numpy as np
import pytest

import bouton as bp
from bouton_widgets._controls import Control, adjustable, slider_range


class Cell(bp.Object):
    """One attribute, whose control is tested."""

    def __init__(self, value, **known):
        super().__init__()
        self.x = bp.parameters.Parameter(value, **known)


class Setting(bp.Object):
    """One attribute that need not be numeric."""

    def __init__(self, value):
        super().__init__()
        self.x = bp.parameters.SimulationParameter(value)


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
        (5.0, {"softbounds": (0.0, 1.0)}, (0.0, 5.0, False)),
        (0.02, {"softbounds": (0.0, 0.1), "bounds": (0.01, None)}, (0.01, 0.1, False)),
        (5.0, {"bounds": (5.0, None)}, (5.0, 10.0, False)),
        (0.0, {"bounds": (None, 0.0)}, (-1.0, 0.0, False)),
    ],
)
def test_the_range_of_a_slider(value, known, expected):
    assert slider_range(entry(value, **known), value) == pytest.approx(expected)


@pytest.mark.parametrize("value", [0.02, np.full(3, 0.02, np.float32), np.full((2, 2), 0.02, np.float32)])
def test_a_number_and_an_array_of_equal_numbers_are_moved_as_one_number(value):
    control = Control(entry(value))
    assert not control.is_factor
    assert control.number == pytest.approx(0.02)
    np.testing.assert_array_equal(control.value_for("0.05"), np.full(np.shape(value), 0.05, np.float32))


def test_an_array_of_different_numbers_keeps_its_proportions():
    control = Control(entry(np.array([1.0, 2.0, -4.0], np.float32), unit="nA"))
    row = control.row()
    assert (row["factor"], row["value"], row["smallest"], row["largest"]) == (True, 1.0, -4.0, 2.0)
    assert (row["lo"], row["hi"], row["log"]) == (0.1, 10.0, True)
    np.testing.assert_array_equal(control.value_for(0.5), np.array([0.5, 1.0, -2.0], np.float32))


def test_a_factor_of_zero_leads_back():
    one = entry(np.array([1.0, 2.0], np.float32))
    control = Control(one)
    one.set(control.value_for(0))
    control.took(0)
    assert control.is_factor
    assert control.number == 0
    np.testing.assert_array_equal(control.value_for(1), [1.0, 2.0])


def test_an_array_that_python_code_replaces_is_the_new_measure():
    one = entry(np.array([1.0, 2.0], np.float32))
    control = Control(one)
    assert not control.stale
    one.set(np.array([10.0, 30.0], np.float32))
    assert control.stale
    assert control.update()
    np.testing.assert_array_equal(control.value_for(2), [20.0, 60.0])
    one.set(np.array([7.0, 7.0], np.float32))
    control.update()
    assert not control.is_factor
    assert control.number == 7


def test_the_range_widens_for_a_value_beyond_it_and_keeps_still_otherwise():
    one = entry(1.0, softbounds=(0.0, 2.0))
    control = Control(one)
    one.set(8.0)
    control.update()
    assert (control.row()["lo"], control.row()["hi"]) == (0.0, 8.0)
    one.set(0.5)
    control.update()
    assert (control.row()["lo"], control.row()["hi"]) == (0.0, 8.0)


@pytest.mark.parametrize("typed", ["nan", "NaN", "inf", "-inf", float("nan")])
def test_what_is_not_finite_is_refused(typed):
    with pytest.raises(bp.errors.ValueRefused, match=r"x: expected a finite number, got -?(nan|inf)\. Type an ordinary number"):
        Control(entry(1.0)).value_for(typed)


def test_text_that_is_no_number_goes_on_to_the_model():
    assert Control(entry(1.0)).value_for("fast") == "fast"


def test_a_true_minus_sign_is_understood():
    assert Control(entry(1.0)).value_for(" −2.5 ") == -2.5


def test_whole_numbers_stay_whole_and_others_are_left_for_the_model_to_refuse():
    control = Control(entry(np.int32(3)))
    assert control.row()["integer"]
    assert control.value_for("4").dtype == np.int32
    assert control.value_for("4.5").dtype.kind == "f"


def test_a_value_that_is_not_finite_is_shown_as_text():
    row = Control(entry(np.float32(np.inf))).row()
    assert (row["value"], row["text"], row["largest"]) == (None, "inf", None)


def test_functions_and_empty_arrays_have_no_control():
    assert not adjustable(next(Setting(np.tanh).entries()))
    assert not adjustable(entry(np.zeros((0, 3), np.float32)))
    assert adjustable(entry(1.0))
