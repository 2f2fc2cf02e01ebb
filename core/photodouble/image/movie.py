"""Movies, frame by frame, through PyAV."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from photodouble.image.picture import Picture
from photodouble_client.errors import ArtistError


@dataclass(frozen=True)
class Movie:
    """Give the frames of a movie, counted from 1."""

    path: Path
    length: int

    def read(self, frame: int) -> Picture:
        """Decode one frame exactly."""
        raise _unsupported(self.path.with_name(f"{self.path.name}:{frame}"))


def open_movie(path: Path) -> Movie:
    """Open a movie. Raises `ArtistError` input.movie_support."""
    raise _unsupported(path)


def _unsupported(path: Path) -> ArtistError:
    return ArtistError(
        "input.movie_support",
        "Movies cannot be read here",
        f"{path.name} is a movie.",
        "Install the movie extra (pip install 'photodouble[movie]'), or use image frames.",
    )
