"""Explicit Runge–Kutta methods, by name, as their Butcher tableaux."""

from math import sqrt
from typing import NamedTuple


class Tableau(NamedTuple):
    """Of a method with s stages: stage k stands at the sum of ``inner[k]``, and the step is the mean by ``outer``.

    Attributes
    ----------
    inner : tuple of tuples
        How much of each earlier stage a stage goes ahead by.
    outer : (s,) tuple
        How much each stage counts in the step.
    order : int
        Of the method: the error of a whole run goes down as ``dt ** order``.
    """

    inner: tuple[tuple[float, ...], ...]
    outer: tuple[float, ...]
    order: int


_S = sqrt(5.0)

# Coefficients: J. C. Butcher, *Numerical Methods for Ordinary Differential Equations*, 3rd edition, 2016, chapter 3; Ralston's
# from A. Ralston, Runge–Kutta methods with minimum error bounds, Mathematics of Computation 16, 1962; ssprk3 from C.-W. Shu and
# S. Osher, Journal of Computational Physics 77, 1988.
TABLEAUX: dict[str, Tableau] = {
    "euler": Tableau(((),), (1.0,), 1),
    "midpoint": Tableau(((), (1 / 2,)), (0.0, 1.0), 2),
    "heun2": Tableau(((), (1.0,)), (1 / 2, 1 / 2), 2),
    "ralston2": Tableau(((), (2 / 3,)), (1 / 4, 3 / 4), 2),
    "rk3": Tableau(((), (1 / 2,), (-1.0, 2.0)), (1 / 6, 2 / 3, 1 / 6), 3),
    "heun3": Tableau(((), (1 / 3,), (0.0, 2 / 3)), (1 / 4, 0.0, 3 / 4), 3),
    "ralston3": Tableau(((), (1 / 2,), (0.0, 3 / 4)), (2 / 9, 1 / 3, 4 / 9), 3),
    "ssprk3": Tableau(((), (1.0,), (1 / 4, 1 / 4)), (1 / 6, 1 / 6, 2 / 3), 3),
    "rk4": Tableau(((), (1 / 2,), (0.0, 1 / 2), (0.0, 0.0, 1.0)), (1 / 6, 1 / 3, 1 / 3, 1 / 6), 4),
    "rk4_38rule": Tableau(((), (1 / 3,), (-1 / 3, 1.0), (1.0, -1.0, 1.0)), (1 / 8, 3 / 8, 3 / 8, 1 / 8), 4),
    "ralston4": Tableau(
        (
            (),
            (2 / 5,),
            ((-2889 + 1428 * _S) / 1024, (3785 - 1620 * _S) / 1024),
            ((-3365 + 2094 * _S) / 6040, (-975 - 3046 * _S) / 2552, (467040 + 203968 * _S) / 240845),
        ),
        ((263 + 24 * _S) / 1812, (125 - 1000 * _S) / 3828, 1024 * (3346 + 1623 * _S) / 5924787, (30 - 4 * _S) / 123),
        4,
    ),
}
TABLEAUX["rk2"] = TABLEAUX["ralston2"]
