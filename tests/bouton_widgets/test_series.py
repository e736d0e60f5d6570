"""Time series as a widget: forms, names, units, pictures, and what a page is told."""

import base64
import json
import struct
import xml.etree.ElementTree as ET
import zlib

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from bokeh.models import HoverTool, Line, Range1d, Scatter
from bokeh.models.glyphs import Image

import bouton as bp
import bouton.math as bm
import bouton_widgets as bw
import bouton_widgets.panel
from bouton.errors import KindError, ValueRefused
from bouton.modules import LIF, TSContinuous, TSEvent

SVG = "{http://www.w3.org/2000/svg}"


def wave(channels=2, count=100, **more):
    values = np.sin(np.arange(count)[:, np.newaxis] / 10 + np.arange(channels))
    return TSContinuous.from_clocked(values, dt=1e-2, **more)


def spikes(channels=5, **more):
    return TSEvent(np.linspace(0, 0.9, 40), np.arange(40) % channels, t_stop=1.0, **more)


def plots(widget, dark=False):
    return [plot for plot, *_ in widget.figure(dark).children]


def glyphs(plot, kind):
    return [one for one in plot.renderers if isinstance(one.glyph, kind)]


def texts(widget):
    return [text.text for text in ET.fromstring(widget.svg()).iter(f"{SVG}text")]


# -- forms ------------------------------------------------------------------


@pytest.mark.parametrize(
    "channels, form, lines", [(1, "lines", 2), (8, "lines", 9), (9, "offset", 9), (40, "offset", 40), (41, "heatmap", 0)]
)
def test_the_number_of_channels_chooses_the_form(channels, form, lines):
    widget = wave(channels).plot()
    assert widget.view.panels[0].form == form
    (plot,) = plots(widget)
    assert len(glyphs(plot, Line)) == lines
    assert len(glyphs(plot, Image)) == (form != "lines")


def test_a_form_may_be_asked_for():
    assert wave(2).plot(form="heatmap").view.panels[0].form == "heatmap"
    assert len(glyphs(plots(wave(12).plot(form="lines"))[0], Line)) == 12


def test_a_height_may_be_asked_for():
    low, high = (plots(wave().plot(height=height))[0].height for height in (100, 300))
    assert high - low == 200


def test_events_are_marks_and_an_image():
    (plot,) = plots(spikes().plot())
    ((marks,), (image,)) = glyphs(plot, Scatter), glyphs(plot, Image)
    assert list(marks.data_source.data["y"]) == [k % 5 for k in range(40)]
    assert image.data_source.data["image"] == []


# -- axes, names, units -----------------------------------------------------


def test_axes_have_names_and_units():
    voltage, unknown, raster = plots(bw.series([wave(units="mV"), wave(), spikes()]))
    assert [plot.yaxis.axis_label for plot in (unknown, raster)] == ["value", "channel"]
    assert voltage.yaxis.axis_label.text == "mV"
    assert [plot.xaxis.axis_label for plot in (voltage, unknown, raster)] == [None, None, "time (s)"]


def test_series_share_one_axis_of_time_over_all_of_them():
    first, second = plots(bw.series([wave(), TSEvent([3.0], t_stop=4.0)]))
    assert first.x_range is second.x_range
    assert (first.x_range.start, first.x_range.end) == (0.0, 4.0)


def test_values_keep_their_own_axes():
    first, second = plots(bw.series([wave(), 100 * wave()]))
    assert isinstance(first.y_range, Range1d)
    assert first.y_range.start < -1 < 1 < first.y_range.end < 2
    assert second.y_range.end > 99


@pytest.mark.parametrize("value", [0.0, -65.0, 1e-9])
def test_a_constant_stands_in_the_middle(value):
    (plot,) = plots(TSContinuous([0, 1], [value, value]).plot())
    assert (plot.y_range.start + plot.y_range.end) / 2 == pytest.approx(value)
    assert plot.y_range.start < value < plot.y_range.end


def test_few_channels_have_a_number_each():
    assert {"0", "1", "2", "3"} <= set(texts(spikes(4).plot()))


