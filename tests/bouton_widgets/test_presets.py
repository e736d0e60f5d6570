import json

import numpy as np
import pytest

import bouton as bp
import bouton_widgets as bw
from bouton_widgets import _presets


@pytest.fixture
def neurons():
    return bp.modules.LIF(3, tau_mem=0.02, bias=np.array([0.1, 0.2, 0.3], np.float32))


def test_a_setting_is_stored_turned_to_undone_and_deleted_by_name(neurons, listen):
    page = listen(bw.parameters(neurons).view)
    page.say("preset-store", name=" <b>calm</b> ")
    page.say("set", path="tau_mem", value="60 ms")
    page.say("set", path="bias", value="2")
    page.say("preset-pick", name="<b>calm</b>")
    assert float(neurons.tau_mem) == np.float32(0.02)
    np.testing.assert_allclose(neurons.bias, [0.1, 0.2, 0.3])
    shown = {row["path"]: row["changed"] for row in page.heard("rows")[-1]["rows"]}
    assert shown["tau_mem"] is False
    page.say("undo")
    assert float(neurons.tau_mem) == np.float32(0.06)
    assert page.heard("presets")[-1]["presets"] == ["<b>calm</b>"]
    page.say("preset-delete", name="<b>calm</b>")
    assert page.heard("presets")[-1]["presets"] == []


def test_all_views_of_a_model_offer_its_presets(neurons, listen):
    one, other = bw.parameters(neurons), bw.parameters(neurons, "taus")
    page = listen(other.view)
    one.store_preset("calm")
    assert page.heard("presets")[-1]["presets"] == ["calm"]
    assert json.loads(bw.parameters(neurons).content)["presets"] == ["calm"]
    assert set(one.presets["calm"].values) == {"tau_mem", "tau_syn", "bias", "threshold"}
    neurons.tau_mem = 0.1
    one.pick_preset("calm")
    assert float(neurons.tau_mem) == np.float32(0.02)


def test_a_file_goes_through_python_and_through_a_page(neurons, listen, tmp_path):
    controls = bw.parameters(neurons)
    page = listen(controls.view)
    controls.save_preset(tmp_path / "first.json")
    neurons.bias = np.ones(3, np.float32)
    page.say("preset-store", name="ones")
    page.say("preset-save", name="ones")
    (sent,) = page.heard("preset-file")
    assert (sent["to"], sent["name"]) == ("page", "ones")
    controls.load_preset(tmp_path / "first.json")
    np.testing.assert_array_equal(neurons.bias, np.float32([0.1, 0.2, 0.3]))
    assert list(controls.presets) == ["ones", "first"]
    page.say("preset-load", name="again", text=sent["text"])
    np.testing.assert_array_equal(neurons.bias, np.ones(3))


def test_a_setting_that_does_not_fit_is_refused_in_a_sentence_and_not_kept(neurons, listen):
    page = listen(bw.parameters(neurons).view)
    page.say("preset-load", name="x", text=bp.run.Preset({"tau_mem": 0.1, "bias": np.ones(4)}, "four").text())
    assert page.heard("refused")[-1]["text"].startswith("bias: expected shape (3,), got (4,).")
    page.say("preset-load", name="x", text=bp.run.Preset({"tao_mem": 0.1}, "typo").text())
    assert "Preset 'typo': expected paths of the model's parameters, got 'tao_mem'" in page.heard("refused")[-1]["text"]
    page.say("preset-load", name="x", text="no preset")
    assert "x: expected a preset of bouton" in page.heard("refused")[-1]["text"]
    assert float(neurons.tau_mem) == np.float32(0.02)
    assert not page.heard("presets")


def test_an_unknown_name_and_too_large_a_file_are_refused(neurons, monkeypatch, listen):
    controls = bw.parameters(neurons)
    with pytest.raises(bp.errors.UnknownPathError, match=r"presets: expected a preset that is kept, got 'calm'\. Store it first"):
        controls.pick_preset("calm")
    controls.store_preset("calm")
    with pytest.raises(bp.errors.UnknownPathError, match=r"presets: expected one of 'calm', got 'clam'"):
        controls.pick_preset("clam")
    monkeypatch.setattr(_presets, "MOST_TEXT", 10)
    page = listen(controls.view)
    page.say("preset-save", name="calm")
    assert "to go through the page" in page.heard("refused")[-1]["text"]


def test_settings_stored_without_a_name_never_replace_each_other(neurons, listen):
    controls = bw.parameters(neurons)
    page, other = listen(controls.view), listen(controls.view, "other")
    for one in (page, other, page):
        one.say("preset-store", name=" ")
    assert page.heard("presets")[-1]["presets"] == ["setting 1", "setting 2", "setting 3"]
    page.say("preset-delete", name="setting 1")
    page.say("preset-store", name="")
    assert page.heard("presets")[-1]["presets"] == ["setting 2", "setting 3", "setting 4"]
