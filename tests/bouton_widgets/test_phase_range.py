import numpy as np
import pytest

from bouton_widgets._phase_range import Shown


def test_an_axis_makes_room_and_stays_while_what_is_seen_is_inside():
    axis = Shown()
    assert axis.ends(np.array([0.0, 10.0])) == pytest.approx((-1.5, 11.5))
    assert axis.ends(np.array([4.0, 5.0, np.nan])) == pytest.approx((-1.5, 11.5))
    low, high = axis.ends(np.array([4.0, 12.0]))
    assert low < -1.5
    assert high > 12.0
    axis.fit()
    assert axis.ends(np.array([0.0, 10.0])) == pytest.approx((-1.5, 11.5))


def test_around_a_point_there_is_room_in_proportion():
    low, high = Shown().ends(np.array([-65.0]))
    assert (low, high) == pytest.approx((-71.5, -58.5))
    assert Shown().ends(np.array([0.0])) == (-0.5, 0.5)
    assert Shown().ends(np.array([])) == (-0.5, 0.5)


def test_what_is_given_or_zoomed_stays():
    axis = Shown((-1.0, 3.0))
    assert axis.ends(np.array([100.0])) == (-1.0, 3.0)
    axis.zoom(0.5)
    assert axis.ends(np.array([100.0])) == (0.0, 2.0)
    axis.zoom(2.0, 0.0)
    assert axis.ends(np.array([100.0])) == (0.0, 4.0)
    axis.fit()
    assert axis.ends(np.array([100.0])) == (-1.0, 3.0)


@pytest.mark.parametrize("factor", [0.0, -1.0, np.nan, np.inf, 1e-9, 1e40])
def test_a_zoom_that_shows_nothing_is_left_out(factor):
    axis = Shown((-1.0, 3.0))
    axis.zoom(factor, 2.0)
    assert axis.ends(np.array([0.0])) == (-1.0, 3.0)
