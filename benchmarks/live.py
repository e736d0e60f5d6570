"""What does a live network of a thousand neurons do on the screen, in JupyterLab and served, beside `interact` and matplotlib?

The same model and slider in three fresh pages, turn about: live views in a real JupyterLab, the same served by Panel, and what
one writes without them, `ipywidgets.interact` around a compiled run of 200 ms that matplotlib draws. All clocks are those of the
pages. A move is a key press on the slider. It is painted when the browser is done with the first picture that contains it.

Then, with nobody's hand on it, paints and frames are counted, and parameters are set at random, which must compile nothing.
"""

import argparse
import itertools
import json
import random
import statistics
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from _report import versions
from playwright.sync_api import sync_playwright
from screen import THOUSAND, WATCH, quantile

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from browser.kit import FLAGS, Watched, chromium_path, free_port, jupyterlab, serving

VIEWS = ["simulation.start()\nbw.parameters(simulation)", "bw.traces(simulation)"]

APP = f"""{THOUSAND}
import bouton_widgets.panel
import panel as pn

simulation.start()
pn.Column(bw.parameters(simulation), bw.traces(simulation), sizing_mode="stretch_width").servable()
"""

INTERACT = """
import ipywidgets
import jax
import matplotlib.pyplot as plt

series = np.zeros((200, 1000), np.float32)
run = jax.jit(lambda model, x: model(x, record=True))

def show(tau_mem):
    _, _, record = run(model.set_attributes({"tau_mem": tau_mem}), series)
    figure, (top, bottom) = plt.subplots(2, figsize=(9, 4.5), sharex=True)
    top.plot(record["vmem"][0, :, ::125], lw=0.8)
    bottom.imshow(np.asarray(record["spikes"][0]).T, aspect="auto", cmap="Greys", origin="lower")
    plt.show()

slider = ipywidgets.FloatSlider(value=0.02, min=0.005, max=0.05, step=0.0005, readout_format=".4f")
ipywidgets.interact(show, tau_mem=slider);
"""

PRESSED = """() => {
  const found = window.measured = { moves: [], painted: [] };
  const channel = new MessageChannel();
  channel.port1.onmessage = () => found.painted.push(performance.now());
  document.addEventListener("keydown", (event) => found.moves.push(event.timeStamp), true);
  const seen = (picture) => requestAnimationFrame(() => channel.port2.postMessage(0));
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) {
      const picture = node.nodeType === 1 && (node.matches("img") ? node : node.querySelector("img"));
      if (!picture) continue;
      if (picture.complete) seen(picture);
      else picture.addEventListener("load", () => seen(picture));
    }
  }).observe(document.body, { childList: true, subtree: true });
}"""

_NUMBERS = itertools.count(1)

PLACES = ("JupyterLab", "panel serve", "interact")

COUNTS = "view => [view.bouton.paints, window.measured.frames.length, performance.now()]"
COMPILED = "view => view.bouton.head.compilations"


class Live:
    """Sliders and live traces on a page."""

    def __init__(self, watched):
        self.page = watched.page
        # Tall enough for both views: what is not on the screen is not painted.
        self.page.set_viewport_size({"width": 1280, "height": 1400})
        self.page.wait_for_selector(".bt-traces canvas", timeout=120_000)
        # Panel's pages have roots of their own: a selector finds its way into them, and no document does.
        self.view = self.page.locator(".bt-traces")
        while not self.view.evaluate("view => view.bouton?.head.step > 2500"):
            self.page.wait_for_timeout(200)
        self.slider = self.page.locator("[data-path='tau_mem'] input[type=range]")
        self.slider.evaluate(WATCH)

    def moves(self, count):
        """Milliseconds to the picture, of each move."""
        self.slider.evaluate(WATCH)
        self.slider.focus()
        for turn in range(count):
            self.page.keyboard.press("ArrowRight" if turn % 2 else "ArrowLeft")
            self.page.wait_for_timeout(random.uniform(200, 400))
        settled = "measured.moves.every((move) => measured.frames.some((frame) => frame.painted && frame.change >= move.change))"
        self.page.wait_for_function(f"measured.moves.every((move) => move.change !== null) && {settled}", timeout=20_000)
        found = self.page.evaluate("measured")
        assert len(found["moves"]) == count, f"{len(found['moves'])} of {count} moves have reached the slider"
        painted = [
            [frame["painted"] for frame in found["frames"] if frame["change"] >= move["change"]] for move in found["moves"]
        ]
        return [times[0] - move["input"] for times, move in zip(painted, found["moves"], strict=True)]

    def counts(self, seconds):
        """Paints and frames in a second."""
        before = self.view.evaluate(COUNTS)
        self.page.wait_for_timeout(1000 * seconds)
        after = self.view.evaluate(COUNTS)
        paints, frames, passed = (end - start for start, end in zip(before, after, strict=True))
        return {"paints a second": 1000 * paints / passed, "frames a second": 1000 * frames / passed}

    def tweaks(self, count):
        """Set the slider at random places; the model is compiled once before and after."""
        assert self.view.evaluate(COMPILED) == 1
        for _ in range(count):
            self.slider.evaluate(
                "(slider, part) => { slider.value = Number(slider.min) + part * (slider.max - slider.min);"
                " slider.dispatchEvent(new Event('input', { bubbles: true })); }",
                random.random(),
            )
            self.page.wait_for_timeout(30)
        self.page.wait_for_timeout(500)
        assert self.view.evaluate(COMPILED) == 1, "a changed parameter has compiled something"


