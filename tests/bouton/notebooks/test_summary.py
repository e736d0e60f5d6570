from bouton.notebooks._summary import lines, summarise


def cell(notebook, number, outcome="passed", **more):
    return {"notebook": notebook, "cell": number, "kernel": "bouton-gpu", "outcome": outcome, "differences": [], **more}


def test_the_summary_counts_notebooks_and_tells_why_some_were_skipped():
    reason = "bouton-gpu: no cuda device: JAX found none"
    seen = [
        cell("a", 0, seconds=0.1, memory=1),
        cell("a", 1, "failed", problem="x"),
        cell("b", 0, seconds=0.1, memory=1),
        cell("b", 1, "skipped", problem="the cell is marked to be skipped"),
        cell("c", 0, "skipped", problem=reason),
        cell("c", 1, "skipped", problem=reason),
        cell("d", 0, "skipped", problem=reason),
    ]
    assert lines(seen, 5) == [
        "1 passed, 1 failed, 2 skipped",
        "2 notebooks skipped on bouton-gpu: no cuda device: JAX found none",
    ]


def test_the_slowest_cells_are_told_the_slowest_first():
    seen = [cell("a", number, seconds=seconds, memory=100) for number, seconds in enumerate([0.5, 2.0, 9.25, 1.5])]
    assert lines(seen, 2)[1:] == ["    9.2 s    100 MB  a, cell 2", "    2.0 s    100 MB  a, cell 1"]
    assert lines(seen, 0) == ["1 passed"]


def test_the_page_is_written_where_it_was_asked_for(tmp_path):
    said = []

    class Terminal:
        def section(self, title):
            said.append(title)

        def line(self, msg):
            said.append(msg)

    file = tmp_path / "new" / "report.html"
    summarise([cell("a", 0)], Terminal(), 5, str(file))
    assert said == ["notebooks", "1 passed", f"report: {file}"]
    assert file.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
