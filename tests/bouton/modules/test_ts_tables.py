"""Tables are optional: nothing loads them before their first use, and their absence says what to install."""

import sys

import pytest

from bouton.errors import EnvironmentProblem
from bouton.modules import TSContinuous, TSEvent

SERIES = {TSContinuous: TSContinuous([0, 1], [2, 3], name="drive"), TSEvent: TSEvent([0.5])}


@pytest.mark.parametrize("kind", SERIES)
@pytest.mark.parametrize("package", ["xarray", "pandas"])
def test_without_the_package_it_is_said_what_to_install(monkeypatch, kind, package):
    monkeypatch.setitem(sys.modules, package, None)
    words = rf"{kind.__name__}.*\b{{}}.*: expected the package {package}, got none that can be imported\. Install it with `pip"
    with pytest.raises(EnvironmentProblem, match=words.format(f"to_{package}")):
        getattr(SERIES[kind], f"to_{package}")()
    with pytest.raises(EnvironmentProblem, match=words.format(f"from_{package}")):
        getattr(kind, f"from_{package}")(None)
