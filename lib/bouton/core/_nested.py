"""Nested dictionaries, as parameters, states and records are, and the paths of what is in them."""

from collections.abc import Iterator, Mapping
from typing import Any


def overlay(below: dict, above: Mapping[str, Any]) -> dict:
    """Nested dicts merged; where both have a leaf, ``above`` wins."""
    merged = dict(below)
    for name, value in above.items():
        under = merged.get(name)
        merged[name] = overlay(under, value) if isinstance(under, dict) and isinstance(value, Mapping) else value
    return merged


def leaves(nested: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Path and value of every leaf of a nested dict."""
    for name, value in nested.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def nested_by_path(flat: Mapping[str, Any]) -> dict:
    """The nested dict that has these leaves."""
    nested: dict = {}
    for path, value in flat.items():
        *above, name = path.split(".")
        branch = nested
        for part in above:
            branch = branch.setdefault(part, {})
        branch[name] = value
    return nested
