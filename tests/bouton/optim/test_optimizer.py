"""What every optimiser does around the formula of its step."""

import copy
import gc

import jax.numpy as jnp
import numpy as np
import optax
import pytest

import bouton as bp
import bouton.math as bm

KINDS = ["SGD", "Momentum", "MomentumNesterov", "LARS", "Lion", "Adagrad", "Adadelta", "RMSProp", "SM3", "Adam", "AdamW", "NAdam"]


class Net(bp.Object):
    def __init__(self):
        super().__init__()
        self.W = bm.TrainVar(jnp.asarray([[1.0, -2.0], [0.5, 3.0]]))
        self.b = bm.Variable(jnp.asarray([0.1, 0.2]))

    def __call__(self, x):
        return x @ self.W + self.b


X = jnp.asarray([[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]])
Y = jnp.asarray([[0.0, 1.0], [1.0, 1.0], [-1.0, 0.5]])


class Trainer:
    def __init__(self, optimizer):
        self.net = Net()
        self.optimizer = optimizer(self.net.vars())
        self.gradient = bm.grad(self.loss, grad_vars=self.net.vars(), return_value=True)

    def loss(self):
        return ((self.net(X) - Y) ** 2).mean()

    @bm.cls_jit
    def train(self):
        grads, loss = self.gradient()
        self.optimizer.update(grads)
        return loss


@pytest.mark.parametrize("kind", KINDS)
def test_every_optimizer_brings_a_loss_down_in_one_compiled_step(kind):
    trainer = Trainer(lambda cells: getattr(bp.optim, kind)(1.0 if kind in ("Adadelta", "LARS") else 0.02, cells))
    losses = [float(trainer.train()) for _ in range(40)]
    assert losses[-1] < 0.95 * losses[0]
    assert trainer.train.compilations == 1


def test_a_whole_training_in_one_loop_equals_single_steps():
    one, other = (Trainer(lambda cells: bp.optim.Adam(bp.optim.ExponentialDecay(0.1, 5, 0.5), cells)) for _ in range(2))
    losses = [float(one.train()) for _ in range(20)]
    np.testing.assert_allclose(bm.for_loop(lambda _: other.train(), jnp.arange(20)), losses, rtol=1e-5)
    np.testing.assert_allclose(other.net.W, one.net.W, rtol=1e-5)
    assert int(other.optimizer.scheduler.count) == 20


def test_an_epoch_may_end_inside_the_compiled_loop():
    trainer = Trainer(lambda cells: bp.optim.SGD(bp.optim.StepLR(0.1, 2, 0.5), cells))

    def epoch(_):
        rate = trainer.optimizer.lr
        bm.for_loop(lambda _: trainer.train(), jnp.arange(3))
        trainer.optimizer.scheduler.step_epoch()
        return rate

    rates = bm.for_loop(epoch, jnp.arange(6))
    np.testing.assert_allclose(rates, [0.1, 0.1, 0.05, 0.05, 0.025, 0.025], rtol=1e-6)


def test_many_models_are_trained_at_once_by_vmap():
    starts, data = np.asarray([[1.0, -2.0], [0.5, 3.0], [-1.0, 0.1]], np.float32), np.asarray([0.5, 1.0, 2.0], np.float32)

    def train(start, x, many):
        w = bm.Variable(jnp.asarray(start))
        optimizer = bp.optim.Adam(0.1, w)
        gradient = bm.grad(lambda x: ((w - x) ** 2).sum(), grad_vars=w)
        step = bm.vmap(lambda x: optimizer.update(gradient(x)), mapped_vars=[w, optimizer.state["mu.0"], optimizer.state["nu.0"]])
        for _ in range(3):
            step(x) if many else optimizer.update(gradient(x))
        return w.value

    one_by_one = [train(start, x, many=False) for start, x in zip(starts, data, strict=True)]
    np.testing.assert_allclose(train(starts, jnp.asarray(data), many=True), one_by_one, rtol=1e-5)


def test_an_update_outside_of_all_transforms_is_compiled_once():
    w = bm.Variable(jnp.zeros(3))
    optimizer = bp.optim.Adam(0.1, w)
    for n in range(3):
        optimizer.lr = 0.1 / (n + 1)
        optimizer.update(jnp.ones(3))
    assert optimizer._apply.compilations == 1


