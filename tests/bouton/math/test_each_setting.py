import jax
import jax.numpy as jnp
import pytest

import bouton.math as bm
from bouton.errors import KindError, ValueRefused


@pytest.fixture
def any_device():
    yield
    jax.config.update("jax_default_device", None)


@pytest.mark.usefixtures("any_device")
def test_a_platform_is_chosen_and_arrays_are_made_there():
    bm.set_platform("cpu")
    assert bm.get_platform() == "cpu"
    assert jax.config.jax_default_device.platform == "cpu"
    assert {device.platform for device in jnp.ones(1).devices()} == {"cpu"}
    assert {device.platform for device in bm.jit(lambda: jnp.ones(1))().devices()} == {"cpu"}


@pytest.mark.usefixtures("any_device")
def test_the_platform_is_that_of_jax_unless_one_was_chosen():
    assert bm.get_platform() == jax.default_backend()
    jax.config.update("jax_default_device", jax.local_devices(backend="cpu")[0])
    assert bm.get_platform() == "cpu"


def test_an_unknown_platform_is_refused_with_those_that_there_are():
    with pytest.raises(
        ValueRefused, match=r"set_platform: expected a platform that JAX has on this machine, .*'cpu'.*, got 'abacus'\."
    ):
        bm.set_platform("abacus")
    assert jax.config.jax_default_device is None


def test_a_platform_is_given_by_its_name():
    with pytest.raises(KindError, match=r"set_platform: expected the name of a platform, got NoneType\. Write for instance"):
        bm.set_platform(None)


def test_a_refusal_names_the_function_that_was_called():
    with pytest.raises(ValueRefused, match=r"^set_mode\(mode=\.\.\.\): expected a mode, got 'train'"):
        bm.set_mode("train")
    with pytest.raises(ValueRefused, match=r"^set_dt\(dt=\.\.\.\): "):
        bm.set_dt(-1.0)