class Interact:
    """A slider of ipywidgets and a figure of matplotlib on a page."""

    def __init__(self, watched):
        self.page = watched.page
        self.slider = self.page.locator(".widget-slider [role=slider], .noUi-handle").first
        self.slider.wait_for(timeout=120_000)
        self.page.wait_for_selector(".jp-OutputArea img", timeout=120_000)
        self.page.wait_for_timeout(1000)

    def moves(self, count):
        """Milliseconds to the picture, of each move; each waits for the picture of the one before."""
        self.page.evaluate(PRESSED)
        self.slider.focus()
        for turn in range(count):
            self.page.keyboard.press("ArrowRight" if turn % 2 else "ArrowLeft")
            self.page.wait_for_function(f"measured.painted.length > {turn}", timeout=20_000)
            self.page.wait_for_timeout(random.uniform(200, 400))
        found = self.page.evaluate("measured")
        return [painted - pressed for painted, pressed in zip(found["painted"], found["moves"], strict=False)]


@contextmanager
def in_lab(lab, browser, name, cells):
    """The page of a notebook that has not been open before."""
    name = f"{name}{next(_NUMBERS)}"
    lab.write(f"{name}.ipynb", cells)
    watched = Watched(browser)
    try:
        client = lab.show(watched.page, f"{name}.ipynb")
        yield watched
        client.stop_channels()
    finally:
        watched.context.close()


@contextmanager
def serving_app(folder):
    """Panel serves the app; gives its address, and the server."""
    (folder / "app.py").write_text(APP)
    port = free_port()
    url = f"http://127.0.0.1:{port}/app"
    command = [sys.executable, "-m", "panel", "serve", "app.py", "--address=127.0.0.1", f"--port={port}"]
    with serving([*command, "--unused-session-lifetime=10000"], url, folder) as process:
        yield url, process


@contextmanager
def served(folder, browser):
    """The app's page."""
    with serving_app(folder) as (url, _):
        watched = Watched(browser)
        try:
            watched.page.goto(url)
            yield watched
        finally:
            watched.context.close()


def measure(scene, asked):
    """The figures of one page."""
    scene.moves(2)
    to_paint = scene.moves(asked.moves)
    assert min(to_paint) > 0, "no picture can have changed before the slider"
    found = {"to the picture, p50 ms": quantile(to_paint, 0.5), "to the picture, p95 ms": quantile(to_paint, 0.95)}
    if isinstance(scene, Live):
        found |= scene.counts(asked.seconds)
        scene.tweaks(asked.tweaks)
    return found


def one_round(asked, lab, folder, browser):
    """Each place once, in random order."""
    places = {
        "JupyterLab": lambda: in_lab(lab, browser, "live", [THOUSAND, *VIEWS]),
        "panel serve": lambda: served(folder, browser),
        "interact": lambda: in_lab(lab, browser, "interact", [THOUSAND, INTERACT]),
    }
    found = {}
    for name in random.sample(
        [place for place in places if not asked.places or place in asked.places], k=len(asked.places or places)
    ):
        with places[name]() as watched:
            scene = (Interact if name.startswith("interact") else Live)(watched)
            found[name] = measure(scene, asked)
            assert not watched.complaints, watched.complaints
    return found


def as_text(rounds):
    """A table: of each figure the quietest round's, and the median over them."""
    places = [place for place in PLACES if place in rounds[0]]
    lines = [f"| quietest of {len(rounds)}, median | {' | '.join(places)} |", "|---|" + "---|" * len(places)]
    for what in dict.fromkeys(what for place in places for what in rounds[0][place]):
        cells = []
        for place in places:
            values = [one[place][what] for one in rounds if what in one[place]]
            best = (max if what.endswith("second") else min)(values, default=None)
            cells.append("" if best is None else f"{best:.0f}, {statistics.median(values):.0f}")
        lines.append(f"| {what} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("places", nargs="*", metavar="PLACE", help=f"of {', '.join(PLACES)}; all, when left out")
    parser.add_argument("--runs", type=int, default=3, help="fresh kernels and pages for each (default: 3)")
    parser.add_argument("--moves", type=int, default=60, help="moves of the slider in a run (default: 60)")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long frames are counted (default: 10)")
    parser.add_argument(
        "--tweaks", type=int, default=200, help="parameters set at random, none of which may compile (default: 200)"
    )
    parser.add_argument("--tiny", action="store_true", help="one run, few moves: does the work, measures nothing")
    parser.add_argument("--json", metavar="FILE", help="also write all runs there")
    asked = parser.parse_args()
    if unknown := set(asked.places) - set(PLACES):
        parser.error(f"no such place: {', '.join(sorted(unknown))}; there are {', '.join(PLACES)}")
    if chromium_path() is None:
        sys.exit("There is no Chromium on the path: install it (Debian: apt-get install chromium).")
    if asked.tiny:
        asked.runs, asked.moves, asked.seconds, asked.tweaks = 1, 3, 0.5, 10
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder, app = Path(name) / "lab", Path(name) / "app"
        for one in (folder, app):
            one.mkdir()
        with jupyterlab(folder) as lab:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
            rounds = [one_round(asked, lab, app, browser) for _ in range(asked.runs)]
            browser.close()
    sys.stdout.write(f"\n{as_text(rounds)}\n\n")
    sys.stdout.write(", ".join(f"{name} {version}" for name, version in versions().items()) + "\n")
    if asked.json:
        Path(asked.json).write_text(json.dumps({"versions": versions(), "rounds": rounds}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
