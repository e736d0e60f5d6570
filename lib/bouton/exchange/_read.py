"""A graph of NIR as a module of bouton."""

from os import PathLike
from typing import Any

from ..errors import FolderError, KindError, ValueRefused
from ..modules import Module, Sequential
from ._chain import in_a_row
from ._flat import Flat
from ._network import wired
from ._nodes import Reader, untold
from ._package import nir

WHERE = "from_nir"
_TIMELESS = {"Linear", "Affine", "Scale"}


def from_nir(graph: Any, dt: float | None = None, reset: str | None = None) -> Module:
    r"""A graph of NIR, the neuromorphic intermediate representation, as a module.

    Parameters
    ----------
    graph : nir.NIRGraph, str or path
        A graph, or a file that ``nir.write`` has made. One input and one output; ``Linear``, ``Affine``, ``Scale``, ``LI``,
        ``LIF``, ``CubaLI`` and ``CubaLIF`` over flat data, in a row, with branches, or with loops; graphs inside graphs.
    dt : float, s, optional
        Time step. Default: what the graph tells, as those that bouton wrote do.
    reset : {'value', 'subtract'}, optional
        After a spike a ``CubaLIF`` goes to ``v_reset``, or loses its threshold. Default: ``'value'``, as NIR says, and
        ``'subtract'`` for those that bouton wrote. Of libraries that know the second only, and lose it in NIR, say it here.

    Returns
    -------
    Module
        What :func:`to_nir` has written becomes the same modules, with the same numbers. Other nodes become layers and neurons of
        one step, with NIR's own equations, behind :class:`bouton.modules.FromStep`: in a ``Sequential`` where they stand in a
        row, otherwise in a network of :mod:`bouton.nn`. Weights, time constants, thresholds and resistances are parameters.

    Raises
    ------
    UnsupportedError
        For a node that bouton does not read, data with several axes, or several inputs or outputs.
    ValueRefused
        For no time step, a node that leads nowhere, values that no neuron has, or a file that cannot be read.
    KindError
        For what is no graph.
    FolderError
        For a file that is not there.
    EnvironmentProblem
        Where the package ``nir`` is not installed.

    Notes
    -----
    Equations are those of [1]_, solved exactly over a step in which the input is held; the synaptic current of a ``CubaLIF``
    moves first. A neuron spikes where ``v`` reaches the threshold. An edge that closes a loop brings the output of the step
    before. Nothing in a file is executed.

    References
    ----------
    .. [1] Pedersen et al. (2024), Neuromorphic intermediate representation: a unified instruction set for interoperable
       brain-inspired computing, Nature Communications 15, 8122.

    Examples
    --------
    >>> import bouton as bp
    >>> net = bp.modules.Sequential(bp.modules.Linear((2, 3)), bp.modules.LIF(3, tau_mem=0.01))
    >>> bp.from_nir(bp.to_nir(net))
    Sequential with shape (2, 3) {
        Linear '0_Linear' with shape (2, 3)
        LIF '1_LIF' with shape (3,)
    }
    """
    package = nir(WHERE)
    if isinstance(graph, str | PathLike):
        graph = _read(graph)
    if not isinstance(graph, package.NIRGraph):
        raise KindError(
            where=f"{WHERE}(graph)",
            expected="a nir.NIRGraph, or the path of a file",
            got=type(graph).__name__,
            fix="A single node becomes a graph by nir.NIRGraph.from_list(node).",
        )
    if reset not in (None, "value", "subtract"):
        raise ValueRefused(
            where=f"{WHERE}(reset=...)", expected="'value' or 'subtract'", got=f"{reset!r:.80}", fix="Leave it out if unsure."
        )
    flat = Flat(graph, WHERE)
    if not flat.nodes:
        raise ValueRefused(where=WHERE, expected="a node between the input and the output", got="none", fix="Add a nir.Linear.")
    reader = Reader(flat, _time_step(dt, graph, flat), reset)
    row = in_a_row(flat, reader.loops)
    if row is None:
        return wired(flat, reader)
    modules = [module for name in row for module in reader.modules(name)]
    return modules[0] if len(modules) == 1 else Sequential(*modules)


def _read(path: str | PathLike) -> Any:
    try:
        return nir(WHERE).read(path)
    except FileNotFoundError as missing:
        raise FolderError(
            where=f"{WHERE}({str(path)!r})", expected="a file", got="none of that name", fix="Check the path."
        ) from missing
    # What h5py and nir raise for files that are damaged, or something else.
    except (OSError, LookupError, AssertionError, TypeError, ValueError, AttributeError) as error:
        raise ValueRefused(
            where=f"{WHERE}({str(path)!r})",
            expected="a file that nir.write has made",
            got=f"one that nir cannot read ({type(error).__name__}: {error})",
            fix="Write it again, or see that its nodes are those of this version of nir.",
        ) from error


def _time_step(dt: Any, graph: Any, flat: Flat) -> float | None:
    told = [graph.metadata.get("dt"), *(node.metadata.get("dt") for node in flat.nodes.values())]
    found = [one for one in (dt, *told) if one is not None]
    if not found and all(type(node).__name__ in _TIMELESS for node in flat.nodes.values()):
        return None
    if not found:
        raise untold()
    try:
        step = float(found[0])
    except (TypeError, ValueError):
        step = float("nan")
    if not 0 < step < float("inf"):
        raise ValueRefused(
            where=f"{WHERE}(dt=...)", expected="a number of seconds above 0", got=f"{found[0]!r:.80}", fix="Give it in seconds."
        )
    return step
