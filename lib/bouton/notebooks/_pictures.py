"""How large a picture is, in pixels, read from its first bytes."""

import base64
import binascii
import re

_SVG_TAG = re.compile(r"<svg\b[^>]*>", re.DOTALL)
# Frames of a JPEG that carry its size: every SOF marker but those of tables.
_SOF = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}


def picture_size(mime: str, content: str) -> tuple[int, int] | None:
    """Width and height of a picture, in pixels; None for a kind that is not known, or bytes that are no picture.

    Parameters
    ----------
    mime : str
        Such as ``image/png``.
    content : str
        As notebooks store it: base64, or the text of an SVG.
    """
    if mime == "image/svg+xml":
        return _svg(content)
    try:
        data = base64.b64decode(content)
    except (binascii.Error, ValueError):
        return None
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    if data[:4] == b"GIF8" and len(data) >= 10:
        return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    return _jpeg(data) if data[:2] == b"\xff\xd8" else None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        if data[place + 1] in _SOF:
            return int.from_bytes(data[place + 7 : place + 9]), int.from_bytes(data[place + 5 : place + 7])
        place += 2 + int.from_bytes(data[place + 2 : place + 4])
    return None


def _svg(text: str) -> tuple[int, int] | None:
    tag = _SVG_TAG.search(text)
    if tag is None:
        return None
    sides = [re.search(rf'\b{side}\s*=\s*["\']([\d.]+)', tag.group()) for side in ("width", "height")]
    if sides[0] and sides[1]:
        return round(float(sides[0].group(1))), round(float(sides[1].group(1)))
    box = re.search(r'\bviewBox\s*=\s*["\']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)', tag.group())
    return (round(float(box.group(1))), round(float(box.group(2)))) if box else None
