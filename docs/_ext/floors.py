"""Draws the floors of docs/architecture.md: ``python docs/_ext/floors.py`` writes the two pictures.

The order comes from the table in tests/test_structure.py, which holds every import to it, and the words from the page. A test
draws them again, and fails where somebody has changed one and not the other.
"""

import ast
import re
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "docs" / "_static"

WIDTH, ROW, GAP = 960, 28, 6
NAMES = 190  # the width of the column of names
STRIP = 34  # of the strip with the arrow

# The first floor of the base, of models, of runs, of what is around them, and of what `import bouton` does not load; and the
# colour of it and those above on light and on dark pages.
GROUPS = [
    ("errors", "#4f6b8a", "#48627e"),
    ("connect", "#1769c0", "#1b63ae"),
    ("run", "#0f7a5c", "#12735a"),
    ("nn", "#8a5a12", "#845a1c"),
    ("notebooks", "#6d4a94", "#67488b"),
]
OUTSIDE = "#5b6570"
PAGE = {
    "light": {"ink": "#1c2024", "quiet": "#5b6570", "box": "#f1f4f8", "line": "#ccd4dd"},
    "dark": {"ink": "#e6e9ec", "quiet": "#a3adb8", "box": "#1e242b", "line": "#3a444f"},
}


def floors() -> list[list[str]]:
    """Return the names of each floor that are told of on the page, the highest first."""
    source = (ROOT / "tests" / "test_structure.py").read_text(encoding="utf-8")
    (table,) = [
        node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "FLOORS"
    ]
    rows = [sorted(name for name in row if not name.startswith("_")) for row in ast.literal_eval(table)]
    return [row for row in reversed(rows) if row]


def words() -> dict[str, str]:
    """Return what the page says of each name."""
    block = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("```text\n")[1].split("```")[0]
    found = {}
    for line in block.splitlines():
        match = re.match(r"[\s│└─]*([a-z][\w ]*?|notebooks/\*\.ipynb|widgets/bouton_widgets)\s{2,}(\w.*|`.*)$", line)
        if match:
            names, text = match.groups()
            found |= dict.fromkeys(names.split(), text.strip())
    return found


def picture(theme: str) -> str:
    """Return the floors as SVG."""
    page, told, rows = PAGE[theme], words(), floors()
    drawn, y = [], 0
    for name, text in (
        ("notebooks/*.ipynb", "the tutorials, each also a test"),
        ("bouton_widgets", told["widgets/bouton_widgets"]),
    ):
        drawn += _row(y, name, text, OUTSIDE, page)
        y += ROW + GAP
    y += 2 * GAP
    top = y
    colours = _colours(rows, theme)
    for row in rows:
        for name in row:
            drawn += _row(y, name, told[name], colours[row[0]], page)
            y += ROW + 1
        y += GAP - 1
    high = y + 26
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high}" width="{WIDTH}" height="{high}" role="img" '
        'aria-label="The floors of bouton: a package imports only from those below it" '
        'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif" font-size="14">',
        *drawn,
    ]
    middle = STRIP / 2 - 2
    out += [
        f'<path d="M{middle} {top + 4}V{y - GAP - 12}m-5 -2l5 9l5 -9" fill="none" stroke="{page["quiet"]}" stroke-width="2"/>',
        f'<text x="{STRIP}" y="{y + 14}" fill="{page["quiet"]}" font-size="13">The arrow: a package imports only from floors '
        "below its own. Boxes that touch stand on one floor.</text>",
        "</svg>",
    ]
    return "\n".join(out) + "\n"


def _colours(rows: list[list[str]], theme: str) -> dict[str, str]:
    """The colour of each floor, by its first name: that of the group that has begun below it."""
    found, colour = {}, ""
    begins = {name: light if theme == "light" else dark for name, light, dark in GROUPS}
    for row in reversed(rows):
        colour = next((begins[name] for name in row if name in begins), colour)
        found[row[0]] = colour
    return found


def _row(y: float, name: str, text: str, colour: str, page: dict[str, str]) -> list[str]:
    """A package, and what is in it."""
    x = STRIP + NAMES + 4
    return [
        f'<rect x="{STRIP}" y="{y}" width="{NAMES}" height="{ROW}" rx="3" fill="{colour}"/>',
        f'<text x="{STRIP + 12}" y="{y + 19}" fill="#fff" font-weight="600">{escape(name)}</text>',
        f'<rect x="{x}" y="{y}" width="{WIDTH - x - 1}" height="{ROW}" rx="3" fill="{page["box"]}" stroke="{page["line"]}"/>',
        f'<text x="{x + 12}" y="{y + 19}" fill="{page["ink"]}" font-size="13">{escape(text.replace("`", ""))}</text>',
    ]


if __name__ == "__main__":
    for theme in PAGE:
        (STATIC / f"floors-{theme}.svg").write_text(picture(theme), encoding="utf-8")
