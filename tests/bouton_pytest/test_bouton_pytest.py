"""pytest loads this package in every run of an environment that has bouton: it must cost nothing and change nothing."""

import subprocess
import sys

import pytest

NOTEBOOK = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


def python(*arguments, folder):
    return subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True)


def test_it_loads_neither_bouton_nor_jax_nor_nbval(tmp_path):
    code = "import sys, bouton_pytest; print({'bouton', 'jax', 'nbval', 'nbformat', 'numpy'} & set(sys.modules))"
    assert python("-c", code, folder=tmp_path).stdout == "set()\n"


@pytest.mark.parametrize("options", [[], ["-p", "no:nbval"]])
def test_a_run_without_nbval_is_as_it_was(tmp_path, options):
    (tmp_path / "a.ipynb").write_text(NOTEBOOK)
    source = "import sys\n\ndef test_nothing_was_loaded():\n    assert not {'bouton', 'jax'} & set(sys.modules)\n"
    (tmp_path / "test_a.py").write_text(source)
    done = python("-m", "pytest", "-p", "bouton_pytest", "-p", "no:cacheprovider", *options, folder=tmp_path)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    assert "notebooks" not in done.stdout
