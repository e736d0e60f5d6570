"""Training of readouts from all data at once."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

from ..dynamics import DynamicalSystem
from ..errors import RunningError, ShapeError
from ..run._given import as_numbers
from ..transform._journal import Journal
from ._offline_methods import RidgeRegression, offline_method
from ._readout_trainer import ReadoutTrainer
from ._readouts import Own, check_targets, giving, heard_behind, teach


class OfflineTrainer(ReadoutTrainer):
    """Fits the Dense layers in training mode of a model from their inputs over all trials and times, at once.

    All inputs are those with the weights of before. The weights are fitted with a leading column of ones where there is a bias.

    Another part in training mode is fitted by its own method ``offline_fit(target, fit_record)``, where ``fit_record`` has its
    ``'input'`` and ``'output'`` in all steps. All three are (B, T, ...), without a batch (T, ...). The method writes to the
    Variables of the part; ``fit_method`` stands in its attribute ``offline_fit_by``.

    Of a graph, a network of :mod:`bouton.nn` that is initialised, these are its nodes ``Dense`` and ``LinearReadout`` that are
    ``trainable``. Their feedback is an input, too, whose columns come last. Where such a node is listened to, its listeners get
    the targets of the step before while it is fitted [1]_, and after a fit the last of them; those of another node behind it get
    what that makes of these. In the first step they get what was sent last, or nothing, 0, after a reset. ``fit_record`` of a
    node with a method of its own has the inputs in the form that ``forward`` gets, and ``'feedback'``; what stands behind it gets
    its output.

    Parameters
    ----------
    target : DynamicalSystem
        One step.
    fit_method : str, dict, class or callable
        ``'ridge'`` (default), ``'linear'`` = ``'lstsq'``, ``'lasso'``, ``'elastic_net'``, ``'logistic'``, ``'polynomial'``;
        ``{'name': 'ridge', 'alpha': 1e-4}``; an object such as :class:`bouton.train.RidgeRegression`; or a function ``(targets,
        inputs, outputs)`` that returns the weights, each argument (samples, ...).
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
        For a part in training mode that is no Dense layer and has no ``offline_fit``.
    ValueRefused, UnknownPathError, KindError
        For a model with nothing to fit, and for what is no method.

    References
    ----------
    .. [1] Jaeger, The "echo state" approach to analysing and training recurrent neural networks, GMD Report 148, 2001: teacher
       forcing.
    """

    _hook = "offline_fit"
    _at_each = False

    def __init__(
        self,
        target: DynamicalSystem,
        fit_method: str | Mapping[str, Any] | Callable = "ridge",
        monitors: Any = None,
        **more: Any,
    ):
        super().__init__(target, monitors, **more)
        self.fit_method = offline_method(fit_method, f"{type(self).__name__}(fit_method=...)")
        for part in self._parts:
            if isinstance(part, Own):
                part.node.offline_fit_by = self.fit_method

    def _one_step(self, t: Any, i: Any, x: tuple, y: list) -> tuple[Any, list[tuple]]:
        if not heard_behind(self.target, self._parts):
            return super()._one_step(t, i, x, y)
        cells = [*self.target.vars("relative").unique().values()]
        before = [cell.value for cell in cells]
        found = super()._one_step(t, i, x, y)
        # Once more, as if the targets had come out: what stands behind moves on by them, and sends back what it makes of them.
        for cell, value in zip(cells, before, strict=True):
            cell.value = value
        with giving(self._parts, y):
            self._stepping.read_step(t, i, (), x)
        return found

    def _after_step(self, seen: list[tuple], ys: list[jax.Array]) -> Any:
        self._after_first_step(seen, ys)
        return seen

    def _after_first_step(self, seen: list[tuple], ys: list[jax.Array]) -> None:
        for part, (_, out), y in zip(self._parts, seen, ys, strict=True):
            teach(part, y, out)

    def _end(self, told: Any, ys: list[jax.Array], before: Any, where: str) -> None:
        own, found = [], []
        for part, data, y in zip(self._parts, told, ys, strict=True):
            x, out, y = (self._stepping.laid_back(a) for a in (*data, y))
            if isinstance(part, Own):
                own.append((part, y, part.record(x, out)))
                continue
            check_targets(part, x, y, where)
            y, x, out = (jnp.reshape(a, (-1, a.shape[-1])) for a in (y, x, out))
            found.append((part, self._weights(y, x, out, f"{where}, {part.path or 'the model'}")))
        # An error puts back what was written before it.
        with Journal():
            for part, weights in found:
                part.node._fit_assign(weights)
            for part, y, record in own:
                part.node.offline_fit(y, record)
                if not part.finite():
                    raise _not_finite(f"{where}, {part.path or 'the model'}")

    def _weights(self, y: jax.Array, x: jax.Array, out: jax.Array, where: str) -> jax.Array:
        # Some devices multiply single floats with fewer digits unless told.
        with jax.default_matmul_precision("highest"):
            found = self.fit_method(y, x, out)
        weights = jnp.asarray(as_numbers(found, where, "Let fit_method return an array of weights."))
        shape = x.shape[1], y.shape[1]
        if weights.shape != shape:
            raise ShapeError(
                where=where,
                expected=f"weights {shape} from fit_method, the bias first if there is one",
                got=f"{weights.shape}",
                fix="A Dense layer has a weight for each input: let bp.layers.NVAR form products of inputs before it.",
            )
        if not bool(jnp.isfinite(weights).all()):
            raise _not_finite(where)
        return weights


class RidgeTrainer(OfflineTrainer):
    """Fits the Dense layers in training mode by ridge regression.

    Parameters
    ----------
    target : DynamicalSystem
        One step.
    alpha : float
        Coefficient of the penalty.
    beta : float, optional
        The older name of ``alpha``.
    **more
        As for :class:`OfflineTrainer`.
    """

    def __init__(self, target: DynamicalSystem, alpha: float = 1e-7, *, beta: float | None = None, **more: Any):
        super().__init__(target, RidgeRegression(alpha if beta is None else beta), **more)


def _not_finite(where: str) -> RunningError:
    return RunningError(
        where=where,
        expected="finite weights",
        got="some that are not",
        fix="Look for NaN in the data, or take a larger alpha: the inputs may depend on one another.",
    )
