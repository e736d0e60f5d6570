import os
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError, UnsupportedError, ValueRefused
from bouton.modules import LIF, LIFJax


def test_a_model_is_moved_and_returned():
    model = LIF(3)
    assert model.to("cpu") is model
    assert model.cpu() is model
    assert model.to(jax.devices()[0]) is model
    assert model.vmem.devices() == {jax.devices()[0]}
    assert model.dt == 0.001
    assert isinstance(model.dt, float)


def test_a_platform_that_there_is_not_is_refused_with_those_that_there_are():
    with pytest.raises(ValueRefused, match=r"LIF\.to: expected one of the platforms that there are, 'cpu'.*, got 'abacus'"):
        LIF(3).to("abacus")


@pytest.mark.parametrize("device", [None, 0, ["cpu"]])
def test_what_is_no_device_is_refused(device):
    with pytest.raises(KindError, match=r"LIF\.to: expected a device, a sharding or the name of a platform, got"):
        LIF(3).to(device)


def test_moving_is_refused_while_a_function_is_traced():
    holder = bp.Object()
    holder.v = bm.Variable(2)
    with pytest.raises(UnsupportedError, match=r"Object\.to: expected to be called where values are known"):
        bm.jit(lambda: holder.to("cpu"))()
    with pytest.raises(UnsupportedError, match=r"LIFJax\.to: expected to be called where values are known"):
        jax.jit(lambda module: module.cpu())(LIFJax(2))
    assert_array_equal(holder.v.value, jnp.zeros(2))


TWO_DEVICES = """
import warnings; warnings.simplefilter("error")
import jax, jax.numpy as jnp, numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
import bouton as bp, bouton.math as bm
from bouton.errors import ValueRefused
from bouton.modules import LIF
from bouton.parameters import Parameter, SimulationParameter

first, second = jax.devices()

class Model(bp.Object):
    def __init__(self):
        super().__init__()
        self.w, self.tau = bm.TrainVar(jnp.ones((4, 2))), Parameter(2.0)
        self.dt = SimulationParameter(0.001)
        self.below = bm.NodeList([LIF(2)])
        self.part = bm.VariableView(self.w, 0)

    @bm.cls_jit
    def step(self, x):
        self.w.value = self.w + x
        return self.w.sum() * self.tau

model = Model()
assert float(model.step(1.0)) == 32.0
assert model.to(second) is model
assert {d for v in model.vars().values() for d in v.devices()} == {second}
assert model.dt == 0.001 and isinstance(model.dt, float)
assert float(model.step(1.0)) == 48.0
assert model.w.devices() == {second}
model.tau = 1.0
assert float(model.step(1.0)) == 32.0
assert model.w.devices() == {second}
spikes = bm.for_loop(lambda x: model.below[0](x)[0], jnp.ones((3, 1, 5, 2)))
assert spikes.devices() == {second}
gradient = bm.grad(lambda: (model.w * 3.0).sum(), grad_vars=model.w)()
assert gradient.devices() == {second}
model.cpu()
assert model.w.devices() == {first}
assert float(model.step(1.0)) == 40.0

row = bp.Object()
row.v = bm.Variable(jnp.arange(4.0))
both = NamedSharding(Mesh(np.array([first, second]), ("units",)), PartitionSpec("units"))
row.to(both)
assert row.v.sharding == both
assert float(bm.jit(lambda: row.v.sum())()) == 6.0
odd = bp.Object()
odd.a, odd.b = bm.Variable(2), bm.Variable(3)
try:
    odd.to(both)
except ValueRefused as error:
    assert error.where == "Object.to: b" and error.got == "shape (3,)", error
else:
    raise AssertionError
assert odd.a.devices() == {first}
print("done")
"""


def test_on_two_devices_everything_follows_and_compiled_functions_go_on():
    lib = str(Path(bp.__file__).parents[1])
    found = subprocess.run(
        [sys.executable, "-c", TWO_DEVICES],
        env={**os.environ, "PYTHONPATH": lib, "XLA_FLAGS": "--xla_force_host_platform_device_count=2", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=False,
    )
    # Some releases of JAX print a line of their own when they refuse.
    assert found.stdout.endswith("done\n"), found.stderr
