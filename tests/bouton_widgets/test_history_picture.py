import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import bouton_widgets as bw
from bouton_widgets import _history_picture

SPACE = "{http://www.w3.org/2000/svg}"
CURVES = [
    ("fit", "loss", [4, 8, 12, 16], [8.0, 4.0, 2.0, 1.0]),
    ("test", "loss", [4, 8, 12, 16], [4.0, np.nan, 2.0, 2.0]),
    ("test", "right <3", [4, 8, 12, 16], [0.1, 0.2, 0.4, 0.9]),
]


def read(curves, **options):
    return ElementTree.fromstring(bw.history(curves, **options).view.svg())


def words(svg):
    return [element.text for element in svg.iter(f"{SPACE}text")]


def dots(svg, colour):
    found = [element for element in svg.iter(f"{SPACE}circle") if element.get("fill") == colour]
    return np.array([(float(dot.get("cx")), float(dot.get("cy"))) for dot in found])


def test_the_colours_are_those_of_the_scripts():
    script = (Path(bw.__file__).parent / "web" / "plot.js").read_text()
    (palette,) = re.findall(r"PALETTE = \[(.*?)\]", script)
    assert re.findall(r'"(#\w+)"', palette) == list(_history_picture.PALETTE)


def test_points_lie_in_proportion_to_epochs_and_losses():
    points = dots(read(CURVES), _history_picture.PALETTE[0])
    assert np.diff(points[:, 0]) == pytest.approx([points[1, 0] - points[0, 0]] * 3, abs=0.11)
    assert np.diff(points[:, 1]) / (points[-1, 1] - points[0, 1]) == pytest.approx([4 / 7, 2 / 7, 1 / 7], abs=2e-3)


def test_on_a_logarithmic_axis_equal_factors_lie_equally_far_apart():
    points = dots(read(CURVES, log=True), _history_picture.PALETTE[0])
    assert np.diff(points[:, 1]) == pytest.approx([points[1, 1] - points[0, 1]] * 3, abs=0.11)


def test_axes_and_lines_are_named_and_what_is_not_finite_is_a_gap():
    svg = read(CURVES)
    said = words(svg)
    assert {"Training history", "4 epochs · 16 updates", "loss", "right <3", "training", "test", "epoch"} <= set(said)
    tests = [path.get("d") for path in svg.iter(f"{SPACE}path") if path.get("stroke") == _history_picture.PALETTE[1]]
    # Of four losses of the test the second is missing: a dot, and a line of two.
    assert sum(len(re.findall("[ML]", path)) == 2 for path in tests) == 1
    assert len(dots(svg, _history_picture.PALETTE[1])) == 3 + 4


def test_several_trainings_have_colours_and_training_is_dashed():
    svg = read({"a": CURVES[:2], "b": CURVES[:2]})
    lines = {(path.get("stroke"), path.get("stroke-dasharray")) for path in svg.iter(f"{SPACE}path")}
    blue, orange = _history_picture.PALETTE[:2]
    assert {(blue, None), (blue, "5 4"), (orange, None), (orange, "5 4")} <= lines


@pytest.mark.parametrize(
    "curves, axis, sentence",
    [([], "epoch", "Nothing has been trained yet."), ([("fit", "loss", [1], [np.nan])], "updates", "No value is finite.")],
)
def test_an_empty_axis_says_why(curves, axis, sentence):
    svg = read(curves)
    assert {axis, sentence} <= set(words(svg))
    assert "nan" not in ElementTree.tostring(svg, "unicode")
