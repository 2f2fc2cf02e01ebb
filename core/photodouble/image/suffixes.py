"""Which file names are pictures and which are movies, for whoever opens neither and shall start quickly."""

from __future__ import annotations

FLAT_SUFFIXES = frozenset({".dpx", ".tif", ".tiff", ".png", ".jpg", ".jpeg"})
PICTURE_SUFFIXES = frozenset({".exr", *FLAT_SUFFIXES})
MOVIE_SUFFIXES = frozenset({".mov", ".mp4", ".m4v", ".mxf", ".mkv", ".avi"})
