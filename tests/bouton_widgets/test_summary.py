from bouton_widgets._summary import table


def test_a_table_of_nothing_is_empty():
    assert table([]) == ""


def test_columns_are_aligned_and_no_line_ends_in_blanks():
    assert table([("tau", "0.02", "s"), ("bias", "0", "")]) == "tau   0.02  s\nbias  0"
