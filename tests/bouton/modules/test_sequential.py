import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import models

import bouton.math as bm
from bouton.errors import KindError, PositionError, ShapeError, UnknownPathError, ValueRefused
from bouton.modules import LIF, ExpSyn, FFwdStack, Linear, LinearJax, Rate, RateJax, Residual, Sequential, SequentialJax

SERIES = np.random.default_rng(0).uniform(size=(2, 10, 3))
WEIGHT = np.random.default_rng(1).uniform(0, 0.3, size=(3, 4))


def made():
    return Sequential(Linear((3, 4), weight=WEIGHT), ExpSyn(4, tau=0.01), LIF(4, tau_mem=0.03))


def expected():
    weighted = models.batched(models.linear, SERIES, WEIGHT)
    current = models.batched(models.exp_syn, weighted, 0.01)
    return weighted, current, models.batched(models.lif, current, 4, tau_mem=0.03)


def test_each_module_is_fed_with_the_output_of_the_one_before():
    out, state, record = made()(SERIES, record=True)
    weighted, current, lif = expected()
    assert lif["spikes"].sum() > 5
    assert_array_equal(out, lif["spikes"])
    assert set(record) == {"0_Linear", "0_Linear_output", "1_ExpSyn", "1_ExpSyn_output", "2_LIF", "2_LIF_output"}
    assert_allclose(record["0_Linear_output"], weighted, rtol=1e-5)
    assert_allclose(record["1_ExpSyn_output"], current, rtol=1e-5)
    assert_array_equal(record["2_LIF_output"], out)
    assert record["0_Linear"] == {}
    assert_allclose(record["1_ExpSyn"]["isyn"], current, rtol=1e-5)
    assert_allclose(record["2_LIF"]["vmem"], lif["vmem"], rtol=1e-3, atol=5e-5)
    assert list(state) == ["0_Linear", "1_ExpSyn", "2_LIF"]
    assert_allclose(state["1_ExpSyn"]["isyn"], current[0, -1], rtol=1e-5)


def test_compiled_and_eager_runs_agree():
    net = made()
    assert_array_equal(bm.jit(lambda x: net(x)[0])(SERIES), expected()[2]["spikes"])


@pytest.mark.parametrize(
    ("record", "paths"),
    [
        ("2_LIF.vmem", {"2_LIF": {"vmem"}}),
        ("1_ExpSyn_output", {"1_ExpSyn_output": None}),
        (
            ["*_output", "2_LIF.spikes"],
            {"0_Linear_output": None, "1_ExpSyn_output": None, "2_LIF_output": None, "2_LIF": {"spikes"}},
        ),
    ],
)
def test_signals_are_recorded_by_path(record, paths):
    found = made()(SERIES, record=record)[2]
    assert {k: set(v) if isinstance(v, dict) else None for k, v in found.items()} == paths


def test_an_unknown_signal_is_refused_with_the_nearest():
    with pytest.raises(UnknownPathError, match=r"got '1_ExpSyn_outptu'\. Did you mean '1_ExpSyn_output'\?"):
        made()(SERIES, record="1_ExpSyn_outptu")


def test_names_shapes_and_kinds_follow_from_the_modules():
    net = Sequential(ExpSyn(3), Linear((3, 4)), LIF(4))
    assert list(net.modules()) == ["0_ExpSyn", "1_Linear", "2_LIF"]
    assert net[0].full_name == "ExpSyn '0_ExpSyn'"
    assert net[-1] is net[2]
    assert [type(m) for m in net] == [ExpSyn, Linear, LIF]
    assert len(net) == 3
    assert (net.shape, net.size_in, net.size_out) == ((3, 4), 3, 4)
    assert (net.spiking_input, net.spiking_output) == (True, True)
    assert str(net) == (
        "Sequential with shape (3, 4) {\n"
        "    ExpSyn '0_ExpSyn' with shape (3,)\n"
        "    Linear '1_Linear' with shape (3, 4)\n"
        "    LIF '2_LIF' with shape (4,)\n"
        "}"
    )


def test_a_module_is_found_by_position_and_by_name():
    net = made()
    assert net["2_LIF"] is net[2] is net[-1] is net[np.int64(2)]
    assert net["0_Linear"] is net[-3]
    assert LIF in map(type, net)


