"""Write the take of a node as a piece of a script, to send to somebody without Photo Double."""

from __future__ import annotations

import os

from photodouble_client.errors import ArtistError
from photodouble_client.take_folder import read_take
from photodouble_client.take_snippet import snippet_name, snippet_text

from .node import PhotoDoubleNode


def suggested(pd: PhotoDoubleNode) -> str:
    """Give the path that a script of the take would be written to: beside the takes."""
    take = read_take(pd.chosen_folder())
    return f"{os.path.dirname(take.folder)}/{snippet_name(take)}.nk"


def write(pd: PhotoDoubleNode, path: str) -> str:
    """Write the take that is shown; returns the path.

    Raises ArtistError `engine.no_take`, or `input.unwritable_output` where the file cannot be written.
    """
    text = snippet_text(read_take(pd.chosen_folder()))
    path = path if path.endswith(".nk") else path + ".nk"
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as problem:
        raise ArtistError(
            "input.unwritable_output",
            "The script cannot be written",
            f"{path}: {problem.strerror or problem}.",
            "Choose a folder that can be written to.",
        ) from problem
    return path
