"""Takes the pictures of the site: ``python docs/pictures.py [NOTEBOOK ...]``.

Those of the first page, from `bouton explore`, and those of each live view of the tutorials, from a real JupyterLab; in light and
dark. Run it when a view looks otherwise, or a tutorial has new ones, in the environment of `make test` with Chromium on the path.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT / "tests"), str(HERE / "_ext")]

import nbformat  # noqa: E402
from browser.kit import FLAGS, Watched, chromium_path, free_port, jupyterlab, serving  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from site_outputs import is_live, picture_of  # noqa: E402
from site_sources import STATIC  # noqa: E402

CELLS = "jupyterapp.shell.currentWidget.content.widgets.filter((cell) => cell.model.type === 'code')"
DONE = f"{CELLS}.every((cell) => cell.model.executionState === 'idle' && cell.model.executionCount)"


def small(file: Path) -> None:
    """Write a picture with few colours, the rare ones among them, which is enough for lines and letters, and fewer bytes."""
    with Image.open(file) as picture:
        few = picture.convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=5, dither=Image.Dither.NONE)
    few.save(file, optimize=True)


def first_page(browser) -> None:
    """Take the ready network, a few seconds after it began."""
    port = free_port()
    command = [sys.executable, "-m", "bouton.cli", "explore", "--no-browser", f"--port={port}"]
    folder = Path(tempfile.mkdtemp())
    with serving(command, f"http://127.0.0.1:{port}/", folder):
        for theme in ("light", "dark"):
            watched = Watched(browser, color_scheme=theme)
            watched.page.set_viewport_size({"width": 1280, "height": 860})
            watched.page.goto(f"http://127.0.0.1:{port}/")
            watched.page.wait_for_selector("canvas", timeout=120_000)
            time.sleep(15)
            watched.page.screenshot(path=STATIC / f"explore-{theme}.png")
            watched.context.close()
            small(STATIC / f"explore-{theme}.png")


def live_cells(notebook: Path) -> list[tuple[int, str]]:
    """Return (place, source) of the cells that end in a live view."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    sources = [(place, "".join(cell["source"])) for place, cell in enumerate(cells) if cell["cell_type"] == "code"]
    return [(place, source) for place, source in sources if is_live(source)]


def tutorial(lab, browser, notebook: Path) -> None:
    """Take each live view of a notebook as it is when its cell has run, and none behind it."""
    for place, source in live_cells(notebook):
        begun = nbformat.read(notebook, as_version=4)
        del begun.cells[place + 1 :]
        nbformat.write(begun, lab.folder / "notebooks" / notebook.name)
        watched = Watched(browser)
        page = watched.page
        page.set_viewport_size({"width": 1180, "height": 1400})
        lab.show(page, notebook.name)
        page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
        page.wait_for_function(DONE, timeout=300_000)
        for theme in ("Light", "Dark"):
            page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", f"JupyterLab {theme}")
            view = page.locator(".jp-Notebook .jp-CodeCell").last.locator(".bouton").first
            view.scroll_into_view_if_needed(timeout=60_000)
            time.sleep(6)  # a view goes on when somebody sees it
            file = STATIC / picture_of(notebook.stem, source, theme.lower())
            view.screenshot(path=file)
            small(file)
            print(file.name, flush=True)
        page.evaluate("jupyterapp.commands.execute('kernelmenu:shutdown')")
        watched.context.close()


def forget_old() -> None:
    """Remove the pictures of cells that are no more."""
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    wanted = {picture_of(n.stem, s, theme) for n in notebooks for _, s in live_cells(n) for theme in ("light", "dark")}
    for file in STATIC.glob("[0-9][0-9]_*.png"):
        if file.name not in wanted:
            file.unlink()


def main(names: list[str]) -> None:
    notebooks = [ROOT / "notebooks" / Path(name).name for name in names] or sorted((ROOT / "notebooks").glob("*.ipynb"))
    forget_old()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        if not names:
            first_page(browser)
        with jupyterlab(Path(tempfile.mkdtemp())) as lab:
            shown = lab.folder / "settings" / "@jupyterlab" / "notebook-extension"
            shown.mkdir(parents=True)
            (shown / "tracker.jupyterlab-settings").write_text(json.dumps({"windowingMode": "none"}))
            for notebook in notebooks:
                if live_cells(notebook):
                    tutorial(lab, browser, notebook)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
