import pytest

from bouton.core import clear_name_cache


@pytest.fixture
def file(tmp_path):
    return tmp_path / "model.safetensors"


@pytest.fixture
def fresh_names():
    clear_name_cache(ignore_warn=True)
    yield
    clear_name_cache(ignore_warn=True)
