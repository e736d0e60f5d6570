"""Live views as files, by the numbers of the simulation."""

import dataclasses
import io
import sys
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import bouton as bp
import bouton_widgets as bw
from bouton import errors
from bouton_widgets import _export
from bouton_widgets._kept import shelf_of


@pytest.fixture(scope="module")
def simulation():
    model = bp.modules.LIF(20, bias=np.linspace(0.04, 0.08, 20, dtype=np.float32), noise_std=0.0)
    with bp.run.LiveSimulation(model, record=["vmem", "spikes"], window=0.2) as simulation:
        simulation.step(300)
        yield simulation


@pytest.fixture(scope="module")
def views(simulation):
    return {
        "traces": bw.traces(simulation, units=4),
        "rates": bw.rates(simulation, kernel=None),
        "histogram": bw.histogram(simulation, "vmem"),
    }


@pytest.fixture(scope="module")
def values(simulation):
    """The last 200 steps of all units."""
    frame = simulation.frame(columns=200, units=20, rows=20)
    return {"vmem": frame.traces["vmem"].lo.T, "spikes": frame.events["spikes"].T}


def test_traces_as_a_dataset_are_all_units_that_are_kept(views, values):
    dataset = views["traces"].to_xarray()
    np.testing.assert_array_equal(dataset["vmem"].values, values["vmem"])
    np.testing.assert_array_equal(dataset["spikes"].values, values["spikes"])
    assert dataset["vmem"].dims == ("time", "neuron")
    np.testing.assert_allclose(dataset["time"].values[[0, -1]], [0.101, 0.3])


def test_rates_as_a_dataset_are_hertz_at_the_middle_of_each_bin(views, values):
    dataset = views["rates"].to_xarray()
    np.testing.assert_allclose(dataset["spikes"].values, 1000 * values["spikes"].mean(axis=1), rtol=1e-5)
    assert (dataset["spikes"].attrs["units"], dataset["time"].attrs["units"]) == ("Hz", "s")
    np.testing.assert_allclose(dataset["time"].values[[0, -1]], [0.1005, 0.2995])


def test_a_histogram_as_a_dataset_has_the_parts_between_the_ends_of_its_bins(views, values):
    dataset = views["histogram"].to_xarray()
    edges = np.append(dataset["low"].values, dataset["high"].values[-1])
    np.testing.assert_allclose(dataset["now"].values, np.histogram(values["vmem"][-1], edges)[0] / 20)
    np.testing.assert_allclose(dataset["window"].values.sum(), 1.0)


def test_a_table_has_a_row_for_each_time_and_a_column_for_each_unit_that_is_drawn(views, values, tmp_path):
    table = pd.read_csv(views["traces"].to_csv(tmp_path / "traces.csv"), index_col=0)
    assert table.index.name == "time (s)"
    assert list(table.columns[:5]) == ["vmem[0]", "vmem[5]", "vmem[10]", "vmem[15]", "spikes[0]"]
    np.testing.assert_allclose(table.filter(like="vmem").values, values["vmem"][:, ::5], rtol=1e-6)
    np.testing.assert_array_equal(table.filter(like="spikes").values, values["spikes"])
    rates = pd.read_csv(views["rates"].to_csv(tmp_path / "rates.csv"), index_col=0)
    assert list(rates.columns) == ["spikes (Hz)"]


def test_a_part_of_what_is_frozen_is_a_table_of_that_part(simulation, views, values):
    part = pd.read_csv(io.BytesIO(views["traces"].view.exported("csv", simulation.recording(), (0.2, 0.25))), index_col=0)
    np.testing.assert_allclose(part.index, np.arange(200, 251) * 1e-3, rtol=1e-6)
    np.testing.assert_allclose(part.filter(like="vmem").values, values["vmem"][99:150, ::5], rtol=1e-6)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.words = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("name", ["traces", "rates", "histogram"])
def test_a_page_needs_no_script_and_no_other_file_and_escapes_what_a_user_wrote(views, name, tmp_path):
    views[name].keep("<script>alert(1)</script> & co")
    try:
        text = views[name].to_html(tmp_path / "view.html").read_text(encoding="utf-8")
    finally:
        views[name].forget("<script>alert(1)</script> & co")
    page = Tags()
    page.feed(text)
    assert "script" not in page.tags
    assert {"svg", "h1", "dl"} <= set(page.tags)
    assert "<script>alert(1)</script> & co" in "".join(page.words)
    addresses = [value for attribute, value in page.attributes if attribute in ("href", "src")]
    assert all(address.startswith("data:image/png;base64,") for address in addresses)
    assert [attribute for attribute, _ in page.attributes if attribute.startswith("on")] == []


