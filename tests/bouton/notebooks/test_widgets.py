from bouton.notebooks._widgets import widget_text


def widget(name, **state):
    return {"model_name": name, "state": {"_view_name": name, "layout": "IPY_MODEL_zz", **state}}


def test_a_widget_is_its_kind_and_content_and_those_of_its_children():
    states = {
        "a": widget("HBoxModel", children=["IPY_MODEL_b", "IPY_MODEL_c"], box_style=""),
        "b": widget("IntSliderModel", value=3, max=10, description="tau", tooltip="t", style="IPY_MODEL_s"),
        "c": widget("HTMLModel", value=" 10/10 [00:01&lt;00:00, 9.5it/s]"),
    }
    assert widget_text("a", states).split("\n") == [
        "HBoxModel",
        "  box_style: ",
        "  children:",
        "  IntSliderModel",
        "    description: tau",
        "    max: 10",
        "    value: 3",
        "  HTMLModel",
        "    value:  10/10 […]",
    ]


def test_ids_do_not_count():
    def pair(one, two):
        return widget_text(one, {one: widget("VBoxModel", children=[f"IPY_MODEL_{two}"]), two: widget("LabelModel", value="x")})

    assert pair("a", "b") == pair("c0ffee", "d0d0")


def test_a_widget_of_anywidget_tells_its_class():
    assert widget_text("a", {"a": widget("AnyModel", _anywidget_id="pkg.Tree", rows=[{"path": "V"}], _esm="x")}) == (
        'AnyModel pkg.Tree\n  rows: [{"path": "V"}]'
    )


def test_what_is_not_known_or_holds_itself_comes_to_an_end():
    assert widget_text("nowhere", {}) is None
    states = {"a": widget("BoxModel", children={"one": "IPY_MODEL_a"}, child="IPY_MODEL_gone", raw=b"12")}
    assert widget_text("a", states) == "BoxModel\n  child:\n  …\n  children:\n  …\n  raw: <bytes>".replace("<bytes>", '"<bytes>"')
