"""The ``bouton`` command: reads its arguments, calls what they name, prints one sentence when that fails."""

import argparse
import sys
from collections.abc import Sequence

from .._version import __version__
from ..errors import BoutonError
from ._explore import add_explore
from ._notebooks import add_notebooks


def main(argv: Sequence[str] | None = None) -> int:
    """Run the ``bouton`` command.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the command's name; ``sys.argv[1:]`` when left out.

    Returns
    -------
    int
        Exit status: 0 when it worked, 1 when bouton refused or found something wrong. Arguments it cannot read end the process
        with 2.
    """
    arguments = _parser().parse_args(argv)
    try:
        return arguments.run(arguments) or 0
    except BoutonError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bouton", description="Models of neural dynamics in JAX, in a notebook.")
    parser.add_argument("--version", action="version", version=f"bouton {__version__}")
    topics = parser.add_subparsers(title="topics", metavar="TOPIC", required=True)

    add_explore(topics)
    add_notebooks(topics)
    return parser
