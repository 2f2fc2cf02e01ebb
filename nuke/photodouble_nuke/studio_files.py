"""Where the studio's cuts and takes are kept, and writing one for the engine to read."""

from __future__ import annotations

import json
import os
import re
from typing import Any

from photodouble_client.errors import ArtistError

from .studio_cut import Cut, cut_of_clip, cut_of_sequence


def cut_of(chosen: Any) -> Cut:
    """Write down what is selected; raises ArtistError where there is no shot in it."""
    cut = cut_of_clip(chosen.clip) if chosen.sequence is None else cut_of_sequence(chosen.sequence)
    wanted = [one for one in cut.items.values() if not chosen.items or one in chosen.items]
    if not wanted:
        said = "; ".join(cut.left_out) or "the timeline is empty"
        raise ArtistError(
            "input.edit_no_clip",
            "There is no shot to work on",
            "{}.".format(said[:1].upper() + said[1:]),
            "Select a shot that shows its media at one speed.",
        )
    return cut


def folder_of(project: Any) -> str:
    """Give the folder of a project; raises ArtistError where it was never saved."""
    path = str(project.path() or "").replace("\\", "/")
    if not path:
        raise ArtistError(
            "input.unwritable_output",
            "There is no place for the takes yet",
            "Takes and cuts are kept beside the project, and this one was never saved.",
            "Save the project.",
        )
    return path.rpartition("/")[0]


def takes_root(project: Any) -> str:
    """Give the folder in which takes are kept, beside the project."""
    return folder_of(project) + "/takes"


def write_cut(chosen: Any, cut: Cut) -> str:
    """Write a cut as the working file of its timeline; raises ArtistError where that cannot be written."""
    path = "{}/edits/{}_working.otio".format(takes_root(chosen.project), plain(cut.document["name"]))
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".part", "w", encoding="utf-8") as file:
            json.dump(cut.document, file, indent=1, ensure_ascii=False, allow_nan=False)
        os.replace(path + ".part", path)
    except OSError as problem:
        raise ArtistError(
            "input.unwritable_output",
            "The cut cannot be written",
            "{} cannot be written.".format(path),
            "Have the rights of the folder changed, or save the project elsewhere.",
            detail=str(problem),
        ) from problem
    return path


def next_file(chosen: Any, name: str) -> str:
    """Name the next version of a cut with takes; nothing is ever written over."""
    folder, stem = takes_root(chosen.project) + "/edits", plain(name) + "_takes_v"
    there = os.listdir(folder) if os.path.isdir(folder) else []
    found = [re.match(re.escape(stem) + r"(\d+)\.otio$", one) for one in there]
    numbers = [int(one.group(1)) for one in found if one is not None]
    return "{}/{}{:03d}.otio".format(folder, stem, max(numbers, default=0) + 1)


def plain(name: str) -> str:
    """Give a name that every disk takes."""
    return re.sub(r"[^\w.-]+", "_", name).strip("._-") or "cut"
