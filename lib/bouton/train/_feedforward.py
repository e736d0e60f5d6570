"""Training by gradients, without a time."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..run import Record
from ..run._given import check_shared
from ..run._labelled import labels_of
from ._backprop import BPTT
from ._forward import AtOnce


class BPFF(BPTT):
    """Trains a model without a time by gradients: inputs, outputs and targets are (B, ...).

    Parameters, attributes and errors are those of :class:`BPTT`. What monitors read is (B, ...), too.
    """

    _goes = AtOnce

    def predict(
        self, inputs: Any, reset_state: bool = True, shared_args: Mapping[str, Any] | None = None, eval_time: bool = False
    ) -> Any:
        """What the model returns for inputs, (B, ...); ``fit`` is shared as False.

        With ``eval_time`` a pair of seconds and that.
        """
        where, began = f"{type(self).__name__}.predict", time.perf_counter()
        with self._stepping.shared({"fit": False, **check_shared(shared_args, f"{where}(shared_args=...)")}):
            out, read = self._step.predict(reset_state, inputs, where)
        self._runner.mon = self._record(read)
        return (time.perf_counter() - began, out) if eval_time else out

    def _record(self, read: dict[str, Any]) -> Record:
        values, labels = {}, {}
        for one in self._stepping.monitors:
            value = np.asarray(read[one.key])
            axis = one.batch_axis(value.ndim, self._stepping.batched)
            values[one.key] = value if axis is None else np.moveaxis(value, axis, 0)
            labels[one.key] = labels_of(one, () if axis is None else ("batch",))
        return Record(values, np.zeros(0), labels)
