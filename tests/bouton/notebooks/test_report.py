import base64
from html.parser import HTMLParser

from bouton.notebooks._report import page


def cell(number, outcome="passed", **more):
    return {"notebook": "a/b.ipynb", "cell": number, "kernel": "bouton-cpu", "outcome": outcome, "differences": [], **more}


def test_the_page_shows_expected_beside_got_with_the_lines_marked():
    one = {"kind": "stdout", "why": "line 2: off by 1%", "expected": "same\nV = 1.0\n", "got": "same\nV = 1.01\n"}
    html = page(
        [cell(0, seconds=1.5, memory=300), cell(1, "failed", problem="They differ.", source="print(V)", differences=[one])]
    )
    assert '<h4>Expected</h4><pre>same\n<span class="old">V = 1.0</span></pre>' in html
    assert '<h4>Got</h4><pre>same\n<span class="new">V = 1.01</span></pre>' in html
    assert html.index("Expected") < html.index("Got")
    assert "<h3>Cell 1: They differ.</h3><pre>print(V)</pre>" in html
    assert "stdout: line 2: off by 1%" in html
    assert "1 notebook, 2 cells" in html
    assert "1 failed" in html


def test_nothing_that_a_notebook_says_becomes_markup():
    evil = "<script>alert(1)</script>\"'<img src=x onerror=alert(2)>"
    one = {"kind": evil, "why": evil, "expected": evil, "got": f"{evil}\n{evil}"}
    picture = {"kind": "image/png", "why": "", "expected": '"><script>', "got": "x"}
    svg = {"kind": "image/svg+xml", "why": "", "expected": "<svg onload='alert(3)'>", "got": "<svg>"}
    known = cell(1, "failed", problem=evil, source=evil, details=evil, seconds=1.0, memory=1) | {"notebook": evil, "kernel": evil}
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append((tag, dict(attrs)))

    for differences in ([one, picture, svg], []):
        Reader().feed(page([{**known, "differences": differences}]))
    assert {tag for tag, _ in found} & {"script", "img", "svg", "a", "iframe", "link"} == set()
    assert not [name for _, attributes in found for name in attributes if name.startswith("on") or name in {"src", "href"}]


def test_pictures_are_shown_as_such():
    data = base64.encodebytes(b"\x89PNG" + bytes(60)).decode()
    html = page([cell(1, "failed", differences=[{"kind": "image/png", "why": "size", "expected": data, "got": data}])])
    assert html.count(f'<img alt="picture" src="data:image/png;base64,{"".join(data.split())}">') == 2


def test_an_exception_is_shown_without_the_colours_of_a_terminal():
    html = page([cell(1, "failed", problem="It raised.", details="\x1b[31mValueError\x1b[0m: <bad>")])
    assert "<pre>ValueError: &lt;bad&gt;</pre>" in html


def test_a_notebook_that_was_skipped_tells_why_and_the_slowest_cells_come_first():
    skipped = cell(0, "skipped", problem="no cuda device") | {"notebook": "gpu.ipynb"}
    html = page([cell(0, seconds=1.0, memory=10), cell(1, seconds=3.0, memory=20), skipped])
    assert "no cuda device" in html
    assert "none failed" in html
    slow = html[html.index("Slowest cells") :]
    assert slow.index("3.00") < slow.index("1.00")
