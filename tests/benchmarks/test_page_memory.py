"""The benchmark of a page's memory does its work for a few seconds; sizes are never asserted."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "page_memory.py"
pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.mark.skipif(
    bool(os.environ.get("BOUTON_NO_BROWSER")) and shutil.which("chromium") is None,
    reason="BOUTON_NO_BROWSER is set and there is no Chromium on the path",
)
def test_a_page_is_left_alone_and_is_live_all_the_while(tmp_path):
    file = tmp_path / "samples.json"
    command = [sys.executable, str(SCRIPT), "JupyterLab", "--tiny", "--json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    ((place, found),) = json.loads(file.read_text(encoding="utf-8"))["places"].items()
    assert place == "JupyterLab"
    assert len(found["samples"]) == 10
    # A page with a canvas takes more than an empty one, a kernel with JAX more than a bare Python.
    assert all(page > 20 and kernel > 50 for _, page, kernel in found["samples"])
    assert found["paints a second"] > 0
    assert done.stdout.count("\n| ") == 11


def test_a_place_that_there_is_not_is_named():
    done = subprocess.run([sys.executable, str(SCRIPT), "cinema"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "no such place: cinema; there are JupyterLab, panel serve" in done.stderr
