import json
import sys

import pytest

from bouton.errors import UnknownPathError
from bouton.notebooks import install_kernels
from bouton.notebooks._devices import missing_device, platform


@pytest.fixture
def kernels(tmp_path, monkeypatch):
    """Installs a kernel of which JAX, as its Python finds it, does what it is told."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share" / "jupyter"))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    install_kernels(prefix=str(tmp_path))

    def kernel(name, devices, **env):
        folder = tmp_path / "share" / "jupyter" / "kernels" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "jax.py").write_text(f"def devices():\n    {devices}\n")
        spec = {"argv": [sys.executable, "-f", "{connection_file}"], "display_name": name, "language": "python"}
        (folder / "kernel.json").write_text(json.dumps(spec | {"env": {"PYTHONPATH": str(folder), **env}}))
        return name

    yield kernel
    missing_device.cache_clear()


def test_a_kernel_is_of_a_gpu_by_what_jax_is_told_and_without_that_by_its_name(kernels):
    assert platform("bouton-cpu") == "cpu"
    assert platform("bouton-gpu") == "gpu"
    assert platform(kernels("plain", "return []")) == "cpu"
    assert platform(kernels("my_gpu", "return []")) == "gpu"
    assert platform(kernels("gpu-not", "return []", JAX_PLATFORMS="cpu")) == "cpu"
    assert platform(kernels("board", "return []", JAX_PLATFORMS="rocm,cpu")) == "gpu"


def test_a_device_that_is_there_is_not_missing(kernels):
    assert missing_device(kernels("board", "return [0]", JAX_PLATFORMS="cuda")) is None
    assert missing_device("bouton-cpu") is None
    assert missing_device(kernels("my_gpu", "raise RuntimeError('never asked')")) is None


def test_the_reason_is_what_jax_said(kernels):
    told = kernels("board", "raise RuntimeError('Unable to initialize backend: no driver')", JAX_PLATFORMS="cuda")
    assert missing_device(told) == "no cuda device: Unable to initialize backend: no driver"
    assert missing_device(kernels("quiet", "assert False", JAX_PLATFORMS="cuda")) == "no cuda device: JAX found none"
    assert missing_device(kernels("gone", "raise SystemExit(3)", JAX_PLATFORMS="tpu")) == "no tpu device: JAX found none"


def test_a_python_that_does_not_answer_is_told(kernels, monkeypatch):
    monkeypatch.setattr("bouton.notebooks._devices._PROBE_SECONDS", 0.2)
    hangs = kernels("hangs", "import time; time.sleep(60)", JAX_PLATFORMS="cuda")
    assert missing_device(hangs) == "no cuda device: JAX did not answer within 0.2 s"


def test_a_kernel_that_is_not_installed_is_named(kernels):
    with pytest.raises(
        UnknownPathError, match=r"kernel nowhere: expected one of .*bouton-cpu, .*got 'nowhere'\. bouton's own come"
    ):
        missing_device("nowhere")
