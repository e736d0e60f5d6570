"""A real JupyterLab, a real Panel server and a real Chromium, all on this machine and in folders of their own."""

import json
import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from browser.kit import FLAGS, Watched, chromium_path, execute, free_port, jupyterlab, serving
from playwright.sync_api import sync_playwright

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
    path = chromium_path()
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


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    with jupyterlab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(scope="module")
def notebook(lab, open_page):
    """Open a notebook of cells, run it, and give its page and a client of its kernel once something is there."""

    def notebook(name, cells, there, width=1280, height=1000):
        lab.write(f"{name}.ipynb", cells)
        watched = open_page()
        client = lab.show(watched.page, f"{name}.ipynb")
        watched.page.wait_for_selector(there, timeout=120_000)
        watched.page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
        watched.page.set_viewport_size({"width": width, "height": height})
        return watched, client

    return notebook


@pytest.fixture(scope="session")
def ask():
    """Evaluate an expression in a kernel."""
    return lambda client, expression: json.loads(execute(client, f"import json; print(json.dumps({expression}))"))


@pytest.fixture(scope="session")
def until():
    """Wait for a truth that only asking again and again can tell, and give it."""

    def until(truth, seconds=60.0):
        end = time.monotonic() + seconds
        while not (found := truth()):
            assert time.monotonic() < end, f"waited {seconds:g} s in vain"
            time.sleep(0.02)
        return found

    return until


@pytest.fixture(scope="session")
def model():
    return MODEL
