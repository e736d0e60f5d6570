"""What Bokeh shows beside a pointer, in the colours of the page."""

LINE = '<span style="opacity: 0.72">{}</span><span>{}</span>'
"""A name, and what Bokeh puts there."""

# Bokeh's own box is white, whatever the page: this one covers it, but for its thin frame.
_BOX = """<div style="display: grid; grid-template-columns: {columns}; gap: 1px 10px; margin: -5px; padding: 6px 9px;
box-shadow: inset 0 0 0 1px {line}; font: 12px/1.4 system-ui, sans-serif; font-variant-numeric: tabular-nums;
{wrap}; color: {ink}; background: {ground}">{told}</div>"""


def hover_box(told: str, ground: str, ink: str, line: str, widest: int | None = None) -> str:
    """The HTML of a box around lines; no wider than that many pixels, or without a break."""
    wrap = "white-space: nowrap" if widest is None else f"max-width: {widest}px"
    return _BOX.format(
        columns="auto auto" if widest is None else "auto 1fr", line=line, wrap=wrap, ink=ink, ground=ground, told=told
    )
