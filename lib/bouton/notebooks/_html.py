"""HTML as what is compared: its elements and words, without ids, styles and the text of scripts."""

import re
from html.parser import HTMLParser

from ._noise import without_noise

_KEPT = {"alt", "checked", "class", "colspan", "disabled", "max", "min", "rowspan", "title", "type", "value"}
# What Bokeh, Panel and ipywidgets name in the JSON that their scripts carry.
# Panel ends the names of instances in a number of five digits.
_MODEL = re.compile(r'"(?:name|model_name|_model_name)"\s*:\s*"([A-Z]\w+?)(?:\d{5})?"')
_HEX = re.compile(r"\b[0-9a-f]{32}\b")
# Bokeh numbers its models through the whole session, pandas and scikit-learn their tables.
_COUNTED = re.compile(r"\b(?:p\d{3,}|T_[0-9a-f]{5}\w*|sk-[\w-]*?id-\d+)\b")
_BLANKS = re.compile(r"\s+")


def plain_html(html: str) -> str:
    """One line for each element and each piece of text.

    Of a script only the models of Bokeh, Panel or ipywidgets that it carries are told, in alphabetical order.

    Examples
    --------
    >>> print(plain_html('<div id="a1"><b>3.5</b> mV<script>f({"type": "object", "name": "Figure"})</script></div>'))
    <div>
    <b>
    3.5
    mV
    <script> Figure
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "\n".join(reader.lines)


def without_ids(text: str) -> str:
    """A text without addresses, process numbers and the ids that are found in HTML and in widgets."""
    return _COUNTED.sub("<id>", _HEX.sub("<id>", without_noise(text)))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._hidden = ""  # the script or style sheet that is being read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style"}:
            self._hidden = tag
            return
        kept = sorted((name, value) for name, value in attrs if name in _KEPT)
        self.lines.append(f"<{' '.join([tag, *(name if value is None else f'{name}={_text(value)}' for name, value in kept)])}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = ""

    def handle_data(self, data: str) -> None:
        if self._hidden == "style":
            return
        if self._hidden:
            self.lines.append(" ".join(["<script>", *sorted(_MODEL.findall(data))]))
        elif data.strip():
            self.lines.append(_text(data))


def _text(text: str) -> str:
    return _BLANKS.sub(" ", without_ids(text)).strip()
