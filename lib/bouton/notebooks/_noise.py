"""What differs from run to run without meaning anything: addresses, process numbers, random ids, rates of progress bars."""

import re

_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

_IN_TEXT = (
    (re.compile(r"\b0x[0-9a-fA-F]{4,}\b"), "0x…"),
    (re.compile(rf"\b{_UUID}\b"), "<id>"),
    # IPython names a cell's file by process and by a hash of the source.
    (re.compile(r"[^\s\"'<>(]*\bipykernel_\d+[/\\]\d+\.py"), "<cell>"),
    (re.compile(r"<ipython-input-\d+-[0-9a-f]+>"), "<cell>"),
    (re.compile(r"\b((?:p|par)?pid|parent)([ =:#]+)\d+", re.IGNORECASE), r"\1\2…"),
    # From three digits on: "process 3 of 8" is no number of the operating system.
    (re.compile(r"\b(process(?: id| number)?)([ =:#]+)\d{3,}", re.IGNORECASE), r"\1\2…"),
    (re.compile(r"\bstarted (daemon )?\d{6,}"), r"started \1…"),
    # tqdm: a bar that fills the line, elapsed<remaining, rate.
    (re.compile(r"(\d%)\|[^|\n]*\|"), r"\1|…|"),
    (re.compile(r"\[\d+:\d\d(?::\d\d)?(?:<|&lt;|, )[^\]\n]*\]"), "[…]"),
)
_OVERWRITTEN = re.compile(r"[^\n\b]\x08")


def without_noise(text: str) -> str:
    """A text in which what means nothing is the same in every run.

    Examples
    --------
    >>> without_noise("<Net object at 0x7f3a5c1d2e80>, pid 4711")
    '<Net object at 0x…>, pid …'
    """
    for pattern, instead in _IN_TEXT:
        text = pattern.sub(instead, text)
    return text


def as_shown(text: str) -> str:
    r"""What a stream leaves on the screen: of a line that was written over by ``\r`` or ``\b``, the last state."""
    while "\b" in text and _OVERWRITTEN.search(text):
        text = _OVERWRITTEN.sub("", text)
    if "\r" not in text:
        return text
    return "\n".join(_last_state(line) for line in text.replace("\r\n", "\n").split("\n"))


def _last_state(line: str) -> str:
    return next((state for state in reversed(line.split("\r")) if state.strip()), "")
