"""A graph of nodes, run over time."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from ..errors import KindError, ValueRefused
from ..run import DSRunner, Record
from ..run._labelled import Labels
from ..run._record import Times
from ..transform import Variable
from . import _sequences as sequences
from ._fed import Fed
from ._monitors import reached, watched
from ._node import Node


class RNNRunner:
    """Runs a graph of nodes over sequences, and records it.

    The next run goes on from where this one has ended; ``reset=True`` begins anew.

    Parameters
    ----------
    target : Node
        A network, or a single node, that is initialised.
    monitors : list of str, optional
        What to record: ``'name.state'``, ``'name.output'``, ``'name.inputs'``, ``'name.feedbacks'``, or ``'name.'`` and another
        attribute, as in a call of the node.
    jit : bool
        ``False`` runs step by step in Python, with the same results.
    progress_bar : bool
        Show how far a run is.
    dt : float, optional
        Length of a step, which nodes that are systems of one step know of. Default: the shared one.
    chunk : int, optional
        Steps between two looks at the stop button, as of :class:`bouton.DSRunner`.
    callback : callable, optional
        ``callback(done, total)`` is called after each piece of a run; it may call :meth:`stop`.

    Attributes
    ----------
    mon : Record
        What the last run has read, arrays (B, T, ...) by the names of the monitors, (T, ...) of what has no axis for the batch,
        such as weights; of ``inputs`` and ``feedbacks`` in the form in which the node has them, a tuple by default. Of a run
        that an error has ended what was read until then.

    Raises
    ------
    KindError
        For what is no node.
    ValueRefused
        For a node that is not initialised; for monitors of what there is not.
    UnsupportedError
        For a monitor of an attribute that there is not.

    Examples
    --------
    >>> import numpy as np
    >>> import bouton as bp
    >>> net = bp.nn.Input(3) >> bp.nn.VanillaRNN(10, name='cells') >> bp.nn.Dense(2)
    >>> runner = RNNRunner(net.initialize(), monitors=['cells.state'], progress_bar=False)
    >>> runner.predict(np.zeros((4, 50, 3)), reset=True).shape
    (4, 50, 2)
    >>> runner.mon['cells.state'].shape
    (4, 50, 10)
    """

    def __init__(
        self,
        target: Node,
        monitors: list[str] | None = None,
        jit: bool = True,
        progress_bar: bool = True,
        *,
        dt: float | None = None,
        chunk: int | None = None,
        callback: Callable[[int, int], Any] | None = None,
    ):
        where = f"{type(self).__name__}(target=...)"
        if not isinstance(target, Node):
            raise KindError(
                where=where,
                expected="a node or a network of bp.nn",
                got=type(target).__name__,
                fix="Systems of one step are run by bp.DSRunner.",
            )
        if not target.is_initialized:
            raise ValueRefused(
                where=where,
                expected="an initialised node",
                got=f"{target.name}, which is not",
                fix="Call initialize() before: shapes are known then.",
            )
        self.target = target
        found = watched(target._graph, monitors)
        self._fed = Fed(target, [*found])
        self._without_batch = {key for key, (node, attribute) in found.items() if not _has_batch(node, attribute)}
        self._runner = DSRunner(
            self._fed,
            dt=dt,
            jit=jit,
            progress_bar=progress_bar,
            data_first_axis="B",
            chunk=chunk,
            callback=callback,
        )
        self.mon: Record = self._runner.mon

    def predict(
        self,
        xs: Any,
        forced_states: Mapping[str, Any] | None = None,
        forced_feedbacks: Mapping[str, Any] | None = None,
        initial_states: Mapping[str, Any] | None = None,
        initial_feedbacks: Mapping[str, Any] | None = None,
        reset: bool = False,
        shared_kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run over data. Calling the runner is the same.

        Parameters
        ----------
        xs : (B, T, ...) array, or dict of them
            Data; of a network with several entries by the names of these.
        forced_states : dict of (B, T, ...) arrays, optional
            By name of the node what its state becomes after its turn in each step.
        forced_feedbacks : dict of (B, T, ...) arrays, optional
            By name of the sender what its listeners get in each step, in place of what it sent in the step before.
        initial_states : dict of (B, ...) arrays, optional
            By name of the node what its state is before the first step, also where that is trained.
        initial_feedbacks : dict of (B, ...) arrays, optional
            By name of the sender what its listeners get in the first step.
        reset : bool
            Begin anew, for as many trials as the data have.
        shared_kwargs : dict, optional
            Numbers and truth values for every ``forward`` that takes such a keyword, and for :data:`bouton.share`. Another number
            compiles nothing; a truth value compiles once for each. ``train``, the same as ``fit``, is False unless it is here.

        Returns
        -------
        (B, T, ...) array, or dict of them
            The output; of a network with several exits by their names. Stopped, what there was until then.

        Raises
        ------
        ShapeError
            For data, or values, of other shapes; for another number of trials than there are states for, without ``reset``.
        ValueRefused
            For names of nodes that there are not, or that have no such thing.
        KindError
            For what are no numbers, and shared keywords that are no plain number or truth value.
        RunningError
            While it runs already.
        """
        where, graph = f"{type(self).__name__}.predict", self.target._graph
        if not isinstance(reset, bool):
            raise KindError(
                where=f"{where}(reset=...)", expected="True or False", got=type(reset).__name__, fix="Pass one of the two."
            )
        data, trials, steps = sequences.over_time(graph, xs, where)
        shared = sequences.keywords(shared_kwargs, f"{where}(shared_kwargs=...)")
        leading = (trials, steps)
        forced = (
            sequences.states(graph, forced_states, leading, "forced_states"),
            sequences.feedbacks(graph, forced_feedbacks, leading, "forced_feedbacks"),
        )
        states = sequences.states(graph, initial_states, (trials,), "initial_states")
        feedbacks = sequences.feedbacks(graph, initial_feedbacks, (trials,), "initial_feedbacks")
        if reset:
            self.reset_state(trials)
        sequences.check_trials(graph, trials, where)
        members = {str(node.name): node for node in graph.nodes}
        for name, value in states.items():
            # Not by set_state, which goes back to where a trained initial state is.
            members[name]._write_cell("state", value)
        for name, value in feedbacks.items():
            members[name]._write_cell("fb_output", value)
        self._fed.keywords.names = frozenset(shared)
        first, seen = self._runner.i0, None
        try:
            out, seen = self._runner.run(inputs=(data, *forced), shared_args=shared)
        finally:
            if seen is None:
                # An error has ended the run.
                _, seen = self._runner._unfinished() or (None, {})
            self.mon = self._record(seen, first)
        return out

    __call__ = predict

    def reset_state(self, batch_size: int | None = None) -> None:
        """States and feedback buffers anew, for so many trials; by default for as many as before."""
        self._runner.reset_state(batch_size)

    def stop(self) -> None:
        """End the run after what is under way, two pieces at most; what was recorded stays. From any thread, or the callback."""
        self._runner.stop()

    @property
    def compilations(self) -> int:
        """How often the loop has been compiled."""
        return self._runner.compilations

    def _record(self, seen: dict[str, Any], first: int) -> Record:
        values, labels = {}, {}
        # Dicts come in the order of their keys out of compiled code.
        for key in self._fed.monitors if seen else ():
            found = seen[key]
            alone = key in self._without_batch
            # The runner has taken the second axis for the batch.
            values[key] = (
                np.asarray(found).swapaxes(0, min(1, found.ndim - 1)) if alone else jax.tree_util.tree_map(np.asarray, found)
            )
            labels[key] = Labels(("time",) if alone else ("batch", "time"), key, None, None)
        return Record(values, Times(self._runner._stepping.t0, self._runner.dt, first, 1, self._runner.i0 - first), labels)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.target!r}, monitors={self._fed.monitors})"


def _has_batch(node: Node, attribute: str) -> bool:
    if attribute in ("output", "inputs", "feedbacks"):
        return True
    value, (*path, name) = reached(node, attribute), attribute.split(".")
    if isinstance(value, Variable):
        return value.batch_axis is not None
    # What is made of a state, such as the two halves of one, is no attribute that is kept.
    made = isinstance(getattr(type(reached(node, ".".join(path)) if path else node), name, None), property)
    return made and np.ndim(value) > 0 and value.shape[0] == node._trials()
