"""Small helpers under the names that older code imports them by."""

from . import checking as checking

__all__ = ["checking"]
