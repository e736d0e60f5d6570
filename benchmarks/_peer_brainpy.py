"""The network of ``coba.py`` in BrainPy, in an interpreter that has it: ``python _peer_brainpy.py NETWORK.npz MILLISECONDS``.

Says one line of JSON when all is compiled, and for each line that it reads the seconds that another run has taken.
"""

import json
import sys
import time

import brainpy
import brainpy.math as bm
import jax
import numpy as np


class Net(brainpy.DynSysGroup):
    """One group; the synapses of its excitatory and of its inhibitory neurons, event-driven."""

    def __init__(self, given):
        super().__init__()
        self.excitatory, num = int(given["excitatory"]), given["V"].size
        self.group = brainpy.dyn.LifRef(num, V_rest=-60.0, V_th=-50.0, V_reset=-60.0, tau=20.0, tau_ref=5.0)
        self.group.V.value = bm.asarray(given["V"], dtype=bm.float32)
        pre, post = given["pre"], given["post"]
        e = pre < self.excitatory
        self.E = self.projection(pre[e], post[e], self.excitatory, num, 0.6, 5.0, 0.0)
        self.I = self.projection(pre[~e] - self.excitatory, post[~e], num - self.excitatory, num, 6.7, 10.0, -80.0)
        self.E.refs["syn"].g.value = bm.asarray(given["g_e"], dtype=bm.float32)
        self.I.refs["syn"].g.value = bm.asarray(given["g_i"], dtype=bm.float32)

    def projection(self, pre, post, pre_size, post_size, weight, tau, E):
        conn = brainpy.connect.IJConn(pre, post)(pre_size, post_size)
        return brainpy.dyn.HalfProjAlignPost(
            comm=brainpy.dnn.EventCSRLinear(conn, weight),
            syn=brainpy.dyn.Expon(post_size, tau=tau),
            out=brainpy.dyn.COBA(E=E),
            post=self.group,
        )

    def update(self):
        spike = self.group.spike
        self.E(spike[: self.excitatory])
        self.I(spike[self.excitatory :])
        self.group()
        return self.group.spike.sum()


def main():
    bm.set_dt(0.1)
    net = Net(np.load(sys.argv[1]))
    steps = bm.arange(round(float(sys.argv[2]) / 0.1))
    run = bm.jit(lambda steps: bm.for_loop(net.step_run, steps, progress_bar=False))

    def timed():
        nonlocal steps
        start, cpu = time.perf_counter(), time.process_time()
        counts = jax.block_until_ready(bm.as_jax(run(steps)))
        cpu = time.process_time() - cpu
        steps = steps + steps.size
        return {"seconds": time.perf_counter() - start, "cpu": cpu, "spikes": int(counts.sum())}

    say({"version": brainpy.__version__, **timed()})
    for _ in sys.stdin:
        say(timed())


def say(what):
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
