"""Says beside each live view of a tutorial that it is one, and shows a picture of it where there is one.

A page has no kernel, so what a notebook has stored of a widget is its text. `docs/pictures.py` takes pictures of the same cells
in JupyterLab, named after the notebook and the source of the cell: when that changes, its picture is not shown any more.
"""

import hashlib
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

LIVE = re.compile(
    r"^(?:\w+ = )?bw\.(?:activity|explore|histogram|parameters|phase_plane|rates|stimulus|traces|tree|weights)\(", re.MULTILINE
)


def is_live(source: str) -> bool:
    """Whether a cell ends in a live view."""
    paragraphs = source.strip().split("\n")
    last = next((line for line in reversed(paragraphs) if line[:1] not in ("", " ", ")")), "")
    return bool(LIVE.match(last)) or (
        last.isidentifier() and re.search(rf"^{last} = bw\.\w+\(", source, re.MULTILINE) is not None
    )


def picture_of(notebook: str, source: str, theme: str) -> str:
    """Return the file name of a cell's picture, below the folder of static files."""
    return f"{notebook}-{hashlib.sha256(source.strip().encode()).hexdigest()[:8]}-{theme}.png"


class OneOfTwo(SphinxTransform):
    """Shows a picture that is marked, as code hosts want it, as one for light or for dark pages on such pages alone."""

    default_priority = 390

    def apply(self, **_options: Any) -> None:
        for image in self.document.findall(nodes.image):
            for theme in ("light", "dark"):
                mark = f"#gh-{theme}-mode-only"
                if image["uri"].endswith(mark):
                    image["uri"] = image["uri"].removesuffix(mark)
                    image["classes"].append(f"only-{theme}")


class LiveViews(SphinxTransform):
    """Puts a picture in the place of the text of a live view, and under it a line that says what it is."""

    default_priority = 400

    def apply(self, **_options: Any) -> None:
        notebook = Path(self.env.docname).name
        for cell in list(self.document.findall(nodes.container)):
            if "cell" not in cell["classes"]:
                continue
            block = next(iter(cell.findall(nodes.literal_block)), None)
            if block is None or not is_live(block.astext()):
                continue
            pictures = self._pictures(notebook, block.astext())
            if pictures:
                for output in [part for part in cell.children if "cell_output" in part.get("classes", [])]:
                    cell.remove(output)
                cell += pictures
            cell += self._line()

    def _pictures(self, notebook: str, source: str) -> list[nodes.Element]:
        """Return the pictures of a cell's view, one for light and one for dark pages, where there are both."""
        folder = Path(self.env.srcdir) / "docs" / "_static"
        files = {theme: folder / picture_of(notebook, source, theme) for theme in ("light", "dark")}
        for file in files.values():
            self.env.note_dependency(str(file))  # one that comes later is shown then
        if not all(file.exists() for file in files.values()):
            return []
        alt = "The view of this cell, running in JupyterLab"
        return [
            nodes.image(uri=f"/docs/_static/{file.name}", alt=alt, classes=[f"only-{theme}", "bt-hero"])
            for theme, file in files.items()
        ]

    def _line(self) -> nodes.Element:
        """Return the words under the picture, with a link to the page on Binder."""
        line = nodes.paragraph("", "This view is live in JupyterLab. ", classes=["bt-live"])
        address = self.config.binder_address
        if address:
            url = f"https://mybinder.org/v2/git/{address}/HEAD?urlpath=lab%2Ftree%2F{self.env.docname.replace('/', '%2F')}.ipynb"
            line += nodes.reference("", "Open this tutorial on Binder.", refuri=url, internal=False)
        else:
            link = addnodes.pending_xref(
                "",
                refdomain="std",
                reftype="doc",
                reftarget="/docs/binder",
                refexplicit=True,
                refwarn=True,
                refdoc=self.env.docname,
            )
            link += nodes.inline("", "How to open this tutorial with nothing installed.")
            line += link
        return line


def setup(app: Any) -> dict[str, bool]:
    app.add_config_value("binder_address", "", "env", (str,))
    app.add_transform(OneOfTwo)
    app.add_transform(LiveViews)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
