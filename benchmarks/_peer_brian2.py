"""The network of ``coba.py`` in Brian2 standalone, in an interpreter that has it: ``python _peer_brian2.py NETWORK.npz MS``.

Says one line of JSON when all is compiled, and for each line that it reads the seconds that another run has taken.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import brian2
import numpy as np
from brian2 import ms, mV

EQUATIONS = """
dv/dt = (ge * (0 * mV - v) + gi * (-80 * mV - v) - (v + 60 * mV)) / (20 * ms) : volt (unless refractory)
dge/dt = -ge / (5 * ms) : 1
dgi/dt = -gi / (10 * ms) : 1
"""


def main():
    given = np.load(sys.argv[1])
    folder = tempfile.mkdtemp()
    # What Brian2 says while it compiles would be taken for an answer.
    answers, sys.stdout = sys.stdout, sys.stderr
    brian2.set_device("cpp_standalone", build_on_run=False)
    brian2.defaultclock.dt = 0.1 * ms
    num, excitatory = given["V"].size, int(given["excitatory"])
    group = brian2.NeuronGroup(
        num, EQUATIONS, threshold="v > -50 * mV", reset="v = -60 * mV", refractory=5 * ms, method="exponential_euler"
    )
    group.v, group.ge, group.gi = given["V"] * mV, given["g_e"], given["g_i"]
    pre, post = given["pre"], given["post"]
    e = pre < excitatory
    E = brian2.Synapses(group, group, on_pre="ge += 0.6")
    I = brian2.Synapses(group, group, on_pre="gi += 6.7")  # noqa: E741
    E.connect(i=pre[e], j=post[e])
    I.connect(i=pre[~e], j=post[~e])
    counter = brian2.SpikeMonitor(group, record=False)
    net = brian2.Network(group, E, I, counter)
    # Processor time of the loop over time alone, without starting the program and reading the synapses.
    brian2.device.insert_code("before_network_run", "const std::clock_t began = std::clock();")
    cpu = f'std::ofstream("{folder}/cpu") << double(std::clock() - began) / CLOCKS_PER_SEC;'
    brian2.device.insert_code("after_network_run", cpu)
    start = time.perf_counter()
    net.run(float(sys.argv[2]) * ms)
    brian2.device.build(directory=folder, compile=True, run=False)
    first = time.perf_counter() - start

    def timed():
        brian2.device.run(directory=folder, with_output=False, run_args=[])
        # Brian2 2.10 and later tell the seconds; earlier releases tell the processor time here, too.
        seconds = brian2.device._last_run_time
        return {"seconds": seconds, "cpu": float(Path(folder, "cpu").read_text()), "spikes": int(counter.num_spikes)}

    say({"version": brian2.__version__, **timed(), "seconds": first}, answers)
    for _ in sys.stdin:
        say(timed(), answers)


def say(what, to):
    print(json.dumps(what), file=to, flush=True)


if __name__ == "__main__":
    main()
