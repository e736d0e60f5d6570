"""The explorer as an app: one page, served to browsers on this machine."""

import atexit
import errno
import gc
import socket
import sys
import webbrowser
from collections.abc import Sequence
from typing import Any

import panel as pn

from bouton import errors

from ._explore import Explorer
from ._explore_model import simulation_of
from ._explore_view import ExplorerView
from .panel import ServedExplorer

PORT = 5007
"""Where the app is looked for first."""

_TRIED = 50

# Milliseconds after which a closed page counts as gone; never before a slow page has connected.
_GONE, _LOOKED = 10_000, 1000

# The page is the explorer and nothing else; it asks for no icon.
_PAGE = """\
{% extends base %}
{% block preamble %}
<link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
  :root { color-scheme: light dark; }
  html, body { margin: 0; background: light-dark(#ffffff, #16191d); }
  main { display: block; }
</style>
{% endblock %}
{% block contents %}<main aria-label="Explorer">{{ embed(roots.explorer) }}</main>{% endblock %}
"""


def serve(
    model: Any,
    inputs: Any = None,
    record: Sequence[str] | None = None,
    address: str = "127.0.0.1",
    port: int | None = None,
    show: bool = True,
) -> None:
    """Serve an explorer of a model until the process is told to end.

    All pages show one simulation. It is paused, and its thread ends, when the last page is closed.

    Parameters
    ----------
    model, inputs, record
        As of `explore`.
    address : str
        Of the network interface.
    port : int, optional
        Default: the first free one from 5007 on.
    show : bool
        Whether to open a browser.

    Raises
    ------
    EnvironmentProblem
        When the address or the port cannot be had.
    """
    port = _free_port(address, port)
    simulation = simulation_of(model, inputs, record)
    explorer = Explorer(ExplorerView(simulation, ["traces"], plays=True, height=None))
    title = f"{explorer.view.title} · bouton"

    def page() -> pn.Template:
        template = pn.Template(_PAGE)
        template.add_panel("explorer", ServedExplorer(explorer))
        return template

    host = "localhost" if address in ("", "0.0.0.0", "::") else f"[{address}]" if ":" in address else address
    url = f"http://{host}:{port}/"
    server: Any = pn.serve(
        {"/": page},
        address=address,
        port=port,
        title=title,
        websocket_origin=["*"] if host == "localhost" else [f"{host}:{port}", f"localhost:{port}"],
        ico_path="none",
        start=False,
        show=False,
        verbose=False,
        unused_session_lifetime_milliseconds=_GONE,
        check_unused_sessions_milliseconds=_LOOKED,
    )
    print(f"{explorer.view.title} runs on {url}\nCtrl+C ends it.", flush=True)
    if show:
        server.io_loop.add_callback(webbrowser.open, url)
    # At its end the interpreter would search all objects for circles, for seconds, though nothing of them is used again.
    atexit.register(gc.freeze)
    try:
        server.run_until_shutdown()
    finally:
        simulation.close()


def _free_port(address: str, port: int | None) -> int:
    """The port asked for, or the first free one."""
    wanted = range(PORT, PORT + _TRIED) if port is None else [port]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    fix = "Leave --port out for the next free one." if port is not None else "Name another with --port."
    problem = ""
    for one in wanted:
        try:
            with socket.socket(family) as listener:
                # As the server itself: a port whose last server has just ended is free.
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, sys.platform != "win32")
                listener.bind((address, one))
                return one
        except OverflowError as error:
            problem = str(error).removesuffix(".")
        except OSError as error:
            problem = error.strerror or str(error)
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                fix = "Name an address of this machine: 127.0.0.1 for itself alone, 0.0.0.0 for all who reach it."
                break
    raise errors.EnvironmentProblem(
        where=f"bouton explore --address {address} --port {wanted[0]}",
        expected="a free port of this machine",
        got=problem,
        fix=fix,
    )