def titles(widget):
    return [plot.title.text.text for plot in plots(widget)]


def test_series_are_named_by_the_mapping_by_themselves_or_by_number():
    assert titles(bw.series({"a": wave(name="own"), "b": {"c": spikes(), "d": spikes()}})) == ["a", "b.c", "b.d"]
    assert titles(bw.series([wave(name="own", units="mV"), spikes()])) == ["own  (mV)", "series 1"]
    assert titles(wave().plot()) == ["TSContinuous"]


def test_a_record_of_a_timed_module_is_drawn_as_it_is():
    timed = LIF(3, noise_std=0.0).timed()
    _, _, record = timed(duration=0.01, record=True)
    widget = bw.series(record)
    assert [panel.name for panel in widget.view.panels] == list(record)
    assert [panel.form for panel in widget.view.panels] == [
        "events" if isinstance(one, TSEvent) else "lines" for one in record.values()
    ]


def test_what_a_runner_has_read_is_drawn_in_seconds_with_its_units_and_spikes_as_events():
    lif = bp.neurons.LIF(3)
    runner = bp.DSRunner(lif, inputs=("input", 30.0), monitors={"V": lif.V, "S.spike": lif.spike}, progress_bar=False, every=2)
    runner.run(100.0)
    for drawn in (bw.series(runner.mon), bw.series({"run": runner.mon}), bw.series(runner.mon.to_xarray())):
        potential, spikes = drawn.view.panels
        assert (potential.name.removeprefix("run."), potential.unit) == ("V", "mV")
        np.testing.assert_allclose(potential.series.times, 2e-4 * np.arange(1, 501), rtol=1e-9)
        np.testing.assert_array_equal(potential.series.samples, runner.mon["V"])
        assert spikes.name.removeprefix("run.") == "S.spike"
        at, channels = np.nonzero(runner.mon["S.spike"])
        assert len(at) > 0
        np.testing.assert_allclose(spikes.series.times, 2e-4 * (at + 1), rtol=1e-9)
        np.testing.assert_array_equal(spikes.series.channels, channels)
        assert spikes.series.num_channels == 3


@pytest.mark.parametrize("readings", [1, 2])
def test_short_records_are_drawn_too(readings):
    times = ("time", np.arange(readings) + 0.1, {"units": "ms"})
    values = {"spike": (("time", "n"), np.ones((readings, 2), bool)), "V": (("time", "n"), np.ones((readings, 2)), {"units": 5})}
    spikes, potential = bw.series(xr.Dataset(values, {"time": times})).view.panels
    assert (len(spikes.series), spikes.series.num_channels) == (2 * readings, 2)
    assert (potential.series.samples.shape, potential.unit) == ((readings, 2), "")


def test_events_that_are_all_at_one_time_are_drawn():
    series = bw.series(xr.Dataset({"spike": ("time", np.ones(3, bool))}, {"time": ("time", np.zeros(3), {"units": "s"})}))
    (panel,) = series.view.panels
    np.testing.assert_array_equal(panel.series.times, [0.0, 0.0, 0.0])
    assert 'role="img"' in series._repr_mimebundle_()[0]["image/svg+xml"]


def test_elements_of_a_batch_are_channels_one_after_another():
    runner = bp.DSRunner(bp.neurons.LIF(3, mode=bm.BatchingMode(2)), monitors=["V"], progress_bar=False)
    runner.run(inputs=np.random.default_rng(0).uniform(10, 40, (2, 50, 3)))
    (panel,) = bw.series(runner.mon).view.panels
    assert runner.mon["V"].shape == (2, 50, 3)
    np.testing.assert_array_equal(panel.series.samples, np.concatenate(runner.mon["V"], axis=1))


def test_names_and_units_are_text_and_nothing_else():
    widget = bw.series({"<b>$$x$$ @y{z}</b>": wave(units="<i>$name</i>")})
    (plot,) = plots(widget)
    assert plot.title.text.text == "<b>$$x$$ @y{z}</b>  (<i>$name</i>)"
    assert type(plot.title.text).__name__ == "PlainText"
    assert not any("<i>$name" in tool.tooltips or "$$x" in tool.tooltips for tool in plot.select(HoverTool))
    assert "<b>$$x$$ @y{z}</b>" in texts(widget)


