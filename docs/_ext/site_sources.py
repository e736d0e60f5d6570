"""Puts what the site is made of into Sphinx's source folder, in the places that it has in the repository.

So a link from a notebook to ``../docs/live.md`` leads to the same page in the site as on a code host and in JupyterLab.
"""

import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "docs" / "_static"

FOLDERS = {"docs": "*.md", "notebooks": "*.ipynb", "docs/_static": "*"}
FILES = {"docs/index.md": "index.md", "CHANGELOG.md": "CHANGELOG.md"}


def wanted() -> dict[str, Path]:
    """Return {place below the source folder: file} of all pages that are written by hand, and of pictures in them."""
    found = {
        f"{folder}/{file.name}": file
        for folder, pattern in FOLDERS.items()
        for file in sorted((ROOT / folder).glob(pattern))
        if file.is_file()
    }
    for file, place in FILES.items():
        found.pop(file, None)
        found[place] = ROOT / file
    return found


def stage(folder: Path) -> None:
    """Copy what has changed, and remove what is gone; what has not changed keeps its time, and Sphinx what it knows of it."""
    places = wanted()
    for place, file in places.items():
        copy = folder / place
        if copy.exists() and copy.read_bytes() == file.read_bytes():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    for kind in {Path(place).parent for place in places}:
        for old in (folder / kind).iterdir():
            if old.is_file() and old.relative_to(folder).as_posix() not in places:
                old.unlink()


def setup(app: Any) -> dict[str, bool]:
    app.connect("config-inited", lambda app, _config: stage(Path(app.srcdir)), priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
