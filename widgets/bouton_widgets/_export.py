"""What a live view shows, as a table, as a dataset, and as a page that needs no script."""

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from bouton import errors

if TYPE_CHECKING:
    import xarray

MOST_CELLS = 10_000_000
"""Of a table."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ max-width: 760px; margin: 24px auto; padding: 0 16px; font: 15px/1.5 system-ui, sans-serif }}
body {{ color: #1c2024; background: #fff }}
h1 {{ font-size: 18px }}
figure {{ margin: 0 }}
svg {{ max-width: 100%; height: auto }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; font-variant-numeric: tabular-nums }}
dt {{ color: #5f6468 }}
dd {{ margin: 0; overflow-wrap: anywhere }}
</style>
</head>
<body>
<h1>{title}</h1>
<figure>
{picture}
</figure>
<dl>
{facts}
</dl>
</body>
</html>
"""


def html(title: str, picture: str, facts: Mapping[str, str]) -> str:
    """A page with a picture, which is markup, and facts, which are plain text."""
    rows = "\n".join(f"<dt>{escape(word)}</dt><dd>{escape(fact)}</dd>" for word, fact in facts.items())
    return _PAGE.format(title=escape(title), picture=picture, facts=rows)


def dataset(
    variables: Mapping[str, tuple[str | tuple[str, ...], np.ndarray, str]], coordinates: Mapping[str, Any]
) -> "xarray.Dataset":
    """A dataset of variables ``{name: (axis or axes, values, unit)}``."""
    with _needed("xarray"):
        xarray = importlib.import_module("xarray")
    return xarray.Dataset(
        {name: (axis, values, {"units": unit} if unit else {}) for name, (axis, values, unit) in variables.items()},
        coords=dict(coordinates),
    )


def csv(found: "xarray.Dataset") -> str:
    """A table: a row for each place along the first axis, a column for each unit.

    Raises
    ------
    ValueRefused
        When it would be too large to be of use.
    """
    with _needed("pandas"):
        pandas = importlib.import_module("pandas")
    cells = sum(array.size for array in found.data_vars.values())
    if cells > MOST_CELLS:
        raise errors.ValueRefused(
            where="bouton_widgets, to_csv",
            expected=f"at most {MOST_CELLS} numbers",
            got=f"{cells}",
            fix="Zoom in, show fewer signals with paths=, or take all of them from to_xarray().",
        )
    columns = {}
    for name, array in found.data_vars.items():
        unit = f" ({array.attrs['units']})" if array.attrs.get("units") else ""
        if array.ndim == 1:
            columns[f"{name}{unit}"] = array.values
            continue
        numbers = array.coords[array.dims[1]].values
        columns |= {f"{name}[{number}]{unit}": array.values[:, k] for k, number in enumerate(numbers)}
    axis = next(iter(found.data_vars.values())).dims[0] if found.data_vars else "time"
    along = found.coords[axis]
    unit = f" ({along.attrs['units']})" if along.attrs.get("units") else ""
    return pandas.DataFrame(columns, index=pandas.Index(along.values, name=f"{axis}{unit}")).to_csv(float_format="%.9g")


@contextmanager
def _needed(name: str) -> Iterator[None]:
    """Tell what to install when a package that an export needs is not there."""
    try:
        yield
    except ImportError as missing:
        raise errors.EnvironmentProblem(
            where="bouton_widgets, export",
            expected=f"the package {name}",
            got="none that can be imported",
            fix="Install it with `pip install 'bouton[data]'`.",
        ) from missing
