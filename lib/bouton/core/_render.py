"""A model as text and as static, script-free HTML."""

from html import escape
from typing import TYPE_CHECKING

from ._entry import Entry
from ._glance import line, memory
from ._tree_rows import Row, children, held, own, rows

if TYPE_CHECKING:
    from ._object import Object

MOST_ROWS = 500
"""Of one model, shown as text or HTML."""

_MOST_OWN = 100
"""Attributes shown of one part."""

# Every colour is the ink of the page it stands on, so that it can be read on light and dark pages alike, also where the page's
# ground does not follow the reader's preference. Where style sheets are taken out, the tables are still tables. In a narrow place
# values matter more than types.
_STYLE = """\
.bouton-static{container-type:inline-size;contain-intrinsic-inline-size:860px;
min-width:0;max-width:1040px;padding:2px 0 4px;color:var(--jp-ui-font-color1,inherit);
font:400 13px/1.5 var(--jp-ui-font-family,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif);font-variant-numeric:tabular-nums}
.bouton-static summary,.bouton-static p{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.bouton-static summary{padding:2px 8px 2px calc(var(--bt-depth)*18px + 4px);border-radius:4px;cursor:pointer}
.bouton-static summary b{font-weight:600}
.bouton-static summary span,.bouton-static .bt-q{color:color-mix(in srgb,currentColor 68%,transparent)}
.bouton-static summary span{margin-left:8px}
.bouton-static table{table-layout:fixed;width:100%;margin:0;border:0;border-collapse:collapse;font-size:inherit}
.bouton-static.bouton-static tr:nth-child(n){background:none;border:0}
.bouton-static summary:hover,.bouton-static.bouton-static tr:nth-child(n):hover{
background:color-mix(in srgb,currentColor 7%,transparent)}
.bouton-static.bouton-static td,.bouton-static.bouton-static th{box-sizing:border-box;padding:2px 8px;
border:0;font-weight:400;text-align:left;vertical-align:baseline;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;max-width:none}
.bouton-static.bouton-static th{font-size:12px}
.bouton-static.bouton-static tr>:nth-child(1){width:21%;padding-left:calc(var(--bt-depth)*18px + 36px)}
.bouton-static.bouton-static tr>th:nth-child(1){padding-left:20px}
.bouton-static.bouton-static tr>:nth-child(2){width:16%}
.bouton-static.bouton-static tr>:nth-child(3){width:10%}
.bouton-static.bouton-static tr>:nth-child(4){width:10%;text-align:right}
.bouton-static.bouton-static tr>:nth-child(5){width:7%}
.bouton-static.bouton-static tr>:nth-child(6){width:8%;text-align:right}
.bouton-static.bouton-static tr>:nth-child(7){width:23%;padding-right:0;text-align:right}
.bouton-static.bouton-static tr>:nth-child(8){width:5%}
.bouton-static p{margin:0;padding:2px 8px 2px calc(var(--bt-depth)*18px + 36px)}
@container (max-width:840px){
.bouton-static.bouton-static tr>:is(:nth-child(3),:nth-child(5),:nth-child(6)){display:none}
.bouton-static.bouton-static tr>:nth-child(1){width:31%}
.bouton-static.bouton-static tr>:nth-child(2){width:17%}
.bouton-static.bouton-static tr>:nth-child(4){width:12%}
.bouton-static.bouton-static tr>:nth-child(7){width:32%}
.bouton-static.bouton-static tr>:nth-child(8){width:8%}
}
@container (max-width:520px){
.bouton-static summary,.bouton-static p{white-space:normal;overflow-wrap:anywhere}
.bouton-static.bouton-static tr>:is(:nth-child(2),:nth-child(4)){display:none}
.bouton-static.bouton-static tr>:nth-child(1){width:46%}
.bouton-static.bouton-static tr>:nth-child(7){width:42%}
.bouton-static.bouton-static tr>:nth-child(8){width:12%}
}
"""
_HEAD = ("Name", "Kind", "Family", "Shape", "Type", "Memory", "Value", "Unit")
_TO_THE_RIGHT = {3, 5, 6}
_LOUD = {0, 6}


