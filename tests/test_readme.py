"""What the README and the pages of docs/ show runs as it stands."""

import re
from pathlib import Path

import jax
import numpy as np
import pytest

import bouton as bp
import bouton.math as bm

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def run_blocks(text):
    """Run the Python blocks of a page one after the other; gives the names that they leave."""
    names = {}
    try:
        for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
            # Adam of optax relies on JAX's default, which users have.
            with jax.numpy_dtype_promotion("standard" if "import optax" in text else "strict"):
                exec(block, names)
    finally:
        if "simulation" in names:
            failure = names["simulation"].error
            names["simulation"].close()
    assert "simulation" not in names or failure is None
    return names


@pytest.fixture(scope="module")
def readme():
    return run_blocks(README)


def test_the_readmes_simulation_and_its_copy_of_the_model_both_run(readme):
    output, _, record = readme["twin"](np.ones((10, 8), dtype=np.float32), record="1_LIF.vmem")
    assert output.shape == (1, 10, 32)
    assert record["1_LIF"]["vmem"].shape == (1, 10, 32)
    assert readme["simulation"].model is readme["model"]
    assert readme["twin"] is not readme["model"]


def test_the_readmes_own_model_records_by_path_and_continues_where_it_stopped(readme):
    assert readme["record"].keys() == {"1_Adapting"}
    assert readme["record"]["1_Adapting"]["fatigue"].shape == (1, 100, 32)
    assert readme["record"]["1_Adapting"]["synapses"]["isyn"].shape == (1, 100, 32)
    series = np.random.default_rng(0).random((20, 3), dtype=np.float32)
    model = readme["Adapting"](3)
    in_one = model.reset_state()(series)[0]
    model.reset_state()
    in_two = [model(series[:8])[0], model(series[8:])[0]]
    np.testing.assert_allclose(np.concatenate(in_two, axis=1), in_one, rtol=1e-6)


def test_the_readmes_own_model_does_what_its_equations_say(readme):
    series = np.random.default_rng(1).random((30, 2), dtype=np.float32)
    output, state, record = readme["Adapting"](2, tau=0.05)(series, record=True)
    current, fatigue, rates = np.zeros(2), np.zeros(2), []
    for arriving in series:
        current = (current + arriving) * np.exp(-1 / 5)
        rates.append(np.log1p(np.exp(current - fatigue)))
        fatigue = fatigue + (rates[-1] - fatigue) * (1 - np.exp(-1 / 50))
    np.testing.assert_allclose(output[0], rates, rtol=1e-5)
    np.testing.assert_allclose(state["fatigue"], fatigue, rtol=1e-5)
    np.testing.assert_allclose(record["fatigue"][0, -1], fatigue, rtol=1e-5)


def test_the_readmes_training_comes_near_and_compiles_once(readme):
    assert readme["error"] < 0.02
    assert readme["gradient"].compilations == 1


@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "docs").glob("*.md")))
def test_the_code_of_each_page_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    # Pages may write files.
    monkeypatch.chdir(tmp_path)
    run_blocks((ROOT / "docs" / page).read_text(encoding="utf-8"))


def test_every_page_that_the_readme_links_to_is_there():
    pages = re.findall(r"\]\((?!http)([^)]+)\)", README)
    assert pages
    assert [page for page in pages if not (ROOT / page).is_file()] == []


@pytest.mark.parametrize("name", ["lab", "test"])
def test_the_readmes_two_commands_are_targets_of_the_makefile(name):
    assert f"\n    make {name} " in README
    assert re.search(rf"^{name}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_readme_names_the_version():
    assert f"early release, {bp.__version__}:" in README


def test_the_page_on_graphs_runs_and_feeds_back():
    page = run_blocks((ROOT / "docs" / "graphs.md").read_text(encoding="utf-8"))
    model, units, readout = page["model"], page["units"], page["readout"]
    assert page["out"].shape == (16, 2)
    before = np.asarray(units.state)
    fed = np.asarray(readout.fb_output)
    model(np.zeros((16, 3)))
    drive = before @ np.asarray(units.Wrec) + fed @ np.asarray(units.Wfb) + np.asarray(units.bias)
    np.testing.assert_allclose(units.state, np.maximum(drive, 0), rtol=1e-4, atol=1e-5)
    assert isinstance(page["net"].lnodes[1].factor, bm.TrainVar)
    assert page["states"].shape[:2] == page["outputs"].shape[:2] == (16, 100)
    # The reservoir goes on with the sine that it was taught.
    np.testing.assert_allclose(page["goes_on"][0, :, 0], np.sin(np.arange(200, 300) / 5), atol=0.3)
