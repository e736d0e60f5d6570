"""The pinned lists say what pyproject.toml asks for, on every Python."""

import re

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version
from pinned import ROOT, pins, project, requirements_of

PYTHONS = ["3.11", "3.12", "3.13"]


@pytest.mark.parametrize("extra", ["lab", "test", "bench", "gpu"])
@pytest.mark.parametrize("python", PYTHONS)
def test_the_constraints_hold_a_fitting_version_of_every_requirement(python, extra):
    constraints = pins("constraints.txt", python)
    for requirement in requirements_of(extra):
        assert requirement.specifier.contains(constraints[canonicalize_name(requirement.name)]), requirement


@pytest.mark.parametrize("python", PYTHONS)
def test_the_oldest_releases_are_the_lower_bounds(python):
    oldest = pins("constraints-oldest.txt", python)
    assert oldest["jaxlib"] == oldest["jax"]
    for requirement in requirements_of():
        (bound,) = requirement.specifier
        at = Version(oldest[requirement.name])
        # The first NumPy for Python 3.13 is newer than the bound.
        assert at.release[:2] == Version(bound.version).release[:2] or (requirement.name, python) == ("numpy", "3.13")


@pytest.mark.parametrize("file", ["constraints.txt", "constraints-oldest.txt", "binder/requirements.txt"])
def test_a_pinned_list_holds_names_and_versions_and_no_address(file):
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"#.*|\s*|[a-z0-9-]+==[0-9a-z.]+( ; [^@:]+)?", line), line
        assert "://" not in line


def test_the_pythons_are_those_of_the_classifiers():
    named = {line.rsplit(" ", 1)[1] for line in project()["classifiers"] if "Python :: 3." in line}
    assert named == set(PYTHONS)
    assert project()["requires-python"] == ">=3.11,<3.14"
