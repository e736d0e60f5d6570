import json
import sys

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from bouton.errors import EnvironmentProblem
from bouton.notebooks import KERNELS, _kernels, install_kernels, kernel_spec


@pytest.mark.parametrize(("name", "platform"), [("bouton-cpu", "cpu"), ("bouton-gpu", "cuda")])
def test_jupyter_finds_each_kernel_with_its_platform(tmp_path, name, platform):
    install_kernels(prefix=str(tmp_path))
    manager = KernelSpecManager(kernel_dirs=[str(tmp_path / "share" / "jupyter" / "kernels")])
    spec = manager.get_kernel_spec(name)
    assert spec.env == {"JAX_PLATFORMS": platform}
    assert spec.language == "python"
    assert spec.argv == [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]


def test_installing_again_replaces_what_was_there(tmp_path):
    first = install_kernels(prefix=str(tmp_path))
    (first[0] / "kernel.json").write_text("{}")
    assert install_kernels(prefix=str(tmp_path)) == first
    assert json.loads((first[0] / "kernel.json").read_text()) == kernel_spec(KERNELS[0])


def test_a_python_without_jupyter_is_told_which_extra_to_install(monkeypatch):
    monkeypatch.setattr(_kernels, "KernelSpecManager", None)
    with pytest.raises(EnvironmentProblem, match=r"expected the package jupyter_client, .* pip install 'bouton\[lab\]'\."):
        install_kernels()


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "share").write_text("a file where the folder has to be")
    with pytest.raises(EnvironmentProblem, match=rf"a folder it may write under {tmp_path}, got .*--user or --prefix\."):
        install_kernels(prefix=str(tmp_path))
