"""Read any supported picture file: the one place that knows which format goes to which reader."""

from __future__ import annotations

from pathlib import Path

from photodouble.image.exr import read_exr
from photodouble.image.flat import read_flat
from photodouble.image.picture import Picture
from photodouble.image.suffixes import FLAT_SUFFIXES, MOVIE_SUFFIXES
from photodouble_client.errors import ArtistError


def is_movie_name(path: Path) -> bool:
    """Tell from its suffix whether a file is a movie."""
    return path.suffix.lower() in MOVIE_SUFFIXES


def read_picture(path: Path) -> Picture:
    """Read every channel of a picture file in the file's own type.

    Raises `ArtistError` input.unsupported_format, input.missing_frames, or input.corrupt_file.
    """
    suffix = path.suffix.lower()
    if not path.is_file():
        raise ArtistError(
            "input.missing_frames",
            "A picture file is missing",
            f"{path.name} is not in {path.parent}.",
            "Render or copy this frame again, or exclude it.",
            detail=str(path),
        )
    if suffix == ".exr":
        return read_exr(path)
    if suffix in FLAT_SUFFIXES:
        return read_flat(path)
    raise ArtistError(
        "input.unsupported_format",
        "This kind of file cannot be read",
        f"{path.name} is not a picture format that Photo Double reads.",
        "Use EXR, DPX, TIFF, PNG or JPEG frames, or a movie (MOV, MP4, MXF).",
        detail=str(path),
    )
