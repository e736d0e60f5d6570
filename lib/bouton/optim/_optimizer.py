"""What every optimiser does around the formula of its step."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import optax

from ..core import Object, VarDict
from ..core._glance import summary
from ..errors import UnsupportedError, ValueRefused
from ..transform import Variable, cls_jit
from ..transform._operators import plain
from ._labels import labels
from ._numbers import as_float, cell, fraction, rate_cell
from ._scheduler import Scheduler
from ._targets import Targets


class Optimizer(Object):
    r"""Changes Variables along their gradients; the base of every optimiser.

    One call of :meth:`update` adds a step to each Variable: :math:`p \leftarrow (1 - weight\_decay)\,p + step`.

    Parameters
    ----------
    lr : float, Variable or Scheduler
        The rate.
    train_vars : dict, list or tuple of Variables, or one Variable, optional
        What to train, Variables of floats of any kind. One that stands in it twice is one Variable.
    weight_decay : float, optional
        By how much each Variable shrinks at an update, whatever its gradient and the rate. It can be set later if it was given.
    name : str, optional
        Unique name.
    transformation : optax.GradientTransformation
        From gradients to what is added to the Variables. It is called with the present rate as ``rate``.
    fixed : mapping, optional
        Numbers that the transformation was made with; they read as attributes, and cannot be set.

    Attributes
    ----------
    lr : float or array
        The present rate. Setting it compiles nothing; with a scheduler set ``scheduler.lr``.
    scheduler : Scheduler
        Only where one was given as ``lr``.
    state : VarDict
        Moments and counts, as Variables; they are saved and loaded with the optimiser. The moments of the Variables bear the
        number of the Variable, ``mu.0``, so that they fit a model that was built again and has other names.

    Raises
    ------
    KindError
        A rate that is no number; something to train that is no Variable of floats.
    ValueRefused
        Nothing to train; a rate below 0; a weight decay that is not at least 0 and below 1.

    Notes
    -----
    An update either changes all Variables or, when it raises, none. Gradients that are NaN are applied like any others.
    Everything an update changes is a Variable, so it can stand in any transform of :mod:`bouton.math`; outside of all it is
    compiled by itself.
    """

    # Whether the weight decay is times the rate.
    _decay_follows_rate = False
    # Whether the transformation has a rate of its own, and takes none.
    _rate_is_its_own = False

    def __init__(
        self,
        lr: Any,
        train_vars: Any = None,
        weight_decay: float | None = None,
        name: str | None = None,
        *,
        transformation: optax.GradientTransformation,
        fixed: Mapping[str, Any] | None = None,
    ):
        super().__init__(name)
        self.__dict__["_fixed"] = dict(fixed or {})
        self._transformation = transformation
        self._targets: Targets | None = None
        if isinstance(lr, Scheduler):
            self.scheduler = lr
        elif lr is not None or not self._rate_is_its_own:
            self.lr = rate_cell(lr, f"{self.class_name}(lr=...)")
        if weight_decay is not None:
            where = f"{self.class_name}(weight_decay=...)"
            self.weight_decay = cell(fraction(weight_decay, where), where, low=0.0, high=1.0)
        self._is_made = True
        if train_vars is not None:
            self.register_train_vars(train_vars)

    def register_train_vars(self, train_vars: Any) -> None:
        """Say what to train, in place of what was said before; moments and counts start anew.

        Parameters
        ----------
        train_vars : dict, list or tuple of Variables, or one Variable

        Raises
        ------
        KindError
            What is no Variable of floats.
        ValueRefused
            When there is none.
        """
        targets = Targets(train_vars, f"{self.class_name}(train_vars=...)")
        start = self._start(targets.distinct.dict())
        cells = [Variable(jnp.asarray(leaf)) for leaf in jax.tree_util.tree_leaves(start)]
        self.state = VarDict(dict(zip(labels(start, list(targets.distinct)), cells, strict=True)))
        self._targets = targets
        # Code that was compiled with the Variables of before is compiled again.
        self._kin.version += 1

    def update(self, grads: Any) -> None:
        """Change the Variables along their gradients, once.

        Parameters
        ----------
        grads : dict, list, tuple or array
            In the structure of ``train_vars``, as ``bm.grad`` gives them by the same Variables. For a Variable that stands in
            ``train_vars`` twice the first of its gradients counts, since ``bm.grad`` gives the whole under each path.

        Raises
        ------
        MathError
            Another number of gradients.
        UnknownPathError
            Other keys.
        ShapeError, KindError
            A gradient of another shape or dtype than its Variable.
        ValueRefused
            Before anything was registered.
        """
        if self._targets is None:
            raise ValueRefused(
                where=f"{self.class_name}.update",
                expected="Variables to train",
                got="none yet",
                fix="Pass train_vars when making the optimiser, or call register_train_vars.",
            )
        self._apply(self._targets.matched(grads, f"{self.class_name}.update"))

    @cls_jit
    def _apply(self, grads: dict[str, jax.Array]) -> None:
        self._kin.used()
        assert self._targets is not None  # update has looked
        cells, transformation = self._targets.distinct, self._transformation
        params = cells.dict()
        moments = list(self.state.values())
        structure = jax.tree_util.tree_structure(jax.eval_shape(self._start, params))
        state = jax.tree_util.tree_unflatten(structure, [moment.value for moment in moments])
        given = {"rate": as_float(self.lr)} if self._has_rate() else {}
        steps: Any
        with jax.numpy_dtype_promotion("standard"):  # which optax relies on
            steps, state = transformation.update(grads, state, params, **given)
        for path, variable in cells.items():
            kept = self._kept(params[path])
            variable.value = kept + jnp.asarray(steps[path]).astype(kept.dtype)
        for moment, new in zip(moments, jax.tree_util.tree_leaves(state), strict=True):
            moment.value = new
        if "scheduler" in self.modules():
            self.scheduler.step_call()

    def _start(self, params: dict[str, jax.Array]) -> Any:
        with jax.numpy_dtype_promotion("standard"):
            return self._transformation.init(params)

    def _kept(self, param: jax.Array) -> jax.Array:
        if "weight_decay" not in self._slots:
            return param
        decay = as_float(self.weight_decay)
        if self._decay_follows_rate:
            decay = decay * as_float(self.lr)
        return (1 - decay).astype(param.dtype) * param

    def _has_rate(self) -> bool:
        return "lr" in self._slots or "scheduler" in self.modules()

    def __getattr__(self, name: str) -> Any:
        if name in self.__dict__.get("_fixed", {}):
            return self._fixed[name]
        if name == "lr" and "scheduler" in self.modules():
            return self.scheduler()
        return super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__.get("_fixed", {}):
            raise ValueRefused(
                where=f"{self.class_name}.{name}",
                expected="what it was made with",
                got=f"{value}",
                fix="Make a new optimiser: this number is part of the compiled code.",
            )
        if name == "lr" and "scheduler" in self.__dict__["_children"]:
            raise UnsupportedError(
                where=f"{self.class_name}.lr",
                expected="an optimiser made with a number",
                got=f"one that follows a {type(self.scheduler).__name__}",
                fix="Set the rate that the schedule starts from: optimizer.scheduler.lr = ...",
            )
        if name in ("lr", "weight_decay") and "_is_made" in self.__dict__ and name not in self.__dict__["_slots"]:
            raise UnsupportedError(
                where=f"{self.class_name}.{name}",
                expected=f"an optimiser made with {name}=...",
                got="one made without",
                fix="The transformation has its own rate."
                if name == "lr" and not self._has_rate()
                else "Pass weight_decay=0.0 when making it, to set it later.",
            )
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        trained = 0 if self._targets is None else len(self._targets.distinct)
        rate = repr(self.scheduler) if "scheduler" in self.modules() else summary(plain(self.lr)) if self._has_rate() else None
        parts = [*([f"lr={rate}"] if rate else []), f"{trained} Variable{'s' * (trained != 1)}"]
        return f"{self.class_name}({', '.join(parts)})"
