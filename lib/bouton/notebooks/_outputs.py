"""A cell's outputs as what is compared: streams, errors, and displays in each of their kinds."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from ._html import plain_html, without_ids
from ._noise import as_shown, without_noise
from ._pictures import picture_size
from ._widgets import widget_text

WIDGET = "application/vnd.jupyter.widget-view+json"
# What a page executes, or loads libraries with: of these only that they are there.
_EXECUTED = ("application/javascript", "exec.v0+json", "load.v0+json", "server_extension")


class Part(NamedTuple):
    """One kind of one output.

    Parameters
    ----------
    kind : str
        ``stdout``, ``stderr``, ``error`` or a MIME type.
    text : str or None
        What is compared, with tolerances; None for what has only a kind.
    size : (width, height) or None
        Of a picture, in pixels.
    shown : str
        What a reader of the report sees; of a picture, as it is stored.
    """

    kind: str
    text: str | None
    size: tuple[int, int] | None
    shown: str


class Shown(NamedTuple):
    """A cell's outputs: what was written to each stream, and each display as its kinds."""

    streams: dict[str, Part]
    displays: list[dict[str, Part]]


def shown(outputs: Iterable[Mapping[str, Any]], widgets: Mapping[str, Any], clean: Callable[[str], str] = str) -> Shown:
    """What a cell's outputs come to.

    Parameters
    ----------
    outputs : iterable of mapping
        As notebooks store them.
    widgets : mapping
        By id the ``model_name`` and ``state`` of each widget.
    clean : function of str
        What else is done to a text before it is compared.
    """
    streams: dict[str, str] = {}
    displays = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            streams[output["name"]] = streams.get(output["name"], "") + _joined(output["text"])
        elif kind == "error":
            text = f"{output['ename']}: {output['evalue']}"
            displays.append({"error": Part("error", clean(without_noise(text)), None, text)})
        else:
            displays.append({mime: _part(mime, content, widgets, clean) for mime, content in output["data"].items()})
    parts = {name: as_shown(text) for name, text in streams.items()}
    return Shown(
        {name: Part(name, clean(without_noise(text)), None, text) for name, text in parts.items() if text.strip()}, displays
    )


def _part(mime: str, content: Any, widgets: Mapping[str, Any], clean: Callable[[str], str]) -> Part:
    if mime == WIDGET:
        text = widget_text(content.get("model_id", ""), _with_outputs(widgets))
        return Part(mime, None if text is None else clean(text), None, text or "a widget whose state is not stored")
    if any(word in mime for word in _EXECUTED):
        return Part(mime, None, None, f"({mime})")
    if not isinstance(content, str) and not _is_lines(content):
        text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
        return Part(mime, clean(without_ids(text)), None, text)
    text = _joined(content)
    if mime.startswith("image/"):
        return Part(mime, None, picture_size(mime, text), text)
    if mime == "text/html":
        return Part(mime, clean(plain_html(text)), None, text)
    return Part(mime, clean(without_noise(text)), None, text)


def _with_outputs(widgets: Mapping[str, Any]) -> Mapping[str, Any]:
    """The widgets, with what an ``Output`` holds as the text of it."""
    changed = {
        one: known | {"state": known["state"] | {"outputs": _texts(known["state"]["outputs"])}}
        for one, known in widgets.items()
        if known.get("state", {}).get("outputs")
    }
    return {**widgets, **changed} if changed else widgets


def _texts(outputs: Iterable[Mapping[str, Any]]) -> str:
    seen = shown([one for one in outputs if one.get("name") != "stderr"], {})
    parts = [*seen.streams.values(), *(part for display in seen.displays for part in display.values())]
    return "\n".join(part.kind if part.text is None else part.text.rstrip() for part in parts)


def _is_lines(content: Any) -> bool:
    return isinstance(content, list) and all(isinstance(line, str) for line in content)


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
