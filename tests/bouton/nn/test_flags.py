"""Two names of one flag, and members that go by opposite ones (D-12)."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import bouton as bp
import bouton.math as bm
from bouton.errors import ValueRefused

nn = bp.nn
X = np.ones((1, 50))


class Told(nn.Node):
    """Gives what it was told."""

    def __init__(self):
        super().__init__()
        self.__dict__["heard"] = []

    def init_ff(self):
        self.set_output_shape(self.feedforward_shapes[0])

    def forward(self, ff, **kwargs):
        self.heard.append((kwargs, bp.share.get_shargs()))
        return ff[0]


def of_layers():
    with bm.training_environment():
        return nn.FromSystem(bp.Sequential(bp.layers.Dense(50, 50, np.eye(50)), bp.layers.Dropout(0.5, seed=1)))


def test_keywords_are_passed_to_those_that_take_them_and_shared_d12():
    class Deaf(Told):
        def forward(self, ff):
            return super().forward(ff, told=bp.share.load("gain", None))

    hearing, deaf = Told(), Deaf()
    net = (nn.Input(50) >> hearing >> deaf).initialize()
    net(X, gain=3, train=False)
    assert hearing.heard[0][0] == {"gain": 3, "train": False, "fit": False}
    assert deaf.heard[0][0] == {"told": 3}
    assert hearing.heard[0][1] == {"gain": 3, "train": False, "fit": False}
    assert bp.share.get_shargs() == {}


def test_what_is_shared_already_is_known_under_both_names_d12():
    hearing = Told()
    net = (nn.Input(50) >> hearing).initialize()
    net({"fit": True}, X)
    bp.share.clear()
    net(X)
    assert [kwargs for kwargs, _ in hearing.heard] == [{"train": True, "fit": True}, {}]


@pytest.mark.parametrize("flag", ["train", "fit"])
def test_dropout_of_either_kind_obeys_either_name_d12(flag):
    net = (nn.Input(50) >> nn.Dropout(0.5, seed=2) >> of_layers()).initialize()
    assert_array_equal(net(X, **{flag: False}), X)
    # Each keeps half, and doubles it.
    on = np.asarray(net(X, **{flag: True}))
    assert set(on.ravel().tolist()) == {0.0, 4.0}
    assert 0.05 < (on > 0).mean() < 0.5


def test_the_two_names_may_not_contradict_each_other_d12():
    net = (nn.Input(50) >> nn.Dropout(0.5)).initialize()
    with pytest.raises(ValueRefused, match=r"train= and fit=: expected the same: .* got \[True, False\]\. Give one of them"):
        net(X, train=True, fit=False)
    with pytest.raises(ValueRefused, match="they are two names of one flag"):
        bm.jit(net)(X, train=True, fit=True)
    assert_array_equal(net(X, train=False, fit=0), X)


class OwnDropout(nn.Node):
    """On unless told, like that of the seed."""

    def init_ff(self):
        self.set_output_shape(self.feedforward_shapes[0])

    def forward(self, ff, train=True):
        return ff[0] * 2 if train else ff[0]


@pytest.mark.parametrize("make", [lambda: nn.Dropout(0.5, seed=2, name="drops"), lambda: OwnDropout(name="drops")])
def test_a_mixture_of_defaults_is_warned_of_once_where_nobody_tells_d12(make):
    off = of_layers()
    net = (nn.Input(50) >> make() >> off).initialize()
    with pytest.warns(
        UserWarning, match=rf"drops and {off.name}: expected train= or fit= in the call, got neither\..*train=True"
    ):
        net(X)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net(X)
        net(X, train=False)


def test_nobody_is_warned_where_somebody_tells_or_nothing_is_mixed_d12():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mixed = (nn.Input(50) >> nn.Dropout(0.5) >> of_layers()).initialize()
        mixed(X, train=True)
        mixed(X, fit=False)
        mixed({"fit": True}, X)
        bp.share.clear()
        bp.DSRunner(mixed, progress_bar=False).run(inputs=np.ones((1, 2, 50)))
        (nn.Input(50) >> nn.Dropout(0.5)).initialize()(X)
        (nn.Input(50) >> of_layers()).initialize()(X)
