import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from bouton import init
from bouton.errors import ShapeError, ValueRefused

ROWS, COLUMNS = 200, 300

# Class, its scale, its fan for (200, 300), whether it is uniform.
DEFAULTS = [
    (init.KaimingNormal, 2.0, 200, False),
    (init.KaimingUniform, 2.0, 200, True),
    (init.XavierNormal, 1.0, 250, False),
    (init.XavierUniform, 1.0, 250, True),
    (init.LecunNormal, 1.0, 200, False),
    (init.LecunUniform, 1.0, 200, True),
    (init.VarianceScaling, 1.0, 200, False),
]


def distribution(variance, uniform):
    if uniform:
        limit = np.sqrt(3 * variance)
        return stats.uniform(-limit, 2 * limit)
    # Cut at two standard deviations and stretched, so that the variance stays.
    deviation = np.sqrt(variance) / 0.87962566103423978
    return stats.truncnorm(-2, 2, 0, deviation)


@pytest.mark.parametrize(("kind", "scale", "fan", "uniform"), DEFAULTS)
def test_the_variance_is_the_scale_by_the_fan(kind, scale, fan, uniform):
    drawn = np.asarray(kind(seed=2)((ROWS, COLUMNS)), np.float64).ravel()
    assert_allclose(drawn.var(), scale / fan, rtol=0.02)
    assert stats.kstest(drawn, distribution(scale / fan, uniform).cdf).pvalue > 1e-3


@pytest.mark.parametrize(("mode", "fan"), [("fan_in", 200), ("fan_out", 300), ("fan_avg", 250)])
def test_each_fan(mode, fan):
    drawn = np.asarray(init.KaimingNormal(20.0, mode, "normal", seed=2)((ROWS, COLUMNS)), np.float64).ravel()
    assert stats.kstest(drawn, stats.norm(0, np.sqrt(20.0 / fan)).cdf).pvalue > 1e-3


def test_axes_can_be_exchanged_and_others_multiply_the_fan():
    drawn = init.LecunNormal(in_axis=-1, out_axis=-2, seed=2)((ROWS, COLUMNS))
    assert_allclose(drawn.var(), 1 / 300, rtol=0.02)
    drawn = init.LecunNormal(seed=2)((5, 5, 40, 60))
    assert_allclose(drawn.var(), 1 / (25 * 40), rtol=0.02)


@pytest.mark.parametrize("kind", [entry[0] for entry in DEFAULTS])
def test_a_vector_is_refused(kind):
    words = rf"{kind.__name__}: expected a shape with two axes or more, got \(3,\)\. A vector has no inputs and outputs to count"
    with pytest.raises(ShapeError, match=words):
        kind()(3)


@pytest.mark.parametrize("axes", [(0, 0), (0, -2), (0, 2), (-3, 1)])
def test_two_axes_are_needed(axes):
    with pytest.raises(ShapeError, match=r"LecunNormal: expected a shape with the two axes .*, got \(3, 4\)\. Say which axes"):
        init.LecunNormal(in_axis=axes[0], out_axis=axes[1])((3, 4))


def test_arguments_that_cannot_be_are_refused():
    with pytest.raises(
        ValueRefused, match=r"KaimingNormal\(mode\): expected 'fan_in' or 'fan_out' or 'fan_avg', got 'in'\. Choose"
    ):
        init.KaimingNormal(mode="in")
    with pytest.raises(ValueRefused, match=r"XavierNormal\(distribution\): expected 'truncated_normal' or .*, got 'gauss'\."):
        init.XavierNormal(distribution="gauss")
    with pytest.raises(ValueRefused, match=r"LecunNormal\(scale\): expected a number above 0, got 0\.0\."):
        init.LecunNormal(0.0)


def test_weights_of_half_precision_have_no_mean():
    drawn = np.asarray(init.LecunNormal(seed=0)((400, 400), "bfloat16")).astype(float) * 20
    assert_allclose([drawn.mean(), drawn.var()], [0.0, 1.0], atol=0.01)
    drawn = np.asarray(init.TruncatedNormal(seed=0)((400, 400), "bfloat16")).astype(float)
    assert_allclose(drawn.mean(), 0.0, atol=0.01)
    assert np.abs(drawn).max() > 1.95
