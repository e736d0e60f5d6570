"""What keeps a notebook from being a test that others can run: chance, private names, stray outputs, paths of one machine."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ._files import code_cells, is_marked, read
from ._randomness import unseeded
from ._source import cell_tree

_ABSOLUTE = re.compile(
    r"(?<![\w:/.~$}>-])(?:/(?:Users|content|data|etc|home|mnt|opt|private|root|scratch|srv|tmp|usr|var|work|workspace)/[\w.-]+[\w./-]*"
    r"|[A-Z]:\\\\?[\w.-]+[\w.\\-]*)"
)


class Finding(NamedTuple):
    """Something to correct: the cell, as nbval numbers them, and a sentence."""

    cell: str
    sentence: str


def check(path: Path) -> list[Finding]:
    """Read a notebook, without running it.

    Found are draws without a fixed seed, names that are private to a package, stray outputs (of cells that were never run or
    not in order, on stderr, exceptions that nobody expects) and paths that only one machine has. What a library draws by
    itself is not seen here, but when the notebook is tested.

    Parameters
    ----------
    path : Path
        The notebook.
    """
    notebook = read(path)
    cells = code_cells(notebook)
    trees = [cell_tree(cell.source) for cell in cells]
    found = []
    for place, (cell, tree) in enumerate(zip(cells, trees, strict=True)):
        sentences = [*_outputs(cell), *_paths(cell), *(_private(tree) if tree else ("cannot be read as Python",))]
        found += [Finding(f"cell {place}", sentence) for sentence in sentences]
    found += [Finding(f"cell {place}", sentence) for place, sentence in unseeded(trees)]
    counts = [cell.execution_count for cell in cells if cell.execution_count is not None]
    if counts != sorted(counts):
        found.append(Finding("notebook", "its cells were not run in order"))
    for place, cell in enumerate(one for one in notebook.cells if one.cell_type == "markdown"):
        found += [Finding(f"text {place}", f"the path {path} is one machine's") for path in _absolute(cell.source)]
    return found


def _outputs(cell: Any) -> Iterator[str]:
    if cell.outputs and cell.execution_count is None:
        yield "has outputs and was never run"
    if cell.outputs and not cell.source.strip():
        yield "has outputs and no source"
    if any(output.get("name") == "stderr" for output in cell.outputs) and not is_marked(cell, "check-stderr"):
        yield "stores what was written to stderr"
    errors = [output["ename"] for output in cell.outputs if output.output_type == "error"]
    if errors and not is_marked(cell, "raises-exception", "nbval-raises-exception"):
        yield f"stores a {errors[0]} and has no tag raises-exception"


def _paths(cell: Any) -> Iterator[str]:
    for path in _absolute(cell.source):
        yield f"the path {path} is one machine's"
    for output in cell.outputs:
        texts = [output.get("text", ""), *(text for kind, text in output.get("data", {}).items() if kind.startswith("text/"))]
        for path in _absolute("\n".join(text for text in texts if isinstance(text, str))):
            yield f"an output shows the path {path}"


def _absolute(text: str) -> list[str]:
    return list(dict.fromkeys(found.group() for found in _ABSOLUTE.finditer(text)))


def _private(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module or ''}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Attribute) and not (isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}):
            names = [node.attr]
        else:
            continue
        yield from (f"{name} is private" for name in names if any(_is_private(part) for part in name.split(".")))


def _is_private(name: str) -> bool:
    # What an object shows in a notebook is called _repr_html_ and the like by whoever tries it out.
    return name.startswith("_") and not name.endswith("_")
