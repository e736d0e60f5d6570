"""Arrays by path in a file: safetensors, with a header that says what is what."""

import json
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from ..errors import BoutonError, FolderError, KindError, MathError, ValueRefused

# What stands in the header under "format" and "format_version".
FORMAT, VERSION = "bouton", 1

# dtype → its code in the file. Every other is stored as one of these, and the header says which it was.
_CODES = {
    "bool": "BOOL",
    "bfloat16": "BF16",
    **{f"float{n}": f"F{n}" for n in (16, 32, 64)},
    **{f"int{n}": f"I{n}" for n in (8, 16, 32, 64)},
    **{f"uint{n}": f"U{n}" for n in (8, 16, 32, 64)},
}
_OUR_OWN = "Save it again with save_states."


def write(path: Path, arrays: Mapping[str, jax.Array], about: Mapping[str, dict[str, str]], facts: Mapping[str, str]) -> None:
    """Write arrays to a new file and put it in the place of ``path`` when it is complete.

    Parameters
    ----------
    path : Path
    arrays : mapping of str to array
    about : mapping of str to dict
        What the header says of each array.
    facts : mapping of str to str
        What it says of the whole.
    """
    stored, described = {}, {}
    for key, value in arrays.items():
        stored[key], note = _encoded(value), _layout(value)[2]
        described[key] = {**about.get(key, {}), **({} if note is None else {"dtype": note})}
    header = {"format": FORMAT, "format_version": str(VERSION), **facts, "entries": json.dumps(described, ensure_ascii=False)}
    _replace(path, save(stored, metadata=header))


def _replace(path: Path, content: bytes) -> None:
    """A file that is either as it was or complete; a new one has the permissions of any new file."""
    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.part")
    # Exclusive: nobody can have put a link there.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with open(os.open(beside, flags, 0o666), "wb") as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            os.replace(beside, path)
        except BaseException:
            file.close()
            with suppress(OSError):
                os.unlink(beside)
            raise


