"""Checks that nodes make."""

from ..check import check_shape_consistency as check_shape_consistency

__all__ = ["check_shape_consistency"]
