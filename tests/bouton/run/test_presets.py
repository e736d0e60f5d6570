"""Settings of parameters: what is taken comes back exactly, all of it or nothing, from memory and from files."""

import json

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
from bouton import errors
from bouton.run import LiveSimulation, Preset


@pytest.fixture
def rates():
    return bp.modules.Rate(3, tau=np.float32([0.02, 0.03, 0.1]), bias=0.25)


def held(model):
    return {e.path: e.value for e in model.entries() if e.kind in ("parameter", "simulation")}


def test_what_is_taken_comes_back_as_it_was(rates):
    before = held(rates)
    preset = Preset.of(rates, name="calm")
    assert (preset.name, preset.model) == ("calm", "Rate")
    # Simulation parameters are no part of a setting, but for what is chosen by name.
    assert set(preset.values) == {"tau", "bias", "threshold", "act_fn"}
    rates.tau, rates.act_fn = np.float32([1, 2, 3]), "tanh"
    assert preset.apply(rates) == 0
    assert all(held(rates)[path] is value for path, value in before.items())


def test_a_file_gives_the_same_numbers_to_the_bit(rates, tmp_path):
    odd = np.float32([1 / 3, 2e-38, 16777216.0])
    rates.tau, rates.act_fn = odd, "sigmoid"
    file = tmp_path / "odd.json"
    Preset.of(rates, name="odd <b>").save(file)
    rates.tau, rates.act_fn = np.ones(3), "ReLU"
    read = Preset.load(file)
    read.apply(rates)
    assert read.name == "odd <b>"
    assert_array_equal(np.asarray(rates.tau), odd)
    assert rates.act_fn is next(e for e in rates.entries() if e.name == "act_fn").choices["sigmoid"]
    told = json.loads(file.read_text())
    assert (told["format"], told["version"], told["model"]) == ("bouton preset", 1, "Rate")
    assert told["values"]["act_fn"] == {"choice": "sigmoid"}


@pytest.mark.parametrize(
    "value",
    [
        np.float32([np.nan, np.inf, -np.inf, -0.0]),
        np.arange(6, dtype=np.uint8).reshape(2, 3),
        np.array([True, False]),
        np.float32(0.1),
        np.zeros((0, 3), np.float32),
        np.random.default_rng(0).normal(size=(100, 70)).astype(np.float32),
    ],
)
def test_every_kind_of_number_goes_through_a_text(value):
    (found,) = Preset.read(Preset({"x": value}).text()).values.values()
    assert (found.dtype, found.shape) == (value.dtype, value.shape)
    assert found.tobytes() == np.asarray(value).tobytes()


def test_all_or_nothing(rates):
    before = held(rates)
    for values, words, kind in [
        ({"bias": 1.0, "tau": -np.ones(3)}, r"tau: expected at least 0 s, got -1\.0", errors.ValueRefused),
        ({"bias": 1.0, "tau": np.ones(4)}, r"tau: expected shape \(3,\), got \(4,\)", errors.ShapeError),
        ({"bias": 1.0, "tao": 1.0}, r"Preset: expected paths of the model's parameters, got 'tao'\. Did", KeyError),
        ({"bias": 1.0, "x": np.ones(3)}, r"got 'x'", KeyError),
        ({"bias": 1.0, "act_fn": "cube"}, r"act_fn: expected 'ReLU', 'tanh'", errors.ValueRefused),
    ]:
        with pytest.raises(kind, match=words):
            Preset(values).apply(rates)
        assert all(held(rates)[path] is value for path, value in before.items())


class Stubborn(bp.Object):
    """Refuses a value for a reason of its own."""

    def __init__(self):
        super().__init__()
        self.a, self.b = bp.parameters.Parameter(1.0), bp.parameters.Parameter(2.0)

    def __setattr__(self, name, value):
        if name == "b" and np.asarray(getattr(value, "data", value)) == 13:
            raise RuntimeError("not thirteen")
        super().__setattr__(name, value)


def test_what_only_the_assignment_refuses_leaves_nothing_behind():
    model = Stubborn()
    with pytest.raises(RuntimeError, match="not thirteen"):
        Preset({"a": 5.0, "b": 13.0}).apply(model)
    assert (float(model.a), float(model.b)) == (1.0, 2.0)


def test_a_live_simulation_takes_a_preset_and_counts_its_changes(rates):
    with LiveSimulation(rates, inputs=1.0, record="output", chunk=10) as sim:
        sim.step(10)
        assert Preset({"tau": np.full(3, 0.05), "bias": 0.0}, "b").apply(sim) == sim.change == 2
        sim.step(10)
        assert sim.compilations == 1
        with pytest.raises(errors.UnknownPathError, match=r"Preset 'b': expected paths of the model's parameters, got 'dt'"):
            Preset({"dt": 1e-4}, "b").apply(sim)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"\x80\x04\x95", "got something else"),
        ("[" * 100_000, "got something else"),
        ("{}", "got something else"),
        (
            '{"format": "bouton preset", "version": 2}',
            r"expected version 1 of the format, got 2\. It was written by a newer bouton",
        ),
        ('{"format": "bouton preset", "version": 1}', "got one without values"),
        ('{"format": "bouton preset", "version": 1, "values": {"a": 1}}', "a in here: .* got no value"),
        *(
            (json.dumps({"format": "bouton preset", "version": 1, "values": {"a": told}}), words)
            for told, words in [
                ({"dtype": "object", "shape": [], "numbers": []}, "got dtype 'object' and shape"),
                ({"dtype": "float32", "shape": [2], "numbers": [1.0]}, r"none of dtype float32 and shape \(2,\)"),
                ({"dtype": "int8", "shape": [1], "numbers": [300]}, "none of dtype int8"),
                ({"dtype": "float32", "shape": [1], "numbers": [1e39]}, "none of dtype float32"),
                ({"dtype": "int32", "shape": [1], "numbers": [1.5]}, "none of dtype int32"),
                ({"dtype": "float32", "shape": [1], "numbers": ["one"]}, "none of dtype float32"),
                ({"dtype": "float32", "shape": [1], "bytes": "AAA"}, "none of dtype float32"),
            ]
        ),
    ],
)
def test_a_damaged_text_is_refused_in_a_sentence(text, words):
    with pytest.raises(errors.ValueRefused, match=words):
        Preset.read(text, "here")


def test_what_cannot_be_taken_or_kept_is_refused(rates, tmp_path):
    rates.act_fn = lambda x, threshold: x
    assert "act_fn" not in Preset.of(rates).values
    with pytest.raises(errors.ValueRefused, match=r"Preset\.of, act_fn: .* got <lambda>\. Leave this path out"):
        Preset.of(rates, "act_fn")
    with pytest.raises(errors.UnknownPathError, match=r"Preset\.of: expected paths of the model's parameters, got 'tao'"):
        Preset.of(rates, ["tao"])
    with pytest.raises(errors.KindError, match=r"Preset\.of: expected a model or a LiveSimulation, got list"):
        Preset.of([])
    with pytest.raises(errors.KindError, match=r"Preset\.text, x: expected a number, .* got dtype complex64"):
        Preset({"x": np.complex64(1j)}).text()
    with pytest.raises(errors.FolderError, match=r"Preset\.save"):
        Preset({}).save(tmp_path / "none" / "p.json")
    with pytest.raises(errors.ValueRefused, match=r"Preset\.load: expected a file that is there"):
        Preset.load(tmp_path / "p.json")