# -- what is trained -------------------------------------------------------


@pytest.mark.parametrize("wrap", [dict, list, tuple, bm.ArrayCollector, bm.VarDict, bm.VarList])
def test_variables_come_in_any_container_and_gradients_in_the_same(wrap):
    a, b = bm.Variable(jnp.asarray([1.0, 2.0])), bm.TrainVar(jnp.asarray(3.0))
    given = wrap([a, b]) if wrap in (list, tuple, bm.VarList) else wrap({"z": a, "b": b})
    optimizer = bp.optim.SGD(0.5, given)
    same = list(given) if isinstance(given, bm.VarList) else dict(given) if isinstance(given, bm.VarDict) else given
    optimizer.update(bm.grad(lambda: (a**2).sum() + 2 * b, grad_vars=same)())
    np.testing.assert_allclose(a, [0.0, 0.0], atol=1e-7)
    assert float(b) == 2.0


def test_containers_may_stand_in_each_other():
    a, b = bm.Variable(jnp.asarray(1.0)), bm.Variable(jnp.asarray(2.0))
    optimizer = bp.optim.SGD(1.0, {"one": [a], "two": {"x": b}})
    optimizer.update({"two": {"x": jnp.asarray(0.5)}, "one": [jnp.asarray(0.25)]})
    assert (float(a), float(b)) == (0.75, 1.5)


def test_one_variable_alone():
    a = bm.Variable(jnp.asarray(1.0))
    optimizer = bp.optim.SGD(1.0, a)
    optimizer.update(0.25)
    optimizer.update(np.float32(0.25))
    optimizer.update(bm.Variable(jnp.asarray(0.25)))
    assert float(a) == 0.25


@pytest.mark.parametrize("kind", ["SGD", "Momentum", "Adam"])
def test_a_variable_under_two_names_is_changed_once(kind):
    tied, alone = (bm.Variable(jnp.asarray([1.0, 2.0])) for _ in range(2))
    twice, once = {"one": tied, "two": tied}, {"one": alone}
    for cells, w in ((twice, tied), (once, alone)):
        optimizer = getattr(bp.optim, kind)(0.1, cells)
        for _ in range(3):
            optimizer.update(bm.grad(lambda w=w: (w**2).sum() + w.sum(), grad_vars=cells)())
    np.testing.assert_array_equal(tied, alone)


def test_other_variables_take_the_place_of_the_first_also_in_compiled_code():
    a, b = bm.Variable(jnp.asarray(1.0)), bm.Variable(jnp.asarray([1.0, 1.0]))
    optimizer = bp.optim.Momentum(1.0, a)
    step = bm.jit(lambda g: optimizer.update(g))
    step(jnp.asarray(0.5))
    optimizer.update(jnp.asarray(0.0))
    optimizer.register_train_vars(b)
    step(jnp.asarray([0.5, 0.25]))
    optimizer.update(jnp.zeros(2))
    assert float(a) == pytest.approx(0.5 - 0.45)
    np.testing.assert_allclose(b, [0.5 - 0.45, 0.75 - 0.225], rtol=1e-6)


def test_variables_may_be_registered_later():
    a = bm.Variable(jnp.asarray(1.0))
    optimizer = bp.optim.SGD(1.0)
    with pytest.raises(bp.errors.ValueRefused, match=r"SGD.update: expected Variables to train, got none yet\. Pass train_vars"):
        optimizer.update(jnp.asarray(1.0))
    optimizer.register_train_vars(a)
    optimizer.update(jnp.asarray(1.0))
    assert float(a) == 0.0


def test_a_half_float_stays_one():
    w = bm.Variable(jnp.ones(3, jnp.bfloat16))
    optimizer = bp.optim.Adam(bp.optim.StepLR(0.125, 1), w, weight_decay=0.5)
    optimizer.update(jnp.ones(3, jnp.bfloat16))
    assert w.dtype == jnp.bfloat16
    np.testing.assert_allclose(np.asarray(w, np.float32), 0.5 - 0.125, atol=2e-3)


def test_an_optimizer_does_not_own_what_it_trains():
    net = Net()
    optimizer = bp.optim.Adam(0.1, net.vars())
    assert not {id(v) for v in optimizer.vars().values()} & {id(v) for v in net.vars().values()}
    assert list(optimizer.vars("relative")) == ["lr", "state-count", "state-mu.0", "state-mu.1", "state-nu.0", "state-nu.1"]


