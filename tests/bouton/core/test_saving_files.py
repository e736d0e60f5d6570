"""How a file is written and replaced, and where it cannot be."""

import stat

import jax
import pytest
from saved_models import Net, Unit

import bouton.math as bm
from bouton.core import _files
from bouton.errors import KindError, UnsupportedError
from bouton.modules import LIFJax


def test_a_new_file_has_the_permissions_of_any_new_file_and_leaves_nothing_beside_it(file, tmp_path):
    (tmp_path / "other").write_text("")
    Unit().save_states(file)
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)
    assert {p.name for p in tmp_path.iterdir()} == {"other", "model.safetensors"}


def test_a_save_that_fails_leaves_the_old_file_and_nothing_beside_it(file, tmp_path, monkeypatch):
    Unit(1.0).save_states(file)
    before = file.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_files.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        Unit(2.0).save_states(file)
    assert file.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["model.safetensors"]


def test_a_link_is_replaced_and_what_it_pointed_to_stays(file, tmp_path):
    (tmp_path / "precious").write_text("mine")
    file.symlink_to(tmp_path / "precious")
    Unit().save_states(file)
    assert not file.is_symlink()
    assert (tmp_path / "precious").read_text() == "mine"


def test_a_link_is_followed_when_it_is_read(file, tmp_path):
    Unit(4.0).save_states(tmp_path / "real")
    file.symlink_to(tmp_path / "real")
    unit = Unit()
    unit.load_states(file)
    assert unit.v[0] == 4.0


def test_a_folder_that_does_not_exist_is_the_systems_own_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        Unit().save_states(tmp_path / "none" / "x")
    with pytest.raises(FileNotFoundError):
        Unit().load_states(tmp_path / "none")


@pytest.mark.parametrize("file", [3, b"bytes", None])
def test_what_is_no_path_is_refused(file):
    with pytest.raises(KindError, match=r"Unit\.save_states: expected the path of a file, got (int|bytes|NoneType)"):
        Unit().save_states(file)
    with pytest.raises(KindError, match=r"Unit\.load_states: expected the path of a file"):
        Unit().load_states(file)


@pytest.mark.parametrize("transform", [bm.jit, lambda f: bm.grad(lambda: (f(), 0.0)[1], grad_vars=bm.Variable(1)), jax.jit])
def test_saving_and_loading_are_refused_while_a_function_is_traced(file, transform):
    unit = LIFJax(2) if transform is jax.jit else Unit()
    unit.save_states(file)
    if transform is jax.jit:
        with pytest.raises(UnsupportedError, match="where values are known"):
            jax.jit(lambda u: u.save_states(file))(unit)
        return
    for act in (unit.save_states, unit.load_states):
        with pytest.raises(UnsupportedError, match=rf"Unit\.{act.__name__}: expected to be called where values are known"):
            transform(lambda act=act: act(file))()


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"a folder that exists, got .*nowhere.model\.safetensors\. Make the folder first"
    ):
        Net().save_states(tmp_path / "nowhere" / "model.safetensors")
