"""Each benchmark does its work at a tiny size. The work is asserted, by the benchmarks themselves; times never are."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
pytestmark = pytest.mark.slow
QUESTIONS = (
    "classifier",
    "coba",
    "dispatch",
    "first_call",
    "graph",
    "functional",
    "imports",
    "lstm",
    "propagate",
    "series",
    "surrogate",
    "tweak",
    "record",
)


def run(*arguments):
    return subprocess.run([sys.executable, *arguments], cwd=BENCHMARKS, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """All benchmarks once, through the script that runs them."""
    file = tmp_path_factory.mktemp("benchmarks") / "rows.json"
    done = run("run.py", "--tiny", "--json", str(file))
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(file.read_text(encoding="utf-8"))


def test_there_is_one_script_for_each_question():
    scripts = {path.stem for path in BENCHMARKS.glob("*.py") if not path.stem.startswith("_")}
    assert scripts == {*QUESTIONS, "run", "screen", "live", "page_memory"}


@pytest.mark.long
@pytest.mark.parametrize("question", QUESTIONS)
def test_each_table_has_a_bare_row_and_rows_with_a_target(everything, question):
    _, found = everything
    tables = {row["table"]: [] for row in found["rows"][question]}
    for row in found["rows"][question]:
        tables[row["table"]].append(row)
    for rows in tables.values():
        assert len(rows) >= 2
        assert (rows[0]["ratio"], rows[0]["limit"]) == (1.0, None)
        assert all(row["value"] > 0 and row["ratio"] > 0 for row in rows)
        # Where bare JAX has several rows, only bouton's have a target.
        assert all(row["limit"] for row in rows[1:] if not row["name"].startswith("bare"))


@pytest.mark.long
def test_the_tables_and_the_versions_are_printed(everything):
    text, found = everything
    for question, rows in found["rows"].items():
        assert f"## {question}" in text
        for row in rows:
            assert f"| {row['table']} |" in text
            assert f"| {row['name']} |" in text
    assert f"jax {found['versions']['jax']}" in text


@pytest.mark.long
def test_import_bouton_is_held_to_a_number_of_modules(everything):
    _, found = everything
    (row,) = (r for r in found["rows"]["imports"] if r["limit_on"] == "value" and r["limit"])
    assert row["value"] < row["limit"] == 800


def test_one_question_is_answered_by_itself():
    done = run("run.py", "--tiny", "tweak")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("| bare JAX |") == 4


def test_a_question_that_there_is_not_is_named():
    done = run("run.py", "--tiny", "speed")
    assert done.returncode == 2
    there_are = done.stderr.partition("no such question: speed; there are ")[2].strip().split(", ")
    assert sorted(there_are) == sorted(QUESTIONS)


def test_work_that_is_not_done_ends_the_run():
    # A platform that does not exist: nothing can run.
    done = run(
        "-c",
        "import os, sys; os.environ['JAX_PLATFORMS'] = 'nowhere'; sys.argv[1:] = ['dispatch', '--tiny']; import run; run.main()",
    )
    assert done.returncode == 1
    assert "dispatch.py: the work was not done" in done.stderr
