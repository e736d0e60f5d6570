"""Who is joined with whom, against NumPy and against what each connector promises."""

import tracemalloc

import jax
import numpy as np
import pytest
import scipy.sparse

import bouton.connect as connect
from bouton.connect._draw import bernoulli
from bouton.errors import KindError, NoImplementationError, RunningError, ShapeError, UnknownPathError, ValueRefused

SEEDED = {
    "FixedProb": lambda seed: connect.FixedProb(0.2, seed=seed),
    "FixedPostNum": lambda seed: connect.FixedPostNum(7, seed=seed),
    "FixedPreNum": lambda seed: connect.FixedPreNum(7, seed=seed),
    "FixedTotalNum": lambda seed: connect.FixedTotalNum(70, seed=seed),
    "GaussianProb": lambda seed: connect.GaussianProb(0.2, seed=seed),
    "SmallWorld": lambda seed: connect.SmallWorld(6, 0.4, seed=seed),
    "SmallWorld, directed": lambda seed: connect.SmallWorld(6, 0.4, directed=True, seed=seed),
    "ScaleFreeBA": lambda seed: connect.ScaleFreeBA(3, seed=seed),
}


def pairs(conn):
    return list(zip(*map(np.ndarray.tolist, conn.require("coo")), strict=True))


# All of them -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", SEEDED.values(), ids=SEEDED)
def test_a_seed_gives_the_same_synapses_again_and_another_gives_others(make):
    first, again, other = make(3)(40), make(3)(40), make(4)(40)
    assert pairs(first) == pairs(again) != pairs(other)


@pytest.mark.parametrize("make", SEEDED.values(), ids=SEEDED)
def test_no_pair_comes_twice_and_synapses_are_in_the_order_of_their_presynaptic_neurons(make):
    pre, post = make(3)(40).require("pre_ids", "post_ids")
    assert len({*zip(pre.tolist(), post.tolist(), strict=True)}) == pre.size > 0
    assert np.all(np.diff(pre) >= 0)
    assert min(pre.min(), post.min()) >= 0
    assert max(pre.max(), post.max()) < 40


def test_without_a_seed_each_call_draws_anew():
    conn = connect.FixedProb(0.5)
    assert pairs(conn(20, 20)) != pairs(conn(20, 20))


def test_what_an_earlier_call_gave_stays_and_the_connector_holds_the_last():
    conn = connect.FixedProb(1.0, seed=1)
    first = conn(3, 2)
    second = conn((2, 2), 5)
    assert (first.pre_size, first.post_size, first.synapses.size) == ((3,), (2,), 6)
    assert (second.pre_size, second.post_size, second.synapses.size) == ((2, 2), (5,), 20)
    assert conn.synapses is second.synapses
    assert conn.pre_size == (2, 2)


def test_all_forms_say_the_same():
    matrix = np.array([[1, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0]], bool)
    conn = connect.MatConn(matrix)(4, 3)
    np.testing.assert_array_equal(conn.require("conn_mat"), matrix)
    pre, post = conn.require("pre_ids", "post_ids")
    np.testing.assert_array_equal((pre, post), np.nonzero(matrix))
    np.testing.assert_array_equal(conn.require("coo"), (pre, post))
    sparse = scipy.sparse.csr_array(matrix)
    for name, expected in {"pre2post": sparse, "csr": sparse, "post2pre": sparse.tocsc(), "csc": sparse.tocsc()}.items():
        ids, starts = conn.require(name)
        np.testing.assert_array_equal(ids, expected.indices)
        np.testing.assert_array_equal(starts, expected.indptr)
    ids, starts = conn.require("pre2syn")
    np.testing.assert_array_equal(ids, np.arange(6))
    np.testing.assert_array_equal(starts, [0, 2, 2, 5, 6])
    ids, starts = conn.require("post2syn")
    for neuron in range(3):
        mine = ids[starts[neuron] : starts[neuron + 1]]
        np.testing.assert_array_equal(mine, np.nonzero(post == neuron)[0])
    assert conn.require("synapses") is conn.synapses


