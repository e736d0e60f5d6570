"""Two names of each hook (D-5)."""

import jax.numpy as jnp
import numpy as np
import pytest

import bouton as bp

nn = bp.nn


class Passing(nn.Node):
    """What comes, goes."""

    def init_ff(self):
        self.set_output_shape(self.feedforward_shapes[0])

    def forward(self, ff):
        return ff[0]


def test_either_name_will_do_and_both_are_known_d5():
    class Later(nn.Node):
        def init_ff_conn(self):
            self.set_output_shape(3)

        def init_fb_conn(self):
            self.gain = jnp.ones(())

        def forward(self, ff, fb=None):
            return ff[0]

    node, o = Later(), nn.Dense(1)
    net = ((nn.Input(3) >> node >> o) & (node << o)).initialize()
    assert net(np.ones((1, 3))).shape == (1, 1)
    assert node.is_feedback_input_supported
    assert Later.init_ff is Later.init_ff_conn
    assert list(node.vars("relative")) == ["gain"]


def test_names_mix_down_a_hierarchy_and_through_super_d5():
    class A(Passing):
        def init_ff(self):
            super().init_ff_conn()
            self.told = ["A"]

    class B(A):
        def init_ff_conn(self):
            super().init_ff_conn()
            self.told.append("B")

    class C(B):
        def init_ff(self):
            super().init_ff()
            self.told.append("C")

    class D(C):
        def init_ff_conn(self):
            super().init_ff()
            self.told.append("D")

    class E(D):
        """Nothing of its own."""

    assert D(input_shape=1).initialize().told == E(input_shape=1).initialize().told == ["A", "B", "C", "D"]


def test_what_is_mixed_in_counts_under_either_name_d5():
    class Mixed:
        def init_ff_conn(self):
            self.set_output_shape(7)

        def init_fb_conn(self):
            """Nothing."""

    class Taken(Mixed, Passing):
        """A node."""

    assert Taken(input_shape=1).initialize().output_shape == (None, 7)
    assert Taken().is_feedback_input_supported
    assert not Passing().is_feedback_input_supported


def test_both_in_one_class_are_refused_d5():
    for names in (("init_ff", "init_ff_conn"), ("init_fb", "init_fb_conn")):
        with pytest.raises(
            TypeError, match=rf"class Twice: expected {names[0]} or {names[1]}, which are two names of one, got both"
        ):
            type("Twice", (nn.Node,), {name: lambda self: None for name in names} | {names[0]: lambda self: 0})


def test_a_subclass_can_take_feedback_away():
    assert not type("Deaf", (nn.Dense,), {"init_fb": None})(1).is_feedback_input_supported
