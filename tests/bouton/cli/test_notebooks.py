import sys
from types import SimpleNamespace

import nbformat
import pytest
from nbformat import v4

pytest.importorskip("nbval")

from bouton.cli import _notebooks, main


@pytest.fixture
def notebook(tmp_path):
    cells = [v4.new_code_cell("import random\nrandom.random()", execution_count=1), v4.new_code_cell("1")]
    metadata = {"kernelspec": {"name": "bouton-cpu", "display_name": "C"}, "bouton": {"tolerance": {"rtol": 0.1}}}
    nbformat.write(v4.new_notebook(cells=cells, metadata=metadata), tmp_path / "a.ipynb")
    return tmp_path / "a.ipynb"


def test_list_tells_kernel_cells_and_tolerances(notebook, monkeypatch, capsys):
    assert main(["notebooks", "list", str(notebook.parent)]) == 0
    assert capsys.readouterr().out == f"{notebook}  bouton-cpu  2 cells, 1 of them run  tolerance {{'rtol': 0.1}}\n"
    monkeypatch.chdir(notebook.parent)
    assert main(["notebooks", "list"]) == 0
    assert capsys.readouterr().out.startswith("a.ipynb  bouton-cpu")


def test_check_tells_what_to_correct_and_ends_with_1(notebook, capsys):
    assert main(["notebooks", "check", str(notebook)]) == 1
    assert capsys.readouterr().out == f"{notebook}: cell 0: random.random draws before random.seed was given a seed\n"
    nbformat.write(v4.new_notebook(), notebook)
    assert main(["notebooks", "check", str(notebook)]) == 0
    assert capsys.readouterr().out == "1 notebook: nothing to correct\n"


@pytest.fixture
def calls(monkeypatch):
    """What pytest was called with, and the statuses that it ends with."""
    made, statuses = [], []

    def run(command):
        made.append(command)
        return SimpleNamespace(returncode=statuses.pop(0) if statuses else 0)

    monkeypatch.setattr(_notebooks.subprocess, "run", run)
    return made, statuses


def test_test_is_pytest_with_nbval_and_this_harness(notebook, calls):
    made, _ = calls
    options = ["--cell-seconds=9", "--seconds=60", "--mb=1500", "--report=r.html", "--junit=j.xml", "--stderr", "-n2"]
    assert main(["notebooks", "test", str(notebook), *options]) == 0
    ((python, *rest),) = made
    assert python == sys.executable
    assert rest[:2] == ["-m", "pytest"]
    assert rest[rest.index("bouton_pytest") - 1] == "-p"
    assert {"--nbval", "--nbval-cell-timeout=9", "--notebook-seconds=60", "--notebook-mb=1500", "--notebook-stderr"} <= set(rest)
    assert {"--notebook-report=r.html", "--junitxml=j.xml"} <= set(rest)
    assert rest[-3:] == ["-n", "2", str(notebook)]
    assert not [one for one in rest if "kernel" in one]


def test_all_kernels_are_run_one_after_the_other_each_with_a_report(notebook, calls):
    made, statuses = calls
    statuses += [0, 1]
    assert main(["notebooks", "test", str(notebook), "--kernel=all", "--report=r.html"]) == 1
    kernels = [next(one for one in command if "kernel" in one) for command in made]
    assert kernels == ["--nbval-kernel-name=bouton-cpu", "--nbval-kernel-name=bouton-gpu"]
    assert ["--notebook-report=r-cpu.html" in made[0], "--notebook-report=r-gpu.html" in made[1]] == [True, True]


def test_a_notebook_without_code_is_no_failure(notebook, calls):
    calls[1].append(5)
    assert main(["notebooks", "test", str(notebook), "--kernel=cpu"]) == 0


def test_a_python_without_nbval_is_told_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "nbval", None)
    for name in [name for name in sys.modules if name.startswith(("bouton.notebooks._", "nbval."))]:
        # From the package, too, which would keep what is imported anew.
        package, _, last = name.rpartition(".")
        monkeypatch.delattr(sys.modules[package], last, raising=False)
        monkeypatch.delitem(sys.modules, name)
    assert main(["notebooks", "check", "a.ipynb"]) == 1
    assert capsys.readouterr().err.endswith("got no nbval. Install them with pip install 'bouton[notebooks]'.\n")


def test_another_module_that_is_missing_is_told_by_python(monkeypatch):
    def absent(name):
        raise ModuleNotFoundError("No module named 'else'", name="else")

    monkeypatch.setattr(_notebooks.importlib, "import_module", absent)
    with pytest.raises(ModuleNotFoundError, match="No module named 'else'"):
        main(["notebooks", "check", "a.ipynb"])


def test_a_place_without_notebooks_is_refused(tmp_path, capsys):
    assert main(["notebooks", "list", str(tmp_path)]) == 1
    assert "expected a notebook, or a folder with some" in capsys.readouterr().err
