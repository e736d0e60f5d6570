"""A real JupyterLab and a watched page of a real Chromium, for the tests of this folder and for benchmarks."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from urllib.parse import urlsplit

import nbformat
from jupyter_client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager

HERE = {"127.0.0.1", "localhost"}
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
]


def chromium_path():
    """Where Chromium is, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Watched:
    """A page, with what it asked for outside this machine and what it complained about."""

    def __init__(self, browser, **options):
        self.context = browser.new_context(viewport={"width": 1280, "height": 1000}, **options)
        # A page under Panel comes when its script has run, imports and compilation included.
        self.context.set_default_timeout(60_000)
        self.context.set_default_navigation_timeout(120_000)
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


# Whether no change has compiled anything. Chunks that take long give way to short ones, which is one compilation more.
COMPILED_ONCE = "simulation.compilations - (simulation._pace.lengths.wanted is not None) <= 1"


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
            raise RuntimeError(f"The server did not come up:\n{log.read_text(errors='replace')[-3000:]}")
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Lab:
    """A JupyterLab, and a way into the kernels of its notebooks."""

    def __init__(self, url, folder, process):
        self.url, self.folder, self.process = url, folder, process
        self._clients = []

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
        self._clients.append(client)
        # Without a heartbeat: on a busy machine a kernel that takes a second to answer one is given up.
        client.start_channels(hb=False)
        client.wait_for_ready(timeout=60)
        page.wait_for_function(
            "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.connectionStatus === 'connected'", timeout=60_000
        )
        page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        return client

    def close(self):
        """Let go of all kernels: sockets that the garbage collector finds open fail whatever test runs then."""
        for client in self._clients:
            client.stop_channels()
            client.context.destroy(linger=0)

    def _kernel(self, name):
        for _ in range(300):
            with urllib.request.urlopen(f"{self.url}/api/sessions") as answer:
                for session in json.load(answer):
                    if session["path"] == name and session["kernel"]:
                        return session["kernel"]["id"]
            time.sleep(0.1)
        raise AssertionError(f"no kernel for {name}")


@contextmanager
def jupyterlab(folder):
    """Run a JupyterLab on notebooks of its own in a folder."""
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
    with serving(command, f"{url}/api", folder) as process:
        lab = Lab(url, folder, process)
        try:
            yield lab
        finally:
            lab.close()


def execute(client, code):
    """Execute code in a kernel as a cell would, and give what it prints."""
    said = []
    reply = client.execute_interactive(code, timeout=60, store_history=False, output_hook=lambda message: said.append(message))
    assert reply["content"]["status"] == "ok", reply["content"]
    return "".join(message["content"]["text"] for message in said if message["msg_type"] == "stream")


def themed(page, view, theme, until):
    """Turn JupyterLab ``"Light"`` or ``"Dark"``, and wait until a view has followed."""
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", f"JupyterLab {theme}")
    until(lambda: view.get_attribute("data-theme") == theme.lower())


def names(view):
    """What a screen reader is told of each control that is seen, and those of which it is told no name."""
    controls = view.locator("button, input, select, canvas, [role=timer]").all()
    snapshots = [control.aria_snapshot() for control in controls if control.is_visible()]
    return snapshots, [line for line in snapshots if '"' not in line.splitlines()[0]]


def overhang(view):
    """By how many pixels something in a view stands out of it on the right."""
    edge = view.evaluate("element => element.getBoundingClientRect().right")
    inside = view.evaluate("element => [...element.querySelectorAll('*')].map((x) => x.getBoundingClientRect().right)")
    return max(inside) - edge


def pictured(page, view, head, until, folder, name):
    """Take a picture of a running view in light and in dark, each of a frame that is new."""
    for theme in ("Light", "Dark"):
        themed(page, view, theme, until)
        shown = head()["step"]
        until(lambda: head()["step"] > shown)  # noqa: B023
        view.screenshot(path=folder / f"{name}-{theme.lower()}.png")
