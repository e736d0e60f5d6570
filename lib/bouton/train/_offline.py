"""Training of readouts from all data at once."""

from collections.abc import Callable, Mapping
from typing import Any

import jax.numpy as jnp

from ..dynamics import DynamicalSystem
from ..errors import KindError, RunningError
from ..run import DSRunner, Record
from ..run._given import laid_out
from ..transform import for_loop
from ..transform import jit as compiled
from ._offline_methods import RidgeRegression, offline_method
from ._readouts import check_targets, noting_inputs, readouts, require, targets_of


class OfflineTrainer:
    """Fits the Dense layers in training mode of a model from their inputs over all trials and times, at once.

    All inputs are those with the weights of before. The weights are fitted with a leading column of ones where there is a bias.

    Parameters
    ----------
    target : DynamicalSystem
        One step.
    fit_method : str, dict or callable, optional
        ``'ridge'`` (default), ``'linear'`` = ``'lstsq'``; ``{'name': 'ridge', 'alpha': 1e-4}``; or a function
        ``(targets, inputs, outputs)`` that returns the weights, each argument (samples, ...).
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
        fit_method: str | Mapping[str, Any] | Callable = "ridge",
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
        self.fit_method = offline_method(fit_method, f"{name}(fit_method=...)")
        self._listened = compiled(self._listen)

    def fit(self, train_data: Any, reset_state: bool = True, shared_args: Mapping[str, Any] | None = None) -> Any:
        """Fit.

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
            What the model returned meanwhile, with the weights of before.

        Raises
        ------
        KindError, UnknownPathError, ShapeError
            For data that do not fit.
        RunningError
            When the weights that are found are not finite; then none are changed.
        """
        where = f"{type(self).__name__}.fit"
        xs, targets = pair_of(train_data, where)
        args, steps = laid_out(xs, self._stepping.batch_first)
        ys = targets_of(self._parts, targets, where)
        with self._stepping.shared({**(shared_args or {}), "fit": True}):
            if reset_state:
                self._stepping.reset(self._stepping.batch_size(args))
            outs, noted = self._listened(*self._stepping.clock(0, steps), args)
        found = []
        for part, x, y, out in zip(self._parts, noted["in"], ys, noted["out"], strict=True):
            x, out = self._stepping.laid_back(x), self._stepping.laid_back(out)
            check_targets(part, x, y, where)
            rows = [jnp.reshape(a, (-1, a.shape[-1])) for a in (y, part.columns(x), out)]
            weights = jnp.asarray(self.fit_method(*rows))
            if not bool(jnp.isfinite(weights).all()):
                raise RunningError(
                    where=f"{where}, {part.path or 'the model'}",
                    expected="finite weights",
                    got="some that are not",
                    fix="Look for NaN in the data, or take a larger alpha: the inputs may depend on one another.",
                )
            found.append(weights)
        for part, weights in zip(self._parts, found, strict=True):
            part.assign(weights)
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

    def _listen(self, times: Any, steps: Any, xs: tuple) -> Any:
        def step(t: Any, i: Any, x: tuple) -> Any:
            with noting_inputs(self._parts) as noted:
                out, _ = self._stepping.read_step(t, i, (), x)
            seen = [require(part, x, type(self).__name__) for part, x in zip(self._parts, noted, strict=True)]
            own = [part.columns(x) @ part.weights for part, x in zip(self._parts, seen, strict=True)]
            return out, {"in": seen, "out": own}

        return for_loop(step, (times, steps, xs))


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


def pair_of(data: Any, where: str) -> tuple[Any, Any]:
    """Inputs and targets.

    Raises
    ------
    KindError
        For data of another form.
    """
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise KindError(
            where=where, expected="a pair [X, Y]", got=type(data).__name__, fix="Pass all inputs and all targets: fit([X, Y])."
        )
    return data[0], data[1]
