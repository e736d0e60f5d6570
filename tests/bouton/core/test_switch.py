import jax
import jax.numpy as jnp
import numpy as np
import pytest

import bouton.math as bm
from bouton.core._slot import Slot
from bouton.core._switch import SwitchedVariable
from bouton.modules._noise import NoiseLevel


def is_on(cell):
    return cell.switch.is_on()


def test_a_switch_is_on_from_the_first_value_other_than_zero_and_stays_on():
    cell = SwitchedVariable(0.0)
    assert not is_on(cell)
    cell.value = 0.0
    assert not is_on(cell)
    cell.value = 0.5
    cell.value = 0.0
    cell.value = 0.7
    assert is_on(cell)
    assert cell.switch.version == 1
    assert is_on(SwitchedVariable(0.5))


def test_nan_counts_as_another_value_than_zero():
    assert is_on(SwitchedVariable(np.nan))


@pytest.mark.parametrize(
    "write", [lambda c: c.__iadd__(1.0), lambda c: setattr(c, "value", np.float32(1)), lambda c: c.__setitem__((), 1.0)]
)
def test_every_way_of_writing_is_noticed(write):
    cell = SwitchedVariable(0.0)
    write(cell)
    assert is_on(cell)


def test_what_compiled_code_writes_may_be_anything_and_counts():
    cell = SwitchedVariable(0.0)

    @bm.jit
    def write(x):
        cell.value = x

    write(0.0)
    assert is_on(cell)


def test_a_derivative_by_the_cell_turns_it_on():
    cell = SwitchedVariable(0.0)
    # The derivative of 3c + 1 at 0, where the zero would have left the product out.
    slope = bm.grad(lambda: cell * 3.0 + 1.0 if is_on(cell) else jnp.ones(()), grad_vars=cell)
    assert slope() == 3
    assert is_on(cell)


def test_compiled_code_is_made_again_when_a_switch_that_it_asked_is_turned_on():
    cell = SwitchedVariable(0.0)
    compiled = bm.jit(lambda: cell + 100.0 if is_on(cell) else cell + 1.0)
    assert compiled() == 1
    cell.value = 5.0
    assert compiled() == 105
    cell.value = 0.0
    assert compiled() == 100
    assert compiled.compilations == 2


@pytest.mark.parametrize("value", [0.0, np.zeros(()), jnp.zeros(())])
def test_a_slot_is_off_when_its_level_starts_at_zero(value):
    slot = Slot(NoiseLevel(value), "here")
    assert slot.is_off()
    slot.write(0.1, "here")
    assert not slot.is_off()


def test_a_traced_level_counts():
    assert jax.grad(lambda x: 2.0 * x if is_on(SwitchedVariable(x)) else 0.0 * x)(0.0) == 2
