"""Pictures as PNG, written by hand: no package for pictures need be there."""

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray


def png(pixels: NDArray[np.uint8]) -> bytes:
    """Write (rows, columns, 4) of red, green, blue and opacity, the first row on top."""
    rows, columns, _ = pixels.shape
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), pixels.reshape(rows, -1)], axis=1)
    head = struct.pack(">2I5B", columns, rows, 8, 6, 0, 0, 0)
    parts = [_chunk(b"IHDR", head), _chunk(b"IDAT", zlib.compress(lines.tobytes())), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def address(pixels: NDArray[np.uint8]) -> str:
    """The same as an address that holds the picture itself."""
    return f"data:image/png;base64,{base64.b64encode(png(pixels)).decode()}"


def coloured(index: NDArray, colours: list[str]) -> NDArray[np.uint8]:
    """Pixels of the colours, #rrggbb or #rrggbbaa, with these numbers; those below 0 are seen through."""
    table = np.array([[*bytes.fromhex(colour[1:].ljust(8, "f"))] for colour in colours] + [[0, 0, 0, 0]], np.uint8)
    return table[np.where(index < 0, len(colours), index)]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