def test_channels_have_a_legend_as_long_as_they_are_few():
    (plot,) = plots(wave(3).plot())
    assert [item.label.value for item in plot.legend[0].items] == ["channel 0", "channel 1", "channel 2"]
    assert not plots(wave(1).plot())[0].legend
    assert not plots(wave(9).plot())[0].legend


def test_both_grounds_have_colours_of_their_own():
    light, dark = (plots(wave().plot(), dark)[0] for dark in (False, True))
    assert light.title.text_color != dark.title.text_color
    assert light.background_fill_color != dark.background_fill_color


# -- words and pictures -----------------------------------------------------


def test_the_text_tells_range_and_extremes():
    widget = bw.series({"drive": TSContinuous([0, 1], [-1.5, 2.0], units="nA"), "spikes": spikes(periodic=True)})
    first, second = str(widget).splitlines()[1:]
    assert " ".join(first.split()) == "drive 1 channel · 2 samples 0 1 −1.5 2 nA"
    assert " ".join(second.split()) == "spikes 5 channels · 40 events · one period 0 1"


def test_a_notebook_keeps_a_picture_and_text(tmp_path):
    widget = bw.series([wave(3, units="mV", name="v"), wave(12), wave(60), spikes()])
    bundle, *_ = widget._repr_mimebundle_()
    assert bundle["text/plain"] == str(widget)
    widget.save(tmp_path / "series.svg")
    assert (tmp_path / "series.svg").read_text(encoding="utf-8") == bundle["image/svg+xml"]
    tree = ET.fromstring(bundle["image/svg+xml"])
    assert {"v  (mV)", "channel 2", "time (s)", "mV", "channel"} <= set(texts(widget))
    assert len(list(tree.iter(f"{SVG}image"))) == 2


def test_the_picture_of_a_line_has_its_points():
    tree = ET.fromstring(TSContinuous([0, 1, 2], [0.0, np.nan, 1.0], interp_kind="linear").plot().svg())
    (line,) = [one.get("d") for one in tree.iter(f"{SVG}path") if one.get("stroke-linejoin") == "bevel"]
    assert line.count("M") == 2
    assert line.startswith("M66.0 ")
    assert "704.0" in line


def test_the_image_of_many_events_has_a_pixel_for_each():
    rng = np.random.default_rng(0)
    times = np.sort(rng.uniform(0, 1, 8000))
    (image,) = ET.fromstring(TSEvent(times, np.full(8000, 3), t_stop=1.0).plot().svg()).iter(f"{SVG}image")
    png = base64.b64decode(image.get("href").split(",")[1])
    width, height = struct.unpack(">2I", png[16:24])
    size = struct.unpack(">I", png[33:37])[0]
    pixels = (
        np.frombuffer(zlib.decompress(png[41 : 41 + size]), np.uint8)
        .reshape(height, 1 + 4 * width)[:, 1:]
        .reshape(height, width, 4)
    )
    assert height == 4
    # Channel 3 is on top, and the others are empty.
    expected = np.histogram(times, np.linspace(0, 1, width + 1))[0] > 0
    assert ((pixels[0, :, 3] > 0) == expected).all()
    assert not pixels[1:, :, 3].any()


# -- a page -----------------------------------------------------------------


def sources(packed):
    return {root["attributes"]["name"]: dict(root["attributes"]["data"]["entries"]) for root in packed["roots"]}


def test_a_page_gets_figures_for_both_grounds_and_the_data_once(listen):
    view = bw.series([wave(), spikes()]).view
    content = json.loads(view.text())
    assert set(content["figures"]) == {"light", "dark"}
    assert content["exact"] is True
    assert (content["span"], content["panels"]) == ([0.0, 1.0], 2)
    assert set(sources(content["data"])) == {"0.line0", "0.line1", "0.reading", "1.marks", "1.cells"}
    assert content["told"] == view.plain()
    page = listen(view)
    page.say("library")
    ((message, (packed,)),) = page.messages
    assert message["type"] == "library"
    assert content["bokeh"] in zlib.decompress(packed).decode()


