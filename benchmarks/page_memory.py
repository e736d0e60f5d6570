"""Does the memory of a page with a live network grow, in JupyterLab and served by Panel?

The page of `live`, in a Chromium of its own that nobody inspects while it runs: one that is inspected keeps up to 200 MB of what
has come over its connections. Told is what the process that shows the page has to itself, and the kernel's.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
from _report import versions
from live import VIEWS, serving_app
from playwright.sync_api import sync_playwright
from screen import THOUSAND

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from browser.kit import FLAGS, chromium_path, execute, free_port, jupyterlab, serving

PLACES = ("JupyterLab", "panel serve")
SHOWN = "view => view.bouton && [view.bouton.head.step, view.bouton.paints, performance.now()]"


class Browser:
    """A Chromium with one page that can be looked into and left alone again."""

    def __init__(self, playwright, process, port):
        self._playwright, self._process, self._port = playwright, process, port

    @contextmanager
    def page(self):
        """The page, inspected until the block ends."""
        joined = self._playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{self._port}")
        yield joined.contexts[0].pages[0]
        joined.close()

    def shows(self):
        """The process that shows the page: of those that show something, the largest."""
        children = psutil.Process(self._process.pid).children(recursive=True)
        return max(
            (child for child in children if "--type=renderer" in child.cmdline()), key=lambda child: child.memory_info().rss
        )


@contextmanager
def chromium(playwright, folder):
    """A fresh one. Its window is tall enough for both views: what is not on the screen is not painted."""
    port = free_port()
    options = [f"--remote-debugging-port={port}", f"--user-data-dir={folder / 'profile'}", "--window-size=1300,1500"]
    with serving(
        [chromium_path(), *FLAGS, "--headless", *options, "about:blank"], f"http://127.0.0.1:{port}/json/version", folder
    ) as process:
        yield Browser(playwright, process, port)


@contextmanager
def in_lab(browser, folder):
    """The notebook's page is open, and runs; gives its kernel."""
    with jupyterlab(folder) as lab:
        lab.write("memory.ipynb", [THOUSAND, *VIEWS])
        with browser.page() as page:
            kernel = int(execute(lab.show(page, "memory.ipynb"), "import os; print(os.getpid())"))
            _running(page)
        yield kernel


@contextmanager
def served(browser, folder):
    """The app's page is open, and runs; gives its server."""
    with serving_app(folder) as (url, process):
        with browser.page() as page:
            page.goto(url)
            _running(page)
        yield process.pid


def _running(page):
    view = page.locator(".bt-traces")
    view.locator("canvas").first.wait_for(timeout=120_000)
    while not (view.evaluate(SHOWN) or [0])[0] > 2500:
        page.wait_for_timeout(200)


def measure(browser, kernel, minutes, samples):
    """MiB, in so many samples: seconds, of the page, of the kernel; and paints a second, from the page's own count."""
    (step, paints, since), heap = _look(browser)
    began, found = time.monotonic(), []
    for turn in range(samples):
        time.sleep(max(began + 60 * minutes * (turn + 1) / samples - time.monotonic(), 0))
        page, kernels = (process.memory_full_info().uss / 2**20 for process in (browser.shows(), psutil.Process(kernel)))
        found.append([time.monotonic() - began, page, kernels])
    (later, painted, until), last = _look(browser)
    assert later > step, "the network has stopped meanwhile"
    return {"samples": found, "paints a second": 1000 * (painted - paints) / (until - since), "scripts": [heap, last]}


def _look(browser):
    with browser.page() as page:
        session = page.context.new_cdp_session(page)
        session.send("HeapProfiler.collectGarbage")
        heap = session.send("Runtime.getHeapUsage")["usedSize"] / 2**20
        return page.locator(".bt-traces").evaluate(SHOWN), heap


def as_text(found):
    """A table of ten rows: the medians of each tenth of the time. Below it, scripts and paints."""
    lines = [
        f"| MiB in the minutes to | {' | '.join(f'{place}: page | kernel' for place in found)} |",
        "|---|" + "---|---|" * len(found),
    ]
    tenths = [
        [one["samples"][k * len(one["samples"]) // 10 :][: len(one["samples"]) // 10] for one in found.values()]
        for k in range(10)
    ]
    for parts in tenths:
        cells = [f"{statistics.median(sample[column] for sample in part):.0f}" for part in parts for column in (1, 2)]
        lines.append(f"| {parts[0][-1][0] / 60:.1f} | {' | '.join(cells)} |")
    for place, one in found.items():
        first, last = one["scripts"]
        lines.append(f"\n{place}: its scripts {first:.0f}, then {last:.0f} MiB; {one['paints a second']:.0f} paints a second.")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("places", nargs="*", metavar="PLACE", help=f"of {', '.join(PLACES)}; both, when left out")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long each is looked at (default: 10)")
    parser.add_argument("--tiny", action="store_true", help="a few seconds: does the work, measures nothing")
    parser.add_argument("--json", metavar="FILE", help="also write all samples there")
    asked = parser.parse_args()
    if unknown := set(asked.places) - set(PLACES):
        parser.error(f"no such place: {', '.join(sorted(unknown))}; there are {', '.join(PLACES)}")
    if chromium_path() is None:
        sys.exit("There is no Chromium on the path: install it (Debian: apt-get install chromium).")
    minutes = 0.05 if asked.tiny else asked.minutes
    found = {}
    for place in asked.places or PLACES:
        with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
            folders = [Path(name) / part for part in ("browser", "server")]
            for folder in folders:
                folder.mkdir()
            opened = in_lab if place == "JupyterLab" else served
            with chromium(playwright, folders[0]) as browser, opened(browser, folders[1]) as kernel:
                found[place] = measure(browser, kernel, minutes, max(round(6 * minutes), 10))
    sys.stdout.write(f"\n{as_text(found)}\n\n")
    sys.stdout.write(", ".join(f"{name} {version}" for name, version in versions().items()) + "\n")
    if asked.json:
        Path(asked.json).write_text(json.dumps({"versions": versions(), "places": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
