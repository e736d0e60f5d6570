"""Writes formulas as MathML, which browsers draw by themselves: no script, and no font from elsewhere."""

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert


def mathml(tex: str, display: str) -> str:
    """Return the formula as an element of HTML."""
    if display == "block" and ("\\\\" in tex or "&" in tex) and "\\begin" not in tex:
        tex = rf"\begin{{align*}}{tex}\end{{align*}}"
    return convert(tex, display=display)


def _inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(f'<span class="math">{mathml(node.astext(), "inline")}</span>')
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="math" tabindex="0">{mathml(node.astext(), "block")}</div>')
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
