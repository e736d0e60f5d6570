"""The scripts and the style sheets that a page gets, read from the package."""

import re
from pathlib import Path

from bouton import errors

_FOLDER = Path(__file__).parent / "web"
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./([a-z]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const|let) (\w+))", re.MULTILINE)
_DEFAULT = re.compile(r"^export default .*\n?", re.MULTILINE)


def script(name: str, folder: Path = _FOLDER) -> str:
    """Give one ES module with the modules it imports written into it.

    Jupyter and Panel hand a page the text of one module, and such a text has no address that a relative import could
    start from. The files stay ordinary modules; here each import of a neighbour is replaced by the neighbour, once, in a scope of
    its own. Of its exports those by name are left.

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
    taken: dict[str, str] = {}

    def gather(name: str) -> str:
        try:
            text = (folder / f"{name}.js").read_text(encoding="utf-8")
        except FileNotFoundError:
            raise errors.UnknownPathError(
                where=f"bouton_widgets.script({f'{name}.js'!r})",
                expected="one of the package's scripts",
                got="no such file",
                fix="Install bouton again: a part of it is missing.",
            ) from None
        for _, other in _IMPORT.findall(text):
            if other not in taken:
                taken[other] = ""
                taken[other] = _enclosed(other, gather(other))
                # In the order in which they are needed.
                taken[other] = taken.pop(other)
        return _IMPORT.sub(lambda found: f"const {found[1].replace(' as ', ': ')} = _{found[2]};\n", text)

    text = gather(name.removesuffix(".js"))
    # Only the module that was asked for keeps its default export.
    return "".join(taken.values()) + _EXPORT.sub(r"\1", text)


def _enclosed(name: str, text: str) -> str:
    names = ", ".join(found[1] for found in _EXPORT.findall(text))
    body = _EXPORT.sub(r"\1", _DEFAULT.sub("", text))
    return f"const _{name} = (() => {{\n{body}return {{ {names} }};\n}})();\n"


def style() -> str:
    """Give the style sheets that all views share."""
    sheets = ("style", "controls", "explore", "live", "views")
    return "".join((_FOLDER / f"{name}.css").read_text(encoding="utf-8") for name in sheets)
