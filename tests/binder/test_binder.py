"""The folder that a Binder reads: its pins are the constraints, and repo2docker picks it up."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
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


def copied(folder):
    """Copy what git would hand out, and give the folder."""
    copy = folder / "bouton"
    listed = ["git", "ls-files", "-coz", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    return copy


def dockerfile_of(copy):
    """Return what repo2docker says of a copy of the repository: the Dockerfile, and what it has read."""
    repo2docker = str(Path(sys.executable).with_name("jupyter-repo2docker"))
    # Root may not own the image's home: the user is named, as on a machine where somebody else runs this.
    asked = [repo2docker, "--no-build", "--debug", "--user-id=1000", "--user-name=jovyan", "."]
    done = subprocess.run(asked, cwd=copy, capture_output=True, text=True)
    log = done.stdout + done.stderr
    assert done.returncode == 0, log
    return log


def test_the_link_to_the_explorer_is_the_address_that_it_has_behind_jupyterlab():
    (name,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["jupyter_serverproxy_servers"]
    assert f"HEAD?urlpath={name}%2F`" in (ROOT / "docs" / "binder.md").read_text()


@pytest.mark.slow
def test_repo2docker_reads_the_folder(tmp_path):
    log = dockerfile_of(copied(tmp_path))
    assert f"python={PYTHON}" in log
    # Copied alone and installed before the rest: a change of the sources reuses that layer.
    assert "src/binder/requirements.txt ${REPO_DIR}/binder/requirements.txt" in log
    assert 'pip install --no-cache-dir -r "binder/requirements.txt"' in log
    assert "RUN ./binder/postBuild" in log


def test_what_runs_at_the_end_of_the_build_can_be_run():
    assert (BINDER / "postBuild").stat().st_mode & 0o111


def pins_for(python, file):
    """Write the pins of a Binder as they are for another Python."""
    constraints = pins("constraints.txt", python)
    wanted = [f"{name}=={constraints[name]}" for name in pins("binder/requirements.txt", PYTHON) if name in constraints]
    file.write_text("\n".join(wanted) + "\n", encoding="utf-8")


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_steps_of_the_image_make_an_environment_in_which_a_tutorial_runs(tmp_path):
    copy = copied(tmp_path)
    log = dockerfile_of(copy)
    steps = re.findall(r"^RUN (.*(?:requirements\.txt|postBuild).*?)\s*$", log, re.MULTILINE)
    assert [("pip install" in step, "postBuild" in step) for step in steps if "chmod" not in step] == [
        (True, False),
        (False, True),
    ]

    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if here != PYTHON:
        pins_for(here, copy / "binder" / "requirements.txt")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "image"], check=True)
    bin_folder = tmp_path / "image" / "bin"
    home = tmp_path / "home"
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "PYTHON", "VIRTUAL"))}
    environment |= {
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
        "KERNEL_PYTHON_PREFIX": str(tmp_path / "image"),
        "HOME": str(home),
    }
    if Path(str(Path.home() / ".config" / "pip")).exists():  # where packages come from on this machine
        environment["PIP_CONFIG_FILE"] = str(Path.home() / ".config" / "pip" / "pip.conf")
    for step in steps:
        done = subprocess.run(["bash", "-c", step], cwd=copy, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{step}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"

    jupyter = bin_folder / "jupyter"
    kernels = subprocess.run([jupyter, "kernelspec", "list"], env=environment, capture_output=True, text=True, check=True).stdout
    assert str(tmp_path / "image") in next(line for line in kernels.splitlines() if "bouton-cpu" in line)
    told = "from importlib.metadata import entry_points as e; print([x.name for x in e(group='jupyter_serverproxy_servers')])"
    done = subprocess.run([bin_folder / "python", "-c", told], env=environment, capture_output=True, text=True, check=True)
    assert "bouton-explore" in done.stdout

    run = [jupyter, "nbconvert", "--to=notebook", "--execute", "--ExecutePreprocessor.kernel_name=bouton-cpu"]
    run += ["--ExecutePreprocessor.timeout=300", f"--output-dir={tmp_path}", copy / "notebooks" / "01_first_light.ipynb"]
    done = subprocess.run(run, cwd=home, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / "01_first_light.ipynb").exists()
