import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw


class Cells(bp.Object):
    """Arrays of several shapes and dtypes."""

    def __init__(self):
        super().__init__()
        self.line = bp.parameters.Parameter(np.linspace(0, 1, 5, dtype=np.float32), unit="s", bounds=(0, None))
        self.plane = bp.parameters.Parameter(np.arange(600, dtype=np.float32).reshape(30, 20))
        self.box = bp.parameters.Parameter(np.arange(24, dtype=np.float32).reshape(2, 3, 4))
        self.whole = bp.parameters.Parameter(np.arange(4, dtype=np.int32))
        self.one = bp.parameters.Parameter(1.0)


@pytest.fixture
def model():
    return Cells()


@pytest.fixture
def page(model, listen):
    return listen(bw.parameters(model).view)


def refused(page):
    answer = page.heard("array-answer")[-1]
    return answer["field"], answer["error"]


def test_what_has_cells_can_be_edited(model):
    rows = bw.parameters(model).view.content()["rows"]
    assert {row["path"]: row["array"] for row in rows} == {"line": True, "plane": True, "box": True, "whole": True, "one": False}


def test_a_common_scale_and_offset(model, page):
    page.say("array-scale", path="line", scale="2", offset="500 ms")
    np.testing.assert_allclose(model.line, np.linspace(0, 1, 5) * 2 + 0.5, rtol=1e-6)
    assert refused(page) == (None, None)
    assert page.heard("rows")[-1]["rows"][0]["largest"] == 2.5
    page.say("array-scale", path="whole", scale="1.4", offset="0")
    np.testing.assert_array_equal(model.whole, [0, 1, 3, 4])
    page.say("undo")
    page.say("undo")
    np.testing.assert_array_equal(model.line, np.linspace(0, 1, 5, dtype=np.float32))


@pytest.mark.parametrize(
    ("kind", "fields", "drawn"),
    [
        ("constant", {"value": "20 ms"}, lambda g: np.full(5, 0.02)),
        ("uniform", {"low": "1", "high": "2", "seed": "3"}, lambda g: g.uniform(1, 2, 5)),
        ("normal", {"mean": "5", "sd": "0.5", "seed": "3"}, lambda g: g.normal(5, 0.5, 5)),
        ("log-normal", {"median": "20 ms", "sigma": "0.3", "seed": "3"}, lambda g: g.lognormal(np.log(0.02), 0.3, 5)),
    ],
)
def test_a_distribution_gives_the_numbers_that_numpy_gives(model, page, kind, fields, drawn):
    page.say("array-draw", path="line", draw=kind, **fields)
    np.testing.assert_array_equal(model.line, drawn(np.random.default_rng(3)).astype(np.float32))


def test_an_array_larger_than_a_piece_is_drawn_as_in_one_go(monkeypatch, model, page):
    monkeypatch.setattr("bouton_widgets._draws._PIECE", 70)
    page.say("array-draw", path="plane", draw="normal", mean="0", sd="1", seed="1")
    np.testing.assert_array_equal(model.plane, np.random.default_rng(1).normal(0, 1, (30, 20)).astype(np.float32))


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("normal", {"mean": "0", "sd": "-1", "seed": "0"}, ("sd", "Must be at least 0.")),
        ("normal", {"mean": "much", "sd": "1", "seed": "0"}, ("mean", "Type a number in s.")),
        ("normal", {"mean": "1", "sd": "0", "seed": "0.5"}, ("seed", "Must be a whole number.")),
        ("uniform", {"low": "2", "high": "1", "seed": "0"}, ("high", "Must be more than low.")),
        ("log-normal", {"median": "0", "sigma": "1", "seed": "0"}, ("median", "Must be more than 0.")),
        ("constant", {"value": "1e39"}, ("", "Some values would be more than float32 holds.")),
        ("constant", {"value": "-1"}, (None, "line: expected at least 0 s, got -1.0. Choose a value inside the bounds.")),
    ],
)
def test_what_cannot_be_taken_is_refused_beside_its_field_and_changes_nothing(model, page, kind, fields, expected):
    before = model.line
    page.say("array-draw", path="line", draw=kind, **fields)
    assert refused(page) == expected
    assert model.line is before


def test_cells_come_as_a_window_that_stays_inside(model, page):
    page.say("array-cells", path="plane", **{"from": [28, 3]})
    window = page.heard("array-cells")[-1]
    assert (window["from"], window["size"]) == ([22, 3], [8, 8])
    assert [float(x) for x in window["numbers"]] == np.arange(600).reshape(30, 20)[22:30, 3:11].ravel().tolist()
    page.say("array-cells", path="box", **{"from": [1, 0, 0]})
    window = page.heard("array-cells")[-1]
    assert (window["from"], window["size"]) == ([1, 0, 0], [1, 3, 4])
    assert [float(x) for x in window["numbers"]] == list(range(12, 24))
    page.say("array-cells", path="line")
    assert page.heard("array-cells")[-1]["numbers"] == ["0", "0.25", "0.5", "0.75", "1"]


def test_one_cell_is_set_and_no_other(model, page):
    page.say("array-cell", path="plane", index=[3, 4], value="−7")
    expected = np.arange(600, dtype=np.float32).reshape(30, 20)
    expected[3, 4] = -7
    np.testing.assert_array_equal(model.plane, expected)
    assert page.heard("array-answer")[-1]["index"] == [3, 4]
    page.say("array-cell", path="whole", index=[2], value="9")
    np.testing.assert_array_equal(model.whole, [0, 1, 9, 3])


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("line", "fast", ("value", "Type a number in s.")),
        ("whole", "1.5", ("value", "Must be a whole number.")),
        ("whole", "3e9", ("value", "Must be between −2.147484e9 and 2.147484e9.")),
        ("line", "-1", (None, "line: expected at least 0 s, got -1.0. Choose a value inside the bounds.")),
    ],
)
def test_a_cell_that_cannot_be_taken_is_refused(model, page, path, value, expected):
    page.say("array-cell", path=path, index=[1], value=value)
    assert refused(page) == expected


def test_a_simulation_takes_an_edited_array_into_its_next_chunk(listen):
    syn = bp.modules.ExpSyn(2, tau=np.float32([0.01, 0.02]))
    with bp.run.LiveSimulation(syn, inputs=1.0, record="isyn", chunk=10) as simulation:
        page = listen(bw.parameters(simulation).view)
        simulation.step(10)
        page.say("array-cell", path="tau", index=[1], value="10 ms")
        simulation.reset()
        simulation.step(1000)
        shown = simulation.frame("isyn").traces["isyn"].hi[:, -1]
        assert simulation.compilations == 1
    np.testing.assert_allclose(shown[1], shown[0])