def test_moments_are_no_variables_to_train():
    assert not bp.optim.Adam(bp.optim.StepLR(0.1, 1), Net().vars(), weight_decay=0.1).train_vars()


# -- rates -----------------------------------------------------------------


def test_the_rate_reads_as_it_was_given_and_can_be_set():
    w = bm.Variable(jnp.asarray(0.0))
    optimizer = bp.optim.SGD(0.01, w)
    assert optimizer.lr == 0.01
    step = bm.jit(lambda: optimizer.update(jnp.asarray(-1.0)))
    step()
    optimizer.lr = 10.0
    step()
    assert float(w) == pytest.approx(10.01)
    assert step.compilations == 1


def test_the_rate_may_be_a_variable_that_others_have_too():
    rate, w = bm.Variable(jnp.asarray(0.5)), bm.Variable(jnp.asarray(0.0))
    optimizer = bp.optim.SGD(rate, w)
    assert optimizer.lr is rate
    rate.value = 2.0
    optimizer.update(jnp.asarray(-1.0))
    optimizer.lr = 3.0
    assert (float(w), float(rate)) == (2.0, 3.0)


def test_with_a_schedule_the_rate_is_that_of_the_present_count():
    optimizer = bp.optim.SGD(bp.optim.StepLR(0.5, 1, 0.5), bm.Variable(jnp.asarray(0.0)))
    optimizer.scheduler.step_epoch()
    assert float(optimizer.lr) == 0.25
    optimizer.scheduler.lr = 1.0
    assert float(optimizer.lr) == 0.5
    with pytest.raises(
        bp.errors.UnsupportedError, match=r"SGD.lr: .* got one that follows a StepLR\. Set the rate .*scheduler.lr"
    ):
        optimizer.lr = 0.1


@pytest.mark.parametrize(
    ("lr", "words"),
    [
        ("0.1", r"SGD\(lr=...\): expected a number, got str"),
        (True, r"SGD\(lr=...\): expected a number, got bool"),
        (np.ones(2), r"SGD\(lr=...\): expected a number, got an array of shape \(2,\)"),
        (
            bm.Variable(jnp.ones(2)),
            r"SGD\(lr=...\): expected a Variable that holds one float, got one of shape \(2,\) and dtype float32",
        ),
        (bm.Variable(jnp.asarray(1)), r"expected a Variable that holds one float, got one of shape \(\) and dtype int32"),
    ],
)
def test_what_is_no_rate_is_refused(lr, words):
    with pytest.raises(bp.errors.KindError, match=words):
        bp.optim.SGD(lr)


def test_a_rate_below_zero_is_refused():
    with pytest.raises(bp.errors.ValueRefused, match=r"lr: expected at least 0.0, got -0.1"):
        bp.optim.SGD(-0.1)


# -- weight decay ----------------------------------------------------------


@pytest.mark.parametrize("kind", ["SGD", "Momentum", "Adagrad"])
def test_weight_decay_is_beside_the_step(kind):
    plain, decayed = (bm.Variable(jnp.asarray([1.0, -2.0])) for _ in range(2))
    getattr(bp.optim, kind)(0.1, plain).update(jnp.asarray([0.5, 0.25]))
    getattr(bp.optim, kind)(0.1, decayed, 0.25).update(jnp.asarray([0.5, 0.25]))
    np.testing.assert_allclose(decayed, np.asarray(plain) - 0.25 * np.asarray([1.0, -2.0]), rtol=1e-6)


def test_weight_decay_can_be_set_where_it_was_given():
    w = bm.Variable(jnp.asarray(1.0))
    optimizer = bp.optim.SGD(0.1, w, weight_decay=0.0)
    optimizer.update(jnp.asarray(0.0))
    optimizer.weight_decay = 0.5
    optimizer.update(jnp.asarray(0.0))
    assert float(w) == 0.5
    assert optimizer._apply.compilations == 1
    with pytest.raises(bp.errors.UnsupportedError, match=r"SGD.weight_decay: .* got one made without\. Pass weight_decay=0.0"):
        bp.optim.SGD(0.1, w).weight_decay = 0.5


