"""Where a notebook draws random numbers without a fixed seed."""

import ast
from collections.abc import Iterator, Sequence

# By module of functions that draw: which function seeds it, and which make a generator of their own from a seed.
_MODULES = {
    "numpy.random": ("seed", {"Generator", "MT19937", "PCG64", "Philox", "RandomState", "SeedSequence", "default_rng"}),
    "random": ("seed", {"Random"}),
    "bouton.math.random": ("seed", {"RandomState", "default_rng"}),
}
_NO_DRAW = {"numpy.random": {"get_state", "set_state"}, "random": {"getstate", "setstate"}, "bouton.math.random": set()}
_NEVER_FIXED = {"os.urandom", "random.SystemRandom", "uuid.uuid1", "uuid.uuid4"}
_CLOCKS = {"time.time", "time.time_ns", "time.perf_counter", "time.monotonic", "os.getpid", "datetime.datetime.now"}


def unseeded(trees: Sequence[ast.Module | None]) -> Iterator[tuple[int, str]]:
    """Yield the place of each cell that draws without a fixed seed, and a sentence.

    Parameters
    ----------
    trees : sequence of ast.Module
        The cells in their order; None for one that cannot be read.
    """
    names: dict[str, str] = {}
    seeded: set[str] = set()
    for place, tree in enumerate(trees):
        if tree is None:
            continue
        names |= _imported(tree)
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
            name = _dotted(call.func, names)
            module, _, function = name.rpartition(".")
            if name in _NEVER_FIXED or name.startswith("secrets."):
                yield place, f"{name} gives something else in every run"
            elif module in _MODULES:
                seeder, makers = _MODULES[module]
                yield from ((place, sentence) for sentence in _from_a_clock(call, name, names))
                if function == seeder and _has_seed(call):
                    seeded.add(module)
                elif function in makers | {seeder}:
                    if not _has_seed(call):
                        yield place, f"{name}() has no seed"
                elif module not in seeded and function not in _NO_DRAW[module]:
                    yield place, f"{name} draws before {module}.{seeder} was given a seed"
            elif name in {"jax.random.key", "jax.random.PRNGKey"}:
                yield from ((place, sentence) for sentence in _from_a_clock(call, name, names))


def _has_seed(call: ast.Call) -> bool:
    given = [*call.args, *(one.value for one in call.keywords)]
    return any(not (isinstance(one, ast.Constant) and one.value is None) for one in given)


def _from_a_clock(call: ast.Call, name: str, names: dict[str, str]) -> Iterator[str]:
    inside = [_dotted(node.func, names) for part in call.args for node in ast.walk(part) if isinstance(node, ast.Call)]
    yield from (f"{name} is seeded by {one}" for one in inside if one in _CLOCKS | _NEVER_FIXED)


def _imported(tree: ast.Module) -> dict[str, str]:
    """What the names that imports bind stand for."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                names[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    """The full name of what is called, as far as imports tell; empty when they do not."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in names:
        return ""
    return ".".join([names[node.id], *reversed(parts)])
