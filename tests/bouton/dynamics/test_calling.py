"""How systems are called: the dict in front, what they are told, arrays on the left of >>."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from plain_systems import Leak, Scale

import bouton as bp
import bouton.math as bm
from bouton.errors import KindError

pytestmark = pytest.mark.usefixtures("nothing_shared")


class Marked(bp.DynamicalSystem):
    @bp.not_pass_shared
    def update(self, x):
        return x + 1.0

    @bp.not_pass_shared
    def other(self, x):
        return x + 2.0


def test_a_dict_in_front_is_what_a_system_is_told():
    leak = Leak()
    assert_allclose(leak({"dt": 0.5}, 2.0), [1.0, 1.0])
    assert bp.share["dt"] == 0.5


def test_without_a_dict_a_system_is_told_what_is_shared():
    leak = Leak()
    with bm.environment(dt=0.25):
        assert_allclose(leak(2.0), [0.5, 0.5])
    bp.share.save(dt=0.5)
    assert_allclose(leak(2.0), [1.25, 1.25])


def test_a_system_is_told_the_usual_things_where_nothing_is_shared():
    class Asks(bp.DynamicalSystem):
        def update(self, shared):
            return shared

    with bm.environment(dt=0.25):
        assert Asks()() == {"t": 0.0, "i": 0, "fit": False, "dt": 0.25}
        assert Asks()({"i": 3, "mine": 1}) == {"t": 0.0, "i": 3, "fit": False, "dt": 0.25, "mine": 1}


def test_what_a_system_hands_on_does_not_fix_the_time_step():
    class Outer(bp.DynamicalSystem):
        def __init__(self):
            super().__init__()
            self.inner = Leak()

        def update(self, shared, x):
            return self.inner(shared, x)

    outer = Outer()
    with bm.environment(dt=0.25):
        outer(2.0)
    assert bp.share.get_shargs() == {}
    with bm.environment(dt=0.5):
        assert_allclose(outer(2.0), [1.25, 1.25])


def test_a_system_without_shared_arguments_shares_and_drops_a_dict():
    scale = Scale()
    assert scale(3.0) == 6.0
    assert scale({"fit": True}, 3.0) == 6.0
    assert scale({}, 3.0) == 6.0
    assert bp.share["fit"] is True


def test_a_marked_method_takes_no_shared_arguments():
    marked = Marked()
    assert marked(1.0) == marked({"t": 0.5}, 1.0) == 2.0
    assert marked.other({"i": 2}, 1.0) == marked.other(1.0) == 3.0
    assert bp.share.get_shargs() == {"t": 0.5, "i": 2}


def test_a_mark_counts_below_and_above_a_compiled_method():
    class Below(bp.DynamicalSystem):
        @bm.cls_jit
        @bp.not_pass_shared
        def update(self, x):
            return x * 2.0

    class Above(bp.DynamicalSystem):
        @bp.not_pass_shared
        def update(self, x):
            return self.compiled(x)

        @bm.cls_jit
        def compiled(self, x):
            return x * 2.0

    assert Below()(3.0) == Above()(3.0) == Below()({"t": 1.0}, 3.0) == 6.0


def test_a_mark_counts_below_what_only_says_what_it_wraps():
    def counted(method):
        def update(self, *args):
            return method(self, *args) + 1.0

        update.__wrapped__ = method
        return update

    class Counted(bp.DynamicalSystem):
        @counted
        @bp.not_pass_shared
        def update(self, x):
            return x * 2.0

    assert Counted()(3.0) == 7.0


def test_a_subclass_calls_as_its_own_update_does():
    class Told(Marked):
        def update(self, shared, x):
            return shared["t"] + x

    class Inherits(Marked):
        pass

    assert Told()({"t": 0.5}, 1.0) == 1.5
    assert Inherits()(1.0) == 2.0


@pytest.mark.parametrize("x", [np.array([1.0, 2.0], np.float32), jnp.array([1.0, 2.0]), bm.Variable(jnp.array([1.0, 2.0]))])
def test_an_array_in_front_is_what_a_system_is_called_with(x):
    assert_allclose(x >> Scale(2.0) >> Scale(3.0), [6.0, 12.0])


def test_a_traced_array_and_a_number_in_front_are_too():
    scale = Scale(2.0)
    x = jnp.array([1.0, 2.0])
    assert_allclose(bm.jit(lambda x: x >> scale)(x), [2.0, 4.0])
    assert_allclose(jax.vmap(lambda x: x >> scale)(x), [2.0, 4.0])
    assert bm.grad(lambda x: x >> scale)(1.0) == 2.0
    assert 1.5 >> scale == 3.0


def test_a_system_in_front_is_refused():
    with pytest.raises(KindError, match=r"Scale >> Scale: expected an array on the left of >>.* bp\.Sequential\(first, second\)"):
        Scale() >> Scale()


def test_compiled_with_the_shared_dict_as_an_argument_time_compiles_nothing():
    class Clock(bp.DynamicalSystem):
        def update(self, shared, x):
            return shared["t"] + x

    step = bm.jit(Clock())
    assert [float(step({"t": t}, 1.0)) for t in (0.0, 0.5, 1.0)] == [1.0, 1.5, 2.0]
    assert step.compilations == 1
    assert bp.share.get_shargs() == {}


class Bare(bp.DynamicalSystem):
    """It forgets that a dict comes first."""

    def __init__(self):
        super().__init__()
        self.v = bm.Variable(bm.zeros(1))

    def update(self, x):
        return self.v + x


class BareNS(bp.DynamicalSystemNS):
    def update(self, x):
        return x


COMES_FIRST = (
    r"\. What is shared comes first: write update\(self, tdi, x\), or derive from bp\.DynamicalSystemNS, which gets none"
)


@pytest.mark.parametrize(
    "call, words",
    [
        (
            lambda: Bare()(1.0),
            r"^Bare\(\.\.\.\): expected the arguments of Bare\.update\(x\), got 1 behind the shared arguments" + COMES_FIRST,
        ),
        (lambda: bm.jit(Bare())(1.0), r"got 1 behind the shared arguments" + COMES_FIRST),
        (lambda: Bare()({"dt": 0.1}, x=1.0), r"got 0, x= behind the shared arguments" + COMES_FIRST),
        (lambda: Leak()(1.0, 2.0, 3.0), r"Leak\.update\(.*\), got 3 behind the shared arguments\. Call it with one for each"),
        (lambda: BareNS()(1.0, 2.0), r"BareNS\.update\(x\), got 2\. Call it with one for each of these\."),
        (
            lambda: bp.DSRunner(Bare(), progress_bar=False).run(inputs=bm.ones((5, 1))),
            r"DSRunner\.run: expected the arguments of Bare\.update\(x\), got 1 from inputs in each step" + COMES_FIRST,
        ),
    ],
)
def test_arguments_that_update_does_not_take_are_refused_with_what_it_takes(call, words):
    with pytest.raises(KindError, match=words):
        call()


def test_a_type_error_of_update_itself_stays_what_it_is():
    class Wrong(bp.DynamicalSystemNS):
        def update(self, x):
            return x + "one"

    with pytest.raises(TypeError, match="unsupported operand"):
        Wrong()(1.0)
