"""What the community's adapters pass over in an EDL, Final Cut XML or FCPXML is read, or refused by name."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest
from timecoded import clip, span, write_cut, write_plate

from photodouble.edit.join import joined
from photodouble.edit.known_takes import KnownTakes
from photodouble.edit.lend import lent
from photodouble.edit.media import MediaFinder
from photodouble.edit.read import read_edit
from photodouble.edit.shot import Shot
from photodouble.edit.shots import list_shots
from photodouble_client.errors import ArtistError

EVENT = "001  A001 V     C        01:00:00{0}00 01:00:00{0}06 02:00:00{0}00 02:00:00{0}06\n"


def shots_of(path: Path, text: str, rate: str = "") -> tuple[Shot, ...]:
    """List the shots of a cut that is written down here."""
    path.write_text(text, "utf-8")
    return list_shots(read_edit(path, rate=rate), handles=0)


@pytest.mark.parametrize(
    ("motion", "speed", "shown"),
    [
        ("M2   A001       -24.0                01:00:00:00", -1.0, [5, 4, 3, 2, 1, 0]),
        ("M2   A001       -024.0               01:00:00:05", -1.0, [5, 4, 3, 2, 1, 0]),
        ("M2   A001       000.0                01:00:00:00", 0.0, [0] * 6),
        ("M2   A001       048.0                01:00:00:00", 2.0, [0, 2, 4, 6, 8, 10]),
        ("M2   A001       024.0                01:00:00:00", 1.0, [0, 1, 2, 3, 4, 5]),
        ("* a remark", 1.0, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_motion_beside_an_event_of_equal_lengths_is_read(
    tmp_path: Path, motion: str, speed: float, shown: list[int]
) -> None:
    (shot,) = shots_of(tmp_path / "cut.edl", f"TITLE: X\n{EVENT.format(':')}{motion}\n", "24")
    assert shot.timing.speed == speed
    assert [frame - 86400 for frame in shot.timing.frame_map] == shown


def test_motion_with_drop_frame_timecode_is_read_at_the_rate_of_the_cut(tmp_path: Path) -> None:
    line = "001  A001 V     C        01:00:00;00 01:00:04;00 02:00:00;00 02:00:02;00\n"
    (shot,) = shots_of(tmp_path / "cut.edl", f"{line}M2   A001  060.0   01:00:00;00\n", "29.97")
    assert (shot.timing.speed, len(shot.timing.frame_map)) == (2.0, 60)
    # One hour of drop-frame timecode is 107892 frames.
    assert shot.timing.frame_map[:3] == (107892, 107894, 107896)


def test_an_edl_in_drop_frame_asks_for_its_rate(tmp_path: Path) -> None:
    with pytest.raises(ArtistError) as caught:
        shots_of(tmp_path / "cut.edl", EVENT.format(";"))
    assert caught.value.code == "input.edit_rate"
    assert "--rate 29.97" in caught.value.fix
    assert len(shots_of(tmp_path / "cut.edl", EVENT.format(";"), "29.97")) == 1


XML = """<?xml version="1.0" encoding="UTF-8"?>
<xmeml version="4"><sequence id="s"><name>Cut</name><duration>12</duration>
<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate><media><video><track><clipitem id="c">
<name>sh010</name><duration>60</duration><rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate>
<start>0</start><end>12</end><in>10</in><out>22</out>
<file id="f"><name>A001</name><pathurl>file://localhost/show/A001.mov</pathurl><duration>60</duration>
<rate><timebase>24</timebase><ntsc>FALSE</ntsc></rate><media><video/></media></file>
<filter><effect><name>Time Remap</name><effectid>timeremap</effectid><effecttype>motion</effecttype>
{parameters}</effect></filter></clipitem></track></video></media></sequence></xmeml>
"""


def parameters(**values: str) -> str:
    """Write the parameters of an effect."""
    return "".join(
        f"<parameter><parameterid>{key}</parameterid><value>{value}</value></parameter>"
        for key, value in values.items()
    )


@pytest.mark.parametrize(
    "values",
    [
        {"speed": "200"},
        {"speed": "100", "reverse": "TRUE"},
        {"variablespeed": "1", "speed": "100"},
        {"speed": "fast", "reverse": "FALSE"},
    ],
)
def test_a_retime_of_final_cut_xml_is_refused_for_its_clip(tmp_path: Path, values: dict[str, str]) -> None:
    (shot,) = shots_of(tmp_path / "cut.xml", XML.format(parameters=parameters(**values)))
    assert "Time Remap" in shot.timing.refused


def test_a_speed_of_a_hundred_per_cent_is_no_retime(tmp_path: Path) -> None:
    said = parameters(variablespeed="0", speed="100", reverse="FALSE")
    (shot,) = shots_of(tmp_path / "cut.xml", XML.format(parameters=said))
    assert (shot.timing.refused, len(shot.timing.frame_map)) == ("", 12)


FCPXML = """<?xml version="1.0" encoding="UTF-8"?>
<fcpxml version="1.8"><resources><format id="r0"/>
<format id="r1" frameDuration="1001/24000s"/><format id="r3" frameDuration="1/25s"/>
<asset id="r2" src="file:///show/A001.mov" start="86486400/24000s" duration="60060/24000s" hasVideo="1"
 format="r1"/>