def read(path: Path, wanted: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The arrays of a file for the present values in ``wanted``, and all paths in the file.

    Raises
    ------
    ValueRefused
        When the file is damaged, or of a newer format.
    MathError
        When an array has another dtype than the value it is for.
    """
    _check_length(path)
    try:
        with safe_open(str(path), framework="numpy") as file:
            notes = _notes(path, file.metadata() or {})
            keys = list(file.keys())
            return {key: _taken(path, file, key, wanted[key], notes) for key in keys if key in wanted}, keys
    except SafetensorError as error:
        raise _damaged(path, str(error)) from error


def facts(path: Path) -> dict[str, str]:
    """What the header of a file that :func:`read` has read says of the whole; of one of other origin nothing."""
    with safe_open(str(path), framework="numpy") as file:
        metadata = file.metadata() or {}
    return dict(metadata) if metadata.get("format") == FORMAT else {}


def _check_length(path: Path) -> None:
    """Refuse a header that claims more than there is, before anything is read or reserved for it."""
    about = path.stat()
    if not S_ISREG(about.st_mode):
        raise ValueRefused(
            where=str(path), expected="a file", got="a folder or a device", fix="Give the path that save_states was given."
        )
    with path.open("rb") as file:
        start = file.read(8)
    header = int.from_bytes(start, "little")
    if len(start) < 8 or header > about.st_size - 8:
        raise _damaged(path, f"{about.st_size} bytes with a header of {header if len(start) == 8 else 'unknown length'}")


def _notes(path: Path, metadata: Mapping[str, str]) -> dict[str, str]:
    """Which arrays were stored as others. A file of other origin has no notes."""
    if metadata.get("format") != FORMAT:
        return {}
    if metadata.get("format_version") != str(VERSION):
        raise ValueRefused(
            where=str(path),
            expected=f"format_version {VERSION}",
            got=f"{metadata.get('format_version')!r:.40}",
            fix="It was written by a newer bouton: install that one, or save with this one.",
        )
    try:
        entries = json.loads(metadata.get("entries", "{}"))
        return {key: note["dtype"] for key, note in entries.items() if "dtype" in note}
    except (ValueError, RecursionError, AttributeError, TypeError) as error:
        raise _damaged(path, "entries in the header that say nothing") from error


def _taken(path: Path, file: Any, key: str, now: Any, notes: Mapping[str, str]) -> Any:
    """One array as what is to be written over ``now``."""
    code, tail, note = _layout(now)
    found, shape = file.get_slice(key).get_dtype(), tuple(file.get_slice(key).get_shape())
    extra = len(tail) - now.ndim
    if found != code or notes.get(key) != note or (extra and shape[len(shape) - extra :] != tail[now.ndim :]):
        raise MathError(
            where=f"{key} in {path}",
            expected=f"dtype {now.dtype}",
            got=f"{notes.get(key) or _named(found)}",
            fix="Build the model with the dtype of the file (for float64 enable 64-bit numbers first), or convert the arrays: "
            "safetensors.numpy.load_file, astype and load_state_dict.",
        )
    return _decoded(file.get_tensor(key), now, note)


def _layout(value: Any) -> tuple[str, tuple[int, ...], str | None]:
    """Code and shape that ``value`` has in a file, and the note that says what it is when the code does not."""
    if _is_key(value):
        return "U32", jax.random.key_data(value).shape, str(value.dtype)
    name = np.dtype(value.dtype).name
    if name in _CODES:
        return _CODES[name], tuple(value.shape), None
    if np.dtype(value.dtype).kind == "c":
        return ("F32" if name == "complex64" else "F64"), (*value.shape, 2), name
    return "U8", tuple(value.shape), name  # of less than a byte or an unusual one: one byte each


def _encoded(value: Any) -> np.ndarray:
    if _is_key(value):
        return np.asarray(jax.random.key_data(value))
    array = np.asarray(value, order="C")
    if array.dtype.name in _CODES:
        return array
    return np.stack([np.real(array), np.imag(array)], axis=-1) if array.dtype.kind == "c" else array.view(np.uint8)


def _decoded(array: np.ndarray, now: Any, note: str | None) -> Any:
    if note is None:
        # A strange file may have other bytes than 0 and 1.
        return array.view(np.uint8) != 0 if array.dtype == bool else array
    if _is_key(now):
        return jax.random.wrap_key_data(jnp.asarray(array), impl=jax.random.key_impl(now))
    dtype = np.dtype(now.dtype)
    return array.view(dtype)[..., 0] if dtype.kind == "c" else array.view(dtype)


def _is_key(value: Any) -> bool:
    """Whether these are random keys of the kind that is no array of integers."""
    return jnp.issubdtype(value.dtype, jax.dtypes.prng_key)


def _named(code: str) -> str:
    return next((name for name, known in _CODES.items() if known == code), code)


def _damaged(path: Path, what: str) -> ValueRefused:
    return ValueRefused(
        where=str(path),
        expected="a complete safetensors file",
        got=what,
        fix=f"It is damaged, or something else. {_OUR_OWN}",
    )


def as_path(file: Any, where: str) -> Path:
    """``file`` as a path."""
    if not isinstance(file, str | os.PathLike) or isinstance(os.fspath(file), bytes):
        raise KindError(
            where=where, expected="the path of a file", got=f"{type(file).__name__}", fix="Pass for instance 'model.safetensors'."
        )
    return Path(file)


def check_folder(path: Path, where: str) -> None:
    """:class:`FolderError` when the folder that ``path`` stands in is not there."""
    if not path.parent.is_dir():
        raise FolderError(
            where=where,
            expected="a file in a folder that exists",
            got=f"{path}",
            fix=f"Make the folder first: pathlib.Path({str(path.parent)!r}).mkdir(parents=True).",
        )


def in_file(path: Path, act: Callable[[], Any]) -> Any:
    """What ``act`` gives; its errors name the file."""
    try:
        return act()
    except BoutonError as error:
        raise type(error)(where=f"{error.where} in {path}", expected=error.expected, got=error.got, fix=error.fix) from error
