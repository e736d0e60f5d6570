"""The ``bouton`` command: reads its arguments, calls what they name, prints one sentence when that fails."""

import argparse
import sys
from collections.abc import Sequence

from .._version import __version__
from ..errors import BoutonError
from ..notebooks import install_kernels


def main(argv: Sequence[str] | None = None) -> int:
    """Run the ``bouton`` command.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the command's name; ``sys.argv[1:]`` when left out.

    Returns
    -------
    int
        Exit status: 0 when it worked, 1 when bouton refused. Arguments it cannot read end the process with 2.
    """
    arguments = _parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except BoutonError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bouton", description="Models of neural dynamics in JAX, in a notebook.")
    parser.add_argument("--version", action="version", version=f"bouton {__version__}")
    topics = parser.add_subparsers(title="topics", metavar="TOPIC", required=True)

    notebooks = topics.add_parser("notebooks", help="the kernels that bouton's notebooks run in")
    actions = notebooks.add_subparsers(title="actions", metavar="ACTION", required=True)
    install = actions.add_parser("install-kernels", help="register bouton-cpu and bouton-gpu with Jupyter")
    place = install.add_mutually_exclusive_group()
    place.add_argument("--sys-prefix", action="store_true", help="into the running environment (the default)")
    place.add_argument("--user", action="store_true", help="for the user who runs this")
    place.add_argument("--prefix", metavar="P", help="into the environment at P")
    install.set_defaults(run=_install_kernels)
    return parser


def _install_kernels(arguments: argparse.Namespace) -> None:
    for folder in install_kernels(user=arguments.user, prefix=arguments.prefix):
        print(f"installed {folder.name} in {folder}")
