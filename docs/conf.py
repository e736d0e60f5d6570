"""How `make docs` makes the site: Sphinx over the pages of this folder, the notebooks and the docstrings."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

import bouton  # noqa: E402

# Where the site says that the tutorials can be opened: the public Git address of a copy of this repository, percent-encoded, as
# README.md describes it. Empty, as long as there is none: then each page links to what to do instead, binder.md.
binder_address = ""

project = "bouton"
author = "The bouton maintainers"
copyright = "The bouton maintainers, Apache-2.0"  # noqa: A001  (the name that Sphinx reads)
release = version = bouton.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "site_sources",
    "site_api",
    "site_docstrings",
    "site_math",
    "site_outputs",
]

# The tests execute the notebooks; the site shows what they have stored.
nb_execution_mode = "off"
# Nothing of a page may come from another host, and widgets need a kernel.
nb_ipywidgets_js = {}
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]
suppress_warnings = ["ref.footnote"]  # a docstring may name a source without a mark in its text
nb_merge_streams = True

myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3

autodoc_typehints = "none"  # shapes and units stand in the docstrings
python_maximum_signature_line_length = 100
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries = False
html_math_renderer = "mathml"

html_theme = "furo"
html_title = f"bouton {release}"
html_static_path = [str(HERE / "_static")]
html_css_files = ["site.css"]
html_favicon = str(HERE / "_static" / "bouton.svg")
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "light_logo": "bouton.svg",
    "dark_logo": "bouton.svg",
    "navigation_with_keys": True,
}
pygments_style = "friendly"
pygments_dark_style = "one-dark"
copybutton_exclude = ".linenos, .gp, .go"
