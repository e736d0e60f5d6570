"""A real JupyterLab, a real Panel server and a real Chromium, all on this machine and in folders of their own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from jupyter_client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from playwright.sync_api import sync_playwright

HERE = {"127.0.0.1", "localhost"}
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
]

# What both the notebook and the app show: a thousand neurons with a spread of inputs.
MODEL = """\
import numpy as np
import bouton as bp
import bouton_widgets as bw

model = bp.modules.LIFJax(1000, bias=np.linspace(0.04, 0.09, 1000, dtype=np.float32), tau_mem=0.02, noise_std=0.0)
simulation = bp.run.LiveSimulation(model, record=["vmem", "spikes"])
"""


@pytest.fixture(scope="session")
def chromium():
    """The browser's path. Its absence fails the tests, unless BOUTON_NO_BROWSER says that it is meant."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("BOUTON_NO_BROWSER"):
            pytest.skip("BOUTON_NO_BROWSER is set and there is no Chromium on the path")
        pytest.fail(
            "There is no Chromium on the path: install it (Debian: apt-get install chromium), or set BOUTON_NO_BROWSER=1."
        )
    return path


@pytest.fixture(scope="session")
def browser(chromium):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """Folder for screenshots: BOUTON_PICTURES, or a temporary one."""
    folder = Path(os.environ.get("BOUTON_PICTURES") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Watched:
    """A page, with what it asked for outside this machine and what it complained about."""

    def __init__(self, browser, **options):
        self.context = browser.new_context(viewport={"width": 1280, "height": 1000}, **options)
        self.page = self.context.new_page()
        self.strayed, self.complaints = [], []
        self.page.on("request", self._requested)
        self.page.on("websocket", lambda socket: self._address(socket.url))
        self.page.on("console", lambda said: said.type == "error" and self.complaints.append(f"{said.text} {said.location}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _requested(self, request):
        self._address(request.url)

    def _address(self, url):
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in HERE:
            self.strayed.append(url)


@pytest.fixture(scope="module")
def open_page(browser):
    """Make watched pages, and close them after the tests of a file."""
    opened = []

    def make(**options):
        opened.append(Watched(browser, **options))
        return opened[-1]

    yield make
    for watched in opened:
        watched.context.close()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def serving(command, url, folder):
    """Run a server until the block ends; its log is shown if it does not come up."""
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }
    log = folder / "server.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=sink, stderr=subprocess.STDOUT)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(url, timeout=5).close()
                break
            except OSError:
                if process.poll() is not None:
                    break
                time.sleep(0.1)
        else:
            process.kill()
        if process.poll() is not None:
            pytest.fail(f"The server did not come up:\n{log.read_text(errors='replace')[-3000:]}")
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def serve(tmp_path_factory):
    """Serve apps, given as source by name, with Panel; gives their addresses."""

    @contextmanager
    def serve(**apps):
        folder = tmp_path_factory.mktemp("served")
        for name, source in apps.items():
            (folder / f"{name}.py").write_text(source)
        port = free_port()
        files = [f"{name}.py" for name in apps]
        command = [sys.executable, "-m", "panel", "serve", *files, "--address=127.0.0.1", f"--port={port}"]
        # A session ends soon after its page is closed, but never before a slow page has connected: Panel makes a session that
        # comes back anew, and that one asks a CDN for style sheets.
        command += ["--unused-session-lifetime=10000", "--check-unused-sessions=1000"]
        addresses = {name: f"http://127.0.0.1:{port}/{name}" for name in apps}
        with serving(command, next(iter(addresses.values())), folder):
            yield addresses

    return serve


class Lab:
    """A JupyterLab, and a way into the kernels of its notebooks."""

    def __init__(self, url, folder):
        self.url, self.folder = url, folder

    def write(self, name, cells):
        specs = KernelSpecManager().find_kernel_specs()
        kernel = "bouton-cpu" if "bouton-cpu" in specs else "python3"
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in cells],
            metadata={"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}},
        )
        nbformat.write(notebook, self.folder / "notebooks" / name)

    def show(self, page, name):
        """Open a notebook, run all of it, and give a client of its kernel."""
        page.goto(f"{self.url}/lab/tree/{name}?reset")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        kernel = self._kernel(name)
        client = BlockingKernelClient(connection_file=str(self.folder / "runtime" / f"kernel-{kernel}.json"))
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=60)
        page.wait_for_function(
            "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.connectionStatus === 'connected'", timeout=60_000
        )
        page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        return client

    def _kernel(self, name):
        for _ in range(300):
            with urllib.request.urlopen(f"{self.url}/api/sessions") as answer:
                for session in json.load(answer):
                    if session["path"] == name and session["kernel"]:
                        return session["kernel"]["id"]
            time.sleep(0.1)
        raise AssertionError(f"no kernel for {name}")


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1"]
    command += ["--ServerApp.port_retries=0"]
    command += [f"--ServerApp.root_dir={folder / 'notebooks'}", "--IdentityProvider.token=", "--ServerApp.allow_root=True"]
    command += ["--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly"]
    url = f"http://127.0.0.1:{port}"
    with serving(command, f"{url}/api", folder):
        yield Lab(url, folder)


def execute(client, code):
    """Execute code in a kernel as a cell would, and give what it prints."""
    said = []
    reply = client.execute_interactive(code, timeout=60, store_history=False, output_hook=lambda message: said.append(message))
    assert reply["content"]["status"] == "ok", reply["content"]
    return "".join(message["content"]["text"] for message in said if message["msg_type"] == "stream")


@pytest.fixture(scope="session")
def ask():
    """Evaluate an expression in a kernel."""
    return lambda client, expression: json.loads(execute(client, f"import json; print(json.dumps({expression}))"))


@pytest.fixture(scope="session")
def until():
    """Wait for a truth that only asking again and again can tell, and give it."""

    def until(truth, seconds=20.0):
        end = time.monotonic() + seconds
        while not (found := truth()):
            assert time.monotonic() < end, f"waited {seconds:g} s in vain"
            time.sleep(0.02)
        return found

    return until


@pytest.fixture(scope="session")
def model():
    return MODEL
