"""What a training has come to, by batches, reports and epochs."""

import math
from typing import NamedTuple

import numpy as np

from ..core._names import nearest
from ..errors import UnknownPathError, ValueRefused

PHASES, KINDS = ("fit", "test"), ("report", "detailed")


class Curve(NamedTuple):
    """One line of a plot of the training.

    Attributes
    ----------
    phase : {'fit', 'test'}
    metric : str
        ``'loss'``, or the name under which the loss function returned it.
    updates : (n,) int array
        Updates made until each point.
    values : (n,) array
    """

    phase: str
    metric: str
    updates: np.ndarray
    values: np.ndarray


class History:
    """Metrics by phase and name: of each batch, and their means in each report and epoch.

    Attributes
    ----------
    epochs, updates : int
        Done until now.
    began : int
        Epochs that were done when the present training began.
    rows : dict
        By phase, metric and ``'detailed'``, ``'report'`` or ``'epoch'``: pairs of a number of updates and a value.
    """

    def __init__(self) -> None:
        self.epochs, self.updates, self.began = 0, 0, 0
        self.rows: dict[tuple[str, str, str], list[tuple[int, float]]] = {}

    def add(self, phase: str, which: str, metrics: dict[str, float]) -> None:
        """Note the metrics at the present number of updates."""
        for name, value in metrics.items():
            self.rows.setdefault((phase, name, which), []).append((self.updates, float(np.float32(value))))

    def waited(self, phase: str, min_delta: float) -> int:
        """Epochs of the present training since its loss was last below the least before by more than ``min_delta``."""
        rows = self.rows.get((phase, "loss", "epoch"), [])
        best, waited = math.inf, 0
        for _, loss in rows[max(len(rows) - (self.epochs - self.began), 0) :]:
            best, waited = (loss, 0) if loss < best - min_delta else (best, waited + 1)
        return waited

    def metric(self, phase: str, metric: str, which: str) -> np.ndarray:
        """The values of one, in order.

        Raises
        ------
        ValueRefused
            For another phase, or another kind of record.
        UnknownPathError
            For a metric that was not noted.
        """
        for name, given, known in (("phase", phase, PHASES), ("which", which, KINDS)):
            if given not in known:
                raise ValueRefused(
                    where=f"get_hist_metric({name}=...)",
                    expected=" or ".join(map(repr, known)),
                    got=f"{given!r}",
                    fix="Choose one of them.",
                )
        names = {"loss", *(row[1] for row in self.rows if row[0] == phase)}
        if metric not in names:
            raise UnknownPathError(
                where="get_hist_metric(metric=...)",
                expected="a metric that the loss function gives",
                got=f"{metric!r}",
                fix=nearest(metric, sorted(names)),
            )
        return np.array([value for _, value in self.rows.get((phase, metric, which), [])])

    def curves(self) -> list[Curve]:
        """All reports, as lines to be drawn; also on another thread while the training goes on."""
        found = [(phase, metric, np.array(rows)) for (phase, metric, which), rows in [*self.rows.items()] if which == "report"]
        return [Curve(phase, metric, rows[:, 0].astype(int), rows[:, 1]) for phase, metric, rows in found]


class WithHistory:
    """A trainer whose history can be looked at."""

    _history: History

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
