"""What a Jupyter server is told of the explorer, and what it costs to be told."""

import subprocess
import sys
from pathlib import Path

from jupyter_server_proxy.config import ServerProcess

from bouton_jupyter import explorer_server


def test_it_is_what_jupyter_server_proxy_takes():
    process = ServerProcess(name="bouton-explore", **explorer_server())
    assert process.launcher_entry.title == "bouton explore"
    assert Path(process.launcher_entry.icon_path).read_text().startswith("<svg")
    assert process.new_browser_tab


def test_it_listens_on_this_machine_alone_and_takes_its_own_origin():
    told = explorer_server()
    assert "--address=127.0.0.1" in told["command"]
    assert "--port={port}" in told["command"]
    assert told["request_headers_override"] == {"Origin": "http://127.0.0.1:{port}"}


def test_a_jupyter_server_loads_neither_bouton_nor_jax_for_it():
    code = "import sys, bouton_jupyter; bouton_jupyter.explorer_server(); print({'bouton', 'jax', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
