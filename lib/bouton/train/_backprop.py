"""Training by gradients, through time."""

import os
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any, ClassVar

from .. import optim
from ..dynamics import DynamicalSystem
from ..errors import ValueRefused
from ..run import DSRunner, Record
from ..run._given import check_shared, count
from ..transform._progress import Bar
from . import _checkpoint
from ._asked import batches_of_report, file_of, function
from ._batch_step import BatchStep
from ._batches import batches
from ._epochs import Epochs
from ._forward import Forward, ThroughTime
from ._history import History, WithHistory
from ._last_good import LastGood
from ._loss import Loss
from ._numbers import number
from ._trained import check_still_trained, initialised, optimizer_of


class BPTT(WithHistory):
    """Trains a system of one step by gradients through time.

    Parameters
    ----------
    target : DynamicalSystem
        One step; its TrainVars are trained.
    loss_fun : str or callable
        Name of a function of :mod:`bouton.losses`, or ``loss(predictions, targets)``, a scalar. With ``monitors`` the predictions
        are ``(outputs, monitored)``.
    optimizer : Optimizer, optional
        One that was made with ``train_vars`` trains these; otherwise all of the model are registered with it. Default: Adam with
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

    _goes: ClassVar[Callable[[Any], Forward]] = ThroughTime

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
        initialised(target, f"{name}(target=...)")
        self._runner = DSRunner(target, (), monitors, dt, jit=jit, progress_bar=False, data_first_axis=data_first_axis)
        self.target = target
        lost = Loss(loss_fun, loss, loss_has_aux, name)
        if max_grad_norm is not None:
            max_grad_norm = number(max_grad_norm, f"{name}(max_grad_norm=...)", "Leave it out for none.", above=True)
        self.optimizer, self._trained = optimizer_of(target, optimizer, name)
        self._stepping = self._runner._stepping
        forward = type(self)._goes(self._stepping)
        self._step = BatchStep(forward, lost, self.optimizer, self._trained, max_norm=max_grad_norm, jit=bool(jit))
        self._shuffle, self._seed = bool(shuffle_data), count(seed, f"{name}(seed=...)", 0, "")
        self._bar = bool(progress_bar)
        self._history, self._goes_on = History(), False

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
            A pair ``(X, Y)`` is cut into batches of ``num_batch``, for a model that has a batch. An iterable of batches
            ``(X, Y)`` is gone through once for each epoch; a callable returns one. Told apart by what stands in them.
        num_epoch : int
            How often all data are gone through. Default: 100.
        num_report : int
            Report after each epoch (-1), or after so many batches.
        reset_state : bool
            Begin anew with each batch, for as many trials as it has; random numbers go on.
        shared_args : dict, optional
            More to share.
        fun_after_report : callable, optional
            ``fun_after_report(number, metrics, phase)``.
        num_batch : int
            Trials of a batch that a pair is cut into.
        num_train : int, optional
            The other name of ``num_epoch``.
        patience : int, optional
            End when the loss of so many epochs in succession was not below the least by more than ``min_delta``: that of the
            test, where there is one. After :meth:`load` the epochs in the file count.
        min_delta : float
            See there.
        checkpoint : path, optional
            Save there after each epoch.

        Raises
        ------
        KindError, ShapeError, ValueRefused
            For data and numbers that do not fit.
        RunningError
            When a loss or a gradient is not finite, with the epoch and the batch, both counted from 0. Weights and what the
            optimiser keeps are then as when the loss was last finite.

        Notes
        -----
        Where all batches are there already, as a pair of arrays or a list, up to 32 of one size and of up to 4 MiB go through one
        compiled loop, and no further than to the next report; the results are those of one after another, up to rounding. Not so
        without ``reset_state``, and on a CPU not for a model with convolutions, which are slow in loops there. Larger batches are
        begun while up to three before them are under way, or as many as take a quarter of a second and 256 MiB.
        """
        name = f"{type(self).__name__}.fit"
        if num_epoch is not None and num_train is not None:
            raise ValueRefused(
                where=name, expected="num_epoch or num_train, two names of one number", got="both", fix="Leave one of them out."
            )
        check_still_trained(self.target, self._trained, name)
        given = num_epoch if num_train is None else num_train
        num_epoch = 100 if given is None else count(given, f"{name}(num_epoch=...)", 0, "")
        num_batch = count(num_batch, f"{name}(num_batch=...)", of=" of trials")
        patience = None if patience is None else count(patience, f"{name}(patience=...)", of=" of epochs")
        min_delta = number(min_delta, f"{name}(min_delta=...)", "Leave it out for 0.")
        checkpoint = None if checkpoint is None else file_of(checkpoint, f"{name}(checkpoint=...)")
        epochs = Epochs(
            self._step,
            self._history,
            LastGood(self.target, self.optimizer),
            where=name,
            seed=self._seed,
            num_report=batches_of_report(num_report, f"{name}(num_report=...)"),
            reset=bool(reset_state),
            shared=check_shared(shared_args, f"{name}(shared_args=...)"),
            after=function(fun_after_report, f"{name}(fun_after_report=...)"),
        )
        axis = self._step.forward.trials
        train = batches(train_data, num_batch, axis, self._shuffle, f"{name}(train_data=...)")
        test = None if test_data is None else batches(test_data, num_batch, axis, False, f"{name}(test_data=...)")
        if not self._goes_on:
            self._history.began = self._history.epochs
        self._goes_on = False
        with Bar(f"Train {num_epoch} epochs").shown(num_epoch) if self._bar else nullcontext() as bar:
            for done in range(1, num_epoch + 1):
                epochs.through("fit", train)
                if test is not None:
                    epochs.through("test", test)
                self._history.epochs += 1
                if "scheduler" in self.optimizer.modules():
                    self.optimizer.scheduler.step_epoch()
                if bar is not None:
                    bar.reach(done, num_epoch)
                if checkpoint is not None:
                    self.save(checkpoint)
                if patience is not None and self._history.waited("fit" if test is None else "test", min_delta) >= patience:
                    return

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

    def save(self, file: str | os.PathLike[str]) -> None:
        """Save the model, what the optimiser keeps, and the history, in a safetensors file."""
        _checkpoint.save(file, self.target, self.optimizer, self._history, self._stepping.passed)

    def load(self, file: str | os.PathLike[str]) -> None:
        """Go on from a file that :meth:`save` has written: the next epoch is the one that would have followed.

        Raises
        ------
        ValueRefused, MathError
            For a file of something else; nothing is changed then.
        """
        where = f"{type(self).__name__}.load"
        self._history, self._stepping.passed = _checkpoint.load(file, self.target, self.optimizer, where)
        self._goes_on = True

    def __repr__(self) -> str:
        done = f"{self._history.epochs} epochs, {self._history.updates} updates"
        return f"{type(self).__name__}({type(self.target).__name__}, {type(self.optimizer).__name__}, {done})"
