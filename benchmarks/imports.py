"""What does ``import bouton`` cost, beside ``import jax``? Each import in a fresh process, the two in turn."""

import json
import subprocess
import sys

from _report import Row, options, row, say

NAMES = ("jax", "bouton")
MOST_MODULES = 800

CHILD = """
import resource, sys, time
start = time.perf_counter()
import {name}
seconds = time.perf_counter() - start
import json
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({{
    "seconds": seconds,
    "bytes": peak if sys.platform == "darwin" else 1024 * peak,
    "modules": len(sys.modules),
    "version": {name}.__version__,
}}))
"""


def fresh(name: str) -> dict:
    """Import ``name`` in a process of its own. This one stays small: a child's peak memory never reads below its parent's."""
    done = subprocess.run([sys.executable, "-c", CHILD.format(name=name)], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["version"], f"{name} was not imported"
    return found


def measure(rounds: int) -> list[Row]:
    found: dict[str, list[dict]] = {name: [] for name in NAMES}
    for turn in range(rounds):
        for name in NAMES if turn % 2 else reversed(NAMES):
            found[name].append(fresh(name))
    assert all(f["modules"] < MOST_MODULES for f in found["bouton"]), f"{found['bouton'][0]['modules']} modules imported"
    kinds = (
        ("time of the import", "seconds", 1.0, "s", 1.25, "ratio"),
        ("peak memory", "bytes", 2.0**20, "MiB", 1.1, "ratio"),
        ("modules imported", "modules", 1.0, "modules", MOST_MODULES, "value"),
    )
    rows = []
    for table, what, size, unit, limit, limit_on in kinds:
        values = {name: [f[what] / size for f in found[name]] for name in NAMES}
        for name in NAMES:
            wanted = {"limit": limit, "limit_on": limit_on} if name == "bouton" else {}
            rows.append(row(table, f"import {name}", values[name], values["jax"], unit, **wanted))
    return rows


def main() -> None:
    asked = options("Cost of importing bouton.")
    if not asked.tiny:
        for name in NAMES:
            fresh(name)  # writes byte code, and brings the files into the system's cache
    say(measure(2 if asked.tiny else 15), asked.json)


if __name__ == "__main__":
    main()
