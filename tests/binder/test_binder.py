"""The folder that a Binder reads: its pins agree with everything else, and repo2docker picks it up."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
BINDER = ROOT / "binder"
PYTHON = "3.12"


def pins(file: Path, **markers: str) -> dict[str, str]:
    """Return {name: version} of the lines whose marker holds on a Linux machine."""
    environment = {**default_environment(), "sys_platform": "linux", "os_name": "posix", **markers}
    lines = (line.split("#")[0].strip() for line in file.read_text().splitlines())
    requirements = [Requirement(line) for line in lines if line]
    return {
        canonicalize_name(r.name): str(r.specifier).removeprefix("==")
        for r in requirements
        if r.marker is None or r.marker.evaluate(environment)
    }


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def requirements_of(*extras: str) -> list[Requirement]:
    """Return what bouton and these extras ask for, the extras they name included."""
    wanted = [Requirement(line) for line in project()["dependencies"]]
    for extra in extras:
        for requirement in map(Requirement, project()["optional-dependencies"][extra]):
            wanted += requirements_of(*requirement.extras) if requirement.name == "bouton" else [requirement]
    return wanted


def test_its_python_is_one_that_bouton_supports():
    assert (BINDER / "runtime.txt").read_text().split() == [f"python-{PYTHON}"]
    assert f"Programming Language :: Python :: {PYTHON}" in project()["classifiers"]


def test_its_pins_are_those_of_the_constraints():
    at = {"python_version": PYTHON, "python_full_version": f"{PYTHON}.0"}
    constraints, binder = pins(ROOT / "constraints.txt", **at), pins(BINDER / "requirements.txt", **at)
    assert binder
    assert {name: constraints.get(name) for name in binder} == binder


@pytest.mark.parametrize("extra", ["lab", "test", "bench"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_constraints_hold_a_fitting_version_of_every_requirement(python, extra):
    constraints = pins(ROOT / "constraints.txt", python_version=python, python_full_version=f"{python}.9")
    for requirement in requirements_of(extra):
        assert requirement.specifier.contains(constraints[canonicalize_name(requirement.name)]), requirement


def test_binder_installs_every_requirement_of_the_lab():
    at = pins(BINDER / "requirements.txt")
    for requirement in requirements_of("lab"):
        assert requirement.specifier.contains(at[canonicalize_name(requirement.name)]), requirement


@pytest.mark.parametrize("file", ["constraints.txt", "constraints-oldest.txt", "binder/requirements.txt"])
def test_a_pinned_list_holds_names_and_versions_and_no_address(file):
    for line in (ROOT / file).read_text().splitlines():
        assert re.fullmatch(r"#.*|\s*|[a-z0-9-]+==[0-9a-z.]+( ; [^@:]+)?", line), line
        assert "://" not in line


def test_the_readme_opens_the_tutorials_in_jupyterlab():
    assert "urlpath=lab%2Ftree%2Fnotebooks" in (ROOT / "README.md").read_text()


@pytest.mark.slow
def test_repo2docker_reads_the_folder(tmp_path):
    copy = tmp_path / "bouton"
    tracked = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, tracked.split("\0")):
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    done = subprocess.run(
        # Without -W: repo2docker's warnings are its own affair.
        [
            Path(sys.executable).with_name("jupyter-repo2docker"),
            "--no-build",
            "--debug",
            "--user-id=1000",
            "--user-name=jovyan",
            ".",
        ],
        cwd=copy,
        capture_output=True,
        text=True,
    )
    log = done.stdout + done.stderr
    assert done.returncode == 0, log
    assert f"python={PYTHON}" in log
    # Copied alone and installed before the rest: a change of the sources reuses that layer.
    assert "src/binder/requirements.txt ${REPO_DIR}/binder/requirements.txt" in log
    assert 'pip install --no-cache-dir -r "binder/requirements.txt"' in log
    assert "RUN ./binder/postBuild" in log