def test_a_form_that_there_is_not_is_refused_with_the_nearest():
    conn = connect.One2One()(3, 3)
    with pytest.raises(
        UnknownPathError, match=r"One2One\.require: expected some of conn_mat, .*'pre2pots'\. Did you mean 'pre2post'\?"
    ):
        conn.require("pre_ids", "pre2pots")
    with pytest.raises(UnknownPathError, match=r"got no name\. Name a form\."):
        conn.require()


def test_a_connector_that_knows_no_sizes_says_so():
    with pytest.raises(RunningError, match=r"All2All\.require: .* Call it with the sizes first: conn\(pre_size, post_size\)"):
        connect.All2All().require("pre_ids")
    assert connect.All2All().pre_size is connect.All2All().post_size is None


def test_sizes_that_are_none_are_refused():
    with pytest.raises(KindError, match=r"All2All\(pre_size\): expected a whole number or a tuple of them, got 2\.5\. Write"):
        connect.All2All()(2.5)
    with pytest.raises(KindError, match=r"All2All\(post_size\): .*got \(\)"):
        connect.All2All()(2, ())
    with pytest.raises(ValueRefused, match=r"All2All\(pre_size\): expected no negative number, got -1\. Give the number"):
        connect.All2All()(-1)


def test_a_connector_of_ones_own_writes_pairs_and_is_held_to_the_sizes():
    class Next(connect.Connector):
        def pairs(self, pre, post, draw):
            return np.arange(pre[0]), np.arange(pre[0]) + 1

    assert pairs(Next()(2, 3)) == [(0, 1), (1, 2)]
    with pytest.raises(
        ValueRefused, match=r"Next: postsynaptic neurons: expected numbers from 0 to 1, got 2\. Count neurons from 0"
    ):
        Next()(2, 2)
    with pytest.raises(NoImplementationError, match=r"Connector\.pairs: expected a method .*, got none\. Write pairs"):
        connect.Connector()(2)


# Each of them ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("include_self", [True, False])
def test_all_to_all_and_one_to_one(include_self):
    expected = np.ones((3, 3), bool) if include_self else ~np.eye(3, dtype=bool)
    np.testing.assert_array_equal(connect.All2All(include_self)(3, 3).require("conn_mat"), expected)
    np.testing.assert_array_equal(connect.All2All(include_self)(2, 3).require("conn_mat"), np.ones((2, 3), bool))
    np.testing.assert_array_equal(connect.One2One()(3).require("conn_mat"), np.eye(3, dtype=bool))
    np.testing.assert_array_equal(connect.One2One()((2, 3), 6).require("conn_mat"), np.eye(6, dtype=bool))


def test_one_to_one_needs_equal_sizes():
    with pytest.raises(
        ShapeError, match=r"One2One: expected two groups of one size, got \(2,\) and \(3,\)\. Connect a group with"
    ):
        connect.One2One()(2, 3)


