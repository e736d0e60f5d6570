"""Whatever foreign code raises is said in a sentence, and whose code it was."""

import pytest

from bouton.errors import ShapeError
from bouton.run._foreign import Foreign, Stopped


class OddError(Exception):
    """Of a kind that nobody could list."""


@pytest.mark.parametrize(
    "error, sentence",
    [
        (ValueError("too much"), "the model raised ValueError: too much"),
        (NameError("name 'x' is not defined"), "the model raised NameError: name 'x' is not defined"),
        (OddError(), "the model raised OddError"),
        (SystemExit(3), "the model raised SystemExit: 3"),
        (AssertionError(), "the model raised AssertionError"),
    ],
)
def test_an_exception_becomes_a_sentence_and_stays_the_cause(error, sentence):
    with pytest.raises(Stopped) as stopped, Foreign("the model"):
        raise error
    assert str(stopped.value) == sentence
    assert stopped.value.__cause__ is error


def test_a_sentence_of_bouton_stands_for_itself():
    with pytest.raises(Stopped) as stopped, Foreign("the model"):
        raise ShapeError(where="LIF input", expected="3 channels", got="2", fix="Give three.")
    assert str(stopped.value) == "LIF input: expected 3 channels, got 2. Give three"


def test_a_stop_inside_another_is_not_told_twice():
    stop = Stopped("the input is NaN")
    with pytest.raises(Stopped) as stopped, Foreign("the model"):
        raise stop
    assert stopped.value is stop


def test_the_keyboard_is_not_theirs():
    with pytest.raises(KeyboardInterrupt), Foreign("the model"):
        raise KeyboardInterrupt


def test_code_that_raises_nothing_passes():
    with Foreign("the model"):
        done = True
    assert done
