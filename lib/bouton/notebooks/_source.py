"""The source of a cell as a syntax tree, without IPython's magics."""

import ast
import re

_CELL_MAGIC = re.compile(r"^\s*%%(\w+)")
_LINE_MAGIC = re.compile(r"^(\s*)(?:%|!|\?).*$|^(\s*)[\w.]+\?{1,2}\s*$", re.MULTILINE)
# A cell of another language, or a file, holds no Python to read.
_PYTHON_MAGICS = {"capture", "prun", "time", "timeit"}


def cell_tree(source: str) -> ast.Module | None:
    """The tree of a cell; of one in another language an empty one; None when it cannot be read."""
    magic = _CELL_MAGIC.match(source)
    if magic:
        source = source.partition("\n")[2] if magic.group(1) in _PYTHON_MAGICS else ""
    try:
        return ast.parse(_LINE_MAGIC.sub(lambda found: f"{found.group(1) or found.group(2) or ''}...", source))
    except SyntaxError:
        return None
