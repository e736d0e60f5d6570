"""Who is told, what happens to one that raises, and that the others hear of it all the same."""

import pytest

from bouton.errors import KindError
from bouton.run._watchers import Watchers


def test_everyone_is_told_until_they_leave():
    watchers, told = Watchers(), []
    watchers.add(lambda: told.append("first"))
    leave = watchers.add(lambda: told.append("second"))
    assert watchers.tell() is None
    leave()
    leave()
    watchers.tell()
    assert told == ["first", "second", "first"]


def test_the_same_function_may_watch_twice():
    watchers, told = Watchers(), []
    leave = watchers.add(told.clear)
    watchers.add(lambda: told.append(1))
    watchers.add(told.clear)
    leave()
    watchers.tell()
    assert told == []


def test_one_that_raises_is_reported_and_dropped_and_the_others_are_told():
    watchers, told = Watchers(), []

    def raises():
        told.append("raises")
        raise KeyError("gone")

    watchers.add(raises)
    watchers.add(lambda: told.append("other"))
    assert str(watchers.tell()) == "a function that watches the simulation raised KeyError: 'gone'"
    assert watchers.tell() is None
    assert told == ["raises", "other", "other"]


def test_one_may_leave_or_clear_all_while_it_is_told():
    watchers, told = Watchers(), []
    watchers.add(lambda: (told.append(1), watchers.clear()))
    watchers.tell()
    watchers.tell()
    assert told == [1]


def test_what_cannot_be_called_is_refused():
    with pytest.raises(
        KindError, match=r"subscribe: expected a function without arguments, got NoneType\. Pass the function itself"
    ):
        Watchers().add(None)