@pytest.mark.parametrize("value", [-0.1, 1.0])
def test_a_weight_decay_is_a_fraction(value):
    with pytest.raises(bp.errors.ValueRefused, match=r"Adam\(weight_decay=...\): expected at least 0 and below 1"):
        bp.optim.Adam(0.1, weight_decay=value)


# -- refusals --------------------------------------------------------------


@pytest.fixture
def two():
    return {"a": bm.Variable(jnp.zeros(3)), "b": bm.Variable(jnp.zeros(()))}


def held(cells, optimizer):
    return [np.asarray(v) for v in (*cells.values(), *optimizer.vars().values())]


@pytest.mark.parametrize(
    ("grads", "kind", "words"),
    [
        (
            {"a": jnp.ones(3)},
            bp.errors.MathError,
            r"Adam.update: expected 2 gradients, .* got 1, without 'b'\. Take the gradient",
        ),
        ({"a": jnp.ones(3), "b": jnp.ones(()), "c": 1.0}, bp.errors.MathError, r"expected 2 gradients, .* got 3, with 'c'"),
        ({"a": jnp.ones(3), "c": 1.0}, bp.errors.UnknownPathError, r"expected 2 gradients, .* got 2, without 'b' and with 'c'"),
        ([jnp.ones(3), 1.0], bp.errors.UnknownPathError, r"got 2, without 'a', 'b' and with '0', '1'"),
        ({"a": jnp.ones((3, 1)), "b": 1.0}, bp.errors.ShapeError, r"gradient of a: expected shape \(3,\), got \(3, 1\)"),
        ({"a": jnp.ones(()), "b": 1.0}, bp.errors.ShapeError, r"gradient of a: expected shape \(3,\), got \(\)"),
        ({"a": jnp.ones(3, int), "b": 1.0}, bp.errors.KindError, r"gradient of a: expected dtype float32, got int32"),
        ({"a": jnp.ones(3), "b": None}, bp.errors.KindError, r"gradient of b: expected an array, got NoneType"),
        ({"a": [1.0, 1.0, 1.0], "b": 1.0}, bp.errors.KindError, r"gradient of a: expected an array, got list"),
        ({"a": jnp.ones(3), "b": "x"}, bp.errors.KindError, r"gradient of b: expected an array, got str"),
    ],
)
@pytest.mark.parametrize("compiled", [False, True])
def test_gradients_that_do_not_fit_are_refused_and_nothing_is_changed(two, grads, kind, words, compiled):
    optimizer = bp.optim.Adam(0.1, two, weight_decay=0.1)
    before = held(two, optimizer)
    update = bm.jit(lambda: optimizer.update(grads)) if compiled else lambda: optimizer.update(grads)
    with pytest.raises(kind, match=words):
        update()
    for old, new in zip(before, held(two, optimizer), strict=True):
        np.testing.assert_array_equal(new, old)


def test_an_update_that_fails_half_way_changes_nothing(two):
    def fails(updates, state, params=None):
        raise ZeroDivisionError("half way")

    broken = optax.GradientTransformation(lambda params: (), fails)
    optimizer = bp.optim.FromOptax(optax.chain(optax.scale_by_adam(), broken), two)
    before = held(two, optimizer)
    with pytest.raises(ZeroDivisionError, match="half way"):
        optimizer.update({"a": jnp.ones(3), "b": jnp.ones(())})
    for old, new in zip(before, held(two, optimizer), strict=True):
        np.testing.assert_array_equal(new, old)


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        (
            dict,
            bp.errors.ValueRefused,
            r"SGD\(train_vars=...\): expected at least one Variable, got none\. train_vars\(\) of a",
        ),
        (
            lambda: Net(),
            bp.errors.KindError,
            r"expected a Variable, or Variables in a dict, list or tuple, got Net\. Of a model pass",
        ),
        (lambda: {"a": jnp.ones(2)}, bp.errors.KindError, r"expected a Variable, .* got ArrayImpl at a"),
        (lambda: 0.9, bp.errors.KindError, r"expected a Variable, .* got float\."),
        (lambda: {"n": bm.Variable(jnp.arange(3))}, bp.errors.KindError, r"expected Variables of floats, got dtype int32 at n"),
        (
            lambda: [bm.Variable(jnp.ones(2, complex))],
            bp.errors.KindError,
            r"expected Variables of floats, got dtype complex64 at 0",
        ),
        (
            lambda: {"a": {"b": bm.Variable(2)}, "a.b": bm.Variable(2)},
            bp.errors.ValueRefused,
            r"expected the Variable that has this path, got another",
        ),
    ],
)
def test_what_cannot_be_trained_is_refused_at_registration(given, kind, words):
    with pytest.raises(kind, match=words):
        bp.optim.SGD(0.1, given())


