"""``bouton explore`` in a JupyterLab: a tile in its launcher, and an address below its own.

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
