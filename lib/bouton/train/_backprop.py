"""Training by gradients: through time, and of models without a time."""

import functools
import math
import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .. import losses, optim
from ..core._names import nearest
from ..dynamics import DynamicalSystem
from ..errors import KindError, RunningError, UnknownPathError, ValueRefused
from ..math._modes import BatchingMode
from ..run import DSRunner, Record
from ..run._given import laid_out
from ..transform import Variable, grad
from ..transform import jit as compiled
from ..transform._operators import plain
from ..transform._progress import Bar
from . import _checkpoint
from ._batches import batches
from ._history import Curve, History


class BPTT:
    """Trains a system of one step by gradients through time.

    Parameters
    ----------
    target : DynamicalSystem
        One step; its TrainVars are trained.
    loss_fun : str or callable
        Name of a function of :mod:`bouton.losses`, or ``loss(predictions, targets)``, a scalar. With ``monitors`` the predictions
        are ``(outputs, monitored)``.
    optimizer : Optimizer, optional
        One that was made with ``train_vars`` trains these; otherwise all are registered with it. Default: Adam with
        ``ExponentialDecay(0.025, decay_steps=1, decay_rate=0.99975)``.
    loss_has_aux : bool
        The loss function returns ``(loss, dict)``; the numbers in the dict are metrics.
    monitors : list or dict, optional
        As for :class:`bouton.DSRunner`.
    loss : str or callable
        The other name of ``loss_fun``.
    max_grad_norm : float, optional
        Gradients are scaled down to this norm, of all together.
    shuffle_data : bool
        Whether a pair ``(X, Y)`` is cut into other batches in each epoch.
    seed : int
        Of that order.
    dt : float, optional, ms
        Length of a step. Default: the shared one.
    data_first_axis : {'B', 'T'}, optional
        Of inputs, outputs and targets. Default: ``'B'`` in modes with a batch.
    jit : bool
        ``False`` runs in Python, with the same results.
    progress_bar : bool
        Show how many epochs are done.

    Attributes
    ----------
    mon : Record
        What the last prediction has read.

    Raises
    ------
    KindError, ValueRefused, UnknownPathError, MonitorError
        For a model without TrainVars, and for what is no loss, no optimiser or no monitor.
    """

    _has_time = True

    def __init__(
        self,
        target: DynamicalSystem,
        loss_fun: str | Callable | None = None,
        optimizer: optim.Optimizer | None = None,
        loss_has_aux: bool = False,
        monitors: Any = None,
        *,
        loss: str | Callable | None = None,
        max_grad_norm: float | None = None,
        shuffle_data: bool = True,
        seed: int = 0,
        dt: float | None = None,
        data_first_axis: str | None = None,
        jit: bool = True,
        progress_bar: bool = True,
    ):
        name = type(self).__name__
        self._runner = DSRunner(
            target,
            monitors=monitors,
            dt=dt,
            jit=jit,
            progress_bar=False,
            data_first_axis=data_first_axis,
            numpy_mon_after_run=True,
        )
        self._stepping = self._runner._stepping
        self.target = target
        self._loss = _loss_function(loss_fun, loss, name)
        self._has_aux, self._jit, self._bar = bool(loss_has_aux), bool(jit), bool(progress_bar)
        if max_grad_norm is not None and not max_grad_norm > 0:
            raise ValueRefused(
                where=f"{name}(max_grad_norm=...)",
                expected="a number above 0",
                got=f"{max_grad_norm}",
                fix="Leave it out for none.",
            )
        self._max_norm, self._shuffle, self._seed = max_grad_norm, bool(shuffle_data), int(seed)
        self._train_vars = target.train_vars("relative").unique()
        if not self._train_vars:
            raise ValueRefused(
                where=f"{name}(target=...)",
                expected="a model with TrainVars",
                got=f"{type(target).__name__}, which has none",
                fix="Build it in a training mode, `with bm.training_environment():`, or make its weights bm.TrainVar.",
            )
        if optimizer is not None and not isinstance(optimizer, optim.Optimizer):
            raise KindError(
                where=f"{name}(optimizer=...)",
                expected="an optimiser of bp.optim",
                got=type(optimizer).__name__,
                fix="Write for instance bp.optim.Adam(lr=1e-3).",
            )
        if optimizer is None:
            optimizer = optim.Adam(lr=optim.ExponentialDecay(0.025, decay_steps=1, decay_rate=0.99975))
        if optimizer._targets is None:
            optimizer.register_train_vars(self._train_vars)
        else:
            self._train_vars = optimizer._targets.distinct
        self.optimizer = optimizer
        self._history = History()
        self._compiled: dict[tuple[str, bool], Callable] = {}

    # -- training ----------------------------------------------------------

    def fit(
        self,
        train_data: Any,
        test_data: Any = None,
        num_epoch: int | None = None,
        num_report: int = -1,
        reset_state: bool = True,
        shared_args: Mapping[str, Any] | None = None,
        fun_after_report: Callable[[int, dict[str, float], str], Any] | None = None,
        *,
        num_batch: int = 32,
        num_train: int | None = None,
        patience: int | None = None,
        min_delta: float = 0.0,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> None:
        """Train; ``fit`` is shared as True meanwhile, and as False for the tests.

        Parameters
        ----------
        train_data, test_data : pair of arrays, iterable of pairs, or callable
            A pair ``(X, Y)`` is cut into batches of ``num_batch``. An iterable of batches ``(X, Y)`` is gone through once for
            each epoch; a callable returns one. Told apart by what stands in them.
        num_epoch : int
            How often all data are gone through. Default: 100.
        num_report : int
            Report after each epoch (-1), or after so many batches.
        reset_state : bool
            Begin anew with each batch, for as many trials as it has.
        shared_args : dict, optional
            More to share.
        fun_after_report : callable, optional
            ``fun_after_report(number, metrics, phase)``.
        num_batch : int
            Trials of a batch that a pair is cut into.
        num_train : int, optional
            The other name of ``num_epoch``.
        patience : int, optional
            End when the loss of so many epochs in succession was not below the least by ``min_delta``: that of the test, where
            there is one.
        min_delta : float
            See there.
        checkpoint : path, optional
            Save there after each epoch.

        Raises
        ------
        KindError, ShapeError, ValueRefused
            For data and numbers that do not fit.
        RunningError
            When the loss is not finite any more.
        """
        name = f"{type(self).__name__}.fit"
        if num_epoch is not None and num_train is not None:
            raise ValueRefused(
                where=name, expected="num_epoch or num_train, two names of one number", got="both", fix="Leave one of them out."
            )
        given = num_epoch if num_train is None else num_train
        epochs = 100 if given is None else int(given)
        axis = 0 if not self._has_time or self._stepping.batch_first else 1
        train = batches(train_data, num_batch, axis, self._shuffle, f"{name}(train_data=...)")
        test = None if test_data is None else batches(test_data, num_batch, axis, False, f"{name}(test_data=...)")
        best, waited = math.inf, 0
        with Bar(f"Train {epochs} epochs").shown(epochs) if self._bar else nullcontext() as bar:
            for done in range(1, epochs + 1):
                of_fit = self._epoch("fit", train, num_report, reset_state, shared_args, fun_after_report)
                of_test = {} if test is None else self._epoch("test", test, -1, reset_state, shared_args, fun_after_report)
                self._history.epochs += 1
                if "scheduler" in self.optimizer.modules():
                    self.optimizer.scheduler.step_epoch()
                if bar is not None:
                    bar.reach(done, epochs)
                if checkpoint is not None:
                    self.save(checkpoint)
                loss = (of_test or of_fit)["loss"]
                best, waited = (loss, 0) if loss < best - min_delta else (best, waited + 1)
                if patience is not None and waited >= patience:
                    return

    def _epoch(
        self,
        phase: str,
        data: Callable[[np.random.Generator], Iterable[tuple[Any, Any]]],
        num_report: int,
        reset: bool,
        shared: Mapping[str, Any] | None,
        after: Callable[[int, dict[str, float], str], Any] | None,
    ) -> dict[str, float]:
        """Go through the data once; the mean metrics."""
        # By the number of the epoch, so that a training that goes on from a file sees the same order.
        rng = np.random.default_rng([self._seed, self._history.epochs])
        of_epoch: list[dict[str, Any]] = []
        since = 0
        with self._stepping.shared({**(shared or {}), "fit": phase == "fit"}):
            for x, y in data(rng):
                of_epoch.append(self._batch(phase, x, y, reset))
                self._history.updates += phase == "fit"
                since += 1
                if since == num_report:
                    self._report(phase, of_epoch[-since:], after)
                    since = 0
        if not of_epoch:
            raise ValueRefused(
                where=f"{type(self).__name__}.fit",
                expected="at least one batch",
                got="none",
                fix="Give data that are not empty.",
            )
        if num_report < 1 or since:
            self._report(phase, of_epoch[-since:] if num_report > 0 else of_epoch, after)
        return _means(of_epoch)

    def _batch(self, phase: str, x: Any, y: Any, reset: bool) -> dict[str, Any]:
        data = self._laid_out(x), jax.tree_util.tree_map(_as_array, y)
        if reset:
            # Here, too: a size of the batch that changes in compiled code would be compiled twice.
            self._stepping.reset(self._batch_size(data[0]))
        xs, y = data
        loss, metrics = self._function(phase, reset)(xs, self._clock(xs, reset), y)
        metrics = {"loss": float(loss), **{key: float(value) for key, value in metrics.items()}}
        self._history.add(phase, "detailed", metrics)
        if not math.isfinite(metrics["loss"]):
            raise RunningError(
                where=f"{type(self).__name__}.fit, epoch {self._history.epochs}",
                expected="a finite loss",
                got=f"{metrics['loss']}",
                fix="Try a smaller rate, or max_grad_norm=1.0; the weights of the last checkpoint can be loaded.",
            )
        return metrics

    def _report(self, phase: str, of_batches: list[dict[str, Any]], after: Callable | None) -> None:
        metrics = _means(of_batches)
        self._history.add(phase, "report", metrics)
        if after is not None:
            after(len(self._history.rows[phase, "loss", "report"]) - 1, metrics, phase)

    # -- one batch ---------------------------------------------------------

    def _function(self, phase: str, reset: bool) -> Callable:
        """What is done with a batch, compiled."""
        if (phase, reset) not in self._compiled:
            outputs = functools.partial(self._outputs, reset)
            lost = functools.partial(self._lost, outputs)
            made: Callable = lost if phase == "test" else outputs
            if phase == "fit":
                gradient = grad(lost, grad_vars=self._train_vars, has_aux=True, return_value=True)
                made = functools.partial(self._updated, gradient)
            self._compiled[phase, reset] = compiled(made) if self._jit else made
        return self._compiled[phase, reset]

    def _updated(self, gradient: Callable, xs: tuple, clock: tuple, y: Any) -> tuple[Any, dict[str, Any]]:
        slopes, loss, metrics = gradient(xs, clock, y)
        if self._max_norm is not None:
            norm = jnp.sqrt(sum(jnp.sum(slope**2) for slope in jax.tree_util.tree_leaves(slopes)))
            scale = jnp.minimum(1.0, self._max_norm / jnp.maximum(norm, 1e-12))
            slopes = jax.tree_util.tree_map(lambda slope: slope * scale.astype(slope.dtype), slopes)
        self.optimizer.update(slopes)
        return loss, metrics

    def _lost(self, outputs: Callable, xs: tuple, clock: tuple, y: Any) -> tuple[Any, dict[str, Any]]:
        found = self._loss(outputs(xs, clock), y)
        return found if self._has_aux else (found, {})

    def _outputs(self, reset: bool, xs: tuple, clock: tuple) -> Any:
        if reset:
            # Here, so that gradients reach trained initial states.
            self._stepping.reset(self._batch_size(xs))
        times, steps = clock
        outs, read = self._stepping.piece(times, steps, (), xs)
        outs, read = self._stepping.laid_back((outs, read))
        return (outs, read) if self._stepping.monitors else outs

    def _laid_out(self, x: Any) -> tuple:
        return laid_out(x, self._stepping.batch_first)[0]

    def _clock(self, xs: tuple, reset: bool) -> tuple:
        """Time before each step, and its number."""
        start = self._stepping.passed
        length = jax.tree_util.tree_leaves(xs)[0].shape[0]
        self._stepping.passed = start + length
        return self._stepping.clock(start, length)

    def _batch_size(self, xs: tuple) -> int | None:
        if not isinstance(self.target.mode, BatchingMode):
            return None
        return jax.tree_util.tree_leaves(xs)[0].shape[int(self._has_time)]

    # -- looking -----------------------------------------------------------

    def predict(
        self, inputs: Any, reset_state: bool = True, shared_args: Mapping[str, Any] | None = None, eval_time: bool = False
    ) -> Any:
        """What the model returns for inputs, (B, T, ...) or (T, B, ...); ``fit`` is shared as False.

        With ``eval_time`` a pair of seconds and that.
        """
        return self._runner.run(inputs=inputs, reset_state=reset_state, shared_args=shared_args, eval_time=eval_time)

    @property
    def mon(self) -> Record:
        """What the monitors have read in the last prediction."""
        return self._runner.mon

    @property
    def train_losses(self) -> np.ndarray:
        """Mean loss of the training data in each report."""
        return self._history.metric("fit", "loss", "report")

    @property
    def test_losses(self) -> np.ndarray:
        """Mean loss of the test data after each epoch."""
        return self._history.metric("test", "loss", "report")

    def get_hist_metric(self, phase: str = "fit", metric: str = "loss", which: str = "report") -> np.ndarray:
        """One metric over the training.

        Parameters
        ----------
        phase : {'fit', 'test'}
        metric : str
            ``'loss'``, or a name that the loss function returns.
        which : {'report', 'detailed'}
            Means of each report, or each batch.

        Raises
        ------
        ValueRefused, UnknownPathError
            For what there is not.
        """
        return self._history.metric(phase, metric, which)

    def curves(self) -> list[Curve]:
        """The reports as lines to be drawn, over the number of updates."""
        return self._history.curves()

    # -- files -------------------------------------------------------------

    def save(self, file: str | os.PathLike[str]) -> None:
        """Save the model, what the optimiser keeps, and the history, in a safetensors file."""
        _checkpoint.save(file, self.target, self.optimizer, self._history)

    def load(self, file: str | os.PathLike[str]) -> None:
        """Go on from a file that :meth:`save` has written: the next epoch is the one that would have followed.

        Raises
        ------
        ValueRefused, MathError
            For a file of something else; nothing is changed then.
        """
        self._history = _checkpoint.load(file, self.target, self.optimizer, f"{type(self).__name__}.load")


class BPFF(BPTT):
    """Trains a model without a time by gradients: inputs, outputs and targets are (B, ...).

    Parameters, attributes and errors are those of :class:`BPTT`.
    """

    _has_time = False

    def predict(
        self, inputs: Any, reset_state: bool = True, shared_args: Mapping[str, Any] | None = None, eval_time: bool = False
    ) -> Any:
        """What the model returns for inputs, (B, ...); ``fit`` is shared as False.

        With ``eval_time`` a pair of seconds and that; with monitors a pair of that and what they have read.
        """
        began = time.perf_counter()
        xs = self._laid_out(inputs)
        with self._stepping.shared({"fit": False, **(shared_args or {})}):
            if reset_state:
                self._stepping.reset(self._batch_size(xs))
            out = jax.block_until_ready(self._function("predict", reset_state)(xs, ()))
        return (time.perf_counter() - began, out) if eval_time else out

    def _outputs(self, reset: bool, xs: tuple, clock: tuple) -> Any:
        if reset:
            self._stepping.reset(self._batch_size(xs))
        out, read = self._stepping.read_step(0.0, 0, (), xs)
        return (out, read) if self._stepping.monitors else out

    def _laid_out(self, x: Any) -> tuple:
        args = x if isinstance(x, tuple) else (x,)
        return jax.tree_util.tree_map(_as_array, args, is_leaf=lambda leaf: isinstance(leaf, Variable))

    def _clock(self, xs: tuple, reset: bool) -> tuple:
        return ()


def _loss_function(loss_fun: Any, loss: Any, name: str) -> Callable:
    if (loss_fun is None) == (loss is None):
        raise ValueRefused(
            where=name,
            expected="loss_fun or loss, two names of one argument",
            got="neither" if loss is None else "both",
            fix="Write for instance loss_fun='mean_squared_error'.",
        )
    given = loss_fun if loss is None else loss
    if isinstance(given, str):
        if given not in losses.__all__:
            raise UnknownPathError(
                where=f"{name}(loss_fun=...)",
                expected="the name of a function of bp.losses",
                got=f"{given!r}",
                fix=nearest(given, losses.__all__),
            )
        return getattr(losses, given)
    if not callable(given):
        raise KindError(
            where=f"{name}(loss_fun=...)",
            expected="a name, or a function of predictions and targets",
            got=type(given).__name__,
            fix="Write for instance loss_fun='mean_squared_error'.",
        )
    return given


def _as_array(x: Any) -> Any:
    x = plain(x)
    return x if isinstance(x, jax.Array) else np.asarray(x, jax.dtypes.canonicalize_dtype(np.asarray(x).dtype))


def _means(of_batches: list[dict[str, Any]]) -> dict[str, float]:
    return {key: float(np.mean([metrics[key] for metrics in of_batches])) for key in of_batches[0]}
