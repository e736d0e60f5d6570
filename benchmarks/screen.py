"""How long from a slider to the picture, in a real JupyterLab in a real headless Chromium? Frames and processor time, too.

The clocks are those of the page and of the kernel, on one machine. A move is a key press on the slider, and begins with the
slider's `input` event. It has reached the model when the kernel's `simulation.set` has returned. It is painted in the first frame
that contains it, when the browser has done with that frame's scripts, layout and drawing.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
from pathlib import Path

import psutil
from _report import versions
from playwright.sync_api import sync_playwright

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from browser.kit import FLAGS, Watched, chromium_path, execute, jupyterlab

TUTORIAL = """
import numpy as np
import bouton as bp
import bouton_widgets as bw
from bouton.modules import LIF, ExpSyn, Linear, Sequential
from sklearn.datasets import load_digits

bp.math.random.seed(0)
rows = (load_digits().images / 16).astype(np.float32)
stream = np.concatenate([rows, np.zeros_like(rows)], axis=1)[:50].reshape(-1, 8)
net = Sequential(Linear((8, 100)), ExpSyn(100, tau=0.004), LIF(100, tau_mem=0.002, tau_syn=0.002))
simulation = bp.run.LiveSimulation(net, inputs=stream, record=["1_ExpSyn.isyn", "2_LIF.spikes"], speed=0.02, window=0.16)
simulation.step(160)
slider = "1_ExpSyn.tau"
"""

THOUSAND = """
import numpy as np
import bouton as bp
import bouton_widgets as bw

model = bp.modules.LIFJax(1000, bias=np.linspace(0.04, 0.09, 1000, dtype=np.float32), tau_mem=0.02, noise_std=0.0)
simulation = bp.run.LiveSimulation(model, record=["vmem", "spikes"])
slider = "tau_mem"
"""

SCENES = {
    "tutorial": ("the first tutorial's network at its speed: 8 traces, a raster of 100 rows", TUTORIAL),
    "thousand": ("1000 LIF neurons in real time: 8 traces, a raster of 192 rows", THOUSAND),
}

NOTE = """
import os, time

changes = {}
plain_set = simulation.set

def noted_set(path, value):
    change = plain_set(path, value)
    changes[change] = time.time()
    return change

simulation.set = noted_set
simulation.start()
bw.parameters(simulation)
"""

WATCH = """slider => {
  const moves = [], frames = [], seen = new Set();
  const channel = new MessageChannel();
  channel.port1.onmessage = (event) => { frames[event.data].painted = performance.timeOrigin + performance.now(); };
  slider.addEventListener("input", (event) => moves.push({ input: performance.timeOrigin + event.timeStamp, change: null }));
  document.addEventListener("bouton-change", (event) => {
    moves.find((move) => move.change === null).change = event.detail.change;
  });
  document.addEventListener("bouton-frame", (event) => {
    frames.push({ change: event.detail.change, painted: null });
    channel.port2.postMessage(frames.length - 1);
  });
  // What the page's clock lacks of the kernel's, seen where the system's clock goes on to the next millisecond.
  let offset = -Infinity;
  for (const end = performance.now() + 50; performance.now() < end;) {
    offset = Math.max(offset, Date.now() - performance.timeOrigin - performance.now());
  }
  window.measured = { moves, frames, offset };
}"""


class Scene:
    """A notebook with sliders and traces, open in a page, with its simulation running."""

    def __init__(self, lab, browser, name):
        lab.write(f"{name}.ipynb", [SCENES[name][1], NOTE, "bw.traces(simulation)"])
        self.watched = Watched(browser)
        self.page, self.lab = self.watched.page, lab
        # Tall enough for both views: what is not on the screen is not painted.
        self.page.set_viewport_size({"width": 1280, "height": 1400})
        self.client = lab.show(self.page, f"{name}.ipynb")
        self.page.wait_for_selector(".bt-traces canvas", timeout=120_000)
        self.page.wait_for_function("document.querySelector('.bt-traces').bouton?.head.step > 0", timeout=60_000)
        self.slider = self.page.locator(f"[data-path='{self.ask('slider')}'] input[type=range]")
        self.slider.evaluate(WATCH)
        self.kernel = self.ask("os.getpid()")

    def ask(self, expression):
        return json.loads(execute(self.client, f"import json; print(json.dumps({expression}))"))

    def close(self):
        self.client.stop_channels()
        self.watched.context.close()

    def moves(self, count):
        """Milliseconds to the model and to the picture, of each move."""
        self.slider.focus()
        for turn in range(count):
            self.page.keyboard.press("ArrowRight" if turn % 2 else "ArrowLeft")
            self.page.wait_for_timeout(random.uniform(200, 400))
        found = self.page.evaluate("measured")
        changed = {int(number): 1000 * seconds for number, seconds in self.ask("changes").items()}
        assert len(found["moves"]) == count, f"{len(found['moves'])} of {count} moves have reached the slider"
        to_model, to_paint = [], []
        for move in found["moves"]:
            to_model.append(changed[move["change"]] - move["input"] - found["offset"])
            painted = next(frame["painted"] for frame in found["frames"] if frame["change"] >= move["change"])
            to_paint.append(painted - move["input"])
        assert self.ask("simulation.compilations") == 1
        return to_model, to_paint

    def run(self, seconds):
        """Paints and frames a second, and the share of a core that each process takes, with nobody's hand on it."""
        kernel, server = psutil.Process(self.kernel), self.lab.process.pid
        groups = {"kernel": [kernel], "server": [psutil.Process(server)], "browser": _browsers()}
        before = self._counts(), {name: _processor_time(group) for name, group in groups.items()}
        self.page.wait_for_timeout(1000 * seconds)
        after = self._counts(), {name: _processor_time(group) for name, group in groups.items()}
        (paints, frames, start), (more_paints, more_frames, end) = before[0], after[0]
        passed = (end - start) / 1000
        share = {f"{name}, cores": (after[1][name] - before[1][name]) / passed for name in groups}
        return {"paints a second": (more_paints - paints) / passed, "frames a second": (more_frames - frames) / passed} | share

    def _counts(self):
        return self.page.evaluate(
            "[document.querySelector('.bt-traces').bouton.paints, measured.frames.length, performance.now()]"
        )


