"""Media that never end, links that lead nowhere, and names that no folder or terminal takes."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path

import opentimelineio as otio
import pytest
from cuts import timeline, track

from photodouble.cli.edit_finding import finder_of
from photodouble.cli.edit_table import table_lines
from photodouble.edit.choose import shot_meant
from photodouble.edit.edit import Edit
from photodouble.edit.pull import PullWish, pull
from photodouble.edit.pull_file import folder_name
from photodouble.edit.shot import Shot
from photodouble.edit.shots import list_shots
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes and links need POSIX")


def shot_of(folder: Path, name: str, url: str) -> tuple[Edit, Shot]:
    """Return a cut of one clip that shows six frames of some media, from 1 on."""
    span = otio.opentime.TimeRange(otio.opentime.RationalTime(1, 24), otio.opentime.RationalTime(6, 24))
    clip = otio.schema.Clip(name, otio.schema.ExternalReference(url), span)
    edit = Edit(folder / "cut.otio", timeline(track(clip)), "otio")
    return edit, list_shots(edit)[0]


@needs_posix
def test_a_pipe_is_no_media_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.exr")
    _, shot = shot_of(tmp_path, "sh010", str(tmp_path / "a.exr"))
    assert not shot.media.on_disk


@needs_posix
def test_a_link_to_itself_does_not_hide_what_lies_beside_it(tmp_path: Path) -> None:
    for frame in range(1, 7):
        (tmp_path / f"a.{frame:04d}.exr").write_bytes(b"")
    _, shot = shot_of(tmp_path, "sh010", str(tmp_path / "a.####.exr"))
    before = shot.media.frames
    (tmp_path / "loop").symlink_to("loop")
    _, shot = shot_of(tmp_path, "sh010", str(tmp_path / "a.####.exr"))
    assert shot.media.frames == before == (1, 2, 3, 4, 5, 6)


def test_a_still_whose_clip_counts_elsewhere_is_pulled_as_its_one_frame(tmp_path: Path) -> None:
    (tmp_path / "title.png").write_bytes(b"no picture")
    edit, shot = shot_of(tmp_path, "sh010", str(tmp_path / "title.png"))
    shot.clip.source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(86400, 24), otio.opentime.RationalTime(6, 24)
    )
    shot = list_shots(edit)[0]
    pulled = pull(edit, shot, PullWish("inpaint", tmp_path / "pulled"))
    assert (pulled.cut_in, pulled.cut_out, len(pulled.request.range)) == (
        shot.media.first,
        shot.media.first,
        1,
    )


def test_folders_of_very_long_names_are_short_and_not_shared(tmp_path: Path) -> None:
    names = [folder_name(shot_of(tmp_path, "ü" * 3000 + end, "")[1]) for end in "ab"]
    assert names[0] != names[1]
    assert all(len(name.encode()) < 140 and name.startswith("üü") for name in names)
    assert folder_name(shot_of(tmp_path, "sh010", "")[1]) == "sh010"


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    for name in ("../../evil", "/etc/passwd", "..", "a\\..\\b", "a\nb"):
        folder = folder_name(shot_of(tmp_path, name, "")[1])
        assert Path(folder).name == folder not in (".", "..")


def test_signs_that_move_the_cursor_are_not_printed() -> None:
    lines = list(table_lines([["a\nb\x1b[31m", "1"], ["ü", "2"]]))
    assert lines == ["a·b·[31m  1", "ü         2"]


def test_a_frame_at_which_nothing_is_seen_is_told_plainly(tmp_path: Path) -> None:
    _, shot = shot_of(tmp_path, "sh010", "")
    with pytest.raises(ArtistError) as caught:
        shot_meant([shot], at=99)
    assert caught.value.message == "No clip is seen at frame 99 of the cut."
    with pytest.raises(ArtistError) as caught:
        shot_meant([shot], "sh010", 99)
    assert caught.value.message == "sh010 is not seen at frame 99 of the cut."


def test_a_folder_to_search_that_is_not_there_is_said(tmp_path: Path) -> None:
    named = Namespace(search=[str(tmp_path / "plates")], path_map=[])
    with pytest.raises(ArtistError) as caught:
        finder_of(named, Settings())
    assert "--search" in caught.value.fix and str(tmp_path / "plates") in caught.value.message
    (tmp_path / "plates").mkdir()
    assert finder_of(named, Settings()) is not None