<asset id="r4" src="file:///show/B001.mov" start="0s" duration="4s" hasVideo="1" format="r3"/>
<asset id="r5" src="file:///show/title.png" start="0s" duration="0s" hasVideo="1" format="r0"/>
</resources><library><event name="e"><project name="p"><sequence format="r1" duration="48048/24000s"
 tcStart="86486400/24000s"><spine>
<asset-clip name="sh010" ref="r2" offset="86486400/24000s" start="86496410/24000s" duration="12012/24000s"/>
<asset-clip name="sh020" ref="r2" offset="86498412/24000s" start="86496410/24000s" duration="6006/24000s">
<timeMap>{points}</timeMap></asset-clip>
<asset-clip name="sh030" ref="r4" offset="86504418/24000s" start="1s" duration="6006/24000s"/>
<asset-clip name="title" ref="r5" offset="86510424/24000s" duration="6006/24000s"/>
</spine></sequence></project></event></library></fcpxml>
"""


def points(*pairs: tuple[int, int]) -> str:
    """Write a map in frames of 1001/24000 s."""
    return "".join(f'<timept time="{1001 * a}/24000s" value="{1001 * b}/24000s"/>' for a, b in pairs)


@pytest.mark.parametrize(
    ("drawn", "speed", "shown"),
    [
        (points((86400, 86400), (86460, 86460)), 1.0, [10, 11, 12, 13, 14, 15]),
        # Ten frames in at double speed are twenty frames of the media.
        (points((86400, 86400), (86430, 86460)), 2.0, [20, 22, 24, 26, 28, 30]),
        (points((86400, 86460), (86460, 86400)), -1.0, [49, 48, 47, 46, 45, 44]),
    ],
)
def test_fcpxml_is_counted_exactly_and_its_straight_maps_are_speeds(
    tmp_path: Path, drawn: str, speed: float, shown: list[int]
) -> None:
    found = {shot.name: shot for shot in shots_of(tmp_path / "cut.fcpxml", FCPXML.format(points=drawn))}
    first, second, third, title = (found[name] for name in ("sh010", "sh020", "sh030", "title"))
    assert [shot.timing.record_first for shot in (first, second, third, title)] == [
        86400,
        86412,
        86418,
        86424,
    ]
    assert first.timing.frame_map == tuple(range(86410, 86422))
    assert second.timing.speed == speed
    assert [frame - 86400 for frame in second.timing.frame_map] == shown
    # One second into media at 25; each record frame is 25 * 1001 / 24000 = 1.0427 of its frames.
    assert list(third.timing.frame_map) == [25, 26, 27, 28, 29, 30]


@pytest.mark.parametrize(
    "drawn",
    [
        points((86400, 86400), (86415, 86420), (86460, 86460)),
        points((0, 0), (60, 120)),
        points((86400, 86400)),
    ],
)
def test_a_map_that_bends_or_does_not_reach_the_clip_is_refused(tmp_path: Path, drawn: str) -> None:
    found = {shot.name: shot for shot in shots_of(tmp_path / "cut.fcpxml", FCPXML.format(points=drawn))}
    assert "timeMap" in found["sh020"].timing.refused
    assert not found["sh010"].timing.refused


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_an_edl_is_read_in_every_encoding_that_programs_write(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "cut.edl"
    path.write_bytes(f"TITLE: X\n{EVENT.format(':')}* FROM CLIP NAME: größe\n".encode(encoding))
    (shot,) = list_shots(read_edit(path, rate="24"))
    assert (shot.name, len(shot.timing.frame_map)) == ("größe", 6)


def test_remarks_above_the_first_event_of_an_edl_are_passed_over(tmp_path: Path) -> None:
    (shot,) = shots_of(tmp_path / "cut.edl", f"* made by hand\nTITLE: X\n>>> LIST\n{EVENT.format(':')}", "24")
    assert len(shot.timing.frame_map) == 6


@pytest.mark.parametrize("name", ["cut.edl", "cut.ale"])
def test_what_is_no_text_is_one_clear_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\0\1\2" * 100)
    with pytest.raises(ArtistError) as caught:
        read_edit(tmp_path / name, rate="24")
    assert caught.value.code == "input.bad_edit" and "It is no text." in caught.value.message


@pytest.mark.parametrize(("begin", "found"), [("01:00:00:02", True), ("01:00:00:10", False)])
def test_an_edl_takes_a_plate_by_the_timecode_in_its_headers(tmp_path: Path, begin: str, found: bool) -> None:
    # The old cut counts its plate by file numbers, 1001-1012; the headers say 01:00:00:00 and on.
    plate = write_plate(tmp_path, range(1001, 1013))
    cut = write_cut(tmp_path / "old.otio", clip("sh010", plate, span(1002, 8), span(1001, 12)))
    old = joined(read_edit(cut), KnownTakes([]))
    out = f"{begin[:-2]}{int(begin[-2:]) + 4:02d}"
    path = tmp_path / "new.edl"
    path.write_text(f"001  AX V C {begin} {out} 01:00:00:00 01:00:00:04\n* FROM CLIP NAME: sh010\n", "utf-8")
    new = lent(read_edit(path, rate="24"), old, MediaFinder())
    (shot,) = list_shots(new, handles=0)
    assert shot.media.on_disk is found
    assert not found or shot.timing.frame_map == (1003, 1004, 1005, 1006)


def test_an_aaf_is_read(tmp_path: Path) -> None:
    # As the community's adapter writes it: one movie with timecode, and a clip ten frames into it.
    cut = otio.schema.Timeline("cut", global_start_time=otio.opentime.RationalTime(86400, 24))
    cut.tracks.append(otio.schema.Track("V1", kind=otio.schema.TrackKind.Video))
    cut.tracks[0].append(clip("sh010", "file:///show/sh010.mov", span(86410, 12), span(86400, 60)))
    path = tmp_path / "cut.aaf"
    otio.adapters.write_to_file(cut, str(path), adapter_name="AAF", use_empty_mob_ids=True)
    edit = read_edit(path)
    (shot,) = list_shots(edit, handles=0)
    assert (edit.kind, shot.name, shot.media.pattern) == ("aaf", "sh010", "/show/sh010.mov")
    assert (shot.timing.record_first, shot.timing.frame_map) == (86400, tuple(range(86410, 86422)))
