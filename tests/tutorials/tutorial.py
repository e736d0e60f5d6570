"""A tutorial as its rules see it: its opening, its figures and views, its exercises and where it leads."""

import json
import re
import textwrap
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[2] / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))


class Exercise(NamedTuple):
    """A question with its folded answer: the blocks of Python in it, and the words."""

    question: str
    blocks: list[str]
    words: str


class Tutorial:
    """A stored notebook."""

    def __init__(self, path: Path):
        self.path = path
        self.notebook = json.loads(path.read_text(encoding="utf-8"))
        self.cells = self.notebook["cells"]

    @property
    def text(self) -> list[str]:
        """The Markdown cells."""
        return [_source(cell) for cell in self.cells if cell["cell_type"] == "markdown"]

    @property
    def code(self) -> list[str]:
        """The code cells."""
        return [_source(cell) for cell in self.cells if cell["cell_type"] == "code"]

    @property
    def outputs(self) -> list[dict]:
        """What the code cells show, by kind."""
        return [out["data"] for cell in self.cells for out in cell.get("outputs", []) if "data" in out]

    @property
    def headings(self) -> list[str]:
        """All headings, without what looks like one in a block of code."""
        return re.findall(
            r"^#+ .*", "\n".join(re.sub(r"```.*?```", "", text, flags=re.DOTALL) for text in self.text), re.MULTILINE
        )

    @property
    def exercises(self) -> list[Exercise]:
        """Those with a folded answer."""
        found = []
        for inside in re.findall(r"<details>(.*?)</details>", "\n\n".join(self.text), re.DOTALL):
            question, answer = re.fullmatch(r"\s*<summary>(.*?)</summary>(.*)", inside, re.DOTALL).groups()
            blocks = re.findall(r"^ *```python\n(.*?)^ *```", answer, re.DOTALL | re.MULTILINE)
            words = re.sub(r"^ *```.*?^ *```", "", answer, flags=re.DOTALL | re.MULTILINE).strip()
            found.append(Exercise(question, [textwrap.dedent(block) for block in blocks], words))
        return found

    @property
    def links(self) -> list[str]:
        """Links to other files of the repository."""
        return [link for text in self.text for link in re.findall(r"\]\((?!https?:|#|attachment:)([^)\s]+)\)", text)]


def _source(cell: dict) -> str:
    return "".join(cell["source"])