def test_a_matrix_stands_for_a_connector():
    matrix = np.array([[0.0, 2.0], [0.0, 0.0], [1.0, -1.0]])
    for given in (matrix, matrix.tolist(), jax.numpy.asarray(matrix, "float32"), scipy.sparse.coo_array(matrix)):
        assert pairs(connect.as_connector(given)(3, 2)) == [(0, 1), (2, 0), (2, 1)]
    # What adds up to 0 is no entry, and what is at one place is one synapse.
    twice = scipy.sparse.coo_array(([1.0, 2.0, 3.0, 1.0, -1.0], ([1, 0, 0, 2, 2], [0, 1, 1, 0, 0])), (3, 2))
    assert pairs(connect.SparseMatConn(twice)(3, 2)) == [(0, 1), (1, 0)]
    assert twice.nnz == 5
    conn = connect.FixedProb(0.5)
    assert connect.as_connector(conn) is conn
    with pytest.raises(ShapeError, match=r"MatConn: expected a matrix of shape \(2, 3\), got \(3, 2\)\. A row stands for"):
        connect.MatConn(matrix)(2, 3)
    with pytest.raises(ShapeError, match=r"SparseMatConn: expected a matrix of shape \(2, 3\), got \(3, 2\)"):
        connect.SparseMatConn(scipy.sparse.csr_array(matrix))(2, 3)
    with pytest.raises(ShapeError, match=r"MatConn\(mat\): expected shape \(pre, post\), got \(2,\)\. Give a row for each"):
        connect.MatConn([1, 2])
    with pytest.raises(KindError, match=r"MatConn\(mat\): expected numbers or bool, got <U1"):
        connect.MatConn([["a"]])
    with pytest.raises(KindError, match=r"MatConn\(mat\): expected numbers or bool, got lists of different lengths"):
        connect.MatConn([[1, 2], [3]])
    with pytest.raises(
        KindError, match=r"SparseMatConn\(mat\): expected a sparse array of scipy\.sparse, got ndarray\. Use MatConn"
    ):
        connect.SparseMatConn(matrix)
    with pytest.raises(KindError, match=r"connect: expected a connector or a \(pre, post\) matrix, got str\. Use for instance"):
        connect.as_connector("all")


def test_given_pairs_are_put_in_order_and_so_are_their_weights():
    conn = connect.IJConn([2, 0, 2, 0], [1, 1, 0, 1])
    assert pairs(conn(3, 2)) == [(0, 1), (0, 1), (2, 1), (2, 0)]
    np.testing.assert_array_equal(np.array([10, 20, 30, 40])[conn.order], [20, 40, 10, 30])
    assert connect.IJConn([], [])(3, 2).synapses.size == 0


def test_pairs_that_are_none_are_refused():
    with pytest.raises(ShapeError, match=r"IJConn: expected two lists of one length, got 2 and 1\. Give the presynaptic"):
        connect.IJConn([0, 1], [1])
    with pytest.raises(KindError, match=r"IJConn\(i\): expected whole numbers, got float64\. Give the number of each neuron"):
        connect.IJConn([0.5], [1])
    with pytest.raises(ShapeError, match=r"IJConn\(j\): expected one axis, got shape \(1, 1\)\. Give one number for each"):
        connect.IJConn([0], [[1]])
    with pytest.raises(ValueRefused, match=r"IJConn: presynaptic neurons: expected numbers from 0 to 2, got -1"):
        connect.IJConn([-1], [1])(3)
    with pytest.raises(ValueRefused, match=r"IJConn: postsynaptic neurons: expected no number: the group is empty, got 1"):
        connect.IJConn([0], [1])(3, 0)


def test_fixed_probability_joins_each_pair_with_this_probability():
    counts = sum(connect.FixedProb(0.3, seed=seed)(12, 15).require("conn_mat").astype(int) for seed in range(400))
    spread = np.sqrt(400 * 0.3 * 0.7)
    assert np.all(np.abs(counts - 120) < 5 * spread)
    assert abs(counts.mean() - 120) < 5 * spread / np.sqrt(180)
    assert connect.FixedProb(0.0)(9, 9).synapses.size == 0
    assert connect.FixedProb(1.0)(9, 9).synapses.size == 81


def test_the_fan_out_by_fixed_probability_is_binomial():
    fan_out = np.diff(connect.FixedProb(0.1, seed=1)(4000, 300).synapses.starts)
    assert abs(fan_out.mean() - 30) < 5 * np.sqrt(27 / 4000)
    assert abs(fan_out.var() - 27) < 4


def test_some_presynaptic_neurons_have_no_synapses_and_none_has_one_with_itself():
    fan_out = np.diff(connect.FixedProb(0.9, pre_ratio=0.25, seed=1)(40, 100).synapses.starts)
    assert np.count_nonzero(fan_out) == 10
    assert not np.any(np.diag(connect.FixedProb(1.0, include_self=False)(20).require("conn_mat")))


