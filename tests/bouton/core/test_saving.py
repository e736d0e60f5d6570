"""save_states and load_states: whole files, all or nothing."""

import json
import os
import stat
import struct

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

import bouton as bp
import bouton.math as bm
from bouton.core import _files
from bouton.errors import BoutonError, KindError, MathError, UnknownPathError, UnsupportedError, ValueRefused
from bouton.modules import LIF, LIFJax, Linear, Rate, Sequential
from bouton.parameters import Parameter, SimulationParameter, State


class Unit(bp.Object):
    def __init__(self, start=0.0):
        super().__init__()
        self.w = bm.TrainVar(jnp.full((2, 3), start + 1.0))
        self.tau = Parameter(start + 0.5, unit="s", bounds=(0.0, 10.0))
        self.v = State(jnp.full(3, start), unit="mV")
        self.dt = SimulationParameter(0.001, unit="s")


class Net(bp.Object):
    def __init__(self, start=0.0):
        super().__init__()
        self.units = bm.NodeList([Unit(start), Unit(start + 1)])
        self.held = bm.VarDict({"a": bm.Variable(jnp.full(2, start)), "b": bm.TrainVar(jnp.full((), start))})
        self.tied = self.units[0].w
        self.trace = bm.Variable(jnp.full((4, 2), start), batch_axis=0)


def contents(model):
    return {path: np.asarray(x) for path, x in model.state_dict().items()}


def assert_same(one, other):
    assert list(one) == list(other)
    for path in one:
        assert_array_equal(one[path], other[path], err_msg=path)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "model.safetensors"


def header_of(file):
    with safe_open(str(file), framework="numpy") as f:
        return f.metadata()


@pytest.mark.parametrize("convert", [str, lambda path: path], ids=["str", "path"])
def test_what_one_model_saves_another_loads(file, convert):
    one, other = Net(3.0), Net()
    one.save_states(convert(file))
    assert other.load_states(convert(file)) == ([], [])
    assert_same(contents(one), contents(other))
    assert other.units[0].dt == 0.001
    assert isinstance(other.units[0].dt, float)


def test_each_variable_is_in_the_file_once_and_other_programs_read_it(file):
    net = Net(2.0)
    net.save_states(file)
    arrays = load_file(file)
    assert set(arrays) == set(net.state_dict())
    assert sum(path.endswith("w") or path == "tied" for path in arrays) == 2
    assert_array_equal(arrays["tied"], np.full((2, 3), 3.0, np.float32))


def test_the_header_can_be_read(file):
    Net().save_states(file)
    header = header_of(file)
    assert (header["format"], header["format_version"], header["model"]) == ("bouton", "1", "Net")
    assert header["bouton_version"] == bp.__version__
    entries = json.loads(header["entries"])
    assert entries["units-0.tau"] == {"kind": "parameter", "unit": "s"}
    assert entries["units-1.v"] == {"kind": "state", "unit": "mV"}
    assert entries["trace"] == {"kind": "state"}


@pytest.mark.parametrize(
    "build",
    [
        lambda: LIF(3, noise_std=0.5),
        lambda: LIFJax((4, 2)),
        lambda: Rate(3, noise_std=0.1),
        lambda: Sequential(Linear((4, 3)), LIF(3, has_rec=True), Linear((3, 2)), Rate(2)),
    ],
    ids=["LIF", "LIFJax", "Rate", "Sequential"],
)
def test_a_module_goes_on_where_it_was_saved(file, build):
    one, other = build(), build()
    n = one.shape[0]
    one.reset_parameters()
    series = jnp.full((1, 15, n), 0.3)
    one(series)
    one.save_states(file)
    assert other.load_states(file) == ([], [])
    assert_same(contents(one), contents(other))
    assert_array_equal(other(series)[0], one(series)[0])


DTYPES = [
    *(np.bool_, np.int8, np.int16, np.int32, np.uint8, np.uint16, np.uint32, np.float16, np.float32, np.complex64),
    *(ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2, ml_dtypes.int4, ml_dtypes.uint4),
]


@pytest.mark.parametrize("shape", [(), (3,), (0,), (2, 0, 3), (2, 3)], ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=lambda d: np.dtype(d).name)
def test_every_dtype_and_shape_goes_round(file, dtype, shape):
    values = np.arange(int(np.prod(shape))).reshape(shape).astype(np.float32)
    one, other = bp.Object(), bp.Object()
    one.x = bm.Variable(jnp.asarray(values.astype(dtype) * (1j if dtype is np.complex64 else 1), dtype))
    other.x = bm.Variable(jnp.ones(shape, dtype))
    one.save_states(file)
    assert other.load_states(file) == ([], [])
    assert other.x.dtype == np.dtype(dtype)
    assert_array_equal(
        np.asarray(other.x).astype(complex), values.astype(dtype).astype(complex) * (1j if dtype is np.complex64 else 1)
    )


