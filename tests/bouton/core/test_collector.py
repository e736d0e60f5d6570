import jax
import jax.numpy as jnp
import pytest

import bouton.math as bm
from bouton.errors import KindError, UnknownPathError, ValueRefused


def made():
    a, b = bm.Variable(2), bm.TrainVar(jnp.ones(3))
    return a, b, bm.ArrayCollector({"n.a": a, "n.b": b, "m.a": a})


def test_it_keeps_order_and_chooses_by_class():
    _, b, found = made()
    assert list(found) == ["n.a", "n.b", "m.a"]
    assert dict(found.subset(bm.TrainVar)) == {"n.b": b}
    assert list(found.not_subset(bm.TrainVar)) == ["n.a", "m.a"]
    assert list(found.unique()) == ["n.a", "n.b"]
    assert type(found.subset(bm.TrainVar)) is bm.ArrayCollector


def test_sums_and_differences():
    a, b, found = made()
    c = bm.Variable(1)
    assert list(found + {"c": c}) == ["n.a", "n.b", "m.a", "c"]
    assert list(found) == ["n.a", "n.b", "m.a"]
    assert list(found - {"anything": a}) == ["n.b"]
    assert list(found - ["n.b"]) == ["n.a", "m.a"]
    assert list(found - [b, "m.a"]) == ["n.a"]


def test_a_path_belongs_to_one_object():
    a, _, found = made()
    found["n.a"] = a
    with pytest.raises(ValueRefused, match=r"ArrayCollector\['n\.a'\]: .* got another Variable\. Use replace"):
        found["n.a"] = bm.Variable(2)
    with pytest.raises(ValueRefused, match="got another TrainVar"):
        found.update({"n.a": bm.TrainVar(jnp.ones(1))})
    c = bm.Variable(1)
    assert list(found.replace("n.a", c)) == ["n.a", "n.b", "m.a"]
    assert found["n.a"] is c
    with pytest.raises(UnknownPathError, match=r"ArrayCollector\.replace: expected a known path, got 'n\.c'"):
        found.replace("n.c", c)


def test_only_variables_are_collected_with_their_arrays():
    with pytest.raises(KindError, match=r"ArrayCollector\['x'\]: expected a Variable, got float\. Use a plain dict"):
        bm.ArrayCollector(x=1.0)
    assert bm.Collector(x=1.0) == {"x": 1.0}
    _, b, found = made()
    assert found.dict()["n.b"] is b.value
    assert [x.shape for x in found.data()] == [(2,), (3,), (2,)]


def test_it_is_a_pytree_of_its_arrays():
    _, _, found = made()
    assert jax.tree_util.tree_map(jnp.sum, found) == {"n.a": 0, "n.b": 3, "m.a": 0}
    assert jax.jit(lambda d: d["n.b"] * 2)(found).tolist() == [2, 2, 2]