def test_memory_follows_the_synapses():
    # The matrix of all pairs would take 1.6 GB.
    synapses = connect.FixedProb(0.0001, seed=0)(40_000).synapses
    assert abs(synapses.size - 160_000) < 5 * 400


@pytest.mark.parametrize("number", [0, 1, 7, 15, 19])
@pytest.mark.parametrize("include_self", [True, False])
def test_degrees_are_fixed(number, include_self):
    out = connect.FixedPostNum(number, include_self, seed=1)(20).require("conn_mat")
    assert set(out.sum(1)) == {number}
    into = connect.FixedPreNum(number, include_self, seed=1)(20).require("conn_mat")
    assert set(into.sum(0)) == {number}
    assert connect.FixedTotalNum(number, include_self, seed=1)(20).require("conn_mat").sum() == number
    if not include_self:
        assert not np.diag(out).any()
        assert not np.diag(into).any()
    other = connect.FixedPostNum(number, seed=1)(10, 19).require("conn_mat")
    assert set(other.sum(1)) == {number}


def test_each_partner_is_as_likely():
    counts = sum(connect.FixedPostNum(4, False, seed=seed)(9).require("conn_mat").astype(int) for seed in range(500))
    spread = np.sqrt(500 * 0.25)
    np.testing.assert_array_equal(np.diag(counts), 0)
    assert np.all(np.abs(counts[~np.eye(9, dtype=bool)] - 250) < 5 * spread)


def test_more_partners_than_there_are_neurons_are_refused():
    with pytest.raises(
        ValueRefused, match=r"FixedPostNum\(num\): expected at most 4, the number of neurons to choose from, got 5"
    ):
        connect.FixedPostNum(5, include_self=False)(5)
    with pytest.raises(ValueRefused, match=r"FixedPreNum\(num\): expected at most 3, .* got 5\. Each is taken once"):
        connect.FixedPreNum(5)(3, 9)
    with pytest.raises(ValueRefused, match=r"FixedTotalNum\(num\): expected at most 20, the number of pairs of neurons, got 21"):
        connect.FixedTotalNum(21, include_self=False)(5)


def test_numbers_that_are_none_are_refused():
    with pytest.raises(KindError, match=r"FixedPostNum\(num\): expected a whole number, got 0\.1\. Give for instance 10"):
        connect.FixedPostNum(0.1)
    with pytest.raises(ValueRefused, match=r"GridN\(n\): expected at least 1, got 0\. Give 1 or more"):
        connect.GridN(0)
    with pytest.raises(KindError, match=r"FixedProb\(prob\): expected a number, got str\. Give one from 0 to 1"):
        connect.FixedProb("half")
    with pytest.raises(ValueRefused, match=r"FixedProb\(pre_ratio\): expected a number from 0 to 1, got 2\. Give a probability"):
        connect.FixedProb(0.5, 2)
    with pytest.raises(ValueRefused, match=r"GaussianProb\(sigma\): expected a finite number above 0, got 0\. Give one above 0"):
        connect.GaussianProb(0)
    with pytest.raises(KindError, match=r"GaussianProb\(sigma\): expected a number, got NoneType"):
        connect.GaussianProb(None)


# By place ----------------------------------------------------------------------------------------------------------------


def expected_neighbours(size, near, include_self, periodic):
    """The same by comparing all pairs."""
    at = np.array(list(np.ndindex(*size)))
    apart = np.abs(at[:, None] - at[None])
    if periodic:
        apart = np.minimum(apart, np.array(size) - apart)
    return near(apart) & (include_self | ~np.eye(len(at), dtype=bool))


