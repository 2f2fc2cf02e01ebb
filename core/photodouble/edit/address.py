"""How the place of a file is written for a host: a plain path, or a percent-encoded file URL."""

from __future__ import annotations

import re
from pathlib import PurePosixPath, PureWindowsPath

_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")


def file_url(path: str) -> str:
    """Write a full path of any system as a percent-encoded file URL; a relative one with forward slashes.

    `#` and `%` of a pattern are encoded too, as nothing behind a bare `#` would belong to the path.
    """
    if _WINDOWS.match(path):
        return PureWindowsPath(path).as_uri()
    if path.startswith("/"):
        return PurePosixPath(path).as_uri()
    return path.replace("\\", "/")


def folder_url(path: str) -> str:
    """Write a folder as a file URL that ends in a slash, as file names are put behind it."""
    return file_url(path).rstrip("/") + "/"


def plain_folder(path: str) -> str:
    """Write a folder as a plain path that ends in the sign its system puts between names."""
    sign = "\\" if _WINDOWS.match(path) and "/" not in path else "/"
    return path.rstrip("/\\") + sign


def is_relative(url: str) -> bool:
    """Whether an address begins at the folder of the cut that names it."""
    return bool(url) and not url.startswith("/") and not _WINDOWS.match(url) and "://" not in url
