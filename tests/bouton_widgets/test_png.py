"""A picture as PNG, read back chunk by chunk as the standard has it, and by a browser in the tests of the browser."""

import base64
import struct
import zlib

import numpy as np

from bouton_widgets._png import address, coloured, png


def chunks(data):
    at, found = 8, []
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0] == zlib.crc32(kind + body)
        found.append((kind, body))
        at += 12 + size
    return found


def test_pixels_come_back_as_they_were():
    pixels = np.random.default_rng(0).integers(0, 256, (3, 5, 4), dtype=np.uint8)
    data = png(pixels)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    (head, shape), (body, packed), (end, nothing) = chunks(data)
    assert (head, body, end, nothing) == (b"IHDR", b"IDAT", b"IEND", b"")
    # Five columns, three rows, eight bits of red, green, blue and opacity, no interlacing.
    assert struct.unpack(">2I5B", shape) == (5, 3, 8, 6, 0, 0, 0)
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(3, 21)
    assert (rows[:, 0] == 0).all()
    assert (rows[:, 1:].reshape(3, 5, 4) == pixels).all()


def test_an_address_holds_the_picture_itself():
    pixels = np.zeros((1, 1, 4), np.uint8)
    head, data = address(pixels).split(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(data) == png(pixels)


def test_numbers_become_colours_and_those_below_0_nothing():
    found = coloured(np.array([[0, 1, -1]]), ["#ff8000", "#01020380"])
    assert found.tolist() == [[[255, 128, 0, 255], [1, 2, 3, 128], [0, 0, 0, 0]]]