@pytest.mark.parametrize("size", [(5,), (4, 6), (2, 3), (1, 4), (3, 3, 4)])
@pytest.mark.parametrize("include_self", [True, False])
@pytest.mark.parametrize("periodic", [True, False])
def test_neighbours_on_a_grid(size, include_self, periodic):
    kinds = {
        connect.GridFour(include_self, periodic): lambda apart: apart.sum(-1) <= 1,
        connect.GridEight(include_self, periodic): lambda apart: apart.max(-1) <= 1,
        connect.GridN(2, include_self, periodic): lambda apart: apart.max(-1) <= 2,
    }
    for conn, near in kinds.items():
        expected = expected_neighbours(size, near, include_self, periodic)
        np.testing.assert_array_equal(conn(size).require("conn_mat"), expected)


def test_a_grid_is_of_one_size():
    with pytest.raises(ShapeError, match=r"GridFour: expected two groups of one size, got \(2, 3\) and \(3, 2\)"):
        connect.GridFour()((2, 3), (3, 2))


def test_distance_decides():
    conn = connect.DistanceProb(lambda d: (d < 0.3).astype(float))
    here, there = (np.arange(4) + 0.5) / 4, (np.arange(7) + 0.5) / 7
    np.testing.assert_array_equal(conn(4, 7).require("conn_mat"), np.abs(here[:, None] - there) < 0.3)
    around = connect.DistanceProb(lambda d: (d < 0.3).astype(float), include_self=False, periodic=True)
    apart = np.abs(here[:, None] - here)
    expected = (np.minimum(apart, 1 - apart) < 0.3) & ~np.eye(4, dtype=bool)
    np.testing.assert_array_equal(around(4).require("conn_mat"), expected)


@pytest.mark.parametrize(
    "conn",
    [
        connect.FixedProb(0.002, seed=1),
        connect.FixedPostNum(8, seed=1),
        connect.FixedPreNum(8, seed=1),
        connect.FixedTotalNum(32_000, seed=1),
        connect.GridFour(),
    ],
    ids=lambda conn: type(conn).__name__,
)
def test_memory_is_that_of_the_synapses_and_not_of_all_pairs(conn):
    conn((80, 50))  # what is imported on the way is no memory of synapses
    tracemalloc.start()
    made = conn((80, 50))
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Two ids of four bytes for each synapse. All pairs would take 16 million bytes, were they only marked.
    assert kept < 12 * made.synapses.size + 50_000
    assert most < 70 * made.synapses.size + 100_000


def test_pairs_are_looked_at_in_parts(monkeypatch):
    monkeypatch.setattr("bouton.connect._space._PART", 30)
    here, there = (np.arange(8) + 0.5) / 8, (np.arange(11) + 0.5) / 11
    conn = connect.DistanceProb(lambda d: d < 0.3)(8, 11)
    np.testing.assert_array_equal(conn.require("conn_mat"), np.abs(here[:, None] - there) < 0.3)


def test_drawing_goes_on_where_it_has_stopped():
    class Draw:
        def geometric(self, prob, number):
            return np.ones(3, int)

    np.testing.assert_array_equal(bernoulli(8, 0.9, Draw()), np.arange(8))


def test_gaussian_probability():
    size = (6, 6)
    counts = sum(connect.GaussianProb(0.25, seed=seed)(size).require("conn_mat").astype(int) for seed in range(400))
    at = (np.array(list(np.ndindex(*size))) + 0.5) / 6
    prob = np.exp(-np.sum((at[:, None] - at[None]) ** 2, -1) / (2 * 0.25**2))
    assert np.all(np.abs(counts - 400 * prob) <= 5.5 * np.sqrt(400 * prob * (1 - prob)) + 1e-9)