def test_infinite_parts_of_complex_numbers_stay(file):
    one, other = bp.Object(), bp.Object()
    one.x, other.x = (
        bm.Variable(np.array([complex(np.inf, 1), complex(2, np.nan)], np.complex64)),
        bm.Variable(jnp.zeros(2, "complex64")),
    )
    one.save_states(file)
    other.load_states(file)
    assert_array_equal(np.asarray(other.x).view(np.float32), np.float32([np.inf, 1, 2, np.nan]))


def test_random_keys_of_both_kinds_go_round(file):
    one, other = bp.Object(), bp.Object()
    one.old, one.new = bm.Variable(jax.random.PRNGKey(3)), bm.Variable(jax.random.split(jax.random.key(4), 2))
    other.old, other.new = bm.Variable(jax.random.PRNGKey(0)), bm.Variable(jax.random.split(jax.random.key(0), 2))
    one.save_states(file)
    assert other.load_states(file) == ([], [])
    assert_array_equal(jax.random.key_data(other.new.value), jax.random.key_data(one.new.value))
    assert_array_equal(jax.random.normal(other.old.value, 3), jax.random.normal(one.old.value, 3))
    assert json.loads(header_of(file)["entries"])["new"]["dtype"] == "key<fry>"


def test_a_batch_of_another_size_loads_where_there_is_a_batch_axis(file):
    one, other = bp.Object(), bp.Object()
    one.x, other.x = bm.Variable(jnp.ones((5, 2)), batch_axis=0), bm.Variable(jnp.zeros((3, 2)), batch_axis=0)
    one.save_states(file)
    assert other.load_states(file) == ([], [])
    assert_array_equal(other.x.value, np.ones((5, 2)))


def test_what_is_missing_and_what_is_unknown_is_told(file):
    one, other = bp.Object(), bp.Object()
    one.x, one.y = bm.Variable(jnp.ones(2)), bm.Variable(2)
    other.x, other.z = bm.Variable(2), bm.Variable(2)
    one.save_states(file)
    found = other.load_states(file)
    assert (found.missing_keys, found.unexpected_keys) == (["z"], ["y"])
    assert_array_equal(other.x.value, np.ones(2))


def test_a_file_of_other_origin_loads_where_it_fits(file):
    save_file({"w": np.full((2, 3), 7.0, np.float32), "__class__": np.zeros(2), "__init__.__globals__": np.zeros(1)}, file)
    unit = Unit()
    found = unit.load_states(file)
    assert set(found.unexpected_keys) == {"__class__", "__init__.__globals__"}
    assert type(unit) is Unit
    assert_array_equal(unit.w.value, np.full((2, 3), 7.0))


def test_compiled_code_goes_on_with_what_was_loaded(file):
    one, other = Unit(2.0), Unit()
    total = bm.jit(lambda: other.w.sum() + other.tau)
    assert float(total()) == 6.5
    one.save_states(file)
    other.load_states(file)
    assert float(total()) == 20.5
    assert total.compilations == 1


# -- writing ---------------------------------------------------------------------------


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


# -- refused, and nothing changed --------------------------------------------------------


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


# -- dicts --------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [11.0, -1.0, float("nan"), np.float32(11.0)])
def test_a_dict_with_a_value_out_of_bounds_is_refused_and_nothing_is_changed(value):
    unit = Unit()
    with pytest.raises(ValueRefused, match=r"^tau: expected between 0\.0 and 10\.0 s, got"):
        unit.load_state_dict({"w": 9 * jnp.ones((2, 3)), "tau": value})
    assert_array_equal(unit.w.value, np.ones((2, 3)))


def test_a_simulation_parameter_that_gets_its_own_value_still_reads_as_it_was_given():
    unit = Unit()
    unit.load_state_dict(unit.state_dict())
    assert unit.dt == 0.001
    unit.load_state_dict({"dt": jnp.float32(0.002)})
    assert unit.dt == np.float32(0.002)


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


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"a folder that exists, got .*nowhere.model\.safetensors\. Make the folder first"
    ):
        Net().save_states(tmp_path / "nowhere" / "model.safetensors")
