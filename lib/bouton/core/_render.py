"""A model as text and as static, script-free HTML."""

from html import escape
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from jax.core import Tracer

from . import _inspect

if TYPE_CHECKING:
    from ._entry import Entry
    from ._object import Object

_CELL = "padding:1px 14px 1px 0;text-align:left;border:0;background:none"
_FONT = "font-family:var(--jp-code-font-family,monospace);font-size:13px;line-height:1.5"
_FAINT = "opacity:.65"


def as_html(obj: "Object") -> str:
    """A foldable tree without any script: readable on a static page, every name escaped."""
    return f'<div style="{_FONT}">{_block(obj, None, ())}</div>'


def _block(obj: "Object", name: str | None, above: tuple) -> str:
    title = f"<b>{escape(type(obj).__name__)}</b>"
    if name is not None:
        title += f" <span>{escape(name)}</span>"
    shape = getattr(obj, "shape", None)
    if isinstance(shape, tuple):
        title += f' <span style="{_FAINT}">shape {escape(str(shape))}</span>'
    own = [e for e in _inspect.walk(obj, "", ()) if e.owner is obj]
    rows = "".join(map(_row, own))
    body = f'<table style="border-collapse:collapse;margin:0 0 2px 1.4em">{rows}</table>' if rows else ""
    for child_name, child in obj._children.items():
        if not any(child is a for a in (*above, obj)):
            body += f'<div style="margin-left:1.4em">{_block(child, child_name, (*above, obj))}</div>'
    is_open = " open" if len(above) < 2 else ""
    return f'<details{is_open}><summary style="cursor:pointer">{title}</summary>{body}</details>'


def _row(entry: "Entry") -> str:
    texts = [
        entry.name,
        summary(entry.value),
        entry.unit or "",
        entry.kind + (f", {entry.family}" if entry.family else ""),
    ]
    styles = [_CELL, _CELL, _CELL, f"{_CELL};{_FAINT}"]
    cells = "".join(f'<td style="{style}">{escape(text)}</td>' for style, text in zip(styles, texts, strict=True))
    return f'<tr style="background:none">{cells}</tr>'


def as_text(module: "Object", indent: str = "", above: tuple = ()) -> str:
    """The tree of modules as indented lines: full name and shape of each."""
    name = getattr(module, "full_name", type(module).__name__)
    line = f"{indent}{name} with shape {getattr(module, 'shape', '()')}"
    children = [c for c in module.modules().values() if not any(c is a for a in (*above, module))]
    if not children:
        return line
    inner = "\n".join(as_text(c, indent + "    ", (*above, module)) for c in children)
    return f"{line} {{\n{inner}\n{indent}}}"


def summary(value: Any) -> str:
    """A value in a few characters: a number, or shape and range of an array."""
    if isinstance(value, Tracer):
        return f"traced {value.dtype}{list(value.shape)}"
    if isinstance(value, jax.Array | np.ndarray) or hasattr(value, "__jax_array__"):
        array = np.asarray(value)
        if array.ndim == 0:
            return f"{array.item():.4g}" if array.dtype.kind in "fc" else str(array.item())
        shape = " × ".join(map(str, array.shape))
        if array.size == 0:
            return f"{shape}, empty"
        # Of bfloat16 and its kin not all format themselves.
        low, high = array.min().item(), array.max().item()
        return f"{shape}, all {low:.4g}" if low == high else f"{shape}, {low:.4g} to {high:.4g}"
    if isinstance(value, bool | int | float):
        return f"{value:.4g}" if isinstance(value, float) else str(value)
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    return repr(value)
