"""What the networks of Brette et al. 2007 share: an excitatory and an inhibitory group, all joined sparsely at random."""

from typing import Any

import numpy as np

from ..connect import FixedProb
from ..connect._checks import count
from ..dynamics import Network
from ..dynamics._declare import state
from ..errors import ValueRefused
from ..init import Initializer
from ..math import Mode
from ..neurons import LIF, NeuGroup
from ..synapses import Exponential
from ..synouts import SynOut
from ..transform._numbers import is_real

SEEDS = 10


class TwoGroups(Network):
    """Four excitatory neurons to each inhibitory one, with four projections between and within the groups.

    Parameters
    ----------
    num : int
        Neurons, 5 or more.
    fan_out : float
        Synapses that leave a neuron, on the average.
    seed : int, optional
        Of connections and initial values.
    mode : Mode, optional
        Default: that of the environment.
    name : str, optional
        Unique among live objects.

    Raises
    ------
    KindError, ValueRefused
        For too few neurons, more synapses than there are pairs, or what is no number.
    """

    def __init__(self, num: int, fan_out: float, seed: int | None, mode: Mode | None, name: str | None):
        super().__init__(name=name, mode=mode)
        where = type(self).__name__
        num = count(num, f"{where}(num=...)", lowest=0)
        if num < 5:
            raise ValueRefused(
                where=f"{where}(num=...)", expected="5 neurons or more", got=f"{num!r}", fix="The published number is 4000."
            )
        if not is_real(fan_out) or not 0 <= fan_out <= num:
            raise ValueRefused(
                where=f"{where}(fan_out=...)",
                expected=f"0 to {num} synapses that leave a neuron",
                got=f"{fan_out!r}",
                fix="Give fewer, or more neurons.",
            )
        seed = None if seed is None else count(seed, f"{where}(seed=...)")
        self._prob = float(fan_out) / num
        self._sizes = num - num // 5, num // 5
        self._seeds = [None] * SEEDS if seed is None else np.random.SeedSequence(seed).generate_state(SEEDS).tolist()

    def _seed(self) -> int | None:
        """The next one: each thing that is drawn has its own."""
        return self._seeds.pop()

    def _neurons(self, size: int, V_initializer: Initializer, **parameters: Any) -> LIF:
        return LIF(size, V_initializer=V_initializer, mode=self.mode, **parameters)

    def _joined(
        self, pre: NeuGroup, post: NeuGroup, output: SynOut, tau: float, weight: float, first: Initializer | None = None
    ) -> Exponential:
        conn = FixedProb(self._prob, seed=self._seed())
        synapses = Exponential(pre, post, conn, output=output, tau=tau, g_max=weight, mode=self.mode)
        if first is not None:
            state(synapses, "g", first, post.num, unit=output.unit)
        return synapses

    def _described(self) -> dict[str, Any]:
        return {"num": sum(self._sizes)}
