"""A Jupyter widget as text: its kind and content, and those of the widgets in it, without ids."""

import json
from collections.abc import Mapping
from typing import Any

from ._html import without_ids

_REFERENCE = "IPY_MODEL_"
# How it looks and who listens, not what it says.
_LEFT_OUT = {"layout", "style", "msg_id", "tabbable", "tooltip", "comm", "keys"}


def widget_text(model_id: str, states: Mapping[str, Any]) -> str | None:
    """One line for each property of a widget, its children indented; None when its state is not known.

    Parameters
    ----------
    model_id : str
        The widget's id.
    states : mapping
        By id the ``model_name`` and ``state`` of every widget of the notebook, as Jupyter stores them.
    """
    return "\n".join(_lines(model_id, states, ())) if model_id in states else None


def _lines(model_id: str, states: Mapping[str, Any], above: tuple[str, ...]) -> list[str]:
    indent = "  " * len(above)
    if model_id not in states or model_id in above:
        return [f"{indent}…"]
    known = states[model_id]
    state = known.get("state", {})
    lines = [f"{indent}{known.get('model_name', '?')} {state.get('_anywidget_id', '')}".rstrip()]
    for name in sorted(state):
        value = state[name]
        if name.startswith("_") or name in _LEFT_OUT or value is None:
            continue
        inside = _references(value)
        if inside:
            lines.append(f"{indent}  {name}:")
            lines += [line for one in inside for line in _lines(one, states, (*above, model_id))]
        else:
            lines.append(f"{indent}  {name}: {_plain(value)}")
    return lines


def _references(value: Any) -> list[str]:
    """Ids of the widgets that a property holds."""
    if isinstance(value, str):
        return [value.removeprefix(_REFERENCE)] if value.startswith(_REFERENCE) else []
    if isinstance(value, Mapping):
        value = list(value.values())
    return [one for part in value for one in _references(part)] if isinstance(value, list | tuple) else []


def _plain(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False, default=_kind)
    return without_ids(text)


def _kind(value: Any) -> str:
    return f"<{type(value).__name__}>"