@pytest.mark.parametrize("name", ["traces", "rates", "histogram"])
def test_a_picture_is_twice_as_fine_as_the_svg_and_not_empty(views, name, tmp_path):
    root = ElementTree.fromstring(views[name].view.svg())
    with Image.open(views[name].to_png(tmp_path / "view.png")) as picture:
        assert picture.format == "PNG"
        assert picture.size == (2 * int(root.get("width")), 2 * int(root.get("height")))
        found = np.asarray(picture.convert("RGB")).reshape(-1, 3)
    assert (found == 255).all(axis=1).mean() < 0.98
    blue = np.abs(found.astype(int) - [0x2F, 0x7F, 0xD1]).sum(axis=1) < 30
    assert blue.sum() > 100


def test_what_is_drawn_of_a_trace_are_its_numbers(views, values):
    root = ElementTree.fromstring(views["traces"].view.svg())
    lines = [e.get("d") for e in root.iter() if e.get("stroke") == "#2f7fd1" and (e.get("d") or "").count("L") > 20]
    (line,) = lines
    drawn = np.array([[float(n) for n in part.split()] for part in line.replace("M", "L").split("L")[1:]])
    assert (drawn[0, 0], drawn[-1, 0]) == (pytest.approx(66, abs=4), pytest.approx(704, abs=4))
    # A column a step: its place up is a straight line of its value, the same for all.
    at = np.round((drawn[:, 0] - 66) / (704 - 66) * 200 - 0.5).astype(int)
    slope, offset = np.polyfit(values["vmem"][at, 0], drawn[:, 1], 1)
    np.testing.assert_allclose(slope * values["vmem"][at, 0] + offset, drawn[:, 1], atol=0.1)
    assert slope < 0


def test_the_last_digits_of_a_number_that_stands_still_are_no_course(simulation, views):
    recording = simulation.recording()
    still = np.nextafter(np.full((200, 20), -65, np.float32), np.where(np.arange(200) % 2, -66, -65).astype(np.float32)[:, None])
    root = ElementTree.fromstring(
        views["traces"].view.svg(dataclasses.replace(recording, values={**recording.values, "vmem": still}))
    )
    (line,) = [e.get("d") for e in root.iter() if e.get("stroke") == "#2f7fd1" and (e.get("d") or "").count("L") > 20]
    heights = np.array([part.split()[1] for part in line.replace("M", "L").split("L")[1:]], float)
    assert np.ptp(still) > 0
    assert np.ptp(heights) < 1


def test_kept_runs_are_named_in_the_picture_and_lie_under_it(simulation, views):
    before = views["traces"].view.svg().count("<path")
    views["traces"].keep("earlier")
    try:
        for view in views.values():
            assert ">earlier</text>" in view.view.svg()
        # A line for each of four units, and one beside the name.
        assert views["traces"].view.svg().count("<path") == before + 5
    finally:
        views["traces"].forget("earlier")
    assert shelf_of(simulation).runs == []


def test_a_page_is_sent_the_file_that_it_asks_for(views, listen):
    view = views["rates"].view
    page = listen(view)
    for form in ("csv", "png", "html"):
        page.say("export", form=form, token=None, span=None)
    told = [(message["name"], message["kind"]) for message in page.heard("file")]
    assert told == [("LIF-rates.csv", "text/csv"), ("LIF-rates.png", "image/png"), ("LIF-rates.html", "text/html")]
    csv, png, html = (buffers[0] for message, buffers in page.messages if message["type"] == "file")
    assert csv.startswith(b"time (s),spikes (Hz)\n")
    assert png.startswith(b"\x89PNG")
    assert html.startswith(b"<!doctype html>")


def test_a_table_that_is_too_large_is_refused(views, monkeypatch, tmp_path):
    monkeypatch.setattr(_export, "MOST_CELLS", 1000)
    with pytest.raises(errors.ValueRefused, match=r"to_csv: expected at most 1000 numbers, got 4800\. Zoom in"):
        views["traces"].to_csv(tmp_path / "traces.csv")


@pytest.mark.parametrize("name", ["xarray", "pandas"])
def test_a_package_that_is_missing_is_named(views, name, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(errors.EnvironmentProblem, match=rf"expected the package {name}, got none that can be imported"):
        views["rates"].to_csv(tmp_path / "rates.csv")
