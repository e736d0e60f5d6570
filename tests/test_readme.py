"""What the README shows runs as it stands."""

import re
from pathlib import Path

import pytest

import bouton as bp

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_readmes_code_runs_from_top_to_bottom():
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 2
    names = {}
    try:
        for block in blocks:
            exec(block, names)
        assert names["output"].shape == (1, 1000, 32)
        assert names["simulation"].error is None
    finally:
        if "simulation" in names:
            names["simulation"].close()


@pytest.mark.parametrize("name", ["lab", "test"])
def test_the_readmes_two_commands_are_targets_of_the_makefile(name):
    assert f"\n    make {name} " in README
    assert re.search(rf"^{name}:", (Path(__file__).parents[1] / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_readme_names_the_version():
    assert f"early release, {bp.__version__}:" in README
