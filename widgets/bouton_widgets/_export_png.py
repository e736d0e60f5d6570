"""The package's own SVG pictures as PNG. Only what these are made of is understood."""

import base64
import io
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFont

_PIXELS = 2
"""Of the file, for each of the picture's own."""

_FINER = 2
"""Drawn so many times as fine, which smooths the lines."""

_SCALE = _PIXELS * _FINER
_FONTS = {False: ("DejaVuSans.ttf", "Arial.ttf"), True: ("DejaVuSans-Bold.ttf", "Arial Bold.ttf")}
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}
_STEP = re.compile(r"([MLHVhv])|(-?\d+(?:\.\d+)?(?:e-?\d+)?)")

Place = tuple[float, float]


def png_of(picture: str) -> bytes:
    """Draw an SVG of this package, twice as fine as it says it is."""
    root = ElementTree.fromstring(picture)
    wide, tall = (round(float(root.get(name, "0"))) for name in ("width", "height"))
    sheet = Image.new("RGBA", (wide * _SCALE, tall * _SCALE), "white")
    clips = {element.get("id", ""): element[0] for element in root.iter() if _tag(element) == "clipPath"}
    _draw_all(sheet, root, clips, {"font-size": root.get("font-size", "12")})
    small = sheet.resize((wide * _PIXELS, tall * _PIXELS), Image.Resampling.BOX)
    found = io.BytesIO()
    small.convert("RGB").save(found, "PNG", optimize=True)
    return found.getvalue()


def _draw_all(sheet: Image.Image, parent: ElementTree.Element, clips: dict[str, ElementTree.Element], inherited: dict) -> None:
    for element in parent:
        attributes = inherited | element.attrib
        if _tag(element) == "g":
            _group(sheet, element, clips, attributes)
        elif _tag(element) == "image":
            _image(sheet, attributes)
        elif _tag(element) == "text":
            _text(sheet, attributes, "".join(element.itertext()))
        elif _tag(element) == "path":
            _path(sheet, attributes)
        elif _tag(element) in ("rect", "circle"):
            _shape(sheet, _tag(element), attributes)


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _group(sheet: Image.Image, element: ElementTree.Element, clips: dict, attributes: dict) -> None:
    """Draw apart what is cut off at a frame, or seen through."""
    inherited = {name: value for name, value in attributes.items() if name not in ("clip-path", "opacity")}
    layer = Image.new("RGBA", sheet.size)
    _draw_all(layer, element, clips, inherited)
    opacity = layer.getchannel("A").point([round(part * float(attributes.get("opacity", 1))) for part in range(256)])
    clip = clips.get(attributes.get("clip-path", "").removeprefix("url(#").removesuffix(")"))
    if clip is not None:
        mask = Image.new("L", sheet.size)
        ImageDraw.Draw(mask).rectangle(_box(clip.attrib), fill=255)
        opacity = ImageChops.multiply(opacity, mask)
    layer.putalpha(opacity)
    sheet.alpha_composite(layer)


def _box(attributes: dict) -> tuple[float, float, float, float]:
    x, y, wide, tall = (float(attributes.get(name, 0)) * _SCALE for name in ("x", "y", "width", "height"))
    return x, y, x + wide - 1, y + tall - 1


def _colour(attributes: dict, name: str) -> tuple[int, ...] | None:
    value = attributes.get(name)
    return None if value in (None, "none") else ImageColor.getcolor(value, "RGBA")  # pyright: ignore[reportReturnType]


def _width(attributes: dict) -> int:
    return max(round(float(attributes.get("stroke-width", 1)) * _SCALE), 1)


def _shape(sheet: Image.Image, tag: str, attributes: dict) -> None:
    pen = ImageDraw.Draw(sheet)
    paint = {"fill": _colour(attributes, "fill"), "outline": _colour(attributes, "stroke"), "width": _width(attributes)}
    if tag == "circle":
        x, y, radius = (float(attributes[name]) * _SCALE for name in ("cx", "cy", "r"))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), **paint)
    else:
        pen.rounded_rectangle(_box(attributes), float(attributes.get("rx", 0)) * _SCALE, **paint)


def _image(sheet: Image.Image, attributes: dict) -> None:
    head, _, body = (attributes.get("href") or "").partition("base64,")
    if head != "data:image/png;":
        return
    left, top, right, bottom = (round(edge) for edge in _box(attributes))
    picture = Image.open(io.BytesIO(base64.b64decode(body))).convert("RGBA")
    sheet.alpha_composite(picture.resize((right - left + 1, bottom - top + 1), Image.Resampling.BOX), (left, top))


def _text(sheet: Image.Image, attributes: dict, words: str) -> None:
    size = float(attributes.get("font-size", 12)) * _SCALE
    place = float(attributes["x"]) * _SCALE, float(attributes["y"]) * _SCALE
    font = _font(round(size), int(attributes.get("font-weight", 400)) >= 600)
    anchor = _ANCHORS[attributes.get("text-anchor", "start")]
    ImageDraw.Draw(sheet).text(place, words, font=font, fill=_colour(attributes, "fill"), anchor=anchor)


@lru_cache(maxsize=16)
def _font(size: int, bold: bool) -> Any:
    for name in _FONTS[bold]:
        try:
            # Wider than the fonts that the pictures are laid out for.
            return ImageFont.truetype(name, round(0.93 * size) if name.startswith("DejaVu") else size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def _path(sheet: Image.Image, attributes: dict) -> None:
    colour, width = _colour(attributes, "stroke"), _width(attributes)
    if colour is None:
        return
    pen = ImageDraw.Draw(sheet)
    dashes = [float(part) * _SCALE for part in re.split(r"[ ,]+", attributes.get("stroke-dasharray", "")) if part]
    for line in _lines(attributes.get("d", "")):
        for piece in _dashed(line, dashes) if dashes else [line]:
            pen.line(piece, fill=colour, width=width, joint="curve" if width > _FINER else None)


def _lines(data: str) -> Iterator[list[Place]]:
    """The polylines of a path, in pixels of the sheet."""
    line: list[Place] = []
    at, command, numbers = (0.0, 0.0), "M", []
    for letter, digits in _STEP.findall(data):
        if letter:
            command, numbers = letter, []
            continue
        numbers.append(float(digits) * _SCALE)
        if len(numbers) < (2 if command in "ML" else 1):
            continue
        if command == "M" and line:
            yield line
            line = []
        across, up = at if command in "hv" else (0.0, 0.0)
        if command in "ML":
            at = numbers[0], numbers[1]
        elif command in "Hh":
            at = across + numbers[0], at[1]
        else:
            at = at[0], up + numbers[0]
        line.append(at)
        numbers = []
    if line:
        yield line


def _dashed(line: list[Place], dashes: list[float]) -> Iterator[list[Place]]:
    """What of a line is drawn, with gaps of every second length."""
    k, left, piece = 0, dashes[0], [line[0]]
    for start, end in pairwise(line):
        length = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
        done = 0.0
        while length - done > left:
            done += left
            place = (start[0] + (end[0] - start[0]) * done / length, start[1] + (end[1] - start[1]) * done / length)
            if k % 2 == 0:
                yield [*piece, place]
            k, piece = k + 1, [place]
            left = dashes[k % len(dashes)]
        left -= length - done
        piece.append(end)
    if k % 2 == 0 and len(piece) > 1:
        yield piece
