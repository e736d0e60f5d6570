"""Nine notebooks, each with a known trouble, run as anybody runs them: ``pytest --nbval``, here in two processes."""

import base64
import os
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import nbformat
import pytest
from nbformat import v4

from bouton.notebooks import install_kernels

pytestmark = pytest.mark.slow


def code(source, *outputs, tags=()):
    return v4.new_code_cell(source, outputs=list(outputs), execution_count=1, metadata={"tags": list(tags)})


def out(text, name="stdout"):
    return v4.new_output("stream", name=name, text=text)


def result(text, **data):
    kinds = {"text/plain": text, **{kind.replace("__", "/"): content for kind, content in data.items()}}
    return v4.new_output("execute_result", data=kinds, execution_count=1)


def shown(text, **data):
    return v4.new_output("display_data", data=result(text, **data)["data"])


def png(width, height, colour=0):
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIB", 13, b"IHDR", width, height, colour)).decode()


NOTEBOOKS = {
    "update": [
        code("from IPython.display import display\nhandle = display('0%', display_id=True)", shown("'100%'")),
        code("for i in range(11):\n    handle.update(f'{10 * i}%')"),
        code("other = display('a', display_id=True); other.update('b')", shown("'b'")),
        code("wrong = display('a', display_id=True); wrong.update('b')", shown("'a'")),
    ],
    "clear": [
        code(
            "from IPython.display import clear_output\nfor i in range(5):\n    clear_output(wait=True)\n    print('step', i)",
            out("step 4\n"),
        ),
        code("print('gone'); clear_output()"),
        code("clear_output(wait=True); print('kept')", out("gone\nkept\n")),
    ],
    "stderr": [
        code(
            "import sys, time, warnings\nfrom tqdm import tqdm\nwarnings.warn('careful')\n"
            "for _ in tqdm(range(3)):\n    time.sleep(0.01)\nprint('done')",
            out("/old/ipykernel_1/2.py:3: UserWarning: careful\n 10%| 1/3 [00:07<01:00, 9.9it/s]", "stderr"),
            out("done\n"),
        ),
        code("print('pid 12', file=sys.stderr)", out("pid 4711\n", "stderr"), tags=["check-stderr"]),
        code("print('low', file=sys.stderr)", out("high\n", "stderr"), tags=["check-stderr"]),
        code("for _ in tqdm(range(3), file=sys.stdout): pass", out("100%|####| 3/3 [00:09<00:00, 0.1it/s]\n")),
    ],
    "html": [
        code(
            "import uuid\nfrom IPython.display import HTML\ndef html(text):\n"
            '    one = uuid.uuid4()\n    return HTML(f\'<div id="{one}"><b>{text}</b><script>show("{one}")</script></div>\')\n'
            "html('5.0 Hz')",
            result(
                "<IPython.core.display.HTML object>",
                text__html='<div id="a1b2"><b>5.0000001 Hz</b><script>show("a1b2")</script></div>',
            ),
        ),
        code(
            "html('5.1 Hz')",
            result("<IPython.core.display.HTML object>", text__html='<div id="1"><b>5.0 Hz</b><script>show("1")</script></div>'),
        ),
        code(
            "import ipywidgets\nipywidgets.IntSlider(3)",
            result("IntSlider(value=3)", **{"application/vnd.jupyter.widget-view+json": {"model_id": "old"}}),
        ),
        code(
            "ipywidgets.IntSlider(4, description='tau')",
            result(
                "IntSlider(value=4, description='tau')",
                **{"application/vnd.jupyter.widget-view+json": {"model_id": "stored"}},
            ),
        ),
    ],
    "floats": [
        code("import numpy as np\nprint(np.float32(-61.37219))", out("-61.372185\n")),
        code("print(np.float32(-61.37219))", out("-61.985912\n")),
        code("np.linspace(0, 1, 4, dtype='f4')", result("array([0. , 0.33333334, 0.6666667 , 1. ], dtype=float32)")),
        code("np.linspace(0, 1, 4, dtype='f4')", result("array([0., 0.33333334, 0.6666667, 1.])")),
        code("np.zeros((3, 5)).shape", result("(3, 4)")),
        code("print(0.5)", out("0.505\n"), tags=["tolerance-0.02"]),
        code("print(0.5)", out("0.505\n"), tags=["tolerance-small"]),
    ],
    "addresses": [
        code("class Net: pass\nNet()", result("<__main__.Net at 0x7f0000000000>")),
        code("import os\nprint('pid', os.getpid())", out("pid 1\n")),
    ],
    "thread": [
        code("import threading\nprint(1)", out("1\n")),
        code("thread = threading.Thread(target=lambda: 1 / 0)\nthread.start(); thread.join()"),
        code("threading.Thread(target=lambda: 1 / 0).start()", tags=["raises-exception"]),
    ],
    "hang": [
        code(
            "import base64, time\nclass Picture:\n    def __init__(self, data): self.data = data\n"
            f"    def _repr_png_(self): return base64.b64decode(self.data)\nPicture('{png(640, 480, colour=9)}')",
            result("<__main__.Picture at 0x1234567>", image__png=png(640, 481)),
        ),
        code(f"Picture('{png(64, 480)}')", result("<__main__.Picture at 0x1234567>", image__png=png(640, 480))),
        code("time.sleep(1.05)"),
        code(
            "while True:\n    try:\n        time.sleep(9)\n    except KeyboardInterrupt:\n        print('no')",
            tags=["limit-seconds-1"],
        ),
        code("print('never')", out("never\n")),
    ],
    "memory": [
        code("import time\nkept = bytearray(10)"),
        code("kept = b'x' * 500_000_000\ntime.sleep(30)", tags=["limit-mb-400"]),
    ],
}
STORED_WIDGET = {
    "application/vnd.jupyter.widget-state+json": {
        "version_major": 2,
        "version_minor": 0,
        "state": {"stored": {"model_name": "IntSliderModel", "model_module": "m", "state": {"value": 5}}},
    }
}
# What is caught, in which words; every other cell passes.
CAUGHT = {
    ("update", 3): r"text/plain: line 1: expected \"'a'\", got \"'b'\"",
    ("clear", 2): r"stdout: line 1: expected 'gone', got 'kept'",
    ("stderr", 2): r"stderr: line 1: expected 'high', got 'low'",
    ("html", 1): r"text/html: line 3: expected 5\.0, got 5\.1, off by 2%",
    ("html", 3): r"widget-view\+json: .*",
    ("floats", 1): r"stdout: line 1: expected -61\.985912, got -61\.37219, off by 0\.99%",
    ("floats", 3): r"text/plain: line 1: expected 'array.*', got 'array.*float32",
    ("floats", 4): r"text/plain: line 1: expected 4, got 5, in a shape",
    ("floats", 6): r"floats\.ipynb, cell 6: tag tolerance-small: expected a number that is not negative",
    ("thread", 1): r"An exception was raised in a thread or a task, where no cell sees it\.[\s\S]*ZeroDivisionError",
    ("hang", 1): r"image/png: expected 640 × 480 pixels, got 64 × 480 pixels",
    ("hang", 3): r"ran past its limit of 1 s\. It did not answer an interrupt within 3 s\. Its kernel was killed\.",
    ("memory", 1): r"The kernel held \d+ MB, past its limit of 400 MB\. Its kernel was killed\.",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One run of all notebooks: its folder, what it printed, and by notebook and cell the outcome and the words."""
    folder = tmp_path_factory.mktemp("troubles")
    install_kernels(prefix=str(folder / "env"))
    for name, cells in NOTEBOOKS.items():
        metadata = {"widgets": STORED_WIDGET} if name == "html" else {}
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        nbformat.write(v4.new_notebook(cells=cells, metadata=kernel | metadata), folder / f"{name}.ipynb")
    gpu = v4.new_notebook(cells=[code("1"), code("2")], metadata={"kernelspec": {"name": "bouton-gpu", "display_name": "G"}})
    nbformat.write(gpu, folder / "on_gpu.ipynb")
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    done = pytest_in(folder, "-n", "2", "--junitxml=junit.xml", "--notebook-report=report.html", "--notebook-slow=3", "-rf")
    cells = {}
    for case in ElementTree.parse(folder / "junit.xml").iter("testcase"):
        notebook = case.get("classname").split(".")[-1]
        notebook = notebook if notebook != "ipynb" else case.get("classname").split(".")[-2]
        ends = [end for end in case if end.tag in {"failure", "error", "skipped"}]
        words = "".join(f"{end.get('message')}\n{end.text}" for end in ends)
        number = int(case.get("name").removeprefix("Cell "))
        cells[notebook, number] = (ends[0].tag if ends else "passed", re.sub(r"(?:\x1b|#x1B)\[\d*m", "", words), case)
    return folder, done.stdout + done.stderr, cells


def pytest_in(folder, *options):
    command = [sys.executable, "-m", "pytest", "-p", "bouton_pytest", "-p", "no:cacheprovider", "--nbval", *options]
    environment = os.environ | {"JUPYTER_PATH": str(folder / "env" / "share" / "jupyter"), "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)


def test_what_is_wrong_is_caught_and_what_is_noise_is_not(run):
    _, printed, cells = run
    failed = {place for place, (outcome, _, _) in cells.items() if outcome in {"failure", "error"}}
    assert failed == set(CAUGHT), printed
    assert re.search(r"^FAILED floats\.ipynb::Cell 1 - The outputs are not those stored\. stdout: line 1", printed, re.MULTILINE)
    for place, words in CAUGHT.items():
        assert re.search(words, cells[place][1]), (place, cells[place][1])


def test_every_cell_was_run_but_what_follows_one_that_was_stopped(run):
    _, _, cells = run
    assert {name for name, _ in cells} == {*NOTEBOOKS, "on_gpu"}
    assert len(cells) == sum(map(len, NOTEBOOKS.values())) + 2
    skipped = {place: words for place, (outcome, words, _) in cells.items() if outcome == "skipped"}
    assert set(skipped) == {("hang", 4), ("on_gpu", 0), ("on_gpu", 1)}
    assert "not run: cell 3 was stopped" in skipped["hang", 4]


def test_a_notebook_without_its_device_is_skipped_and_the_summary_says_so(run):
    _, printed, cells = run
    assert "bouton-gpu: no cuda device: " in cells["on_gpu", 0][1]
    assert "1 notebook skipped on bouton-gpu: no cuda device: " in printed
    assert "1 passed, 8 failed, 1 skipped" in printed


def test_the_slowest_cells_are_told(run):
    _, printed, cells = run
    slow = re.findall(r"^ +([\d.]+) s +\d+ MB  (\S+), cell (\d+)$", printed, re.MULTILINE)
    assert 2 <= len(slow) <= 3
    assert ("hang.ipynb", "3") in [(name, cell) for _, name, cell in slow]
    (seconds,) = [one.get("value") for one in cells["hang", 2][2].iter("property") if one.get("name") == "seconds"]
    assert 1.0 < float(seconds) < 5.0


def test_the_report_shows_expected_beside_got(run):
    folder, printed, _ = run
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert "report: report.html" in printed
    assert '<h4>Expected</h4><pre><span class="old">-61.985912</span></pre>' in html
    assert '<h4>Got</h4><pre><span class="new">-61.37219</span></pre>' in html
    assert html.count("data:image/png;base64") == 2