def test_a_refused_registration_leaves_the_first_in_place(two):
    optimizer = bp.optim.SGD(1.0, two)
    with pytest.raises(bp.errors.KindError, match="expected a Variable"):
        optimizer.register_train_vars([3.0])
    optimizer.update({"a": jnp.ones(3), "b": 1.0})
    np.testing.assert_array_equal(two["a"], [-1.0, -1.0, -1.0])


def test_gradients_that_are_no_numbers_are_applied_like_others(two):
    bp.optim.SGD(0.1, two).update({"a": jnp.asarray([0.0, np.nan, 0.0]), "b": 1.0})
    np.testing.assert_array_equal(np.isnan(two["a"].value), [False, True, False])


def test_what_is_part_of_the_compiled_code_cannot_be_set():
    optimizer = bp.optim.Adam(0.1)
    with pytest.raises(
        bp.errors.ValueRefused, match=r"Adam.beta1: expected what it was made with, got 0.5\. Make a new optimiser"
    ):
        optimizer.beta1 = 0.5
    assert optimizer.beta1 == 0.9


# -- looking, saving, copying ------------------------------------------------


def test_the_text_tells_rate_and_number_of_variables(two):
    assert repr(bp.optim.Adam(0.001, two)) == "Adam(lr=0.001, 2 Variables)"
    assert repr(bp.optim.SGD(0.5)) == "SGD(lr=0.5, 0 Variables)"
    assert repr(bp.optim.SGD(bm.Variable(jnp.asarray(0.5)), two["a"])) == "SGD(lr=0.5, 1 Variable)"
    assert repr(bp.optim.SGD(bp.optim.ExponentialLR(0.5, 0.9), two)) == (
        "SGD(lr=ExponentialLR(lr=0.5, gamma=0.9, count=0), 2 Variables)"
    )
    assert repr(bp.optim.FromOptax(optax.sgd(0.1), two)) == "FromOptax(2 Variables)"


def test_training_goes_on_from_what_was_saved(tmp_path):
    def make():
        return Trainer(lambda cells: bp.optim.Adam(bp.optim.ExponentialDecay(0.1, 3, 0.5), cells))

    one, other = make(), make()
    for _ in range(4):
        one.train()
    one.net.save_states(tmp_path / "net")
    one.optimizer.save_states(tmp_path / "optimizer")
    # The other model has other names: Net1, where the first is Net0.
    assert list(other.net.vars()) != list(one.net.vars())
    assert other.net.load_states(tmp_path / "net") == ([], [])
    assert other.optimizer.load_states(tmp_path / "optimizer") == ([], [])
    for _ in range(3):
        assert float(other.train()) == float(one.train())


def test_a_copy_of_a_trainer_trains_its_own_model():
    class Both(bp.Object):
        def __init__(self):
            super().__init__()
            self.net = Net()
            self.optimizer = bp.optim.Momentum(0.1, self.net.vars())

    both = Both()
    grads = dict.fromkeys(both.net.vars())
    grads = {path: jnp.ones_like(v.value) for (path, v) in zip(grads, both.net.vars().values(), strict=True)}
    both.optimizer.update(grads)
    other = copy.deepcopy(both)
    before = np.asarray(both.net.W)
    other.optimizer.update(grads)
    np.testing.assert_array_equal(both.net.W, before)
    np.testing.assert_allclose(other.net.W, before - 0.1 - 0.09, rtol=1e-5)


def test_an_optimizer_is_forgotten_when_nothing_holds_it():
    optimizer = bp.optim.SGD(0.1, bm.Variable(jnp.zeros(2)), name="to_be_forgotten")
    optimizer.update(jnp.ones(2))
    del optimizer
    gc.collect()
    bp.optim.SGD(0.1, name="to_be_forgotten")


def test_without_a_rate_there_is_no_descent():
    with pytest.raises(bp.errors.KindError, match=r"SGD\(lr=...\): expected a number, got NoneType\. Pass a float\."):
        bp.optim.SGD(None, bm.Variable(3))
