import pytest

from bouton.errors import KindError, ValueRefused
from bouton.notebooks._tolerance import BY_PLATFORM, Limits, Tolerance, settings

ASKED = Limits(cell=100.0)


def held(notebook=None, tags=(), platform="cpu", stderr=False):
    return settings("nb, cell 3", platform, notebook or {}, tags, ASKED, stderr)


def test_the_kernel_gives_the_defaults():
    assert held().tolerance == BY_PLATFORM["cpu"]
    assert held(platform="gpu").tolerance == BY_PLATFORM["gpu"]
    assert BY_PLATFORM["cpu"].rtol < BY_PLATFORM["gpu"].rtol < 0.01
    assert held().limits == ASKED
    assert not held().stderr


def test_the_notebook_is_over_the_kernel():
    assert held({"tolerance": {"rtol": 1e-2, "atol": 0.5}}).tolerance == Tolerance(1e-2, 0.5)
    assert held({"tolerance": 1e-2}).tolerance == BY_PLATFORM["cpu"]._replace(rtol=1e-2)
    both = {"tolerance": {"rtol": 1e-2, "gpu": {"rtol": 5e-2, "integers": 0.1}}}
    assert held(both).tolerance == BY_PLATFORM["cpu"]._replace(rtol=1e-2)
    assert held(both, platform="gpu").tolerance == Tolerance(5e-2, BY_PLATFORM["gpu"].atol, 0.1)
    assert held({"tolerance": {"gpu": 0.2}}, platform="gpu").tolerance.rtol == 0.2
    assert held({"limits": {"cell": 5, "memory": 900}}).limits == Limits(5.0, None, 900.0)
    assert held({"stderr": True}).stderr
    assert not held({"stderr": False}, stderr=True).stderr


def test_the_cell_is_over_the_notebook():
    tags = ["tolerance-1e-3", "tolerance-abs-1e-6", "tolerance-integers-0.02", "limit-seconds-60", "limit-mb-1500", "plain"]
    found = held({"tolerance": 0.5, "limits": {"notebook": 300}}, [*tags, "check-stderr"])
    assert found.tolerance == Tolerance(1e-3, 1e-6, 0.02)
    assert found.limits == Limits(60.0, 300.0, 1500.0)
    assert found.stderr


@pytest.mark.parametrize(
    ("notebook", "tags", "error", "sentence"),
    [
        (
            {"tolerances": 1},
            [],
            ValueRefused,
            r"nb, cell 3: metadata\.bouton: expected limits, stderr, tolerance, got tolerances\. ",
        ),
        ({"tolerance": {"rel": 1}}, [], ValueRefused, r"metadata\.bouton\.tolerance: expected .*, got rel\. Correct its name"),
        ({"limits": {"cells": 1}}, [], ValueRefused, r"metadata\.bouton\.limits: expected cell, memory, notebook, got cells\."),
        ({"limits": 3}, [], KindError, r"metadata\.bouton\.limits: expected names and values, got 3\. Write a mapping with cell"),
        ({"tolerance": "much"}, [], ValueRefused, r"tolerance: expected a number that is not negative, got 'much'\. Write for"),
        ({"tolerance": {"rtol": -1}}, [], ValueRefused, r"tolerance\.rtol: expected a number that is not negative, got -1\."),
        ({"tolerance": True}, [], ValueRefused, r"got True"),
        ({}, ["tolerance-small"], ValueRefused, r"tag tolerance-small: expected a number that is not negative, got 'small'\."),
        ({}, ["tolerance-nan"], ValueRefused, r"got 'nan'"),
        ({}, ["limit-seconds-inf"], ValueRefused, r"got 'inf'"),
    ],
)
def test_what_cannot_be_read_is_named(notebook, tags, error, sentence):
    with pytest.raises(error, match=sentence):
        held(notebook, tags)
