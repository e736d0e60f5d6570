"""What a Jupyter server does with what kernels say: with the package installed, nothing is kept back."""

import json
import sys
import urllib.request
from types import SimpleNamespace

import pytest
from browser.kit import free_port, serving
from tornado.ioloop import IOLoop
from tornado.websocket import websocket_connect

import bouton_jupyter

# Tells of each connection whether its socket keeps back short messages.
TOLD = """
import socket
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

class Told(ZMQChannelsWebsocketConnection):
    def connect(self):
        stream = self.websocket_handler.ws_connection.stream
        self.log.warning("no delay: %s", bool(stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
        return super().connect()
"""


def said_by_a_server(folder, *options):
    """The log of a Jupyter server to whose kernel somebody has connected."""
    (folder / "told.py").write_text(TOLD)
    port = free_port()
    address = f"127.0.0.1:{port}"
    command = [sys.executable, "-m", "jupyter_server", f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1"]
    command += ["--no-browser", "--IdentityProvider.token=", "--ServerApp.allow_root=True", "--ServerApp.disable_check_xsrf=True"]
    command += ["--ServerApp.kernel_websocket_connection_class=told.Told", *options]

    async def connected(kernel):
        page = await websocket_connect(f"ws://{address}/api/kernels/{kernel}/channels?session_id=test")
        assert await page.read_message() is not None
        page.close()

    with serving(command, f"http://{address}/api", folder):
        asked = urllib.request.Request(f"http://{address}/api/kernels", data=b"{}", method="POST")
        with urllib.request.urlopen(asked) as answer:
            kernel = json.load(answer)["id"]
        IOLoop(make_current=False).run_sync(lambda: connected(kernel))
    return (folder / "server.log").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(("options", "on"), [([], True), (["--ServerApp.jpserver_extensions=bouton_jupyter=False"], False)])
def test_what_a_kernel_says_leaves_at_once_with_the_package_installed(tmp_path, options, on):
    log = said_by_a_server(tmp_path, *options)
    assert ("bouton_jupyter | extension was successfully loaded." in log) == on
    assert f"no delay: {on}" in log


def test_a_server_of_another_kind_is_left_alone():
    server = SimpleNamespace(web_app=SimpleNamespace(settings={}))
    bouton_jupyter._load_jupyter_server_extension(server)
    assert server.web_app.settings == {}
    assert not hasattr(server, "kernel_websocket_connection_class")


def test_who_connects_again_after_the_page_has_gone_is_left_alone():
    class Connection:
        websocket_handler = SimpleNamespace(ws_connection=None)

        def connect(self):
            return "connected"

    server = SimpleNamespace(web_app=SimpleNamespace(settings={"kernel_websocket_connection_class": Connection}))
    bouton_jupyter._load_jupyter_server_extension(server)
    assert server.kernel_websocket_connection_class().connect() == "connected"
    assert server.web_app.settings["kernel_websocket_connection_class"] is server.kernel_websocket_connection_class
