import nbformat
import pytest
from nbformat import v4

from bouton.notebooks._check import check


def out(text, name="stdout"):
    return v4.new_output("stream", name=name, text=text)


@pytest.fixture
def findings(tmp_path):
    def of(*cells):
        nbformat.write(v4.new_notebook(cells=list(cells)), tmp_path / "a.ipynb")
        return [f"{finding.cell}: {finding.sentence}" for finding in check(tmp_path / "a.ipynb")]

    return of


def code(source, *outputs, count=1, tags=()):
    return v4.new_code_cell(source, outputs=list(outputs), execution_count=count, metadata={"tags": list(tags)})


def test_a_notebook_that_others_can_run_has_nothing_to_correct(findings):
    assert (
        findings(
            v4.new_markdown_cell("See https://example.org/home/page and `a/b`."),
            code(
                "import numpy as np\nrng = np.random.default_rng(1)\nself._x = rng.normal()\n%time x = 1 / 2\n!ls", out("1/2\n")
            ),
            code("class A:\n    def _repr_html_(self): return self._hidden", count=2),
            code("1 / 0", v4.new_output("error", ename="E", evalue="", traceback=[]), count=2, tags=["raises-exception"]),
            code("%%bash\nls --color 'unclosed", count=3),
        )
        == []
    )


def test_private_names_are_found(findings):
    assert findings(
        code("import bouton as bp\nfrom bouton.core._entry import Entry\nimport a._b\nbp.run._live.Engine()\nx.__class__")
    ) == [
        "cell 0: bouton.core._entry.Entry is private",
        "cell 0: a._b is private",
        "cell 0: _live is private",
    ]


def test_stray_outputs_are_found(findings):
    error = v4.new_output("error", ename="ValueError", evalue="", traceback=[])
    assert findings(
        code("1", out("1"), count=None),
        code(" ", out("1")),
        code("1", out("w", "stderr")),
        code("1", out("w", "stderr"), tags=["check-stderr"]),
        code("f()", error),
        code("# NBVAL_RAISES_EXCEPTION\nf()", error),
    ) == [
        "cell 0: has outputs and was never run",
        "cell 1: has outputs and no source",
        "cell 2: stores what was written to stderr",
        "cell 4: stores a ValueError and has no tag raises-exception",
    ]


def test_cells_that_were_not_run_in_order_are_found(findings):
    assert findings(code("1", count=2), code("2", count=1)) == ["notebook: its cells were not run in order"]


def test_paths_of_one_machine_are_found(findings):
    result = v4.new_output("execute_result", data={"text/plain": "'/Users/me/x.csv'", "image/svg+xml": "/home/a/b"})
    assert findings(
        v4.new_markdown_cell("data in /home/me/data.csv"),
        code("open('/data/x.npy'); open(r'C:\\Users\\me'); 'rate/home/x'", result, out("saved ./tmp/x")),
    ) == [
        "cell 0: the path /data/x.npy is one machine's",
        "cell 0: the path C:\\Users\\me is one machine's",
        "cell 0: an output shows the path /Users/me/x.csv",
        "text 0: the path /home/me/data.csv is one machine's",
    ]


def test_draws_without_a_seed_and_cells_that_are_no_python_are_found(findings):
    assert findings(code("import random\nrandom.random()"), code("for x in", count=2)) == [
        "cell 1: cannot be read as Python",
        "cell 0: random.random draws before random.seed was given a seed",
    ]
