"""The floors of docs/architecture.md, held by reading every import under lib/ and widgets/."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Lowest first. A module imports only from rows above its own in this table, and from its own package.
FLOORS = (
    {"_version", "errors"},
    {"transform"},
    {"core"},
    {"check", "math", "parameters"},
    {"tools"},
    {"init", "losses", "modes", "optim"},
    {"connect"},
    {"dynamics"},
    {"layers", "neurons"},
    {"synouts"},
    {"synplast"},
    {"synapses"},
    {"modules"},
    {"run"},
    {"train"},
    {"nn"},
    {"exchange"},
    {"examples"},
    {"notebooks"},
    {"cli"},
)
RANK = {name: rank for rank, row in enumerate(FLOORS) for name in row}
ABOVE_THE_TOP = {"notebooks", "cli"}  # `import bouton` loads neither

PRIVATE_JAX = ("jax._src", "jax.interpreters", "jaxlib")
NEVER_IN_BOUTON = {"IPython", "anywidget", "bokeh", "bouton_widgets", "ipywidgets", "matplotlib", "pandas", "panel"}
HEAVY = NEVER_IN_BOUTON - {"bouton_widgets"} | {"traitlets"}


def imports(tree: ast.Module, package: str) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) for each imported module and, of ``from m import n``, for ``m.n``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def broken_rules(source: str, path: str) -> list[str]:
    """Return one sentence for each rule that the file at ``path`` (``bouton/core/_module.py``) breaks."""
    tree = ast.parse(source)
    parts = path.removesuffix(".py").split("/")
    package = ".".join(parts[:-1])
    found = [f"{path}:{line}: {what}" for line, what in _form(tree, path)]
    for line, name in imports(tree, package):
        sentence = _against_the_floors(parts, name) if parts[0] == "bouton" else _private_name(name)
        sentence = sentence or _private_jax(name)
        if sentence:
            found.append(f"{path}:{line}: {sentence}")
    if parts[0] == "bouton_widgets":
        found += [f"{path}:{line}: {what}" for line, what in _private_attributes(tree, package)]
    return found


def _form(tree: ast.Module, path: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            yield node.lineno, "a star import hides where a name comes from"
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inside = [inner.lineno for inner in ast.walk(node) if _imports(inner, path)]
            yield from ((line, f"import inside the function {getattr(node, 'name', 'lambda')}") for line in inside)


# What costs too much for everybody to load, and is loaded at its first use: by which file, listed here one by one.
DEFERRED = {
    ("jax.extend.core", "bouton/transform/_trace.py"),
    ("bouton_widgets", "bouton/modules/_ts_plot.py"),
    ("bouton_widgets._explore_app", "bouton/cli/_explore.py"),
    ("bouton.notebooks._harness", "bouton/cli/_notebooks.py"),
    ("bouton.notebooks._plugin", "bouton_pytest/__init__.py"),
    ("bouton.notebooks._summary", "bouton_pytest/__init__.py"),
    ("bouton_widgets", "bouton/nn/_drawing.py"),
    ("bouton_widgets._activity_graph", "bouton_widgets/_activity.py"),
    ("bouton_widgets._bokeh_page", "bouton_widgets/_figures.py"),
    ("bouton_widgets._graph_bokeh", "bouton_widgets/_node_graph.py"),
    ("bouton_widgets._series_bokeh", "bouton_widgets/_series.py"),
    ("nir", "bouton/exchange/_package.py"),
    ("pandas", "bouton/modules/_ts_tables.py"),
    ("pandas", "bouton_widgets/_export.py"),
    ("tqdm.auto", "bouton/transform/_progress.py"),
    ("xarray", "bouton/modules/_ts_tables.py"),
    ("xarray", "bouton/run/_labelled.py"),
    ("xarray", "bouton_widgets/_export.py"),
}


def _imports(node: ast.AST, path: str) -> bool:
    by_call = isinstance(node, ast.Call) and _called(node) in {"__import__", "import_module"} and not _is_deferred(node, path)
    return by_call or isinstance(node, ast.Import | ast.ImportFrom)


def _is_deferred(call: ast.Call, path: str) -> bool:
    if path == "bouton/__init__.py":
        return ast.unparse(call) == "importlib.import_module(f'{__name__}.{_LATE[name]}')"
    names = [getattr(argument, "value", None) for argument in call.args]
    return len(names) == 1 and not call.keywords and (names[0], path) in DEFERRED


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _against_the_floors(parts: list[str], name: str) -> str | None:
    target = name.split(".")
    if target[0] in NEVER_IN_BOUTON:
        return f"bouton never imports {target[0]}"
    if target[0] != "bouton":
        return None
    here = parts[1]
    if here == "__init__":
        return f"import bouton would load bouton.{target[1]}" if target[1] in ABOVE_THE_TOP else None
    there = target[1] if len(target) > 1 else ""
    if there == here:
        return None
    if there not in RANK:
        return f"{name} is the top package or no floor: import from the floor that defines the name"
    if here not in RANK:
        return f"bouton.{here} stands on no floor: give it a row in FLOORS and in docs/architecture.md"
    if RANK[there] >= RANK[here]:
        return f"bouton.{here} imports {name}, which is not on a floor below it"
    return None


def _private_jax(name: str) -> str | None:
    if any(name == private or name.startswith(private + ".") for private in PRIVATE_JAX):
        return f"{name} is private to JAX"
    return None


def _is_private(name: str) -> bool:
    return any(part.startswith("_") and not part.endswith("__") for part in name.split("."))


def _private_name(name: str) -> str | None:
    if name.split(".")[0] == "bouton" and _is_private(name):
        return f"{name} is private to bouton"
    return None


def _private_attributes(tree: ast.Module, package: str) -> Iterator[tuple[int, str]]:
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                known[alias.asname or alias.name.split(".")[0]] = alias.name if alias.asname else alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            root, path = node, []
            while isinstance(root, ast.Attribute):
                path.insert(0, root.attr)
                root = root.value
            base = known.get(root.id, "") if isinstance(root, ast.Name) else ""
            if base.split(".")[0] == "bouton" and _is_private(node.attr):
                yield node.lineno, f"{base}.{'.'.join(path)} is private to bouton"


def sources() -> list[tuple[str, Path]]:
    """Return (path below its root, file) for every source of the two packages."""
    return [
        (file.relative_to(root).as_posix(), file)
        for root in (ROOT / "lib", ROOT / "widgets")
        for file in sorted(root.rglob("*.py"))
    ]


def test_every_import_points_down_and_stands_at_the_top_of_its_file():
    assert sources(), "no source was found: the test reads the wrong folder"
    broken = [what for path, file in sources() for what in broken_rules(file.read_text(encoding="utf-8"), path)]
    assert not broken, "\n" + "\n".join(broken)


def test_every_part_of_bouton_stands_on_a_floor_and_in_the_architecture():
    here = {p.stem for p in (ROOT / "lib" / "bouton").iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert here - {"__init__", "__main__"} <= RANK.keys()
    picture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("```")[1]
    missing = {name for name in here if not name.startswith("_")} - set(picture.split())
    assert not missing, f"docs/architecture.md: the floors lack {sorted(missing)}"


@pytest.mark.parametrize(
    ("path", "source", "sentence"),
    [
        (
            "bouton/core/_module.py",
            "from ..run import LiveSimulation",
            "bouton.core imports bouton.run.LiveSimulation, ",
        ),
        ("bouton/core/_module.py", "from bouton.modules._lif import LIF", "not on a floor below"),
        ("bouton/core/_module.py", "from .. import modules", "not on a floor below"),
        ("bouton/core/_module.py", "import bouton.run as r", "not on a floor below"),
        ("bouton/train/_loss.py", "from ..nn import Node", "not on a floor below"),
        ("bouton/core/_module.py", "import bouton", "top package"),
        ("bouton/core/_module.py", "from .. import Module", "no floor"),
        ("bouton/helpers.py", "from .errors import BoutonError", "bouton.helpers stands on no floor"),
        ("bouton/__init__.py", "from . import cli", "would load bouton.cli"),
        ("bouton/core/_tree.py", "import panel as pn", "bouton never imports panel"),
        ("bouton/core/_tree.py", "from matplotlib import pyplot", "bouton never imports matplotlib"),
        ("bouton/core/_tree.py", "from ._names import *", "star import"),
        ("bouton/core/_tree.py", "def f():\n    import json", "import inside the function f"),
        (
            "bouton/core/_tree.py",
            "class A:\n    async def f(self):\n        from json import loads",
            "inside the function f",
        ),
        ("bouton/core/_tree.py", "def f():\n    importlib.import_module('json')", "import inside the function f"),
        ("bouton/core/_tree.py", "def f(n):\n    importlib.import_module(n)", "import inside the function f"),
        ("bouton/core/_tree.py", "def f():\n    import jax.extend.core", "import inside the function f"),
        ("bouton/core/_tree.py", "def f():\n    importlib.import_module('bouton.optim')", "import inside the function f"),
        ("bouton/__init__.py", "def f(name):\n    importlib.import_module(name)", "import inside the function f"),
        ("bouton/core/_tree.py", "from jax._src.core import Tracer", "private to JAX"),
        ("bouton/core/_tree.py", "from jax import _src", "jax._src is private to JAX"),
        ("bouton/core/_tree.py", "from jax.interpreters import ad", "private to JAX"),
        ("bouton/core/_tree.py", "import jaxlib", "private to JAX"),
        ("bouton_widgets/_tree.py", "from bouton.core._entry import Entry", "private to bouton"),
        ("bouton_widgets/_tree.py", "from bouton import _version", "private to bouton"),
        ("bouton_widgets/_tree.py", "import bouton as bp\nbp.run._live", "bouton.run._live is private to bouton"),
        ("bouton_widgets/_tree.py", "from bouton import run\nrun.x._live", "bouton.run.x._live is private to bouton"),
    ],
)
def test_the_reader_finds(path, source, sentence):
    assert sentence in "\n".join(broken_rules(source, path))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (
            "bouton/modules/_lif.py",
            "from ..core import Parameter\nfrom ._scan import scan\nfrom bouton.errors import ShapeError",
        ),
        ("bouton/modules/__init__.py", "from ._lif import LIF as LIF\nfrom . import _scan"),
        ("bouton/__init__.py", "from . import errors as errors\nfrom .run import LiveSimulation as LiveSimulation"),
        ("bouton/__init__.py", "def f(name):\n    importlib.import_module(f'{__name__}.{_LATE[name]}')"),
        ("bouton/math/_random.py", "import jax\nfrom jax import numpy as jnp\nfrom jax.extend import core"),
        (
            "bouton_widgets/_tree.py",
            "import bouton as bp\nimport panel\nfrom ._rows import rows\nbp.__version__\nself._rows",
        ),
    ],
)
def test_the_reader_lets_pass(path, source):
    assert broken_rules(source, path) == []


def test_import_bouton_loads_no_interface_package_and_starts_no_backend():
    # On a platform that does not exist, JAX refuses the first thing that starts a backend.
    code = "import sys, bouton; print(*sys.modules, sep='\\n'); import jax; jax.devices()"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | {"JAX_PLATFORMS": "nowhere"},
    )
    loaded = done.stdout.split()
    assert "bouton" in loaded, done.stderr
    assert "nowhere" in done.stderr
    assert {name.split(".")[0] for name in loaded} & HEAVY == set()
    assert {"bouton.notebooks", "bouton.cli", "jupyter_client"} & set(loaded) == set()
    assert {"bouton.losses", "bouton.modules", "bouton.optim", "bouton.run", "optax"} & set(loaded) == set()
    assert len(loaded) < 800


@pytest.mark.parametrize(
    "code",
    [
        "import bouton as bp; assert bp.optim is bp.optimizers; assert bp.losses.__doc__",
        "import bouton.optim, bouton.losses; bouton.losses; bouton.optimizers is bouton.optim",
        "from bouton import losses, optim, optimizers; assert optim is optimizers",
        "from bouton import *; assert losses and optim is optimizers",
        "import bouton as bp; assert {'losses', 'optim', 'optimizers'} <= set(dir(bp)); assert not hasattr(bp, 'optimiser')",
        "import bouton, pydoc; text = pydoc.render_doc(bouton); assert all(x in text for x in ('losses', 'optim', 'optimizers'))",
    ],
)
def test_optimizers_and_losses_are_loaded_when_they_are_asked_for(code):
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_what_drives_a_browser_stands_where_make_looks_for_it():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (line,) = [line for line in makefile.splitlines() if '-m "browser and not long"' in line]
    folders = [ROOT / word for word in line.rstrip(")").split() if word.startswith("tests/")]
    driving = [path for path in (ROOT / "tests").rglob("test_*.py") if "pytest.mark.browser" in path.read_text(encoding="utf-8")]
    assert len(driving) > 15
    assert [path for path in driving if not any(path.is_relative_to(folder) for folder in folders)] == [Path(__file__)]