@pytest.mark.parametrize(
    ("index", "error", "words"),
    [
        (
            3,
            IndexError,
            r"Sequential\[3\]: expected a position from 0 to 2, or from -3 to -1 counted from the end, got 3\. It holds 0_",
        ),
        (-4, PositionError, r"Sequential\[-4\]: expected a position from 0 to 2.*got -4\. It holds 0_Linear, 1_ExpSyn, 2_LIF\."),
        (
            "2_LFI",
            UnknownPathError,
            r"Sequential\['2_LFI'\]: expected the name of a module in it, got '2_LFI'\. Did you mean '2_LIF'",
        ),
        (
            slice(0, 2),
            KindError,
            r"Sequential\[0:2\]: expected one position or name, got a slice\. Write list\(net\)\[0:2\] for the",
        ),
        (slice(None, -1), KindError, r"Sequential\[:-1\]: .*Sequential\(\*list\(net\)\[:-1\]\) for a model of them\."),
        (
            1.0,
            KindError,
            r"Sequential\[1\.0\]: expected a position or a name, got float\. Write for instance net\[0\] or net\['0_",
        ),
        (None, KindError, r"expected a position or a name, got NoneType"),
    ],
    ids=repr,
)
def test_what_is_no_position_and_no_name_is_refused(index, error, words):
    with pytest.raises(error, match=words):
        made()[index]


def test_one_module_is_enough_and_sequences_nest():
    inner = Sequential(Linear((3, 4), weight=WEIGHT))
    net = Sequential(inner, Sequential(ExpSyn(4, tau=0.01), LIF(4, tau_mem=0.03)))
    assert list(net.modules()) == ["0_Sequential", "1_Sequential"]
    out, state, record = net(SERIES, record=True)
    assert_array_equal(out, expected()[2]["spikes"])
    assert set(state["1_Sequential"]) == {"0_ExpSyn", "1_LIF"}
    assert set(record["1_Sequential"]) == {"0_ExpSyn", "0_ExpSyn_output", "1_LIF", "1_LIF_output"}


@pytest.mark.parametrize(("linear", "rate"), [(Linear, Rate), (LinearJax, RateJax)])
def test_a_module_without_states_may_stand_twice_and_one_with_states_may_not(linear, rate):
    turn = linear((3, 3), weight=WEIGHT[:, :3])
    out, _, _ = Sequential(turn, rate(3), turn)(SERIES)
    between = models.batched(models.rate, models.batched(models.linear, SERIES, WEIGHT[:, :3]))[0]
    assert_allclose(out, models.batched(models.linear, between, WEIGHT[:, :3]), rtol=1e-4, atol=1e-6)
    one, name = rate(3), rate.__name__
    words = rf"1_{name}: expected a module with states of its own, got {name} with the state '0_{name}\.x', which stands there"
    for chain in (Sequential, FFwdStack, Residual):
        with pytest.raises(ValueRefused, match=words + r" as well\. Build a second one; a module without states, a Linear for"):
            chain(one, one)
    with pytest.raises(ValueRefused, match=rf"1_{name}: .*'0_Sequential\w*\.0_{name}\.x', which"):
        Sequential(Sequential(one), one)


def test_a_module_of_a_sequence_may_be_replaced_by_itself_and_by_no_other_of_it():
    net = Sequential(Rate(3), Rate(3))
    setattr(net, "1_Rate", net[1])
    with pytest.raises(ValueRefused, match=r"Sequential\.1_Rate: expected a module with states of its own"):
        setattr(net, "1_Rate", net[0])


def test_functional_modules_make_it_functional():
    net = Sequential(LinearJax((3, 4), weight=WEIGHT), RateJax(4))
    assert type(net) is SequentialJax
    out, state, _ = net(SERIES)
    assert_allclose(out, models.batched(models.rate, models.batched(models.linear, SERIES, WEIGHT))[0], rtol=1e-4, atol=1e-6)
    assert_array_equal(net[1].x, np.zeros(4))
    assert (np.asarray(state["1_RateJax"]["x"]) > 0).all()


def test_sizes_that_do_not_chain_are_refused_with_indices_classes_and_sizes():
    words = r"Sequential, from position 1 to 2: expected LIF with size_in 4, the size_out of ExpSyn, got size_in 5\. Make"
    with pytest.raises(ShapeError, match=words) as no:
        Sequential(Linear((3, 4)), ExpSyn(4), LIF(5))
    assert isinstance(no.value, ValueError)


@pytest.mark.parametrize("name", ["shape", "spiking_input", "spiking_output"])
def test_what_follows_from_the_modules_cannot_be_given(name):
    with pytest.raises(ValueRefused, match=rf"Sequential: expected only modules, got {name}=\. Shape and spiking follow"):
        Sequential(Rate(3), **{name: 3})


def test_no_modules_are_refused():
    with pytest.raises(ValueRefused, match=r"Sequential: expected at least one module, got none\. Pass modules in order\."):
        Sequential()


@pytest.mark.parametrize("bad", [np.tanh, [Rate(3)], None, Rate])
def test_what_is_no_module_is_refused(bad):
    with pytest.raises(
        KindError, match=r"Sequential, position 1: expected a module, got \w+\. Wrap a function in a module of its own\."
    ):
        Sequential(Rate(3), bad)
