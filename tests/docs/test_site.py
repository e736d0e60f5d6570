"""The site: it is built without a warning, asks no other host for anything, and has a page for everything."""

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from sphinx.util.inventory import InventoryFile
from test_public_names import PUBLIC

import bouton_widgets

ROOT = Path(__file__).parents[2]

# To build it takes a minute of two processors.
pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

# What a browser loads by itself, by element: the attributes that name it.
LOADED = {
    "audio": ["src"],
    "embed": ["src"],
    "iframe": ["src"],
    "img": ["src", "srcset"],
    "link": ["href"],
    "object": ["data"],
    "script": ["src"],
    "source": ["src", "srcset"],
    "video": ["src", "poster"],
}


class Page(HTMLParser):
    """What a page loads, where its links lead, and the ids in it."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.links, self.ids = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        self.ids |= {told[name] for name in ("id", "name") if told.get(name)}
        if tag == "a" and told.get("href"):
            self.links.append(told["href"])
        # A search engine's hint, which no browser follows.
        if tag == "link" and told.get("rel") == "canonical":
            return
        self.loads += [told[name] for name in LOADED.get(tag, []) if told.get(name)]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site from nothing, as `make docs` does."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "sources").mkdir()
    command = [sys.executable, "-m", "sphinx", "-j", "2", "-W", "--keep-going", "-q", "-c", str(ROOT / "docs")]
    command += ["-d", str(folder / "state"), str(folder / "sources"), str(folder / "site")]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"JAX_PLATFORMS": "cpu"})
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def test_make_docs_fails_on_any_warning():
    (line,) = [line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if "-m sphinx" in line]
    assert {"-W", "--keep-going"} <= set(line.split())


def test_no_page_loads_anything_from_another_host(pages):
    assert [(path.name, what) for path, page in pages.items() for what in page.loads if urlsplit(what).netloc] == []


def test_no_style_sheet_loads_anything_from_another_host(site):
    sheets = list(site.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        text = sheet.read_text(encoding="utf-8").replace(" ", "").replace('"', "").replace("'", "")
        assert "url(http" not in text, sheet
        assert "url(//" not in text, sheet
        assert "@importhttp" not in text, sheet


def test_every_tutorial_and_every_page_of_the_guide_is_on_the_site(site):
    for folder, pattern in (("notebooks", "*.ipynb"), ("docs", "*.md")):
        sources = {path.stem for path in (ROOT / folder).glob(pattern)} - {"index"}
        assert sources
        assert sources == {path.stem for path in (site / folder).glob("*.html")}
    assert (site / "index.html").exists()


def test_the_figures_of_the_tutorials_are_on_the_site(pages):
    (page,) = [page for path, page in pages.items() if path.name == "01_first_light.html"]
    assert len([what for what in page.loads if "_images" in what]) >= 4


def test_every_public_name_is_in_the_index_and_leads_to_its_page(site, pages):
    inventory = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="").data
    known = {name: item for kind, names in inventory.items() if kind.startswith("py:") for name, item in names.items()}
    wanted = {f"{namespace}.{name}" for namespace, names in PUBLIC.items() for name in names.split()}
    wanted |= {f"bouton_widgets.{name}" for name in bouton_widgets.__all__}
    # A namespace has a page, under each of its names.
    namespaces = {f"bouton.{short}" for short in ("conn", "initialize", "optimizers")} | set(PUBLIC)
    missing = wanted - known.keys() - namespaces
    # JAX's own namespaces, which `bouton.math` hands on.
    assert missing <= {"bouton.math.fft", "bouton.math.linalg"}
    for name in wanted - missing - namespaces:
        place, _, anchor = known[name].uri.partition("#")
        assert anchor.replace("$", name) in pages[site / place].ids, name


def test_every_link_inside_of_the_site_leads_somewhere(site, pages):
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists() or (parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids):
                broken.append((path.relative_to(site).as_posix(), link))
    assert broken == []


def test_a_live_view_of_a_tutorial_says_what_it_is_and_where_it_is_live(site):
    text = (site / "notebooks" / "01_first_light.html").read_text(encoding="utf-8")
    assert text.count("This view is live in JupyterLab.") == 3
    assert "docs/binder.html" in text


def test_formulas_are_drawn_by_the_browser_itself(site):
    text = (site / "api" / "bouton.neurons.LIF.html").read_text(encoding="utf-8")
    assert "<math " in text
    assert "MathJax" not in text
