import base64
import struct

import nbformat
import pytest
from nbformat import v4

pytest.importorskip("nbval")

from bouton.cli import main
from bouton.errors import RunningError
from bouton.notebooks import _update
from bouton.notebooks._files import read
from bouton.notebooks._update import update


def png(colour):
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIB", 13, b"IHDR", 8, 4, colour)).decode()


def code(source, *outputs, tags=(), count=None):
    return v4.new_code_cell(source, outputs=list(outputs), execution_count=count, metadata={"tags": list(tags)})


def out(text, name="stdout"):
    return v4.new_output("stream", name=name, text=text)


CELLS = (
    code("print(1 / 3)", out("0.33333334\n"), count=7),
    code("import sys\nprint(0.5, file=sys.stderr)\nprint(2 / 3)", out("0.5\n"), count=8),
    code("print('10%\\r100%')"),
    code("skipped", out("kept"), tags=["nbval-skip"], count=9),
    code(
        f"import base64\nclass P:\n    def _repr_png_(self): return base64.b64decode('{png(9)}')\ndisplay(P())",
        v4.new_output("display_data", data={"image/png": png(1), "text/plain": "<__main__.P at 0x1234567>"}),
        count=10,
    ),
    code("1 / 0", tags=["raises-exception"], count=11),
    code("import ipywidgets\nipywidgets.IntSlider(3)", count=12),
)


@pytest.fixture
def path(tmp_path):
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(v4.new_notebook(cells=CELLS, metadata=kernel), tmp_path / "a.ipynb")
    return tmp_path / "a.ipynb"


@pytest.mark.slow
def test_a_run_replaces_what_is_not_alike_and_shows_it_first(path, capsys):
    before = path.read_text()
    found = update(path)
    assert path.read_text() == before
    assert {change.cell: [one.why for one in change.differences] for change in found.changes} == {
        1: ["line 1: expected 0.5, got 0.6666666666666666, off by 33%"],
        2: ["expected nothing on stdout, got text"],
        4: ["drawn anew"],
        5: ["expected 0 displays, got 1"],
        6: ["expected 0 displays, got 1"],
    }
    cells = found.notebook.cells
    assert [cell.outputs[0].get("text") for cell in cells[:4]] == ["0.33333334\n", "0.6666666666666666\n", "100%\n", "kept"]
    assert [len(cell.outputs) for cell in cells] == [1] * 7
    assert cells[4].outputs[0].data["image/png"].strip() == png(9)
    assert [cell.execution_count for cell in cells] == [1, 2, 3, 9, 5, 6, 7]
    view = cells[6].outputs[0].data["application/vnd.jupyter.widget-view+json"]["model_id"]
    states = found.notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    assert states[view]["state"]["value"] == 3
    nbformat.validate(found.notebook)

    assert main(["notebooks", "update", "--yes", str(path)]) == 0
    told = capsys.readouterr().out
    assert (
        "cell 1: stdout: line 1: expected 0.5, got 0.6666666666666666, off by 33%\n    - 0.5\n    + 0.6666666666666666\n" in told
    )
    assert told.endswith(f"{path}: stored\n")
    assert read(path).cells[1].outputs[0].text == "0.6666666666666666\n"


@pytest.mark.slow
def test_what_panel_bokeh_and_ipywidgets_show_is_the_same_the_second_time(tmp_path):
    cells = (
        "import panel as pn\npn.extension()",
        "pn.Column('# Title', pn.widgets.FloatSlider(name='tau', value=0.3))",
        "from tqdm.notebook import tqdm\nfor i in tqdm(range(3)): print(end='')",
        "import ipywidgets\nout = ipywidgets.Output()\nwith out: print('inside', 0.1 + 0.2)\nout",
        "ipywidgets.interact(lambda x: x * 2.5, x=(0, 10));",
        "from bokeh.plotting import figure, show\nfrom bokeh.io import output_notebook\noutput_notebook()",
        "f = figure(width=300, height=200); f.line([0, 1], [2, 3]); show(f)",
        "import logging; logging.warning('now')",
    )
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(v4.new_notebook(cells=[code(cell) for cell in cells], metadata=kernel), tmp_path / "a.ipynb")
    first = update(tmp_path / "a.ipynb")
    assert [change.cell for change in first.changes] == [0, 1, 2, 3, 4, 5, 6]
    (inside,) = [one.got for change in first.changes if change.cell == 3 for one in change.differences]
    assert "outputs: inside 0.30000000000000004" in inside
    nbformat.write(first.notebook, tmp_path / "a.ipynb")
    assert update(tmp_path / "a.ipynb").changes == []


@pytest.mark.parametrize("answer", ["y", "", "--dry-run"])
def test_it_writes_when_somebody_says_so(path, monkeypatch, capsys, answer):
    notebook = read(path)
    notebook.cells[0].outputs = []
    played = _update.Update(notebook, [_update.Change(0, [])])
    monkeypatch.setattr("bouton.notebooks._harness.update", lambda *_: played)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: answer)
    before = path.read_text()
    assert main(["notebooks", "update", *([answer] if answer.startswith("--") else []), str(path)]) == 0
    assert (path.read_text() != before) is (answer == "y")


def test_without_a_terminal_it_asks_for_a_word(path, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert main(["notebooks", "update", str(path)]) == 1
    assert "expected somebody to ask, got no terminal. Say --yes or --dry-run." in capsys.readouterr().err


@pytest.mark.slow
def test_a_cell_that_raises_stops_it(path):
    notebook = read(path)
    notebook.cells = [code("1 + 1"), code("1 / 0")]
    nbformat.write(notebook, path)
    with pytest.raises(
        RunningError, match=r"a\.ipynb, cell 1: expected a cell that runs, got ZeroDivisionError: division by zero\."
    ):
        update(path)


def test_a_kernel_without_its_device_is_refused(path, monkeypatch):
    monkeypatch.setattr(_update, "missing_device", lambda name: "no cuda device: JAX found none")
    with pytest.raises(
        RunningError, match=r"expected a device for bouton-gpu, got no cuda device: JAX found none\. Choose another"
    ):
        update(path, "bouton-gpu")