def test_a_page_that_looks_closer_gets_what_there_is(listen):
    view = TSEvent(np.arange(50_000) * 1e-3, np.arange(50_000) % 10, t_stop=50.0).plot().view
    assert json.loads(view.text())["exact"] is False
    page = listen(view)
    page.say("look", start=10.0, stop=11.0, columns=500)
    page.say("look", start=10.0, stop=50.0, columns=500, rows={"0": [1.8, 2.2]})
    near, rows = (message for message, _ in page.messages)
    assert near["for"] == "page"
    assert sources(json.loads(near["data"]))["0.marks"]["x"]["shape"] == [1000]
    assert sources(json.loads(rows["data"]))["0.marks"]["x"]["shape"] == [4000]


@pytest.mark.parametrize(
    "look",
    [
        {},
        {"start": 1.0, "stop": 0.0, "columns": 10},
        {"start": 0.0, "stop": 1.0, "columns": 1e9},
        {"start": 0.0, "stop": None, "columns": 9},
    ],
)
def test_a_page_that_asks_for_nothing_that_can_be_shown_gets_nothing(listen, look):
    page = listen(wave().plot().view)
    page.say("look", **look)
    assert page.messages == []


def test_panel_takes_it_as_a_component():
    assert type(wave().plot().__panel__()).__name__ == "ServedSeries"


def test_a_million_samples_and_events_make_a_small_page():
    count = 1_000_000
    values = np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32)
    events = TSEvent(np.arange(count) * 1e-4, np.arange(count) % 1000, t_stop=100.0)
    widget = bw.series([TSContinuous.from_clocked(values, dt=1e-4), events])
    assert len(widget.content) < 1_500_000
    assert len(widget.svg()) < 1_500_000


# -- what is refused --------------------------------------------------------


@pytest.mark.parametrize(
    "series, error, words",
    [
        (
            np.zeros(3),
            KindError,
            r"bouton_widgets.series\(series\): expected a TSContinuous, a TSEvent, .* got ndarray\. Make a series",
        ),
        ("abc", KindError, r"got str\. Make a series of it first, with TSContinuous.from_clocked"),
        (jnp.zeros(()), KindError, r"got ArrayImpl\. Make"),
        (pd.DataFrame({"a": [1.0]}), KindError, r"got DataFrame\. Make"),
        ([3], KindError, r"got int\. Make"),
        (
            xr.Dataset({"a": ("t", [1.0])}),
            KindError,
            r"series\('a'\): expected an array over .*, got axes \('t',\)\. Pass a record",
        ),
        (
            xr.Dataset({"a": ("time", [1.0])}, {"time": [1.0]}),
            KindError,
            r"with units='ms' or 's', got axes \('time',\) and a time in None\. Pass",
        ),
        (
            xr.Dataset({"a": ("time", [])}, {"time": ("time", [], {"units": "s"})}),
            ValueRefused,
            r"series\('a'\): expected at least one reading, got none\. Run for longer",
        ),
        ({}, ValueRefused, r"expected one time series or more, got none\. Evolve with record=True"),
        ({"z": TSContinuous([0], [1j])}, KindError, r"series\('z'\): expected real samples, got dtype complex128\. Plot abs"),
    ],
)
def test_what_is_no_series_is_refused(series, error, words):
    with pytest.raises(error, match=words):
        bw.series(series)


@pytest.mark.parametrize(
    "more, words",
    [
        ({"form": "bars"}, r"series\(form=...\): expected 'lines', 'offset' or 'heatmap', got 'bars'\. Leave it out"),
        ({"height": 3}, r"series\(height=...\): expected a number of pixels, 20 or more, got 3\. Leave it out"),
        ({"height": "tall"}, r"20 or more, got 'tall'\. Leave it out"),
    ],
)
def test_a_form_and_a_height_have_to_be_some(more, words):
    with pytest.raises(ValueRefused, match=words):
        wave().plot(**more)
