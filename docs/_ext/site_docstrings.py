"""Turns docstrings in NumPy's format into reStructuredText.

Little is to be done: ``name : (n,) array, ms`` over an indented text is a definition list of reStructuredText with the type as
its classifier, so shapes and units stay as they are written. A section becomes a rubric, and footnotes get names of their own,
because several docstrings stand on one page.
"""

import inspect
import re
from typing import Any

from sphinx.util.inspect import stringify_signature

ITEMS = {"Attributes", "Parameters", "Raises", "Returns", "State", "Warns", "Yields"}
SECTIONS = ITEMS | {"Examples", "Notes", "References", "See Also"}


def rewritten(lines: list[str], name: str) -> list[str]:
    """Return a docstring's lines with rubrics in the place of underlined titles."""
    label = re.sub(r"\W", "-", name)
    out: list[str] = []
    section = ""
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        if out and set(line) == {"-"} and out[-1] in SECTIONS:
            section = out.pop()
            out += [f".. rubric:: {section}", "   :class: bt-section", ""]
        elif section in ITEMS and line[:1].strip() and not (line in SECTIONS and set(following) == {"-"}):
            out += _item(_plain(line), following)
        else:
            out.append(_footnotes(_stars(line), label))
    return out


def _item(line: str, following: str) -> list[str]:
    """A term; one that nothing is said about needs an empty definition to be one."""
    return [line] if following[:1] == " " else [line, "    .."]


def _plain(term: str) -> str:
    """A term as it is written: its stars are those of ``*args`` and of shapes, and a name such as ``float_`` is no link."""
    parts = re.split(r"(``.*?``|:\w+:`.*?`)", term)
    return "".join(part if n % 2 else re.sub(r"(?<!\\)(\*|(?<=\w)_(?!\w))", r"\\\1", part) for n, part in enumerate(parts))


def _stars(line: str) -> str:
    """In prose ``(batch, *shape, channels)`` has stars, too."""
    if line.lstrip().startswith((">>>", "...")):
        return line
    parts = re.split(r"(``.*?``)", line)
    return "".join(part if n % 2 else re.sub(r"(?<![\\*])(\*\*?)(?=\w+[,)])", r"\\\1", part) for n, part in enumerate(parts))


def _footnotes(line: str, label: str) -> str:
    line = re.sub(r"^\.\. \[(\d+)\]", rf".. [#{label}-\1]", line)
    return re.sub(r"(?<=[\w\s.,;:)`])\[(\d+)\]_", rf"[#{label}-\1]_", line)


def _process(_app: Any, _what: str, name: str, _obj: object, _options: object, lines: list[str]) -> None:
    lines[:] = rewritten(lines, name)


def _signature(_app: Any, what: str, _name: str, obj: Any, _options: object, _signature: str, _returns: str) -> Any:
    """A class is called as its ``__init__`` says; defaults that are functions are told by their names."""
    if what not in ("class", "exception") or not inspect.isfunction(obj.__init__):
        return None
    text = stringify_signature(inspect.signature(obj.__init__), show_annotation=False)
    return re.sub(r"<function ([\w.]+)>", r"\1", text).replace("(self, ", "(").replace("(self)", "()"), ""


def setup(app: Any) -> dict[str, bool]:
    app.connect("autodoc-process-docstring", _process)
    app.connect("autodoc-process-signature", _signature)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