def test_distances_need_a_probability_and_as_many_axes():
    with pytest.raises(
        ValueRefused, match=r"DistanceProb\(prob\): expected a probability from 0 to 1 .*, got others\. Write a function"
    ):
        connect.DistanceProb(lambda d: 2 + d)(3)
    with pytest.raises(KindError, match=r"DistanceProb\(prob\): expected a function of distances, got float\. Use FixedProb"):
        connect.DistanceProb(0.5)
    with pytest.raises(ValueRefused, match=r"DistanceProb\(prob\): .* got shape \(\) for \(3, 3\)"):
        connect.DistanceProb(lambda d: 0.5)(3)
    with pytest.raises(ShapeError, match=r"GaussianProb: expected groups with as many axes, got \(4,\) and \(2, 2\)\. Give both"):
        connect.GaussianProb(0.1)(4, (2, 2))


@pytest.mark.parametrize(
    ("seed", "error", "got"), [("a", KindError, "a whole number, got 'a'"), (-1, ValueRefused, "at least 0, got -1")]
)
def test_what_is_no_seed_is_refused(seed, error, got):
    with pytest.raises(error, match=rf"FixedProb\(seed\): expected {got}"):
        connect.FixedProb(0.1, seed=seed)


# Graphs ------------------------------------------------------------------------------------------------------------------


def test_a_small_world_without_rewiring_is_a_ring():
    apart = np.abs(np.arange(10)[:, None] - np.arange(10))
    ring = (np.minimum(apart, 10 - apart) <= 2) & (apart > 0)
    for directed in (True, False):
        np.testing.assert_array_equal(connect.SmallWorld(4, 0.0, directed)(10).require("conn_mat"), ring)


@pytest.mark.parametrize("n, k", [(60, 6), (9, 6), (7, 6), (6, 4)])
@pytest.mark.parametrize("directed", [True, False])
def test_rewiring_keeps_the_number_of_synapses_and_joins_nobody_with_itself(n, k, directed):
    matrix = connect.SmallWorld(k, 1.0, directed, seed=2)(n).require("conn_mat")
    assert matrix.sum() == n * k
    assert not np.diag(matrix).any()
    assert directed or np.array_equal(matrix, matrix.T)
    if directed:
        assert set(matrix.sum(1)) == {k}


def test_the_share_of_rewired_synapses_is_the_probability():
    n = 2000
    pre, post = connect.SmallWorld(10, 0.2, directed=True, seed=1)(n).require("coo")
    apart = np.minimum((post - pre) % n, (pre - post) % n)
    assert abs(np.mean(apart > 5) - 0.2) < 5 * np.sqrt(0.16 / (10 * n)) + 0.003  # some come back to where they were


def test_a_small_world_needs_an_even_number_below_that_of_the_neurons():
    with pytest.raises(
        ValueRefused, match=r"SmallWorld\(num_neighbor\): expected an even number, got 3\. Half of the neighbours"
    ):
        connect.SmallWorld(3, 0.1)
    with pytest.raises(
        ValueRefused, match=r"SmallWorld\(num_neighbor\): expected fewer than the 4 neurons, got 4\. Ask for fewer"
    ):
        connect.SmallWorld(4, 0.1)(4)


def test_a_scale_free_graph_has_a_heavy_tail():
    conn = connect.ScaleFreeBA(4, seed=1)(3000)
    matrix_size, degree = conn.synapses.size, np.diff(conn.synapses.starts)
    assert matrix_size == 2 * 4 * (3000 - 4)
    assert degree[4:].min() == 4
    # The share of neurons with at least k synapses falls as m (m + 1) / (k (k + 1)).
    for k in (8, 16, 32):
        assert abs(np.mean(degree >= k) - 20 / (k * (k + 1))) < 0.03
    assert degree.max() > 80
    pre, post = conn.require("coo")
    assert {*zip(pre.tolist(), post.tolist(), strict=True)} == {*zip(post.tolist(), pre.tolist(), strict=True)}
    with pytest.raises(ValueRefused, match=r"ScaleFreeBA\(m\): expected fewer than the 4 neurons, got 4\. Ask for fewer"):
        connect.ScaleFreeBA(4)(4)
