"""Draws of vectors and matrices."""

from functools import partial
from typing import Literal

import jax
import numpy as np
from jax.typing import ArrayLike, DTypeLike

from ...errors import ShapeError
from . import _arguments as given
from ._arguments import POSITIVE, Numbers, Size
from ._keyed import Keyed
from ._sample import at_least_32_bits, cast, sample


class VectorDraws(Keyed):
    """Vectors whose elements depend on each other, and rotations."""

    def multivariate_normal(
        self,
        mean: Numbers,
        cov: Numbers,
        size: Size = None,
        *,
        method: Literal["cholesky", "svd"] = "cholesky",
        dtype: DTypeLike | None = None,
        key: ArrayLike | None = None,
    ) -> jax.Array:
        """Normal vectors.

        Parameters
        ----------
        mean : (..., n) array
            Mean of each element.
        cov : (..., n, n) array
            Covariances: symmetric, no eigenvalue below 0.
        size : int or tuple of int, optional
            Shape of the array of vectors, to which the leading axes of ``mean`` and ``cov`` broadcast.
        method : {'cholesky', 'svd'}
            How a root of ``cov`` is found: quickly, and with good gradients; or even when an eigenvalue is 0.
        dtype, key
            As for every draw.

        Returns
        -------
        (*size, n) array
        """
        where = "multivariate_normal"
        mean, cov = given.number(f"{where}(mean)", mean), given.number(f"{where}(cov)", cov)
        if method not in ("cholesky", "svd"):
            given.refuse(f"{where}(method)", "'cholesky' or 'svd'", f"{method!r}", "Choose one of the two.")
        n = np.shape(mean)[-1:]
        if not n or np.shape(cov)[-2:] != (*n, *n):
            raise ShapeError(
                where=f"random.{where}",
                expected="a mean of shape (..., n) and a cov of shape (..., n, n)",
                got=f"{np.shape(mean)} and {np.shape(cov)}",
                fix="Give the covariance of every two elements.",
            )
        if given.concrete(cov):
            _check_covariance(f"{where}(cov)", np.asarray(cov, np.float64), method)
        batch = given.shape(where, None, np.empty(np.shape(mean)[:-1]), np.empty(np.shape(cov)[:-2]))
        shape, dtype = given.rows(where, size, batch), given.floating(where, dtype)
        return self._draw(_ROOTED[method], where, key, mean, cov, shape=shape, dtype=dtype)

    def dirichlet(
        self, alpha: Numbers, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None
    ) -> jax.Array:
        """Vectors of probabilities, of mean ``alpha / alpha.sum()``.

        Parameters
        ----------
        alpha : (..., n) array
            Concentrations, above 0.
        size : int or tuple of int, optional
            Shape of the array of vectors.
        dtype, key
            As for every draw.

        Returns
        -------
        (*size, n) array
        """
        alpha = given.number("dirichlet(alpha)", alpha, POSITIVE)
        if not np.ndim(alpha):
            raise ShapeError(
                where="random.dirichlet(alpha)",
                expected="shape (..., n)",
                got="()",
                fix="Give one concentration for each element.",
            )
        shape, dtype = given.rows("dirichlet", size, np.shape(alpha)[:-1]), given.floating("dirichlet", dtype)
        return self._draw(_dirichlet, "dirichlet", key, alpha, shape=shape, dtype=dtype)

    def orthogonal(self, n: int, size: Size = None, *, dtype: DTypeLike | None = None, key: ArrayLike | None = None) -> jax.Array:
        """Orthogonal matrices, each as likely as any other.

        Parameters
        ----------
        n : int
            Rows and columns.
        size : int or tuple of int, optional
            Shape of the array of matrices. Default: one matrix.
        dtype, key
            As for every draw.

        Returns
        -------
        (*size, n, n) array
        """
        (rows,) = given.sizes("orthogonal", (n,), "n")
        shape, dtype = given.rows("orthogonal", size, ()), given.floating("orthogonal", dtype)
        return self._draw(_orthogonal, "orthogonal", key, n=rows, shape=shape, dtype=dtype)


def _check_covariance(where: str, cov: np.ndarray, method: str) -> None:
    size = np.abs(cov).max(initial=0.0)
    if not np.allclose(cov, np.swapaxes(cov, -1, -2), rtol=1e-5, atol=1e-6 * size):
        given.refuse(where, "a symmetric matrix", "one that is not", "Take (cov + cov.T) / 2.")
    least = np.linalg.eigvalsh(cov).min(initial=np.inf)
    if least < -1e-6 * size:
        given.refuse(where, "no eigenvalue below 0", f"{least:g}", "No numbers have such covariances.")
    if method == "cholesky" and least <= 1e-7 * size:
        given.refuse(where, "eigenvalues above 0", f"{least:g}", "Pass method='svd', which works with 0 as well.")


def _rooted(method):
    def normal(key, mean, cov, *, shape, dtype):
        mean, cov = cast(dtype, mean, cov)
        return jax.random.multivariate_normal(key, mean, cov, shape, dtype, method)

    return sample(normal)


_ROOTED = {method: _rooted(method) for method in ("cholesky", "svd")}


@sample
def _dirichlet(key, alpha, *, shape, dtype):
    return jax.random.dirichlet(key, *cast(dtype, alpha), shape=shape, dtype=dtype)


@partial(jax.jit, static_argnames=("n", "shape", "dtype"), inline=True)
def _orthogonal(key, *, n, shape, dtype):
    return jax.random.orthogonal(key, n, shape, at_least_32_bits(dtype)).astype(dtype)
