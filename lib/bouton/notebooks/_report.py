"""A static HTML page of a run of notebooks: for each cell that failed, what was expected beside what came."""

import difflib
import re
from html import escape
from typing import Any

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")

_STYLE = """
:root { color-scheme: light dark; --bad: #b3261e; --good: #1b6e3c; --line: #8886; --old: #b3261e22; --new: #1b6e3c22; }
@media (prefers-color-scheme: dark) { :root { --bad: #ff8a80; --good: #7bd79b; --old: #ff8a8033; --new: #7bd79b33; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; margin-bottom: .3rem; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: .25rem 1rem .25rem 0; border-bottom: 1px solid var(--line); }
th { white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
pre { margin: 0; padding: .6rem; border: 1px solid var(--line); border-radius: 4px; overflow-x: auto; font-size: 13px; }
.failed { color: var(--bad); } .passed { color: var(--good); }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: .8rem; margin: .4rem 0 1rem; } .pair > div { min-width: 0; }
.pair h4 { margin: 0 0 .2rem; font-size: .85rem; } .pair img { max-width: 100%; border: 1px solid var(--line); }
.old { background: var(--old); } .new { background: var(--new); }
@media (max-width: 700px) { .pair { grid-template-columns: 1fr; } }
"""


def page(seen: list[dict[str, Any]]) -> str:
    """The page.

    Parameters
    ----------
    seen : list of dict
        The cells, as :func:`summarise` takes them.
    """
    books: dict[str, list[dict[str, Any]]] = {}
    for cell in seen:
        books.setdefault(cell["notebook"], []).append(cell)
    failed = sum(cell["outcome"] == "failed" for cell in seen)
    body = [
        "<h1>Notebooks</h1>",
        f"<p>{_count(len(books), 'notebook')}, {_count(len(seen), 'cell')}, "
        + (
            f'<strong class="failed">{failed} failed</strong>.</p>'
            if failed
            else '<strong class="passed">none failed</strong>.</p>'
        ),
        _overview(books),
        *(_failures(name, cells) for name, cells in books.items()),
        _slow(seen),
    ]
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    head = f"{meta}<title>Notebooks</title><style>{_STYLE}</style>"
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body>\n{"".join(body)}\n</body></html>\n'


def _overview(books: dict[str, list[dict[str, Any]]]) -> str:
    rows = []
    for name, cells in books.items():
        count = {kind: sum(cell["outcome"] == kind for cell in cells) for kind in ("passed", "failed", "skipped")}
        kind = "failed" if count["failed"] else "passed" if count["passed"] else "skipped"
        told = ", ".join(f"{number} {what}" for what, number in count.items() if number)
        reason = next((cell["problem"] for cell in cells if kind == "skipped" and cell.get("problem")), "")
        reason = reason.removeprefix(f"{cells[0]['kernel']}: ")
        rows.append(
            f'<tr><td>{escape(name)}</td><td>{escape(cells[0]["kernel"])}</td><td class="{kind}">{told}</td>'
            f'<td class="number">{sum(cell.get("seconds", 0.0) for cell in cells):.1f}</td>'
            f'<td class="number">{max(cell.get("memory", 0) for cell in cells)}</td><td>{escape(reason)}</td></tr>'
        )
    head = (
        '<th>Notebook</th><th>Kernel</th><th>Cells</th><th class="number">Time, s</th><th class="number">Memory, MB</th><th></th>'
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _failures(name: str, cells: list[dict[str, Any]]) -> str:
    parts = []
    for cell in cells:
        if cell["outcome"] != "failed":
            continue
        parts.append(f"<h3>Cell {cell['cell']}: {escape(_ANSI.sub('', cell.get('problem', '')))}</h3>")
        if cell.get("source"):
            parts.append(f"<pre>{escape(cell['source'])}</pre>")
        found = cell.get("differences", [])
        parts += [_pair(one) for one in found]
        if cell.get("details") and not found:
            parts.append(f"<p>It said:</p><pre>{escape(_ANSI.sub('', cell['details']))}</pre>")
    return f"<h2>{escape(name)}</h2>{''.join(parts)}" if parts else ""


def _pair(one: dict[str, str]) -> str:
    sides = (_picture(one["kind"], one["expected"]), _picture(one["kind"], one["got"]))
    if not all(sides):
        sides = _beside(one["expected"], one["got"])
    return (
        f"<p>{escape(one['kind'])}: {escape(one['why'])}</p>"
        f'<div class="pair"><div><h4>Expected</h4>{sides[0]}</div><div><h4>Got</h4>{sides[1]}</div></div>'
    )


def _picture(kind: str, content: str) -> str:
    """A picture of a kind that runs no script."""
    if kind not in {"image/png", "image/jpeg", "image/gif"} or not _BASE64.fullmatch(content):
        return ""
    return f'<img alt="picture" src="data:{kind};base64,{"".join(content.split())}">'


def _beside(expected: str, got: str) -> tuple[str, str]:
    """The two texts, with the lines marked that differ."""
    old, new = expected.splitlines(), got.splitlines()
    left, right = [], []
    for kind, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for side, texts, mark in ((left, old[i:j], "old"), (right, new[k:m], "new")):
            side += [escape(line) if kind == "equal" else f'<span class="{mark}">{escape(line)}</span>' for line in texts]
    lines = "\n".join(left), "\n".join(right)
    return f"<pre>{lines[0]}</pre>", f"<pre>{lines[1]}</pre>"


def _slow(seen: list[dict[str, Any]]) -> str:
    timed = sorted((cell for cell in seen if "seconds" in cell), key=lambda cell: -cell["seconds"])[:20]
    rows = [
        f'<tr><td>{escape(cell["notebook"])}</td><td class="number">{cell["cell"]}</td>'
        f'<td class="number">{cell["seconds"]:.2f}</td><td class="number">{cell["memory"]}</td></tr>'
        for cell in timed
    ]
    head = '<th>Notebook</th><th class="number">Cell</th><th class="number">Time, s</th><th class="number">Memory, MB</th>'
    return f"<h2>Slowest cells</h2><table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>" if rows else ""


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s'[: number != 1]}"
