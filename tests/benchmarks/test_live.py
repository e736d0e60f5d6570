"""The benchmark of live views does its work with a few moves; times are never asserted."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "live.py"
pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.mark.skipif(
    bool(os.environ.get("BOUTON_NO_BROWSER")) and shutil.which("chromium") is None,
    reason="BOUTON_NO_BROWSER is set and there is no Chromium on the path",
)
def test_a_served_page_is_opened_moved_and_measured(tmp_path):
    file = tmp_path / "rounds.json"
    command = [sys.executable, str(SCRIPT), "panel serve", "--tiny", "--json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(file.read_text(encoding="utf-8"))["rounds"]
    assert list(found) == ["panel serve"]
    assert all(value > 0 for value in found["panel serve"].values())
    assert done.stdout.count("a second |") == 2


def test_a_place_that_there_is_not_is_named():
    done = subprocess.run([sys.executable, str(SCRIPT), "cinema"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "no such place: cinema; there are JupyterLab, panel serve, interact" in done.stderr
