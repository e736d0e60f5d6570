"""``bouton explore``: a model in the browser, live."""

import argparse
import importlib
from types import ModuleType
from typing import Any

from ..errors import EnvironmentProblem, UnknownPathError
from ..examples import COBA
from ._find_model import find_model

# What the app is made with.
_NEEDS = {"anywidget", "bokeh", "bouton_widgets", "contourpy", "ipywidgets", "networkx", "panel", "param", "traitlets"}


def add_explore(topics: Any) -> None:
    """Add the topic to those of the command."""
    explore = topics.add_parser(
        "explore",
        help="a model in the browser, live",
        description="Open a page with a running model: its tree, its parameters, and what it does.",
    )
    explore.add_argument(
        "model",
        nargs="?",
        metavar="MODEL",
        help="file.py, file.py:name, package.module or package.module:name: a model, a LiveSimulation, or a function that gives "
        "one; without it a network of 4000 neurons, bouton.examples.COBA",
    )
    explore.add_argument("--record", nargs="+", metavar="PATH", help="signals to record, such as system.*.V or output")
    explore.add_argument("--input", metavar="X", help="what drives it: a number, or the name of an array or a function in MODEL")
    explore.add_argument("--address", default="127.0.0.1", metavar="A", help="network interface (127.0.0.1: this machine alone)")
    explore.add_argument("--port", type=int, metavar="P", help="port (the first free one from 5007 on)")
    explore.add_argument("--no-browser", action="store_true", help="print the address only")
    explore.set_defaults(run=_explore)


def _explore(arguments: argparse.Namespace) -> None:
    app = _app()
    if arguments.model is None:
        model, module = COBA(4000, seed=1), None
    else:
        model, module = find_model(arguments.model)
    app.serve(
        model,
        _input(arguments.input, module),
        arguments.record,
        address=arguments.address,
        port=arguments.port,
        show=not arguments.no_browser,
    )


def _app() -> Any:
    try:
        return importlib.import_module("bouton_widgets._explore_app")
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _NEEDS:
            raise
    raise EnvironmentProblem(
        where="bouton explore",
        expected="the packages that bouton's widgets need",
        got=f"no {missing}",
        fix="Install them with pip install 'bouton[widgets]'.",
    )


def _input(text: str | None, module: ModuleType | None) -> Any:
    """A number, or what has this name in the module of the model."""
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        found = getattr(module, text, None)
    if found is None:
        raise UnknownPathError(
            where="bouton explore --input",
            expected="a number, or the name of an array or a function beside the model",
            got=repr(text),
            fix="Write for instance --input 0.05.",
        )
    return found
