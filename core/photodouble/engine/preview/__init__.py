"""Previews: one frame at reduced size, quickly, by the same operation that makes a take."""

from .make import make_preview
from .store import PreviewStore

__all__ = ["PreviewStore", "make_preview"]
