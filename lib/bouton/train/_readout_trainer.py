"""What trainers of readouts share."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from ..dynamics import DynamicalSystem
from ..errors import KindError, ValueRefused
from ..run import DSRunner, Record
from ..run._given import check_shared, laid_out
from ..transform import for_loop
from ..transform import jit as compiled
from ._pairs import pairs_of, together
from ._readouts import check_shapes, check_still_trained, noting_inputs, readouts, require, targets_of
from ._trained import initialised


class ReadoutTrainer:
    """Runs a model over inputs and fits its parts in training mode; a subclass says how.

    Parameters
    ----------
    target : DynamicalSystem
        One step.
    monitors : list or dict, optional
        What predictions record, as for :class:`bouton.DSRunner`.
    dt, data_first_axis
        As for :class:`bouton.DSRunner`.
    jit : bool
        ``False`` runs in Python, with the same results.
    progress_bar : bool
        Show how many steps of a fit are done.
    """

    # Name of the method of a part that says itself how it is fitted.
    _hook: ClassVar[str]
    # Whether each batch is a fit of its own, after which the next begins.
    _at_each: ClassVar[bool]

    def __init__(
        self,
        target: DynamicalSystem,
        monitors: Any = None,
        *,
        dt: float | None = None,
        data_first_axis: str | None = None,
        jit: bool = True,
        progress_bar: bool = True,
    ):
        where = f"{type(self).__name__}(target=...)"
        initialised(target, where)
        self._runner = DSRunner(target, (), monitors, dt, jit=jit, progress_bar=False, data_first_axis=data_first_axis)
        self._stepping = self._runner._stepping
        self._jit, self._bar = bool(jit), bool(progress_bar)
        self.target = target
        self._parts = readouts(target, self._hook, where)
        self._over_time = compiled(self._all_steps) if jit else self._all_steps
        self._over_first = compiled(self._first_steps) if jit else self._first_steps

    def fit(
        self,
        train_data: Any,
        reset_state: bool = True,
        shared_args: Mapping[str, Any] | None = None,
        *,
        washout: int = 0,
    ) -> Any:
        """Run over the data once, and fit.

        Parameters
        ----------
        train_data : [X, Y], or iterable of such pairs, or function that returns one
            Inputs (B, T, ...) and targets (B, T, num_out), or (T, ...) without a batch; of several layers a dict of targets by
            path or name. Of several batches all together are fitted to, or one after another where each step fits.
        reset_state : bool
            Begin anew, with each batch.
        shared_args : dict, optional
            More to share; ``fit`` is shared as True.
        washout : int
            So many steps at the beginning only move the model on: nothing is fitted to them.

        Returns
        -------
        pytree
            What the model returned in each step, with the weights that it had before that step; of several batches a list.

        Raises
        ------
        KindError, UnknownPathError, ShapeError
            For data that do not fit.
        ValueRefused
            For a washout that leaves no step.
        RunningError
            When the weights are not finite; they are then as they were before.
        """
        where = f"{type(self).__name__}.fit"
        if not isinstance(reset_state, bool):
            raise KindError(
                where=f"{where}(reset_state=...)",
                expected="True or False",
                got=type(reset_state).__name__,
                fix="There are no test data here: pass [X, Y] alone, and test with predict.",
            )
        check_still_trained(self._parts, where)
        pairs, alone = pairs_of(train_data, where)
        shared, before = check_shared(shared_args, f"{where}(shared_args=...)"), self._now()
        found, outs = [], []
        for pair in pairs:
            steps, out, told, ys = self._over(pair, reset_state, shared, washout, where)
            outs.append(self._stepping.laid_back(out))
            if self._at_each:
                self._end(told, ys, before, where)
            else:
                found.append((told, ys))
            self._stepping.passed += steps
        if not self._at_each:
            told, ys = together(found, self._stepping.batched, where)
            self._end(told, ys, before, where)
        return outs[0] if alone else outs

    def _over(self, pair: tuple[Any, Any], reset_state: bool, shared: Mapping[str, Any], washout: int, where: str) -> tuple:
        """Run over one pair; how many steps these were, what the model returned, what was told, and the targets."""
        args, steps = laid_out(pair[0], self._stepping.batch_first, f"{where}, inputs")
        ys = targets_of(self._parts, pair[1], where)
        check_shapes(self._parts, ys, self._leading(args), where)
        _check_washout(washout, steps, where)
        # As the inputs are: time first.
        ys = [y.swapaxes(0, 1) if self._stepping.batch_first else y for y in ys]
        with self._stepping.shared({**shared, "fit": True}):
            if reset_state:
                self._stepping.reset(self._stepping.batch_size(args))
            data = (*self._stepping.clock(self._stepping.passed, steps), args, ys)
            first = self._over_first(*_part(data, slice(washout))) if washout else None
            outs, told = self._over_time(*_part(data, slice(washout, None)))
        if washout:
            outs = jax.tree_util.tree_map(lambda *parts: jnp.concatenate(parts), first, outs)
        return steps, outs, told, [y[washout:] for y in ys]

    def predict(
        self, inputs: Any, reset_state: bool = False, shared_args: Mapping[str, Any] | None = None, eval_time: bool = False
    ) -> Any:
        """What the model returns for inputs; ``fit`` is shared as False. With ``eval_time`` a pair of seconds and that."""
        return self._runner.run(inputs=inputs, reset_state=reset_state, shared_args=shared_args, eval_time=eval_time)

    @property
    def mon(self) -> Record:
        """What the monitors have read in the last prediction."""
        return self._runner.mon

    def __repr__(self) -> str:
        paths = ", ".join(part.path or "the model" for part in self._parts)
        return f"{type(self).__name__}({type(self.target).__name__}, fits {paths})"

    # -- what a subclass says ----------------------------------------------

    # From what went into each part in one step and came out, and its targets: what is told of the step.
    _after_step: Callable[[list[tuple], list[jax.Array]], Any]
    # After all steps, from what was told of each, targets, what there was before, and where for errors.
    _end: Callable[[Any, list[jax.Array], Any, str], None]

    def _after_first_step(self, seen: list[tuple], ys: list[jax.Array]) -> None:
        """The same in a step that nothing is fitted to."""

    def _now(self) -> Any:
        """What may have to be put back."""

    # -- all steps ---------------------------------------------------------

    def _all_steps(self, times: Any, steps: Any, xs: tuple, ys: list) -> Any:
        def step(t: Any, i: Any, x: tuple, y: list) -> Any:
            out, seen = self._one_step(t, i, x, y)
            return out, self._after_step(seen, y)

        return for_loop(step, (times, steps, xs, ys), jit=self._jit, progress_bar=self._bar)

    def _first_steps(self, times: Any, steps: Any, xs: tuple, ys: list) -> Any:
        def step(t: Any, i: Any, x: tuple, y: list) -> Any:
            out, seen = self._one_step(t, i, x, y)
            self._after_first_step(seen, y)
            return out

        return for_loop(step, (times, steps, xs, ys), jit=self._jit)

    def _one_step(self, t: Any, i: Any, x: tuple, y: list) -> tuple[Any, list[tuple]]:
        """What the model returns, and what went into each part and came out."""
        with noting_inputs(self._parts) as noted:
            out, _ = self._stepping.read_step(t, i, (), x)
        return out, [require(part, x, type(self).__name__) for part, x in zip(self._parts, noted, strict=True)]

    def _leading(self, args: tuple) -> tuple[int, ...]:
        """Trials and steps of the inputs, in the order of the user."""
        shape = jax.tree_util.tree_leaves(args)[0].shape[: 2 if self._stepping.batched else 1]
        return shape[::-1] if self._stepping.batch_first else shape


def _part(data: tuple, steps: slice) -> Any:
    """Of data with time first."""
    return jax.tree_util.tree_map(lambda x: x[steps], data)


def _check_washout(washout: Any, steps: int, where: str) -> None:
    if isinstance(washout, bool) or not hasattr(washout, "__index__"):
        raise KindError(
            where=f"{where}(washout=...)", expected="a whole number of steps", got=f"{washout!r}", fix="Write for instance 100."
        )
    if not 0 <= washout < steps:
        raise ValueRefused(
            where=f"{where}(washout=...)",
            expected=f"0 or more, and less than the {steps} steps that there are",
            got=f"{washout}",
            fix="Leave steps to be fitted to.",
        )
