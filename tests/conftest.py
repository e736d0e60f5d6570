"""What holds for every test: JAX on the CPU unless told otherwise, strict dtypes, annotations checked, quick tests first."""

import os
import tempfile
from pathlib import Path

# Before anything imports JAX, and inherited by every process that a test starts.
os.environ.setdefault("JAX_PLATFORMS", "cpu")
# A small program in one piece: to cut it up, and to compile the pieces on several threads, takes longer.
os.environ["XLA_FLAGS"] = f"--xla_cpu_parallel_codegen_split_count=1 {os.environ.get('XLA_FLAGS', '')}"

import jax
import jaxtyping
from typecheck import annotates_shapes

ROOT = Path(__file__).parents[1]

# Before anything imports bouton, and only the modules it concerns: the hook makes every call in a module slower.
jaxtyping.install_import_hook([*annotates_shapes(ROOT / "lib"), *annotates_shapes(ROOT / "widgets")], "typecheck.check")

jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_enable_x64", False)
# Thousands of small programs, many of them alike: XLA compiles each of them once. A folder for this process alone.
_compiled = tempfile.TemporaryDirectory(prefix="bouton-compiled-")
jax.config.update("jax_compilation_cache_dir", _compiled.name)
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)

# Tests that compute for long, or compare to the last bit, run code as users get it; so do notebooks and other processes. The
# others compile for longer than they compute.
OPTIMISED = {"optimised", "slow", "long", "browser"}
_compiling = {"quickly": False}


def pytest_runtest_setup(item):
    marks = {mark.name for mark in item.iter_markers()}
    if (quickly := OPTIMISED.isdisjoint(marks)) != _compiling["quickly"]:
        _compiling["quickly"] = quickly
        jax.config.update("jax_disable_most_optimizations", quickly)
        if "optimised" in marks:
            # JAX takes what it has compiled otherwise for the same.
            jax.clear_caches()


def pytest_collection_modifyitems(items):
    items.sort(key=_cost)  # a stable sort: the cells of a notebook stay in order


def _cost(item) -> int:
    if item.get_closest_marker("browser"):
        return 3
    if item.path.suffix == ".ipynb":
        return 2
    return 1 if item.get_closest_marker("slow") else 0
