"""What a trainer by gradients trains, and with what."""

from typing import Any

from .. import optim
from ..core import ArrayCollector
from ..dynamics import DynamicalSystem
from ..errors import KindError, ValueRefused


def initialised(target: Any, where: str) -> None:
    """:class:`ValueRefused` for a graph whose weights have not been made."""
    if not getattr(target, "is_initialized", True):
        raise ValueRefused(
            where=where,
            expected="an initialised network",
            got=f"{target!r:.80}, which is not",
            fix="Call initialize() before: weights are made then.",
        )


def optimizer_of(target: DynamicalSystem, given: Any, name: str) -> tuple[optim.Optimizer, ArrayCollector]:
    """An optimiser that trains Variables of the model, and these.

    Parameters
    ----------
    target : DynamicalSystem
        Its TrainVars are trained by an optimiser that was made without any.
    given : Optimizer or None
    name : str
        Of the trainer; stands in errors.

    Raises
    ------
    ValueRefused
        For a model without TrainVars, and an optimiser of Variables that are not the model's.
    KindError
        For what is no optimiser.
    """
    train_vars = target.train_vars("relative").unique()
    if not train_vars:
        raise ValueRefused(
            where=f"{name}(target=...)",
            expected="a model with TrainVars",
            got=f"{type(target).__name__}, which has none",
            fix="Build it in a training mode, `with bm.training_environment():`, or make its weights bm.TrainVar; "
            "of a graph of nodes write net.trainable = True.",
        )
    if given is not None and not isinstance(given, optim.Optimizer):
        raise KindError(
            where=f"{name}(optimizer=...)",
            expected="an optimiser of bp.optim",
            got=type(given).__name__,
            fix="Write for instance bp.optim.Adam(lr=1e-3).",
        )
    if given is None:
        given = optim.Adam(lr=optim.ExponentialDecay(0.025, decay_steps=1, decay_rate=0.99975))
    if given._targets is None:
        given.register_train_vars(train_vars)
    else:
        train_vars = given._targets.distinct
    known = {id(cell) for cell in target.vars("relative").values()}
    if not any(id(cell) in known for cell in train_vars.values()):
        raise ValueRefused(
            where=f"{name}(optimizer=...)",
            expected="an optimiser that trains Variables of the model",
            got="one of other Variables, perhaps of another trainer",
            fix="Make a new optimiser for each model.",
        )
    return given, train_vars


def check_still_trained(target: DynamicalSystem, train_vars: ArrayCollector, where: str) -> None:
    """:class:`ValueRefused` where the model has none of these TrainVars any more."""
    known = {id(cell) for cell in target.vars("relative").values()}
    if not any(id(cell) in known for cell in train_vars.values()):
        raise ValueRefused(
            where=where,
            expected="TrainVars of the model, as there were when the trainer was made",
            got="none of them",
            fix="Make its weights trainable again, or make a new trainer with a new optimiser.",
        )
