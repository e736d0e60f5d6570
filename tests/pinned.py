"""Reads pyproject.toml and the pinned lists, for the tests that hold them together."""

import tomllib
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


def project() -> dict:
    """Return the table ``[project]`` of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements_of(*extras: str) -> list[Requirement]:
    """Return what bouton and these extras ask for, the extras they name included."""
    wanted = [Requirement(line) for line in project()["dependencies"]]
    for extra in extras:
        for requirement in map(Requirement, project()["optional-dependencies"][extra]):
            wanted += requirements_of(*requirement.extras) if requirement.name == "bouton" else [requirement]
    return wanted


def pins(file: str, python: str) -> dict[str, str]:
    """Return {name: version} of the lines that hold for this Python on Linux."""
    environment = {
        **default_environment(),
        "sys_platform": "linux",
        "os_name": "posix",
        "python_version": python,
        "python_full_version": f"{python}.9",
    }
    lines = (line.split("#")[0].strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines())
    requirements = [Requirement(line) for line in lines if line]
    return {
        canonicalize_name(r.name): str(r.specifier).removeprefix("==")
        for r in requirements
        if r.marker is None or r.marker.evaluate(environment)
    }
