"""Writes the pages of the API: one for each namespace, and one for each class and function of our own.

A thing that has several import paths, as `bouton.BPTT` is also `bouton.train.BPTT`, has its page under the shortest one, and the
other namespaces link to it. Of what `bouton.math` hands on from JAX, a line in a table names where it is documented.
"""

import importlib
import inspect
import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import jax
from docutils import nodes

# In the order of the site. Of a name's paths the page has the one that stands first here.
GROUPS = {
    "Models": "bouton bouton.modules bouton.parameters bouton.neurons bouton.synapses bouton.synouts bouton.synplast "
    "bouton.connect bouton.layers bouton.nn bouton.examples",
    "Runs and training": "bouton.run bouton.train bouton.optim bouton.losses bouton.init",
    "On the screen": "bouton_widgets",
    "Arrays and transforms": "bouton.math bouton.math.random bouton.math.surrogate bouton.modes",
    "Around them": "bouton.exchange bouton.errors bouton.check bouton.tools bouton.tools.checking bouton.dynamics bouton.core "
    "bouton.transform",
}
NAMESPACES = [name for group in GROUPS.values() for name in group.split()]
JAX_PAGES = "https://docs.jax.dev/en/latest/_autosummary/"


@dataclass(frozen=True)
class Name:
    """A public name: where it stands, and what it is."""

    namespace: str
    name: str
    thing: Any

    @property
    def path(self) -> str:
        return f"{self.namespace}.{self.name}"

    @property
    def page(self) -> str:
        """The name of its page. Beside ``Sigmoid`` that of ``sigmoid`` is longer: some disks take the two for one."""
        twins = {n for n in dir(importlib.import_module(self.namespace)) if n != self.name and n.lower() == self.name.lower()}
        return f"{self.path}-function" if twins and self.name[0].islower() else self.path

    @property
    def kind(self) -> str:
        """``module``, ``class``, ``exception``, ``function``, ``data`` or, of another library, ``foreign``."""
        if inspect.ismodule(self.thing):
            return "module" if self.thing.__name__.split(".")[0] == "bouton" else "foreign"
        home = getattr(self.thing, "__module__", None) or type(self.thing).__module__
        if not home.startswith("bouton"):
            return "foreign"
        if inspect.isclass(self.thing):
            return "exception" if issubclass(self.thing, BaseException) else "class"
        return "function" if inspect.isroutine(self.thing) else "data"

    @property
    def line(self) -> str:
        """The first sentence of its docstring."""
        text = " ".join((inspect.getdoc(self.thing) or "").split("\n\n")[0].split())
        return re.sub(r" ?\[\d+\]_", "", text)  # a footnote stands on the page itself


def names_of(namespace: str) -> list[Name]:
    """Return the public names of a namespace, by the alphabet."""
    module = importlib.import_module(namespace)
    names = getattr(module, "__all__", None) or [n for n, x in vars(module).items() if n[0] != "_" and _is_from(x, module)]
    return sorted((Name(namespace, n, getattr(module, n)) for n in names if n[0] != "_"), key=lambda n: (n.name.lower(), n.name))


def _is_from(thing: object, module: ModuleType) -> bool:
    home = getattr(thing, "__module__", None) or type(thing).__module__
    return not inspect.ismodule(thing) and home.startswith("bouton") and module.__name__.startswith("bouton")


def homes() -> dict[int, Name]:
    """Return for each thing, by its id, the name under which it has its page."""
    found: dict[int, Name] = {}
    for namespace in NAMESPACES:
        for name in names_of(namespace):
            known = found.get(id(name.thing))
            own = getattr(name.thing, "__name__", name.name) == name.name
            if known is None or (own and getattr(known.thing, "__name__", known.name) != known.name):
                found[id(name.thing)] = name
    return found


def members_of(cls: type, homes: dict[int, Name]) -> list[tuple[str, str]]:
    """Return (directive, name) of what a class has of its own, or from a base that has no page."""
    found: dict[str, str] = {}
    public = [base for base in cls.__mro__[1:] if id(base) in homes]
    for base in cls.__mro__:
        if not base.__module__.startswith("bouton") or any(issubclass(other, base) for other in public):
            continue
        for name, value in vars(base).items():
            if name in found or (name[0] == "_" and name != "__call__") or not inspect.getdoc(getattr(cls, name, None)):
                continue
            if isinstance(value, property):
                found[name] = "autoproperty"
            elif inspect.isroutine(value) or isinstance(value, classmethod | staticmethod):
                found[name] = "automethod"
    return [(directive, name) for name, directive in found.items()]


def page_of(name: Name, homes: dict[int, Name]) -> str:
    """Return the page of a class, a function or a constant."""
    title = name.path
    out = [":orphan:", "", title, "=" * len(title), "", ".. rst-class:: bt-where", "", _where(name, homes), ""]
    out += [f".. currentmodule:: {name.namespace}", ""]
    if name.kind == "data":
        out += [f".. py:data:: {name.name}", "", f"   {name.line}", ""]
        return "\n".join(out)
    out += [f".. auto{name.kind}:: {name.name}", ""]
    if name.kind in ("class", "exception"):
        for directive, member in members_of(name.thing, homes):
            out += [f"   .. {directive}:: {member}", ""]
    return "\n".join([*out, ""])


