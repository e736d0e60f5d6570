from bouton.core._nested import leaves, nested_by_path, overlay


def test_nested_dicts_are_laid_over_each_other():
    below = {"a": {"x": 1, "y": 2}, "b": 3}
    assert overlay(below, {"a": {"y": 9, "z": 4}, "c": 5}) == {"a": {"x": 1, "y": 9, "z": 4}, "b": 3, "c": 5}
    assert overlay(below, {"a": 7}) == {"a": 7, "b": 3}
    assert below == {"a": {"x": 1, "y": 2}, "b": 3}


def test_leaves_have_paths_and_go_back_to_where_they_were():
    nested = {"a": {"b": 1, "c": {"d": 2}}, "e": 3}
    assert dict(leaves(nested)) == {"a.b": 1, "a.c.d": 2, "e": 3}
    assert nested_by_path({"a.b": 1, "a.c.d": 2, "e": 3}) == nested
