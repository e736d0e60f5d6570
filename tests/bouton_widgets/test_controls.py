import numpy as np
import pytest

import bouton as bp
from bouton_widgets._controls import Control, adjustable


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


def typed(control, text):
    """Type into the control's field, and press Enter."""
    number = control.read(text)
    assert control.objection(number) is None
    control.entry.set(control.value_for(number))
    control.took(number, dragging=not isinstance(text, str))


def ends(control):
    return control.row()["lo"], control.row()["hi"]


@pytest.mark.parametrize("value", [0.02, np.full(3, 0.02, np.float32), np.full((2, 2), 0.02, np.float32)])
def test_a_number_and_an_array_of_equal_numbers_are_moved_as_one_number(value):
    control = Control(entry(value))
    assert not control.is_factor
    assert control.number == pytest.approx(0.02)
    np.testing.assert_array_equal(control.value_for(control.read("0.05")), np.full(np.shape(value), 0.05, np.float32))


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


def test_the_range_widens_for_a_value_beyond_it_and_goes_back_with_the_value():
    one = entry(1.0, softbounds=(0.0, 2.0))
    control = Control(one)
    typed(control, "8")
    assert ends(control) == (0.0, 10.0)
    one.set(1.5)
    control.update()
    assert ends(control) == (0.0, 2.0)
    one.set(8.0)
    control.update()
    assert ends(control) == (0.0, 10.0)
    one.set(control.initial)
    control.update()
    assert ends(control) == (0.0, 2.0)


def test_the_range_stays_under_the_hand_that_drags_the_slider():
    control = Control(entry(1.0, softbounds=(0.0, 2.0)))
    typed(control, "8")
    typed(control, 0.5)
    assert ends(control) == (0.0, 10.0)
    typed(control, "0.5")
    assert ends(control) == (0.0, 2.0)


def test_the_usual_range_holds_the_value_found_and_the_one_that_the_model_began_with():
    cell = Cell(5e-4, softbounds=(2e-3, 0.2), scale="log", bounds=(0, None))
    cell.x = 0.5
    assert ends(Control(next(cell.entries()))) == (1e-4, 2.0)


def test_zero_and_negative_values_on_a_logarithmic_slider_make_it_linear_until_they_are_gone():
    control = Control(entry(0.02, softbounds=(2e-3, 0.2), scale="log"))
    typed(control, "0")
    assert (ends(control), control.row()["log"]) == ((0.0, 0.2), False)
    typed(control, "-1")
    assert (ends(control), control.row()["log"]) == ((-2.0, 0.2), False)
    typed(control, "0.1")
    assert (ends(control), control.row()["log"]) == ((2e-3, 0.2), True)


def test_a_factor_beyond_the_slider_widens_it():
    control = Control(entry(np.array([1.0, 2.0], np.float32)))
    typed(control, "20×")
    assert (ends(control), control.row()["log"]) == ((0.1, 100.0), True)
    typed(control, "-1")
    assert (ends(control), control.row()["log"]) == ((-5.0, 10.0), False)
    typed(control, "1")
    assert ends(control) == (0.1, 10.0)


@pytest.mark.parametrize("value", [np.float32(np.nan), np.full(3, np.nan, np.float32), np.array([1.0, np.nan], np.float32)])
def test_nan_is_no_change_and_can_be_left_and_come_back_to(value):
    one = entry(value)
    control = Control(one)
    assert not control.row()["changed"]
    one.set(np.ones(np.shape(value), np.float32))
    control.update()
    assert control.row()["changed"]
    one.set(control.initial)
    control.update()
    assert not control.row()["changed"]


def test_an_array_of_nan_is_one_number_and_one_with_some_nan_says_how_many():
    row = Control(entry(np.full(3, np.nan, np.float32))).row()
    assert (row["factor"], row["value"], row["text"], row["lost"]) == (False, None, "nan", 3)
    control = Control(entry(np.array([1.0, np.nan, 3.0], np.float32)))
    row = control.row()
    assert (row["factor"], row["value"], row["smallest"], row["largest"], row["lost"]) == (True, 1.0, 1.0, 3.0, 1)
    assert control.objection(2.0) == "Some values are not finite: reset them, or set them from Python."


@pytest.mark.parametrize("text", ["nan", "NaN", "inf", "-inf", "abc", "20 mV", "", float("nan"), float("inf")])
def test_what_is_no_number_is_refused_with_an_example(text):
    control = Control(entry(0.02, unit="s"))
    assert control.objection(control.read(text)) == "Type a number in s, such as 0.02 or 20 ms."
    assert Control(entry(3.0)).objection(None) == "Type a number, such as 3."
    assert Control(entry(np.array([1.0, 2.0], np.float32))).objection(None) == "Type a factor, such as 2 or 0.5."


@pytest.mark.parametrize(
    ("value", "bounds", "number", "sentence"),
    [
        (0.02, (0, None), -1.0, "Must be at least 0 s."),
        (0.02, (None, 1), 2.0, "Must be at most 1 s."),
        (0.02, (0, 1), 2.0, "Must be between 0 and 1 s."),
        (0.02, (0, None), 1e39, "Must be between 0 and 3.402823e38 s."),
        (0.02, None, -1e39, "Must be at least −3.402823e38 s."),
        (np.float32([0.2, 0.4]), (0, 1), 4.0, "Every value must stay between 0 and 1 s."),
        (np.int32(3), None, 4.5, "Must be a whole number."),
        (np.uint8(3), None, 300.0, "Must be at most 255 s."),
    ],
)
def test_a_number_out_of_bounds_is_refused_in_a_short_sentence_with_the_unit(value, bounds, number, sentence):
    assert Control(entry(value, bounds=bounds, unit="s")).objection(number) == sentence


def test_a_true_minus_sign_is_understood():
    assert Control(entry(1.0)).read(" −2.5 ") == -2.5


def test_a_number_is_shown_as_it_was_written_and_not_as_the_nearest_float32():
    assert Control(entry(np.float32(0.02))).row()["value"] == 0.02


def test_whole_numbers_stay_whole():
    control = Control(entry(np.int32(3)))
    assert control.row()["integer"]
    assert control.value_for(control.read("4")).dtype == np.int32


def test_switches_are_turned_together_also_when_they_differ():
    control = Control(entry(np.array([True, False])))
    assert (control.row()["switch"], control.row()["factor"], control.row()["value"]) == (True, False, None)
    np.testing.assert_array_equal(control.value_for(control.read(1)), [True, True])


def test_a_value_that_is_not_finite_is_shown_as_text():
    row = Control(entry(np.float32(np.inf))).row()
    assert (row["value"], row["text"], row["largest"]) == (None, "inf", None)


def test_functions_and_empty_arrays_have_no_control():
    assert not adjustable(next(Setting(np.tanh).entries()))
    assert not adjustable(entry(np.zeros((0, 3), np.float32)))
    assert adjustable(entry(1.0))


def test_of_a_large_array_a_sample_is_shown_and_it_is_moved_by_a_factor():
    one = entry(np.ones(1_200_000, np.float32), bounds=(0, 3))
    control = Control(one)
    row = control.row()
    assert (row["factor"], row["sampled"], row["smallest"], row["largest"], row["changed"]) == (True, True, 1.0, 1.0, False)
    assert control.objection(4.0) == "Every value must stay between 0 and 3."
    typed(control, "2")
    assert float(one.value[-1]) == 2
    assert control.row()["changed"]
    assert control.value_for(1) is control.initial
