"""The ``bouton explore`` command, up to the app that it serves."""

import re
import sys
from types import SimpleNamespace

import pytest

from bouton.cli import main


@pytest.fixture
def served(monkeypatch):
    """What the app is asked to serve."""
    asked = []
    app = SimpleNamespace(serve=lambda *given, **named: asked.append((given, named)))
    monkeypatch.setitem(sys.modules, "bouton_widgets._explore_app", app)
    return asked


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a_model_to_explore.py"
    path.write_text("import bouton as bp\nnet = bp.modules.LIF(3)\n\ndef drive(first, steps):\n    return 0.1\n")
    yield path
    sys.modules.pop(path.stem, None)
    sys.path[:] = [one for one in sys.path if one != str(tmp_path)]


def test_without_a_model_it_is_a_network_of_4000_neurons(served):
    assert main(["explore"]) == 0
    (((model, inputs, record), named),) = served
    assert model.class_name == "COBA"
    assert (model.excitatory.num, model.inhibitory.num) == (3200, 800)
    assert (inputs, record) == (None, None)
    assert named == {"address": "127.0.0.1", "port": None, "show": True}


def test_a_model_its_input_and_what_is_recorded(served, file):
    options = ["--record", "vmem", "spikes", "--input", "0.05", "--port", "5999", "--no-browser", "--address", "0.0.0.0"]
    assert main(["explore", str(file), *options]) == 0
    (((model, inputs, record), named),) = served
    assert (model.class_name, inputs, record) == ("LIF", 0.05, ["vmem", "spikes"])
    assert named == {"address": "0.0.0.0", "port": 5999, "show": False}


def test_an_input_by_its_name_beside_the_model(served, file):
    assert main(["explore", str(file), "--input", "drive"]) == 0
    assert served[0][0][1].__name__ == "drive"


@pytest.mark.parametrize("model", [[], ["FILE"]])
def test_an_input_that_is_not_there_is_refused(served, file, capsys, model):
    assert main(["explore", *(str(file) for _ in model), "--input", "drove"]) == 1
    told = "bouton explore --input: expected a number, or the name of an array or a function beside the model, got 'drove'."
    assert capsys.readouterr().err.startswith(told)
    assert served == []


def test_without_the_widgets_packages_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "bouton_widgets._explore_app", raising=False)
    monkeypatch.setitem(sys.modules, "panel", None)
    assert main(["explore"]) == 1
    # Others may be missing here, too.
    assert re.search(r"got no \w+\. Install them with pip install 'bouton\[widgets\]'\.\n$", capsys.readouterr().err)


def test_a_module_that_is_missing_for_another_reason_is_told_by_python(monkeypatch):
    pytest.importorskip("panel")
    monkeypatch.delitem(sys.modules, "bouton_widgets._explore_app", raising=False)
    monkeypatch.setitem(sys.modules, "socket", None)
    with pytest.raises(ModuleNotFoundError, match="socket"):
        main(["explore"])
