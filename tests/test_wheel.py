"""What people install: every source, script and style sheet of the packages, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("bouton", "bouton_jupyter", "bouton_pytest")


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_packages(tmp_path):
    built = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(built, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("bouton-0.1.0-py3-none-any.whl")
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    expected = {
        file.relative_to(package.parent).as_posix()
        for package in (*(ROOT / "lib" / name for name in PACKAGES), ROOT / "widgets" / "bouton_widgets")
        for file in package.rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }
    # Where a Jupyter server looks for what to load.
    expected.add("bouton-0.1.0.data/data/etc/jupyter/jupyter_server_config.d/bouton_jupyter.json")
    assert inside == expected
    told = zipfile.ZipFile(wheel).read("bouton-0.1.0.dist-info/entry_points.txt").decode()
    assert "[pytest11]\nbouton_pytest = bouton_pytest\n" in told
    assert "[jupyter_serverproxy_servers]\nbouton-explore = bouton_jupyter:explorer_server\n" in told
    assert {Path(name).suffix for name in inside} >= {".py", ".js", ".css", ".typed"}
