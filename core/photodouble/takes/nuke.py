"""Write a take as a piece of a Nuke script, for somebody without Photo Double."""

from __future__ import annotations

from pathlib import Path

from photodouble.image.storage import write_whole
from photodouble_client.errors import ArtistError
from photodouble_client.take_folder import read_take
from photodouble_client.take_snippet import snippet_text

from .store import Take


def write_nuke_script(take: Take, path: Path, *, at: str = "", overwrite: bool = False) -> Path:
    """Write the nodes that show a take; `at` is its folder where they will be read, if it moves.

    Raises ArtistError `engine.no_take` where it has no fill, `input.output_exists`, or as
    `storage.write_whole`.
    """
    if path.exists() and not overwrite:
        raise ArtistError(
            "input.output_exists",
            "The script exists",
            f"{path} is there already.",
            "Choose another name, or overwrite it.",
        )
    text = snippet_text(read_take(str(take.folder)), at)
    write_whole(path, text.encode("utf-8"))
    return path
