"""Training of readouts step by step."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from ..dynamics import DynamicalSystem
from ..errors import RunningError, ShapeError
from ..run import DSRunner, Record
from ..run._given import laid_out
from ..transform import Variable, for_loop
from ..transform import jit as compiled
from ._offline import pair_of
from ._online_methods import RLS, online_method
from ._readouts import check_targets, noting_inputs, readouts, require, targets_of


class OnlineTrainer:
    """Changes the Dense layers in training mode of a model after each step, by their inputs and targets.

    What the method keeps lasts from one :meth:`fit` to the next; a new trainer begins anew.

    Parameters
    ----------
    target : DynamicalSystem
        One step.
    fit_method : str, dict, class or object
        ``'rls'`` = ``'force'`` (default), ``'lms'``; ``{'name': 'lms', 'alpha': 0.01}``; or an object such as
        :class:`bouton.train.RLS`.
    monitors : list or dict, optional
        As for :class:`bouton.DSRunner`.
    dt : float, optional, ms
        Length of a step. Default: the shared one.
    data_first_axis : {'B', 'T'}, optional
        Of inputs, outputs and targets. Default: ``'B'`` in modes with a batch.

    Attributes
    ----------
    mon : Record
        What the last prediction has read.

    Raises
    ------
    NoImplementationError
        For a part in training mode that is no Dense layer.
    ValueRefused, UnknownPathError, KindError
        For a model with nothing to fit, and for what is no method.
    """

    def __init__(
        self,
        target: DynamicalSystem,
        fit_method: Any = "rls",
        monitors: Any = None,
        *,
        dt: float | None = None,
        data_first_axis: str | None = None,
    ):
        name = type(self).__name__
        self._runner = DSRunner(target, monitors=monitors, dt=dt, progress_bar=False, data_first_axis=data_first_axis)
        self._stepping = self._runner._stepping
        self.target = target
        self._parts = readouts(target, f"{name}(target=...)")
        self.fit_method = online_method(fit_method, f"{name}(fit_method=...)")
        starts = [self.fit_method.start(*_size(part.weights)) for part in self._parts]
        self._kept = jax.tree_util.tree_map(Variable, starts)
        self._learned = compiled(self._learn)

    def fit(self, train_data: Any, reset_state: bool = True, shared_args: Mapping[str, Any] | None = None) -> Any:
        """Run over the data once, and learn after each step.

        Parameters
        ----------
        train_data : [X, Y]
            Inputs (B, T, ...) and targets (B, T, num_out), or (T, ...) without a batch; of several layers a dict of targets by
            path or name.
        reset_state : bool
            Begin anew.
        shared_args : dict, optional
            More to share; ``fit`` is shared as True.

        Returns
        -------
        pytree
            What the model returned in each step, with the weights of before that step.

        Raises
        ------
        KindError, UnknownPathError, ShapeError
            For data that do not fit.
        RunningError
            When the weights come to be not finite.
        """
        where = f"{type(self).__name__}.fit"
        xs, targets = pair_of(train_data, where)
        batch_first = self._stepping.batch_first
        args, steps = laid_out(xs, batch_first)
        ys = [jnp.swapaxes(y, 0, 1) if batch_first and y.ndim > 1 else y for y in targets_of(self._parts, targets, where)]
        for part, y in zip(self._parts, ys, strict=True):
            if y.ndim == 0 or len(y) != steps:
                raise ShapeError(
                    where=f"{where}, targets of {part.path or 'the model'}",
                    expected=f"one for each of the {steps} steps",
                    got=f"{len(y) if y.ndim else 'a single number'}",
                    fix="Give targets (B, T, num_out), or (T, num_out) without a batch.",
                )
        with self._stepping.shared({**(shared_args or {}), "fit": True}):
            if reset_state:
                self._stepping.reset(self._stepping.batch_size(args))
            outs = self._learned(*self._stepping.clock(0, steps), args, ys)
        for part in self._parts:
            if not bool(jnp.isfinite(part.weights).all()):
                raise RunningError(
                    where=f"{where}, {part.path or 'the model'}",
                    expected="finite weights",
                    got="some that are not",
                    fix="Look for NaN in the data, or take a smaller rate.",
                )
        return self._stepping.laid_back(outs)

    def predict(
        self, inputs: Any, reset_state: bool = False, shared_args: Mapping[str, Any] | None = None, eval_time: bool = False
    ) -> Any:
        """What the model returns for inputs; ``fit`` is shared as False. With ``eval_time`` a pair of seconds and that."""
        return self._runner.run(inputs=inputs, reset_state=reset_state, shared_args=shared_args, eval_time=eval_time)

    @property
    def mon(self) -> Record:
        """What the monitors have read in the last prediction."""
        return self._runner.mon

    def _learn(self, times: Any, steps: Any, xs: tuple, ys: list) -> Any:
        def step(t: Any, i: Any, x: tuple, y: list) -> Any:
            with noting_inputs(self._parts) as noted:
                out, _ = self._stepping.read_step(t, i, (), x)
            for k, part in enumerate(self._parts):
                seen = require(part, noted[k], type(self).__name__)
                check_targets(part, seen, y[k], f"{type(self).__name__}.fit, each step")
                self._update(k, part.columns(seen), y[k])
            return out

        return for_loop(step, (times, steps, xs, ys))

    def _update(self, k: int, x: jax.Array, y: jax.Array) -> None:
        part, kept = self._parts[k], self._kept[k]
        rows = (jnp.reshape(x, (-1, x.shape[-1])), jnp.reshape(y, (-1, y.shape[-1])).astype(x.dtype))
        values = jax.tree_util.tree_map(lambda cell: cell.value, kept, is_leaf=_is_cell)
        new, weights = self.fit_method.step(values, part.weights, *rows)
        cells = jax.tree_util.tree_leaves(kept, is_leaf=_is_cell)
        for cell, value in zip(cells, jax.tree_util.tree_leaves(new), strict=True):
            cell.value = value
        part.assign(weights)


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


def _size(weights: jax.Array) -> tuple[int, Any]:
    return weights.shape[0], weights.dtype


def _is_cell(x: Any) -> bool:
    return isinstance(x, Variable)