def _browsers():
    return [child for child in psutil.Process().children(recursive=True) if "chrom" in child.name()]


def _processor_time(processes):
    total = 0.0
    for process in processes:
        times = process.cpu_times()
        total += times.user + times.system
    return total


def quantile(values, part):
    """The value below which this part of the values lies."""
    return statistics.quantiles(values, n=100, method="inclusive")[round(100 * part) - 1]


def measure(lab, browser, name, moves, seconds):
    """One fresh notebook, kernel and page."""
    scene = Scene(lab, browser, name)
    try:
        scene.moves(2)
        scene.slider.evaluate(WATCH)
        to_model, to_paint = scene.moves(moves)
        found = {
            "to the model, p50 ms": quantile(to_model, 0.5),
            "to the model, p95 ms": quantile(to_model, 0.95),
            "to the picture, p50 ms": quantile(to_paint, 0.5),
            "to the picture, p95 ms": quantile(to_paint, 0.95),
        }
        assert min(to_model) > 0, "the model cannot have changed before the slider"
        assert all(paint > 0 for paint in to_paint)
        found |= scene.run(seconds)
        assert not scene.watched.complaints, scene.watched.complaints
    finally:
        scene.close()
    return found


def as_text(name, runs):
    """A table: of each figure the best run's and the median over the runs."""
    lines = [f"| {SCENES[name][0]} | quietest run | median of {len(runs)} |", "|---|---|---|"]
    for what in runs[0]:
        values = [run[what] for run in runs]
        best = max(values) if what.endswith("second") else min(values)
        digits = 2 if what.endswith("cores") else 0
        lines.append(f"| {what} | {best:.{digits}f} | {statistics.median(values):.{digits}f} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help=f"of {', '.join(SCENES)}; both, when left out")
    parser.add_argument("--runs", type=int, default=5, help="fresh kernels and pages for each (default: 5)")
    parser.add_argument("--moves", type=int, default=60, help="moves of the slider in a run (default: 60)")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long frames are counted (default: 10)")
    parser.add_argument("--tiny", action="store_true", help="one run, few moves: does the work, measures nothing")
    parser.add_argument("--json", metavar="FILE", help="also write all runs there")
    asked = parser.parse_args()
    if unknown := set(asked.scenes) - set(SCENES):
        parser.error(f"no such scene: {', '.join(sorted(unknown))}; there are {', '.join(SCENES)}")
    if chromium_path() is None:
        sys.exit("There is no Chromium on the path: install it (Debian: apt-get install chromium).")
    if asked.tiny:
        asked.runs, asked.moves, asked.seconds = 1, 3, 0.5
    scenes = asked.scenes or list(SCENES)
    found = {name: [] for name in scenes}
    with tempfile.TemporaryDirectory() as folder, jupyterlab(Path(folder)) as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        for _ in range(asked.runs):
            for name in scenes:
                found[name].append(measure(lab, browser, name, asked.moves, asked.seconds))
        browser.close()
    for name in scenes:
        sys.stdout.write(f"\n{as_text(name, found[name])}\n")
    sys.stdout.write("\n" + ", ".join(f"{name} {version}" for name, version in versions().items()) + "\n")
    if asked.json:
        Path(asked.json).write_text(json.dumps({"versions": versions(), "runs": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
