"""Runs every benchmark in fresh processes, in turn, and prints the median of each number over them."""

import argparse
import dataclasses
import json
import subprocess
import sys
from pathlib import Path

from _report import Row, as_text, median_of, read, versions

HERE = Path(__file__).parent
QUESTIONS = (
    "dispatch",
    "first_call",
    "tweak",
    "record",
    "series",
    "classifier",
    "propagate",
    "coba",
    "surrogate",
    "lstm",
    "graph",
    "functional",
    "imports",
)


def once(question: str, tiny: bool) -> list[Row]:
    """The rows of one process."""
    command = [sys.executable, str(HERE / f"{question}.py"), "--json", "-", *(["--tiny"] if tiny else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{question}.py: the work was not done, or could not be (exit status {done.returncode})")
    return read(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help=f"of {', '.join(QUESTIONS)}; all, when left out")
    parser.add_argument("--processes", type=int, default=5, help="fresh processes for each (default: 5)")
    parser.add_argument("--tiny", action="store_true", help="tiny sizes, one process: does the work, measures nothing")
    parser.add_argument("--json", metavar="FILE", help="also write all rows there")
    asked = parser.parse_args()
    unknown = set(asked.questions) - set(QUESTIONS)
    if unknown:
        parser.error(f"no such question: {', '.join(sorted(unknown))}; there are {', '.join(QUESTIONS)}")
    questions = asked.questions or QUESTIONS
    runs: dict[str, list[list[Row]]] = {question: [] for question in questions}
    for _ in range(1 if asked.tiny else asked.processes):
        for question in questions:
            runs[question].append(once(question, asked.tiny))
    rows = {question: median_of(same) for question, same in runs.items()}
    for question in questions:
        sys.stdout.write(f"\n## {question}\n\n{as_text(rows[question])}\n")
    sys.stdout.write("\n" + ", ".join(f"{name} {version}" for name, version in versions().items()) + "\n")
    if asked.json:
        found = {question: [dataclasses.asdict(r) for r in rows[question]] for question in questions}
        Path(asked.json).write_text(json.dumps({"versions": versions(), "rows": found}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
