"""The annotations of arrays are checked while the tests run."""

import importlib

import jax.numpy as jnp
import jaxtyping
import pytest
from typecheck import annotates_shapes, check

SHAPED = """
from jaxtyping import Array, Float


def add(x: Float[Array, " n"], y: Float[Array, " n"] | None) -> Float[Array, " n"]:
    return x if y is None else x + y
"""


def number(x: float) -> float:
    return x


def test_the_hook_refuses_arrays_that_contradict_their_annotations(tmp_path, monkeypatch):
    (tmp_path / "shaped.py").write_text(SHAPED)
    (tmp_path / "plain.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert annotates_shapes(tmp_path) == ["shaped"]
    with jaxtyping.install_import_hook(annotates_shapes(tmp_path), "typecheck.check"):
        shaped = importlib.import_module("shaped")
    assert shaped.add(jnp.ones(3), jnp.ones(3)).shape == (3,)
    assert shaped.add(jnp.ones(3), None).shape == (3,)
    with pytest.raises(jaxtyping.TypeCheckError, match=r"parameters of shaped\.add"):
        shaped.add(jnp.ones(3), jnp.ones(4))


def test_a_function_without_array_annotations_is_left_as_it_is():
    assert check(number) is number
