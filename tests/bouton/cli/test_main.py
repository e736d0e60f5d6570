import json
import subprocess
import sys

import pytest

from bouton.cli import main
from bouton.notebooks import _kernels


def kernel_names(prefix):
    return sorted(p.name for p in (prefix / "share" / "jupyter" / "kernels").iterdir())


def test_version_is_the_one_that_bouton_tells(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == "bouton 0.1.0\n"


def test_python_m_runs_the_same_command():
    done = subprocess.run([sys.executable, "-m", "bouton.cli", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == "bouton 0.1.0\n"


def test_install_kernels_says_where_it_put_them(tmp_path, capsys):
    assert main(["notebooks", "install-kernels", "--prefix", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    for name in ("bouton-cpu", "bouton-gpu"):
        folder = tmp_path / "share" / "jupyter" / "kernels" / name
        assert f"installed {name} in {folder}\n" in out
        assert json.loads((folder / "kernel.json").read_text())["argv"][0] == sys.executable


@pytest.mark.parametrize("option", [[], ["--sys-prefix"]])
def test_the_running_environment_is_the_default_place(tmp_path, monkeypatch, option):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert main(["notebooks", "install-kernels", *option]) == 0
    assert kernel_names(tmp_path) == ["bouton-cpu", "bouton-gpu"]


def test_user_goes_to_the_folder_of_jupyters_user(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    assert main(["notebooks", "install-kernels", "--user"]) == 0
    assert sorted(p.name for p in (tmp_path / "kernels").iterdir()) == ["bouton-cpu", "bouton-gpu"]


def test_a_refusal_is_one_sentence_and_status_1(monkeypatch, capsys):
    monkeypatch.setattr(_kernels, "KernelSpecManager", None)
    assert main(["notebooks", "install-kernels"]) == 1
    captured = capsys.readouterr()
    assert captured.err.endswith("with pip install 'bouton[lab]'.\n")
    assert "Traceback" not in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("argv", [[], ["notebooks"], ["nonsense"], ["notebooks", "install-kernels", "--user", "--prefix", "p"]])
def test_arguments_it_cannot_read_end_with_status_2(argv, capsys):
    with pytest.raises(SystemExit) as end:
        main(argv)
    assert end.value.code == 2
    assert "usage: bouton" in capsys.readouterr().err
