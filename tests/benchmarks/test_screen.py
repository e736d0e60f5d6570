"""The benchmark of the screen does its work with a few moves; times are never asserted."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "screen.py"
pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.mark.skipif(
    bool(os.environ.get("BOUTON_NO_BROWSER")) and shutil.which("chromium") is None,
    reason="BOUTON_NO_BROWSER is set and there is no Chromium on the path",
)
def test_a_scene_is_opened_moved_and_measured(tmp_path):
    file = tmp_path / "runs.json"
    command = [sys.executable, str(SCRIPT), "tutorial", "--tiny", "--json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    ((run,),) = json.loads(file.read_text(encoding="utf-8"))["runs"].values()
    assert all(value > 0 for name, value in run.items() if "ms" in name or "second" in name)
    assert done.stdout.count("| to the ") == 4


def test_a_scene_that_there_is_not_is_named():
    done = subprocess.run([sys.executable, str(SCRIPT), "cinema"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "no such scene: cinema; there are tutorial, thousand" in done.stderr
