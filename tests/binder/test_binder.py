"""The folder that a Binder reads: its pins are the constraints, and repo2docker picks it up."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from pinned import ROOT, pins, project, requirements_of

BINDER = ROOT / "binder"
PYTHON = "3.12"


def test_its_python_is_one_that_bouton_supports():
    assert (BINDER / "runtime.txt").read_text().split() == [f"python-{PYTHON}"]
    assert f"Programming Language :: Python :: {PYTHON}" in project()["classifiers"]


def test_its_pins_are_those_of_the_constraints():
    constraints, binder = pins("constraints.txt", PYTHON), pins("binder/requirements.txt", PYTHON)
    assert binder
    assert {name: constraints.get(name) for name in binder} == binder


def test_it_installs_every_requirement_of_the_lab():
    binder = pins("binder/requirements.txt", PYTHON)
    for requirement in requirements_of("lab"):
        assert requirement.specifier.contains(binder[canonicalize_name(requirement.name)]), requirement


def test_the_readme_opens_the_tutorials_in_jupyterlab():
    assert "urlpath=lab%2Ftree%2Fnotebooks" in (ROOT / "README.md").read_text()


@pytest.mark.slow
def test_repo2docker_reads_the_folder(tmp_path):
    copy = tmp_path / "bouton"
    listed = ["git", "ls-files", "-coz", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    repo2docker = str(Path(sys.executable).with_name("jupyter-repo2docker"))
    # Root may not own the image's home: the user is named, as on a machine where somebody else runs this.
    asked = [repo2docker, "--no-build", "--debug", "--user-id=1000", "--user-name=jovyan", "."]
    done = subprocess.run(asked, cwd=copy, capture_output=True, text=True)
    log = done.stdout + done.stderr
    assert done.returncode == 0, log
    assert f"python={PYTHON}" in log
    # Copied alone and installed before the rest: a change of the sources reuses that layer.
    assert "src/binder/requirements.txt ${REPO_DIR}/binder/requirements.txt" in log
    assert 'pip install --no-cache-dir -r "binder/requirements.txt"' in log
    assert "RUN ./binder/postBuild" in log


def test_what_runs_at_the_end_of_the_build_can_be_run():
    assert (BINDER / "postBuild").stat().st_mode & 0o111
