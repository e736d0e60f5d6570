"""The scripts and the style sheet that a page gets, read from the package."""

import re
from pathlib import Path

from bouton import errors

_FOLDER = Path(__file__).parent / "web"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let)\b)", re.MULTILINE)


def script(name: str, folder: Path = _FOLDER) -> str:
    """Give one ES module with the modules it imports written into it.

    Jupyter and Panel hand a page the text of one module, and such a text has no address that a relative import could
    start from. The files stay ordinary modules; here each import of a neighbour is replaced by the neighbour, once.

    Parameters
    ----------
    name : str
        File name inside the package's folder of scripts, such as ``"tree.js"``.
    folder : Path
        Where the scripts are.

    Returns
    -------
    str
        The module's text, without imports.

    Raises
    ------
    UnknownPathError
        When a module imports a file that is not there.
    """
    taken: list[str] = []

    def gather(name: str) -> str:
        if name in taken:
            return ""
        taken.append(name)
        try:
            text = (folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise errors.UnknownPathError(
                where=f"bouton_widgets.script({name!r})",
                expected="one of the package's scripts",
                got="no such file",
                fix="Install bouton again: a part of it is missing.",
            ) from None
        neighbours = "".join(gather(other) for other in _IMPORT.findall(text))
        text = _IMPORT.sub("", text)
        # Only the module that was asked for keeps its (default) export.
        return neighbours + _EXPORT.sub("", text)

    return gather(name)


def style() -> str:
    """Give the style sheet that all views share."""
    return (_FOLDER / "style.css").read_text(encoding="utf-8")
