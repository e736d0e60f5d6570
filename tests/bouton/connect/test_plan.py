"""The choice of the method."""

import pytest

import bouton.connect as connect
from bouton.connect._plan import Plan


def chosen(conn, sizes, batch=1, active=0.01):
    return Plan.of(conn(*sizes).synapses, "auto", active).choose(batch)


@pytest.mark.parametrize(
    "conn, sizes, batch, active, method",
    [
        (connect.FixedPostNum(80, seed=1), (4000, 4000), 1, 0.002, "events"),
        (connect.FixedPostNum(80, seed=1), (4000, 4000), 1, 0.1, "events"),
        (connect.FixedPostNum(80, seed=1), (4000, 4000), 1, 1.0, "all"),
        (connect.FixedPostNum(80, seed=1), (4000, 4000), 8, 0.002, "events"),
        (connect.All2All(), (100, 100), 256, 0.1, "dense"),
        (connect.FixedProb(0.5, seed=1), (100, 100), 256, 0.1, "dense"),
        (connect.All2All(), (1000, 1000), 1, 0.01, "events"),
        (connect.All2All(), (100, 100), 1, 1.0, "dense"),
    ],
)
def test_the_method_follows_size_density_batch_and_spikes(conn, sizes, batch, active, method):
    assert chosen(conn, sizes, batch, active) == method


def test_a_matrix_takes_no_more_memory_than_a_batch_of_what_the_synapses_deliver():
    plan = Plan.of(connect.FixedPostNum(80, seed=1)(1000).synapses, "auto", 0.01)
    assert [plan.matrix_is_small(batch) for batch in (1, 12, 13)] == [False, False, True]


@pytest.mark.parametrize("method", ["events", "all", "dense"])
def test_a_method_that_is_asked_for_is_taken(method):
    assert Plan.of(connect.All2All()(3).synapses, method, 0.01).choose(1) == method


def test_elsewhere_no_loop_over_spikes_is_chosen(monkeypatch):
    monkeypatch.setattr("jax.default_backend", lambda: "gpu")
    assert chosen(connect.FixedPostNum(8, seed=1), (400, 400)) == "all"
    assert chosen(connect.All2All(), (40, 40)) == "dense"
