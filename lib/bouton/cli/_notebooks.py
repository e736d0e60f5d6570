"""``bouton notebooks``: kernels, and notebooks as tests."""

import argparse
import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

from ..errors import EnvironmentProblem, RunningError
from ..notebooks import KERNELS, install_kernels

_NEEDS = {"ipykernel", "jupyter_client", "nbformat", "nbval", "psutil", "pytest"}
_BY_DEVICE = {"cpu": KERNELS[0].name, "gpu": KERNELS[1].name}
_NO_TESTS = 5  # pytest's status when it found nothing to run


def add_notebooks(topics: Any) -> None:
    """Add the topic to those of the command."""
    notebooks = topics.add_parser(
        "notebooks",
        help="the kernels of notebooks, and notebooks as tests",
        description="Works on any notebook, not only on bouton's.",
    )
    actions = notebooks.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_install(actions)
    _add(actions, "list", _list, "notebooks, their kernels and what is stored in them", default=".")
    test = _add(actions, "test", _test, "run notebooks and compare their outputs with those stored")
    test.add_argument("--kernel", choices=["cpu", "gpu", "all"], help="bouton's kernel to run in (the notebook's own)")
    _add_limits(test)
    test.add_argument("--report", metavar="FILE", help="HTML page with what was expected beside what came")
    test.add_argument("--junit", metavar="FILE", help="JUnit's XML, for a server that runs tests")
    test.add_argument("--stderr", action="store_true", help="compare what is written to stderr as well")
    test.add_argument("-n", "--processes", metavar="N", help="run N notebooks at a time (needs pytest-xdist)")
    update = _add(actions, "update", _update, "run notebooks, show what changed, and store it")
    update.add_argument("--kernel", choices=["cpu", "gpu"], help="bouton's kernel to run in (the notebook's own)")
    _add_limits(update)
    how = update.add_mutually_exclusive_group()
    how.add_argument("--yes", action="store_true", help="store without asking")
    how.add_argument("--dry-run", action="store_true", help="show only")
    _add(actions, "check", _check, "find draws without a seed, private names, stray outputs and absolute paths")


def _add_install(actions: Any) -> None:
    install = actions.add_parser("install-kernels", help="register bouton-cpu and bouton-gpu with Jupyter")
    place = install.add_mutually_exclusive_group()
    place.add_argument("--sys-prefix", action="store_true", help="into the running environment (the default)")
    place.add_argument("--user", action="store_true", help="for the user who runs this")
    place.add_argument("--prefix", metavar="P", help="into the environment at P")
    install.set_defaults(run=_install_kernels)


def _add(actions: Any, name: str, run: Any, what: str, default: str | None = None) -> argparse.ArgumentParser:
    action = actions.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    action.add_argument(
        "paths", nargs="+" if default is None else "*", metavar="PATH", default=default, help="notebooks and folders"
    )
    action.set_defaults(run=run)
    return action


def _add_limits(action: argparse.ArgumentParser) -> None:
    action.add_argument("--cell-seconds", type=float, default=600.0, metavar="S", help="time limit of a cell (600)")
    action.add_argument("--seconds", type=float, metavar="S", help="time limit of a notebook")
    action.add_argument("--mb", type=float, metavar="MB", help="memory limit of a kernel and the processes it starts")


def _install_kernels(arguments: argparse.Namespace) -> None:
    for folder in install_kernels(user=arguments.user, prefix=arguments.prefix):
        print(f"installed {folder.name} in {folder}")


def _list(arguments: argparse.Namespace) -> None:
    harness = _harness()
    paths = harness.find([arguments.paths] if isinstance(arguments.paths, str) else arguments.paths)
    width = max(len(str(path)) for path in paths)
    for path in paths:
        print(f"{path!s:{width}}  {harness.described(path)}")


def _test(arguments: argparse.Namespace) -> int:
    harness = _harness()
    paths = [str(path) for path in harness.find(arguments.paths)]
    kernels = [None] if arguments.kernel is None else list(_BY_DEVICE) if arguments.kernel == "all" else [arguments.kernel]
    worst = 0
    for kernel in kernels:
        apart = kernel if len(kernels) > 1 else None
        done = subprocess.run([sys.executable, "-m", "pytest", *_options(arguments, kernel, apart), *paths])
        worst = max(worst, 0 if done.returncode == _NO_TESTS else done.returncode)
    return worst


def _options(arguments: argparse.Namespace, kernel: str | None, apart: str | None) -> list[str]:
    """Arguments of pytest, whatever the settings of the folder it is run in."""
    options = ["-q", "-rfE", "-p", "bouton_pytest", "-p", "no:cacheprovider", "-o", "addopts=", "--nbval"]
    options.append(f"--nbval-cell-timeout={arguments.cell_seconds:g}")
    if kernel is not None:
        options.append(f"--nbval-kernel-name={_BY_DEVICE[kernel]}")
    for name, value in (("notebook-seconds", arguments.seconds), ("notebook-mb", arguments.mb)):
        options += [f"--{name}={value:g}"] if value is not None else []
    for name, value in (("notebook-report", arguments.report), ("junitxml", arguments.junit)):
        options += [f"--{name}={_beside(value, apart)}"] if value is not None else []
    options += ["--notebook-stderr"] if arguments.stderr else []
    return [*options, *(["-n", arguments.processes] if arguments.processes else [])]


def _beside(file: str, apart: str | None) -> str:
    """``report-cpu.html`` for ``report.html``, when each kernel writes one."""
    path = Path(file)
    return file if apart is None else str(path.with_name(f"{path.stem}-{apart}{path.suffix}"))


def _update(arguments: argparse.Namespace) -> None:
    harness = _harness()
    if not (arguments.yes or arguments.dry_run or sys.stdin.isatty()):
        raise RunningError(
            where="bouton notebooks update", expected="somebody to ask", got="no terminal", fix="Say --yes or --dry-run."
        )
    limits = harness.Limits(arguments.cell_seconds, arguments.seconds, arguments.mb)
    for path in harness.find(arguments.paths):
        found = harness.update(path, _BY_DEVICE.get(arguments.kernel), limits)
        print("\n".join(harness.changes_in_words(path, found.changes)))
        if found.changes and not arguments.dry_run and (arguments.yes or _is_wanted(path)):
            harness.write(path, found.notebook)
            print(f"{path}: stored")


def _is_wanted(path: Path) -> bool:
    return input(f"Store {path}? [y/N] ").strip().lower() in {"y", "yes"}


def _check(arguments: argparse.Namespace) -> int:
    harness = _harness()
    found = 0
    paths = harness.find(arguments.paths)
    for path in paths:
        for finding in harness.check(path):
            print(f"{path}: {finding.cell}: {finding.sentence}")
            found += 1
    if not found:
        print(f"{len(paths)} notebook{'s'[: len(paths) != 1]}: nothing to correct")
    return int(found > 0)


def _harness() -> Any:
    try:
        return importlib.import_module("bouton.notebooks._harness")
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _NEEDS:
            raise
    raise EnvironmentProblem(
        where="bouton notebooks",
        expected="nbval, and Jupyter's kernels",
        got=f"no {missing}",
        fix="Install them with pip install 'bouton[notebooks]'.",
    )
