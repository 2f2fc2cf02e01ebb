"""Shot names: from clip, marker, metadata or a column, by a pattern; unnamed and double ones are told."""

from __future__ import annotations

import opentimelineio as otio
import pytest
from timecoded import span

from photodouble.edit.columns import read_columns
from photodouble.edit.names import ShotNaming
from photodouble_client.errors import ArtistError

Clip = otio.schema.Clip

ALE = (
    "Heading\nFIELD_DELIM\tTABS\nVIDEO_FORMAT\t1080\nAUDIO_FORMAT\t48khz\nFPS\t24\n\n"
    "Column\nName\tTape\tStart\tEnd\tVFX Shot\t\n\nData\n"
    "A001C003\tA001\t01:00:00:00\t01:00:10:00\tsh010\t\n"
    "A001C004\tA001\t01:00:10:00\t01:00:20:00\tsh020\t\n"
)


@pytest.mark.parametrize(
    ("pattern", "text", "name"),
    [
        ("", "sh010", "sh010"),
        ("", "  sh010 ", "sh010"),
        (r"sh\d+", "show_sh010_plate_v002", "sh010"),
        (r"_(sh\d+)_", "show_sh010_plate_v002", "sh010"),
        (r"(?P<seq>[a-z]+)_(?P<shot>\d+)", "dock_010_v1", "010"),
        (r"sh\d+", "A001C003", ""),
        ("", "sh010 (temp, not approved)", "sh010"),
    ],
)
def test_the_pattern_finds_the_name_in_the_clips_own(pattern, text, name):
    assert ShotNaming(pattern).name_all([Clip(text)]).names == (name,)


def test_an_unnamed_clip_and_a_double_name_are_told():
    named = ShotNaming(r"sh\d+").name_all([Clip("sh010"), Clip("A001"), Clip("sh010_b"), Clip("sh020")])
    assert named.names == ("sh010", "", "sh010", "sh020")
    assert [(note.kind, note.where) for note in named.notes] == [("name", "A001"), ("name", "sh010")]
    assert "2 clips" in named.notes[1].what


def test_a_marker_of_a_colour_names_the_shot():
    clip = Clip("A001C003")
    clip.markers.append(otio.schema.Marker("vfx note", span(0, 1), otio.schema.MarkerColor.RED))
    clip.markers.append(otio.schema.Marker("sh030", span(0, 1), otio.schema.MarkerColor.GREEN))
    assert ShotNaming(source="marker", key="green").name_all([clip]).names == ("sh030",)
    assert ShotNaming("sh[0-9]+", source="marker").name_all([clip]).names == ("sh030",)


def test_several_markers_are_told_and_the_first_is_taken():
    clip = Clip("A001C003")
    for name in ("sh030", "sh040"):
        clip.markers.append(otio.schema.Marker(name, span(0, 1)))
    named = ShotNaming(source="marker").name_all([clip])
    assert named.names == ("sh030",)
    assert "sh030 or sh040" in named.notes[0].what


@pytest.mark.parametrize("key", ["Hiero.tags.shot", "ayon.shot.name", "number"])
def test_metadata_at_a_path_names_the_shot(key):
    clip = Clip("A001", metadata={"Hiero": {"tags": {"shot": "sh010"}}, "ayon.shot": {"name": "sh010"}})
    clip.media_reference = otio.schema.MissingReference(metadata={"number": "sh010"})
    assert ShotNaming(source="metadata", key=key).name_all([clip]).names == ("sh010",)


def test_an_avid_log_names_shots_by_clip_and_by_reel_and_timecode(tmp_path):
    (tmp_path / "log.ale").write_text(ALE, encoding="utf-8")
    by_name = Clip("A001C003")
    by_reel = Clip("x", source_range=span(86400 + 250, 10), metadata={"cmx_3600": {"reel": "A001"}})
    naming = ShotNaming(source="column", key="vfx shot", columns=read_columns(tmp_path / "log.ale"))
    assert naming.name_all([by_name, by_reel]).names == ("sh010", "sh020")


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_table_names_shots_by_the_name_of_the_file(tmp_path, sign):
    rows = [("File", "Shot"), (r"P:\in\A001C003.mov", "sh010"), ("café.mov", "sh020")]
    text = "".join(sign.join(row) + "\r\n" for row in rows)
    (tmp_path / "list.csv").write_bytes(text.encode("utf-8-sig"))
    clips = [
        Clip("a", otio.schema.ExternalReference("file:///in/A001C003.mov")),
        Clip("b", otio.schema.ExternalReference("/in/café.mov")),
        Clip("c", otio.schema.ExternalReference("/in/other.mov")),
    ]
    named = ShotNaming(source="column", columns=read_columns(tmp_path / "list.csv")).name_all(clips)
    assert named.names == ("sh010", "sh020", "")


def test_rows_that_differ_leave_a_clip_unnamed_and_say_so(tmp_path):
    (tmp_path / "list.csv").write_text("Name,Shot\nA001,sh010\nA001,sh020\n", encoding="utf-8")
    named = ShotNaming(source="column", columns=read_columns(tmp_path / "list.csv")).name_all([Clip("A001")])
    assert named.names == ("",)
    assert "None is taken" in named.notes[0].what


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.csv", b"Name,Shot\n"),
        ("a.ale", b"nonsense"),
        ("a.ale", ALE.replace("01:00:00:00", "25:99:99:99").encode()),
        ("a.ale", b"\x00\xff\xfe" * 50),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_in_one_sentence(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ArtistError) as refused:
        read_columns(tmp_path / name)
    assert refused.value.code == "input.edit_columns"


def test_a_missing_column_names_those_there_are(tmp_path):
    (tmp_path / "log.ale").write_text(ALE, encoding="utf-8")
    naming = ShotNaming(source="column", key="Slate", columns=read_columns(tmp_path / "log.ale"))
    with pytest.raises(ArtistError, match="Slate") as refused:
        naming.name_all([Clip("A001C003")])
    assert "VFX Shot" in refused.value.fix


@pytest.mark.parametrize(
    "naming",
    [ShotNaming("sh("), ShotNaming(source="metadata"), ShotNaming(source="column"), ShotNaming("", "x")],
)
def test_a_naming_that_cannot_work_is_refused(naming):
    with pytest.raises(ArtistError) as refused:
        naming.name_all([Clip("a")])
    assert refused.value.code == "usage.bad_value"
