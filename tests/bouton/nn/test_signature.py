"""Which keywords the methods that a user writes take."""

import pytest

from bouton.nn._signature import number_of_data, takes


class Written:
    def one(self, ff):
        return

    def with_feedback(self, ff, fb=None, gain=1.0, *, train=True):
        return

    def anything(self, ff, fb=None, **shared):
        return

    def gain_second(self, ff, gain=1.0):
        return

    def any_number(self, *data, fit=True):
        return

    def positional(self, ff, fb=None, /, train=False):
        return


@pytest.mark.parametrize(
    "name, data, names, anything, on",
    [
        ("one", 1, set(), False, set()),
        ("with_feedback", 2, {"gain", "train"}, False, {"train"}),
        ("anything", 2, set(), True, set()),
        ("gain_second", 1, {"gain"}, False, set()),
        ("any_number", 2, {"fit"}, False, {"fit"}),
        ("positional", 2, {"train"}, False, set()),
    ],
)
def test_what_a_method_takes_besides_the_data(name, data, names, anything, on):
    method = getattr(Written(), name)
    assert number_of_data(method) == data
    assert takes(method, data) == (frozenset(names), anything, frozenset(on))


def test_only_what_is_taken_is_chosen():
    given = {"gain": 2, "train": False, "other": 3}
    assert takes(Written().with_feedback, 2).chosen(given) == {"gain": 2, "train": False}
    assert takes(Written().anything, 2).chosen(given) == given
    assert takes(Written().one, 1).chosen(given) == {}
