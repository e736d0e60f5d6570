import base64
import struct
import zlib

import pytest

from bouton.notebooks._pictures import picture_size


def stored(data):
    return base64.encodebytes(data).decode()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


PNG = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 640, 48, 8, 0, 0, 0, 0))
# A quantization table, then the frame: 8 bits, height 30, width 40.
JPEG = b"\xff\xd8" + b"\xff\xdb\x00\x04ab" + b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", 30, 40) + b"\x01\x11\x00"
GIF = b"GIF89a" + struct.pack("<HH", 12, 5) + b"\x00"


@pytest.mark.parametrize(
    ("mime", "content", "size"),
    [
        ("image/png", stored(PNG), (640, 48)),
        ("image/jpeg", stored(JPEG), (40, 30)),
        ("image/gif", stored(GIF), (12, 5)),
        ("image/svg+xml", '<?xml?><svg height="20.4pt" width="30pt"><rect width="1"/></svg>', (30, 20)),
        ("image/svg+xml", "<svg viewBox='0 -5 300 200.0'></svg>", (300, 200)),
        ("image/svg+xml", "<svg><rect width='1' height='2'/></svg>", None),
        ("image/svg+xml", "no picture", None),
        ("image/png", stored(PNG[:20]), None),
        ("image/jpeg", stored(JPEG[:12]), None),
        ("image/png", stored(b"text"), None),
        ("image/png", "a", None),
    ],
)
def test_the_size_is_in_the_first_bytes(mime, content, size):
    assert picture_size(mime, content) == size
