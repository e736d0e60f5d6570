import pytest

from bouton.notebooks._html import plain_html, without_ids


def test_elements_and_words_are_kept_and_ids_styles_and_scripts_are_not():
    html = """<style>#x {color: red}</style><div id="a-12" style="width: 3px" class="net"><label for="a-12">tau</label>
    <input type="range" value="3.5"> <b title="0x7f00aa">mV &amp; ms</b></div><script>let p1001 = 5;</script>"""
    assert plain_html(html).split("\n") == [
        "<div class=net>",
        "<label>",
        "tau",
        "<input type=range value=3.5>",
        "<b title=0x…>",
        "mV & ms",
        "<script>",
    ]


def test_a_script_tells_the_models_that_it_carries():
    script = '<script>render([{"type": "object", "name": "Figure", "id": "p1"}, {"name":"Column00121"}, {"name": "x"}])</script>'
    assert plain_html(script) == "<script> Column Figure"


def test_the_ids_of_bokeh_pandas_and_widgets_read_alike():
    assert without_ids("p1004 T_a1b2c_row0 sk-container-id-3") == "<id> <id> <id>"
    assert without_ids("d41d8cd98f00b204e9800998ecf8427e") == "<id>"
    assert without_ids("p12 T_row") == "p12 T_row"


def test_a_figure_of_bokeh_reads_alike_each_time_and_unlike_another():
    plotting = pytest.importorskip("bokeh.plotting")
    embed = pytest.importorskip("bokeh.embed")

    def html(y, mark="line"):
        figure = plotting.figure(title="V")
        getattr(figure, mark)([0, 1], y)
        return "".join(embed.components(figure))

    first = html([0.0, 1.0])
    assert first != html([0.0, 1.0])
    assert plain_html(first) == plain_html(html([0.0, 1.0]))
    assert plain_html(first) != plain_html(html([0.0, 1.0], mark="scatter"))
    assert "Figure" in plain_html(first)
    assert "Line" in plain_html(first)