def _where(name: Name, homes: dict[int, Name]) -> str:
    """The line under the title: the namespace, and of a class what it is a kind of."""
    where = f"In :doc:`{name.namespace} </api/{name.namespace}>`"
    kin = kin_of(name.thing, homes) if inspect.isclass(name.thing) else []
    return where + (f", a kind of {' and '.join(f':doc:`{k.path} </api/{k.page}>`' for k in kin)}." if kin else ".")


def kin_of(cls: type, homes: dict[int, Name]) -> list[Name]:
    """Return the nearest bases of a class that have a page; those between are private."""
    public = [base for base in cls.__mro__[1:] if id(base) in homes]
    return [homes[id(base)] for base in public if not any(other is not base and issubclass(other, base) for other in public)]


def namespace_page(namespace: str, homes: dict[int, Name]) -> str:
    """Return the page of a namespace: what it is for, and a line for each name."""
    module = importlib.import_module(namespace)
    out = [namespace, "=" * len(namespace), "", inspect.getdoc(module) or "", "", f".. py:module:: {namespace}", ""]
    names = names_of(namespace)
    rows = {"Namespaces": [], "Classes": [], "Functions": [], "Constants": [], "As in JAX and NumPy": []}
    for name in names:
        home = homes[id(name.thing)] if name.kind != "foreign" else name
        if name.kind == "module":
            target = name.thing.__name__
            rows["Namespaces"].append((f":doc:`{name.name} </api/{target}>`", _first(name)))
        elif name.kind == "foreign":
            rows["As in JAX and NumPy"].append(name)
        else:
            part = {"class": "Classes", "exception": "Classes", "function": "Functions"}.get(name.kind, "Constants")
            also = "" if home.path == name.path else f" The page is that of :doc:`{home.path} </api/{home.page}>`."
            rows[part].append((f":doc:`{name.name} </api/{home.page}>`", _first(name) + also))
            if home.path != name.path:
                out += _silent(name)
    for title, part in rows.items():
        if part:
            out += [title, "-" * len(title), ""]
            out += _handed_on(part) if title.startswith("As in") else _table(part)
    return "\n".join(out)


def _first(name: Name) -> str:
    """The first sentence, fit for a cell of a table."""
    line = name.line
    end = line.find(". ")
    return line if end < 0 else line[: end + 1]


def _table(rows: list[tuple[str, str]]) -> list[str]:
    out = [".. list-table::", "   :widths: 30 70", "   :class: bt-names", ""]
    for left, right in rows:
        out += [f"   * - {left}", f"     - {right}"]
    return [*out, ""]


def _silent(name: Name) -> list[str]:
    """A target without words, so that the index and every search find the name."""
    directive = {"class": "class", "exception": "exception", "function": "function"}.get(name.kind, "data")
    return [f".. py:{directive}:: {name.name}", "   :no-typesetting:", ""]


def _handed_on(names: list[Name]) -> list[str]:
    """What another library documents, many to a line."""
    out = []
    for name in names:
        out += _silent(name)
    links = []
    for name in names:
        place = next((m for m in (jax.numpy, jax.nn, jax) if getattr(m, name.name, None) is name.thing), None)
        # JAX has pages of functions and types; a constant needs none.
        place = place if callable(name.thing) else None
        where = f"`{name.name} <{JAX_PAGES}{place.__name__}.{name.name}.html>`__" if place else f"``{name.name}``"
        links.append(where)
    return [*out, ".. container:: bt-handed-on", "", f"   {' '.join(links)}", ""]


def index() -> str:
    """Return the page that leads to all namespaces."""
    out = ["API", "===", "", "Every public name, under the path by which it is imported.", ""]
    for title, group in GROUPS.items():
        namespaces = group.split()
        out += [title, "-" * len(title), "", ".. toctree::", "   :hidden:", ""]
        out += [f"   {namespace}" for namespace in namespaces]
        out += [""]
        rows = [(f":doc:`{n} </api/{n}>`", _first(Name("", n, importlib.import_module(n)))) for n in namespaces]
        out += _table(rows)
    return "\n".join(out)


def pages() -> dict[str, str]:
    """Return {name: text} of all pages of the API."""
    known = homes()
    found = {"index": index()} | {namespace: namespace_page(namespace, known) for namespace in NAMESPACES}
    for name in known.values():
        if name.kind not in ("module", "foreign"):
            found[name.page] = page_of(name, known)
    return found


def write(folder: Path) -> None:
    """Write the pages that have changed, and remove those of names that are gone."""
    folder.mkdir(exist_ok=True)
    texts = pages()
    for name, text in texts.items():
        file = folder / f"{name}.rst"
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
    for old in set(folder.glob("*.rst")) - {folder / f"{name}.rst" for name in texts}:
        old.unlink()


def to_jax(_app: Any, _env: Any, node: nodes.Element, shown: nodes.Element) -> nodes.Element | None:
    """Lead from a docstring's ``:func:`jax.numpy.zeros``` to JAX's own page, without asking that for a list of them."""
    target = node.get("reftarget", "")
    if node.get("reftype") not in ("class", "func") or not target.startswith("jax."):
        return None
    return nodes.reference("", "", shown, refuri=f"{JAX_PAGES}{target}.html", internal=False)


def setup(app: Any) -> dict[str, bool]:
    app.connect("missing-reference", to_jax)
    app.connect("config-inited", lambda app, _config: write(Path(app.srcdir) / "api"), priority=200)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
