"""The ``bouton`` command."""

from ._main import main as main
