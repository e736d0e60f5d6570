"""Pictures as pixels: where something stands in the SVG, its colour stands in the PNG, twice as fine."""

import io

import numpy as np
from PIL import Image

from bouton_widgets._export_png import png_of
from bouton_widgets._png import address


def pixels(*parts):
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" font-size="12">{"".join(parts)}</svg>'
    with Image.open(io.BytesIO(png_of(picture))) as found:
        return np.asarray(found.convert("RGB")).astype(int)


def test_an_empty_picture_is_white_and_twice_as_fine():
    found = pixels()
    assert found.shape == (40, 80, 3)
    assert (found == 255).all()


def test_lines_stand_where_their_path_goes():
    found = pixels('<path d="M5 4H15V10h10v-6M30 4L30 16" fill="none" stroke="#ff0000" stroke-width="2"/>')
    red = (found == [255, 0, 0]).all(axis=2)
    for x, y in ((10, 4), (15, 7), (20, 10), (25, 7), (30, 10)):
        assert red[2 * y, 2 * x], (x, y)
    for x, y in ((20, 4), (27, 10), (10, 10)):
        assert not red[2 * y, 2 * x], (x, y)


def test_dashes_leave_gaps_of_their_length():
    found = pixels('<path d="M0 10H40" stroke="#000000" stroke-width="2" stroke-dasharray="6 4"/>')
    dark = found[20, :, 0] < 128
    assert dark[[2, 8, 22, 30, 70]].all()
    assert not dark[[15, 17, 35, 37, 76]].any()
    assert abs(dark.mean() - 0.6) < 0.05


def test_what_is_outside_of_a_frame_is_cut_off_and_what_is_seen_through_is_mixed():
    clip = '<clipPath id="a"><rect x="10" y="5" width="10" height="10"/></clipPath>'
    found = pixels(clip, '<g clip-path="url(#a)" opacity="0.5"><rect x="0" y="0" width="40" height="20" fill="#000000"/></g>')
    assert abs(found[20, 30, 0] - 128) <= 1
    assert (found[20, [10, 50]] == 255).all()
    assert (found[[4, 36], 30] == 255).all()


def test_circles_rectangles_and_images_are_filled():
    image = address(np.array([[[0, 0, 255, 255]]], np.uint8))
    found = pixels(
        '<circle cx="6" cy="10" r="4" fill="#00ff00"/>',
        '<rect x="14" y="6" width="8" height="8" fill="#ff0000"/>',
        f'<image x="26" y="6" width="8" height="8" href="{image}"/>',
        '<image x="0" y="0" width="8" height="4" href="http://example.org/elsewhere.png"/>',
    )
    assert [found[20, x].tolist() for x in (12, 36, 60)] == [[0, 255, 0], [255, 0, 0], [0, 0, 255]]
    assert (found[4, 8] == 255).all()


def test_words_stand_before_between_or_after_their_place():
    def centre(anchor):
        found = pixels(f'<text x="20" y="14" fill="#000000" text-anchor="{anchor}" font-weight="600">mm</text>')
        return np.nonzero((found < 128).any(axis=2))[1].mean()

    start, middle, end = (centre(anchor) for anchor in ("start", "middle", "end"))
    assert end < 38 < 42 < start
    assert abs(middle - 40) < 2
