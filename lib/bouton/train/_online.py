"""Training of readouts step by step."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..dynamics import DynamicalSystem
from ..errors import KindError, RunningError, ShapeError
from ..transform import Variable
from ._online_methods import RLS, online_method
from ._readout_trainer import ReadoutTrainer
from ._readouts import Own, Readout, check_targets


class OnlineTrainer(ReadoutTrainer):
    """Changes the Dense layers in training mode of a model after each step, by their inputs and targets.

    What the method keeps lasts from one :meth:`fit` to the next; a new trainer begins anew.

    Another part in training mode is changed by its own method ``online_fit(target, fit_record)``, where ``fit_record`` has its
    ``'input'`` and ``'output'`` in the step. All three are (B, ...), without a batch (...). The method writes to Variables of
    the part, and runs in compiled code; ``fit_method`` stands in its attribute ``online_fit_by``. Its method ``online_init()``,
    where it has one, is called by a new trainer.

    Of a graph, a network of :mod:`bouton.nn` that is initialised, these are its nodes ``Dense`` and ``LinearReadout`` that are
    ``trainable``. Their feedback is an input, too, whose columns come last. Where such a node is listened to, its listeners get
    what it has really given, with the weights of before (FORCE [1]_). The ``fit_record`` of a node with a method of its own has
    the inputs in the form that ``forward`` gets, and ``'feedback'``.

    Parameters
    ----------
    target : DynamicalSystem
        One step.
    fit_method : str, dict, class or object
        ``'rls'`` = ``'force'`` (default), ``'lms'``; ``{'name': 'lms', 'alpha': 0.01}``; or an object such as
        :class:`bouton.train.RLS`.
    monitors : list or dict, optional
        What predictions record, as for :class:`bouton.DSRunner`.
    **more
        ``dt`` and ``data_first_axis``, as for :class:`bouton.DSRunner`; ``jit`` and ``progress_bar``, of a fit.

    Attributes
    ----------
    mon : Record
        What the last prediction has read.

    Raises
    ------
    NoImplementationError
        For a part in training mode that is no Dense layer and has no ``online_fit``.
    ValueRefused, UnknownPathError, KindError
        For a model with nothing to fit, and for what is no method.

    References
    ----------
    .. [1] Sussillo and Abbott, Generating coherent patterns of activity from chaotic neural networks, Neuron 63, 2009.
    """

    _hook = "online_fit"
    _at_each = True

    def __init__(self, target: DynamicalSystem, fit_method: Any = "rls", monitors: Any = None, **more: Any):
        super().__init__(target, monitors, **more)
        self.fit_method = online_method(fit_method, f"{type(self).__name__}(fit_method=...)")
        self._kept = [self._begun(part) for part in self._parts]

    def _begun(self, part: Readout | Own) -> Any:
        """What the method keeps for a part."""
        if isinstance(part, Readout):
            start = self.fit_method.start(part.weights.shape[0], part.weights.dtype)
            return jax.tree_util.tree_map(lambda start: Variable(jnp.asarray(start)), start)
        part.node.online_fit_by = self.fit_method
        if hasattr(part.node, "online_init"):
            part.node.online_init()
        return ()

    def _after_step(self, seen: list[tuple], ys: list[jax.Array]) -> Any:
        return [self._update(*of_part) for of_part in zip(self._parts, self._kept, seen, ys, strict=True)]

    def _end(self, told: Any, ys: list[jax.Array], before: Any, where: str) -> None:
        for part, finite in zip(self._parts, told, strict=True):
            finite = np.asarray(finite)
            if not finite.all():
                self._take_back(before)
                raise RunningError(
                    where=f"{where}, {part.path or 'the model'}",
                    expected="finite weights",
                    got=f"some that are not, after step {int(np.argmin(finite))} of {len(finite)}",
                    fix="The weights are those of before again. Look for NaN in the data, or take a smaller rate.",
                )

    def _now(self) -> list[jax.Array]:
        return [cell.value for cell in self._written()]

    def _take_back(self, values: list[jax.Array]) -> None:
        for cell, value in zip(self._written(), values, strict=True):
            cell.value = value

    def _written(self) -> list[Variable]:
        """What a fit may write to."""
        of_parts = [cell for part in self._parts for cell in part.node.vars().unique().values()]
        return [*of_parts, *self._cells(self._kept)]

    def _update(self, part: Readout | Own, kept: Any, noted: tuple, y: jax.Array) -> jax.Array:
        """New weights, and whether they are finite."""
        x, out = noted
        if isinstance(part, Own):
            part.node.online_fit(y, part.record(x, out))
            return part.finite()
        where = f"{type(self).__name__}.fit, each step"
        check_targets(part, x, y, where)
        before = part.weights
        rows = (jnp.reshape(x, (-1, x.shape[-1])), jnp.reshape(y, (-1, y.shape[-1])).astype(x.dtype))
        values = jax.tree_util.tree_map(lambda cell: cell.value, kept, is_leaf=_is_cell)
        # Some devices multiply single floats with fewer digits unless told.
        with jax.default_matmul_precision("highest"):
            found = self.fit_method.step(values, before, *rows)
        if not isinstance(found, tuple) or len(found) != 2 or not _alike(found[0], values):
            raise KindError(
                where=f"{where}, {type(self.fit_method).__name__}.step",
                expected="a pair of what it keeps, in the same structure, and weights",
                got=type(found).__name__,
                fix="Return kept, weights.",
            )
        new, weights = found
        if jnp.shape(weights) != before.shape:
            raise ShapeError(
                where=f"{where}, {type(self.fit_method).__name__}.step",
                expected=f"weights {before.shape}",
                got=f"{jnp.shape(weights)}",
                fix="Return as many as it was given, the bias first.",
            )
        for cell, value in zip(self._cells(kept), jax.tree_util.tree_leaves(new), strict=True):
            cell.value = value
        part.node._fit_assign(weights)
        return jnp.isfinite(weights).all()

    @staticmethod
    def _cells(kept: Any) -> list[Variable]:
        return jax.tree_util.tree_leaves(kept, is_leaf=_is_cell)


class ForceTrainer(OnlineTrainer):
    """Changes the Dense layers in training mode by recursive least squares after each step (FORCE).

    Parameters
    ----------
    target : DynamicalSystem
        One step.
    alpha : float
        The correlations begin with the identity divided by it.
    **more
        As for :class:`OnlineTrainer`.
    """

    def __init__(self, target: DynamicalSystem, alpha: float = 1.0, **more: Any):
        super().__init__(target, RLS(alpha), **more)


def _is_cell(x: Any) -> bool:
    return isinstance(x, Variable)


def _alike(new: Any, old: Any) -> bool:
    return jax.tree_util.tree_structure(new) == jax.tree_util.tree_structure(old)
