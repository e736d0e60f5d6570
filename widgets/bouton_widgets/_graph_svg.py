"""A drawn network as an SVG, for pages on which no script runs."""

from xml.sax.saxutils import escape

from ._graph_looks import FONT, WORDS, Look, legend, words
from ._graph_shapes import Box, Curve, Places

_ROW = 24


def svg(places: Places, title: str, facts: str, look: Look, scale: float, least: float) -> str:
    """Draw it, at so much of its size, and so wide at least."""
    items = legend(places)
    rows: list[list[tuple[str, str, float]]] = [[]]
    room = max(places.width, least / scale)
    start = along = 16.0
    for kind, word in items:
        length = 38 + 6.3 * len(word)
        if along + length > room and rows[-1]:
            rows.append([])
            along = start
        rows[-1].append((kind, word, along))
        along += length
    height = places.height + _ROW * len(rows) * bool(items) + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {room:.1f} {height:.0f}" width="{room * scale:.0f}"'
        f' height="{height * scale:.0f}" font-family="{escape(FONT, {chr(34): "&quot;"})}" role="img">',
        f"<title>{escape(title)}: {escape(facts)}</title>",
        f'<rect width="100%" height="100%" rx="8" fill="{look.ground}"/>',
        *(part for curve in places.curves for part in _curve(curve, look)),
        *(part for box in places.boxes for part in _box(box, look)),
    ]
    for k, row in enumerate(rows):
        y = places.height + _ROW * k + 8
        for kind, word, x in row:
            parts += _key(kind, word, x, y, look)
    return "\n".join([*parts, "</svg>"])


def _box(box: Box, look: Look) -> list[str]:
    fill, line = look.box(box.node.trainable)
    told = "\n".join(f"{name}: {value}" for name, value in words(box.node).items())
    unit, middle = box.unit, 'text-anchor="middle"'
    return [
        f"<g><title>{escape(told)}</title>",
        f'<rect x="{box.left:.1f}" y="{box.top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="{8 * unit:.1f}"'
        f' fill="{fill}" stroke="{line}" stroke-width="1.5"/>',
        f'<text x="{box.x:.1f}" y="{box.y - 3 * unit:.1f}" {middle} font-size="{13 * unit:.1f}" font-weight="600"'
        f' fill="{look.ink}">{escape(box.name)}</text>',
        f'<text x="{box.x:.1f}" y="{box.y + 13 * unit:.1f}" {middle} font-size="{11 * unit:.1f}"'
        f' fill="{look.quiet}">{escape(box.kind)}</text></g>',
    ]


def _curve(curve: Curve, look: Look) -> list[str]:
    colour, dash, width = look.line(curve.kind)
    stroke = f'stroke="{colour}" stroke-width="{width}"' + (f' stroke-dasharray="{" ".join(map(str, dash))}"' if dash else "")
    line = "L".join(f"{x:.1f} {y:.1f}" for x, y in curve.points)
    head = "L".join(f"{x:.1f} {y:.1f}" for x, y in curve.head)
    told = f"{curve.sender} → {curve.receiver}, {WORDS[curve.kind]}"
    return [
        f'<g><title>{escape(told)}</title><path d="M{line}" fill="none" stroke-linejoin="round" {stroke}/>'
        f'<path d="M{head}Z" fill="{colour}"/></g>'
    ]


def _key(kind: str, word: str, x: float, y: float, look: Look) -> list[str]:
    text = f'<text x="{x + 26:.1f}" y="{y + 4:.1f}" font-size="12" fill="{look.quiet}">{escape(word)}</text>'
    if kind in ("trainable", "other"):
        fill, line = look.box(kind == "trainable")
        return [f'<rect x="{x:.1f}" y="{y - 6:.1f}" width="20" height="12" rx="3" fill="{fill}" stroke="{line}"/>', text]
    curve = Curve("", "", kind, ((x, y), (x + 14, y)), ((x + 21, y), (x + 13, y - 3.5), (x + 13, y + 3.5)))
    colour, dash, width = look.line(kind)
    dashes = f' stroke-dasharray="{" ".join(map(str, dash))}"' if dash else ""
    line, head = (("L".join(f"{a:.1f} {b:.1f}" for a, b in way)) for way in (curve.points, curve.head))
    return [
        f'<path d="M{line}" stroke="{colour}" stroke-width="{width}"{dashes}/><path d="M{head}Z" fill="{colour}"/>',
        text,
    ]
