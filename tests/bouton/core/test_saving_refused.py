"""What is refused when it is loaded, and that nothing has changed then."""

import json
import os
import struct

import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from safetensors.numpy import save_file
from saved_models import Unit, assert_same, contents

import bouton as bp
import bouton.math as bm
from bouton.errors import BoutonError, MathError, UnknownPathError, ValueRefused


def raw(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


W = {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}
DATA = bytes(24)
DAMAGED = {
    "empty": b"",
    "seven bytes": b"1234567",
    "text": b"not a safetensors file at all",
    "a pickle": b"\x80\x04\x95\x1e\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
    "a header longer than the file": raw({"w": W}, DATA, length=2**40),
    "a header of all ones": raw({"w": W}, DATA, length=2**64 - 1),
    "no data": raw({"w": W}),
    "cut data": raw({"w": W}, DATA[:-1]),
    "data left over": raw({"w": W}, DATA + b"!"),
    "overlapping": raw({"w": W, "x": {**W, "data_offsets": [12, 36]}}, bytes(36)),
    "a hole": raw({"w": {**W, "data_offsets": [8, 32]}}, bytes(32)),
    "outside": raw({"w": {**W, "data_offsets": [2**60, 2**60 + 24]}}, DATA),
    "backwards": raw({"w": {**W, "data_offsets": [24, 0]}}, DATA),
    "a huge shape": raw({"w": {**W, "shape": [2**40, 2**40]}}, DATA),
    "a negative shape": raw({"w": {**W, "shape": [-2, -3]}}, DATA),
    "an unknown dtype": raw({"w": {**W, "dtype": "OBJECT"}}, DATA),
    "no JSON": raw(b"{'w': 3}", DATA),
    "deeply nested": raw(b"[" * 5000, DATA),
    "another kind of JSON": raw([1, 2], DATA),
    "metadata of numbers": raw({"__metadata__": {"format": 3}, "w": W}, DATA),
    "no UTF-8": raw(b'{"\xff": 3}', DATA),
    "entries that nest": raw({"__metadata__": {"format": "bouton", "format_version": "1", "entries": "[" * 20000}, "w": W}, DATA),
    "entries of numbers": raw({"__metadata__": {"format": "bouton", "format_version": "1", "entries": '{"w": 3}'}, "w": W}, DATA),
    "entries in a list": raw({"__metadata__": {"format": "bouton", "format_version": "1", "entries": "[1]"}, "w": W}, DATA),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_refused_and_nothing_is_changed(file, content):
    file.write_bytes(content)
    unit = Unit(5.0)
    before = contents(unit)
    with pytest.raises(ValueRefused, match=r"model\.safetensors: expected a complete safetensors file, got .* It is damaged"):
        unit.load_states(file)
    assert_same(contents(unit), before)


def with_value(**changes):
    return {**{k: np.asarray(v) for k, v in Unit(5.0).state_dict().items()}, **changes}


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"w": np.ones((3, 2), np.float32)}, MathError, r"^w in .*model\.safetensors: expected shape \(2, 3\), got \(3, 2\)"),
        ({"w": np.ones((2, 3))}, MathError, r"^w in .*: expected dtype float32, got float64\. Build the model with the dtype"),
        ({"v": np.ones(3, np.int32)}, MathError, r"^v in .*: expected dtype float32, got int32"),
        ({"v": np.ones(3, ml_dtypes.float8_e5m2)}, MathError, r"^v in .*: expected dtype float32, got F8_E5M2"),
        ({"tau": np.float32(11.0)}, ValueRefused, r"^tau in .*: expected between 0\.0 and 10\.0 s, got 11\.0"),
        ({"tau": np.asarray(np.nan, np.float32)}, ValueRefused, r"^tau in .*: expected between 0\.0 and 10\.0 s, got nan"),
    ],
    ids=["shape", "float64", "int", "float8", "bounds", "NaN"],
)
def test_a_value_that_does_not_fit_is_refused_and_nothing_is_changed(file, changes, error, words):
    save_file({k: np.asarray(v) for k, v in with_value(**changes).items()}, file)
    unit = Unit()
    before = contents(unit)
    with pytest.raises(error, match=words):
        unit.load_states(file)
    assert_same(contents(unit), before)


def test_a_newer_format_is_refused(file):
    save_file({"w": np.ones((2, 3), np.float32)}, file, metadata={"format": "bouton", "format_version": "2"})
    with pytest.raises(ValueRefused, match=r"expected format_version 1, got '2'\. It was written by a newer bouton"):
        Unit().load_states(file)


def test_arrays_that_stand_for_another_dtype_do_not_pass_for_it(file):
    one, other = bp.Object(), bp.Object()
    one.x, other.x = bm.Variable(jnp.ones((3, 2))), bm.Variable(jnp.ones(3, "complex64"))
    one.save_states(file)
    with pytest.raises(MathError, match=r"x in .*: expected dtype complex64, got float32"):
        other.load_states(file)
    other.save_states(file)
    with pytest.raises(MathError, match=r"x in .*: expected dtype float32, got complex64"):
        one.load_states(file)


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: os.mkfifo(path)], ids=["folder", "pipe"])
def test_what_is_no_file_is_refused(file, make):
    make(file)
    with pytest.raises(ValueRefused, match=r"model\.safetensors: expected a file, got a folder or a device"):
        Unit().load_states(file)


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 10**6), byte=st.integers(0, 255), cut=st.integers(0, 40))
def test_a_file_with_any_byte_changed_or_its_end_cut_off_loads_whole_or_not_at_all(tmp_path_factory, place, byte, cut):
    file = tmp_path_factory.mktemp("files") / "x"
    Unit(1.0).save_states(file)
    content = bytearray(file.read_bytes())
    content[place % len(content)] = byte
    file.write_bytes(content[: len(content) - cut])
    unit = Unit(5.0)
    before = contents(unit)
    try:
        found = unit.load_states(file)
    except BoutonError:
        assert_same(contents(unit), before)
    else:
        after = contents(unit)
        assert_same({k: after[k] for k in found.missing_keys}, {k: before[k] for k in found.missing_keys})


@pytest.mark.parametrize("value", [11.0, -1.0, float("nan"), np.float32(11.0)])
def test_a_dict_with_a_value_out_of_bounds_is_refused_and_nothing_is_changed(value):
    unit = Unit()
    with pytest.raises(ValueRefused, match=r"^tau: expected between 0\.0 and 10\.0 s, got"):
        unit.load_state_dict({"w": 9 * jnp.ones((2, 3)), "tau": value})
    assert_array_equal(unit.w.value, np.ones((2, 3)))


def test_a_file_of_which_nothing_fits_is_refused(tmp_path):
    class One(bp.Object):
        def __init__(self):
            self.a = bm.Variable(2)

    class Other(bp.Object):
        def __init__(self):
            self.b = bm.Variable(2)

    One().save_states(tmp_path / "one")
    with pytest.raises(
        UnknownPathError, match=r"load_states, file .*: expected at least one of the model's paths, 'b' for instance"
    ):
        Other().load_states(tmp_path / "one")
