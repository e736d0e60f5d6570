"""What a Jupyter server takes from bouton: frames that leave at once, and ``bouton explore`` below the server's own address.

Every start of a Jupyter server loads this, so it is a package of its own that imports neither bouton nor JAX.
"""

import sys
from pathlib import Path
from typing import Any


def explorer_server() -> dict[str, Any]:
    """Tell jupyter-server-proxy how to start the explorer, which it does when somebody first opens ``bouton-explore/``.

    Returns
    -------
    dict
        The command, with a place for the port; how it stands in the launcher; and a header. Pages come from the address of the
        Jupyter server, which asks who they are. The explorer listens on this machine alone and knows only its own address.
    """
    return {
        "command": [sys.executable, "-m", "bouton.cli", "explore", "--no-browser", "--address=127.0.0.1", "--port={port}"],
        "timeout": 120,
        "new_browser_tab": True,
        "request_headers_override": {"Origin": "http://127.0.0.1:{port}"},
        "launcher_entry": {
            "title": "bouton explore",
            "category": "Notebook",
            "icon_path": str(Path(__file__).with_name("explore.svg")),
        },
    }


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "bouton_jupyter"}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Have what kernels say to a page leave the server at once.

    The system otherwise keeps a short message back until the page's machine has confirmed the one before, for which that machine
    takes its time: up to 40 ms on Linux. A page of bouton answers each frame, a kernel tells of each answer that it was busy and
    is idle again, and the next frame waits behind that. Nothing but the waiting changes, for every notebook of this server;
    ``jupyter server extension disable bouton_jupyter`` leaves it as it was.
    """
    connection = server.web_app.settings.get("kernel_websocket_connection_class")
    if connection is None:
        # A server of before 2.0 has no such setting, and gets on without.
        return

    class Prompt(connection):
        """The server's own connection between a page and a kernel, which keeps nothing back."""

        def connect(self) -> Any:
            # Of a gateway it connects again, also after the page has gone.
            if self.websocket_handler.ws_connection is not None:
                self.websocket_handler.set_nodelay(True)
            return super().connect()

    server.kernel_websocket_connection_class = Prompt
    server.web_app.settings["kernel_websocket_connection_class"] = Prompt