def as_html(obj: "Object") -> str:
    """A foldable tree without any script: readable on a static page, every name escaped, and no longer than 500 rows."""
    page = _Page()
    head = "".join(_cell("th", k, name) for k, name in enumerate(_HEAD))
    body = page.part(obj, None, ())
    total = sum(1 for _ in rows(obj, ""))
    left = total - page.shown
    note = f'<p class="bt-q">{left} of {total} rows are not shown.</p>' if left else ""
    return (
        f'<div class="bouton-static" style="--bt-depth:0"><style>{_STYLE}</style>'
        f'<table><tr class="bt-q">{head}</tr></table>{body}{note}</div>'
    )


class _Page:
    """Counts the rows that are shown."""

    def __init__(self) -> None:
        self.shown = 0

    def part(self, obj: "Object", name: str | None, above: tuple) -> str:
        self.shown += 1
        depth = len(above)
        return (
            f'<details{" open" if depth < 2 else ""} style="--bt-depth:{depth}">'
            f"<summary>{_title(obj, name)}</summary>{self._attributes(obj)}{self._parts(obj, above)}</details>"
        )

    def _attributes(self, obj: "Object") -> str:
        entries = own(obj)
        taken = entries[: max(0, min(_MOST_OWN, MOST_ROWS - self.shown))]
        self.shown += len(taken)
        table = f"<table>{''.join(map(_row, taken))}</table>" if taken else ""
        return table + _more(len(entries) - len(taken), "attributes")

    def _parts(self, obj: "Object", above: tuple) -> str:
        blocks, found = [], children(obj, above)
        for name, child in found.items():
            if self.shown >= MOST_ROWS:
                break
            blocks.append(self.part(child, name, (*above, obj)))
        return "".join(blocks) + _more(len(found) - len(blocks), "parts")


def _more(count: int, what: str) -> str:
    return f'<p class="bt-q">… and {count} more {what}</p>' if count else ""


def _title(obj: "Object", name: str | None) -> str:
    shape = getattr(obj, "shape", None)
    facts = [f"shape {shape}"] if isinstance(shape, tuple) else []
    size = held(obj)
    facts += [memory(size)] if size else []
    of_class = type(obj).__name__
    spans = ([of_class] if name is not None else []) + ([" · ".join(facts)] if facts else [])
    return f"<b>{escape(line(name or of_class))}</b>" + "".join(f" <span>{escape(line(text))}</span>" for text in spans)


def _row(entry: Entry) -> str:
    cells = Row(0, entry.name, entry).cells()
    return f"<tr>{''.join(_cell('td', k, text) for k, text in enumerate(cells))}</tr>"


def _cell(tag: str, column: int, text: str) -> str:
    # The attribute says it too, for pages that take style sheets out.
    side = ' align="right"' if column in _TO_THE_RIGHT else ""
    quiet = "" if column in _LOUD or tag == "th" else ' class="bt-q"'
    shown = escape(line(text))
    return f"<{tag}{side}{quiet}>{shown}</{tag}>"


def as_text(module: "Object", indent: str = "", above: tuple = ()) -> str:
    """The tree of modules as indented lines: full name and shape of each."""
    given = f" {module._attribute_name!r}" if module._attribute_name else ""
    first = indent + getattr(module, "full_name", type(module).__name__ + given)
    # What is no module has none.
    first += f" with shape {module.shape}" if isinstance(getattr(module, "shape", None), tuple) else ""
    below = children(module, above).values()
    if not below:
        return first
    inner = "\n".join(as_text(child, indent + "    ", (*above, module)) for child in below)
    return f"{first} {{\n{inner}\n{indent}}}"
