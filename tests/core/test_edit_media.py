"""Media behind a cut: paths of every kind, headers, relinking, camera raw."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from timecoded import span, write_dpx, write_plate

from photodouble.edit.media import MediaFinder
from photodouble.edit.paths import path_readings, pattern_of, pattern_text
from photodouble.edit.probe import probe_picture
from photodouble.image.hashes import file_sha256
from photodouble.image.timecode import Timecode

External = otio.schema.ExternalReference


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///mnt/show/a.mov", "/mnt/show/a.mov"),
        ("file:///mnt/show/my%20plate.%04d.exr", "/mnt/show/my plate.%04d.exr"),
        ("file:///mnt/show/my plate.####.exr", "/mnt/show/my plate.####.exr"),
        ("file:///mnt/show/p.%2504d.exr", "/mnt/show/p.%04d.exr"),
        ("file:///mnt/show/p.%5B1001-1100%5D.exr", "/mnt/show/p.[1001-1100].exr"),
        ("file:///mnt/show/100%25_caf%C3%A9.mov", "/mnt/show/100%_café.mov"),
        ("file://localhost/mnt/a.mov", "/mnt/a.mov"),
        ("FILE:///mnt/a.mov", "/mnt/a.mov"),
        ("file:/mnt/a.mov", "/mnt/a.mov"),
        ("file:///C:/show/a%20b.mov", "C:/show/a b.mov"),
        ("file:///C%3A/show/a.mov", "C:/show/a.mov"),
        ("file:///c|/show/a.mov", "c:/show/a.mov"),
        ("file://C:/show/a.mov", "C:/show/a.mov"),
        ("file://server/share/a.%04d.dpx", "//server/share/a.%04d.dpx"),
        ("file:////server/share/a.mov", "//server/share/a.mov"),
        (r"\\server\share\a.%04d.exr", r"\\server\share\a.%04d.exr"),
        (r"P:\show\a b.mov", r"P:\show\a b.mov"),
        ("/mnt/show/a%20b.mov", "/mnt/show/a%20b.mov"),
        ("plates/a.@@@@.exr", "plates/a.@@@@.exr"),
        ("/mnt/a.%4d.exr", "/mnt/a.%4d.exr"),
        ("file:///mnt/a%20b.%4d.exr", "/mnt/a b.M.exr"),
    ],
)
def test_a_reference_means_this_path_first(url, path):
    assert path_readings(url)[0] == path


def test_a_plain_path_that_looks_encoded_is_read_as_it_stands_first_and_decoded_second():
    assert path_readings("/mnt/a%20b.mov") == ("/mnt/a%20b.mov", "/mnt/a b.mov")


@pytest.mark.parametrize("url", ["s3://bucket/a.mov", "https://site/a.mov", "", "file:///mnt/a%00b.mov"])
def test_what_lies_in_no_folder_has_no_path(url):
    assert all(path.isprintable() and "://" not in path for path in path_readings(url))
    assert url.startswith("file") or path_readings(url) == ()


@given(
    st.text(
        alphabet=st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="/%\\"), min_size=1
    )
)
def test_an_encoded_url_means_the_name_that_was_encoded(name):
    from urllib.parse import quote

    wanted = f"/mnt/{name}/a.mov"
    if wanted.isprintable():
        assert wanted in path_readings("file://" + quote(wanted))


@pytest.mark.parametrize(
    ("text", "written", "frames"),
    [
        ("/a/p.%04d.exr", "/a/p.####.exr", None),
        ("/a/p.####.exr", "/a/p.####.exr", None),
        ("/a/p.@@@@@.exr", "/a/p.#####.exr", None),
        ("/a/p.[1001-1004].exr", "/a/p.####.exr", (1001, 1004)),
        ("/a/p.%04d.exr 1001-1004", "/a/p.####.exr", (1001, 1004)),
        ("/a/p_$F4.exr", "/a/p_####.exr", None),
        ("/a/b.mov", "/a/b.mov", None),
    ],
)
def test_patterns_of_every_program_become_one(text, written, frames):
    pattern, found = pattern_of(text)
    assert pattern_text(pattern) == written
    assert (found and (found.first, found.last)) == frames


@pytest.fixture
def plate(tmp_path):
    write_plate(tmp_path / "my plätes", range(1001, 1013), aspect=2.0, rate=Fraction(24000, 1001))
    return tmp_path / "my plätes"


def test_a_sequence_says_its_frames_rate_timecode_and_pixel_aspect(plate):
    found = MediaFinder().of(External("my%20pl%C3%A4tes/plate.%04d.exr"), plate.parent / "cut.otio")
    assert (found.kind, found.first, found.last, found.on_disk) == ("sequence", 1001, 1012, True)
    assert found.pattern == str(plate / "plate.####.exr")
    assert (found.rate, found.pixel_aspect) == (Fraction(24000, 1001), 2.0)
    assert found.start_timecode == Timecode(86400, 24)
    assert found.trouble == ""


@pytest.mark.parametrize(
    ("start", "length", "first", "last"),
    [
        (86402, 5, 1003, 1007),  # by timecode
        (1003, 5, 1003, 1007),  # by the number in the name
        (0, 5, 1001, 1005),  # a file that begins at 0
        (86400, 12, 1001, 1012),
    ],
)
def test_the_available_range_names_frames_of_the_files(plate, start, length, first, last):
    reference = External(str(plate / "plate.####.exr"), span(start, length))
    found = MediaFinder().of(reference, plate / "cut.otio")
    assert (found.first, found.last) == (first, last)
    assert found.start_timecode == Timecode(86400 + first - 1001, 24)


@pytest.mark.parametrize(
    "name", ["plate.[1003-1007].exr", "plate.%5B1003-1007%5D.exr", "plate.%04d.exr 1003-1007"]
)
def test_a_range_in_the_name_is_the_range_of_the_media(plate, name):
    near = plate.parent / "cut.otio"
    bare = MediaFinder().of(External(f"file://{plate}/{name}"), near)
    said = MediaFinder().of(External(f"file://{plate}/{name}", span(0, 3)), near)
    assert (bare.first, bare.last) == (1003, 1007)
    assert (said.first, said.last) == (1003, 1005)
    assert said.start_timecode == Timecode(86402, 24)


def test_a_range_that_is_longer_than_the_files_is_cut_and_told(plate):
    reference = External(str(plate / "plate.####.exr"), span(1000, 50))
    found = MediaFinder().of(reference, plate / "cut.otio")
    assert (found.origin, found.first, found.last) == (1001, 1001, 1012)
    assert "only 1001-1012 are on disk" in found.trouble


def test_one_file_of_a_sequence_stands_for_the_sequence(plate):
    url = "file://" + str(plate / "plate.1004.exr")
    near = plate / "cut.otio"
    assert MediaFinder().of(External(url, span(0, 4)), near).kind == "sequence"
    assert MediaFinder().of(External(url, span(0, 1)), near).kind == "still"


def test_an_image_sequence_reference_is_numbered_by_itself(plate):
    reference = otio.schema.ImageSequenceReference(
        "file://" + str(plate).replace(" ", "%20"), "plate.", ".exr", 1003, 2, 24, 4,
        available_range=span(86400, 10),
    )  # fmt: skip
    found = MediaFinder().of(reference, plate / "cut.otio")
    assert (found.first, found.last, found.step) == (1003, 1011, 2)
    assert found.pattern.endswith("plate.####.exr")


def test_a_movie_is_counted_as_the_cut_counts_it(tmp_path):
    av = pytest.importorskip("av")
    _write_movie(av, tmp_path / "a.mov", 10, "01:00:00:00")
    near = tmp_path / "cut.otio"
    whole = MediaFinder().of(External("a.mov"), near)
    part = MediaFinder().of(External("a.mov", span(86403, 5)), near)
    zero = MediaFinder().of(External("a.mov", span(0, 10)), near)
    assert (whole.kind, whole.first, whole.last, whole.movie_first) == ("movie", 86400, 86409, 1)
    assert (part.first, part.last, part.movie_first) == (86403, 86407, 4)
    assert (zero.first, zero.last, zero.movie_first) == (0, 9, 1)
    assert whole.rate == 24


def test_a_dpx_header_is_read(tmp_path):
    write_dpx(tmp_path / "a.0001.dpx", 0x01020304, aspect=2.0, rate=25.0)
    found = probe_picture(tmp_path / "a.0001.dpx", Fraction(24))
    assert found.timecode is not None and found.timecode.to_text() == "01:02:03:04"
    assert (found.rate, found.pixel_aspect) == (25, 2.0)


@given(st.integers(0, 30 * 86400 * 1001 // 1000 - 200), st.sampled_from([24, 25, 30, Fraction(30000, 1001)]))
def test_a_timecode_comes_back_from_a_header(count, rate):
    for is_drop in (False, True) if rate == Fraction(30000, 1001) else (False,):
        nominal = round(rate)
        day = 86400 * nominal - (2592 if is_drop else 0)
        code = Timecode(count % day, nominal, is_drop)
        packed = struct.unpack_from("<I", code.to_exr())[0]
        assert Timecode.from_exr(packed, Fraction(rate)) == code


@pytest.mark.parametrize("packed", [0xFFFFFFFF, 0x2A000000, 0x006A0000, 0x0000003F])
def test_nonsense_in_a_header_is_no_timecode(packed):
    assert Timecode.from_exr(packed, Fraction(24)) is None


@pytest.mark.parametrize("rate", [48, 50, Fraction(60000, 1001), 60])
def test_a_header_above_thirty_frames_a_second_is_not_trusted(rate):
    assert Timecode.from_exr(0x01020304, Fraction(rate)) is None


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("A001_C003.R3D", "REDCINE-X"),
        ("A001C003.ari", "ARRIRAW"),
        ("A001.arx", "ARRIRAW"),
        ("A001.braw", "Blackmagic RAW"),
        ("A001_000123.dng", "CinemaDNG"),
        ("A001.crm", "Canon"),
        ("raw.mxf", "camera raw in MXF"),
    ],
)
def test_camera_raw_is_named_with_what_to_make_of_it(tmp_path, name, word):
    (tmp_path / name).write_bytes(b"not a picture")
    found = MediaFinder().of(External(name), tmp_path / "cut.otio")
    assert found.kind == "raw"
    assert word in found.trouble + found.fix
    assert "EXR" in found.fix


def test_missing_media_keeps_what_the_cut_says_of_it(tmp_path):
    found = MediaFinder().of(External("/gone/p.%04d.exr", span(1001, 48)), tmp_path / "cut.otio")
    assert (found.kind, found.first, found.last, found.on_disk) == ("missing", 1001, 1048, False)
    assert "is not there" in found.trouble


@pytest.mark.parametrize(
    ("url", "start", "pattern", "first", "last"),
    [
        ("/gone/p.[1000-1100].exr", 0, "/gone/p.####.exr", 1000, 1009),
        ("/gone/p.1000.exr", 0, "/gone/p.####.exr", 1000, 1009),
        ("/gone/a_0001.mov", 24, "/gone/a_0001.mov", 24, 33),
        ("/gone/p.%04d.exr", 86400, "/gone/p.####.exr", 86400, 86409),
    ],
)
def test_a_missing_sequence_is_numbered_from_the_number_in_its_name(url, start, pattern, first, last):
    found = MediaFinder().of(External(url, span(start, 10)), Path("/cut.otio"))
    assert (found.pattern, found.first, found.last, found.origin) == (pattern, first, last, first)


def test_a_windows_path_asks_for_a_map_and_is_found_by_it(plate):
    reference = External("file:///P:/show/my%20pl%C3%A4tes/plate.%04d.exr")
    near = plate.parent / "cut.otio"
    assert "path_maps" in MediaFinder().of(reference, near).fix
    maps = [{"windows": "P:\\show", "linux": str(plate.parent), "macos": str(plate.parent)}]
    assert MediaFinder(path_maps=maps).of(reference, near).first == 1001
    pairs = [(r"\\server\share", str(plate.parent))]
    for url in (r"\\server\share\my plätes\plate.%04d.exr", "file://server/share/my%20plätes/plate.%04d.exr"):
        assert MediaFinder(pairs=pairs).of(External(url), near).last == 1012


def test_a_name_is_found_in_either_unicode_form(tmp_path):
    write_plate(tmp_path / "plätes", range(1, 3))  # composed here
    reference = External("file://" + str(tmp_path / "plätes" / "plate.%04d.exr"))
    assert MediaFinder().of(reference, tmp_path / "cut.otio").on_disk


def test_media_that_moved_is_found_by_name(plate):
    finder = MediaFinder([plate.parent])
    found = finder.of(External("/old/place/plate.%04d.exr"), Path("/nowhere/cut.otio"))
    assert found.pattern == str(plate / "plate.####.exr")
    by_clip = finder.of(otio.schema.MissingReference(), Path("/nowhere/cut.otio"), name="plate")
    assert by_clip.pattern == found.pattern


def test_of_two_of_a_name_the_one_in_folders_of_that_name_is_taken(tmp_path):
    write_plate(tmp_path / "new" / "sh010", range(1, 3))
    write_plate(tmp_path / "new" / "sh020", range(1, 3))
    finder = MediaFinder([tmp_path])
    found = finder.of(External("/old/sh020/plate.%04d.exr"), tmp_path / "cut.otio")
    assert Path(found.pattern).parent.name == "sh020"


def test_an_ambiguous_name_is_not_guessed(tmp_path):
    write_plate(tmp_path / "a", range(1, 3))
    write_plate(tmp_path / "b", range(1, 3))
    found = MediaFinder([tmp_path]).of(External("/old/plate.%04d.exr"), tmp_path / "cut.otio")
    assert found.kind == "missing"
    assert "Several are of that name" in found.trouble


def _hashed(path: Path, url: str) -> External:
    reference = External(url)
    reference.metadata["photodouble"] = {"file_sha256": file_sha256(path)}
    return reference


def test_a_hash_decides_between_two_of_a_name_and_finds_what_was_renamed(tmp_path):
    write_plate(tmp_path / "a", range(1, 3), start="01:00:00:00")
    write_plate(tmp_path / "b", range(1, 3), start="02:00:00:00")
    write_plate(tmp_path / "c", range(1, 3), name="other.", start="03:00:00:00")
    finder = MediaFinder([tmp_path])
    near = tmp_path / "cut.otio"
    double = _hashed(tmp_path / "b" / "plate.0001.exr", "/old/plate.%04d.exr")
    assert Path(finder.of(double, near).pattern).parent.name == "b"
    renamed = _hashed(tmp_path / "c" / "other.0001.exr", "/old/gone.%04d.exr")
    assert Path(finder.of(renamed, near).pattern).name == "other.####.exr"


def test_the_same_name_with_other_content_is_not_taken_for_it(tmp_path):
    write_plate(tmp_path / "a", range(1, 3))
    reference = External("/old/plate.%04d.exr")
    reference.metadata["photodouble"] = {"file_sha256": "0" * 64}
    found = MediaFinder([tmp_path]).of(reference, tmp_path / "cut.otio")
    assert found.kind == "missing"
    assert "not its content" in found.trouble


@pytest.mark.parametrize(
    ("metadata", "space", "aspect"),
    [
        (
            {"photodouble": {"colourspace": "ACEScg", "pixel_aspect": 2}, "x": {"colorspace": "sRGB"}},
            "ACEScg",
            2.0,
        ),
        (
            {"ayon.source.colourtransform": "ACES - ACEScg", "ayon.source.pixelAspect": 1.5},
            "ACES - ACEScg",
            1.5,
        ),
        ({"foundry": {"source": {"colourtransform": "default (linear)"}}}, "", 1.0),
        ({"pixelAspect": "nonsense"}, "", 1.0),
    ],
)
def test_colour_and_pixel_aspect_are_taken_from_the_cut(tmp_path, metadata, space, aspect):
    reference = External("/gone.mov")
    reference.metadata.update(metadata)
    found = MediaFinder().of(reference, tmp_path / "cut.otio")
    assert (found.colourspace, found.pixel_aspect) == (space, aspect)


@settings(max_examples=150, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    url=st.one_of(
        st.text(max_size=80),
        st.text(alphabet="file:/\\\\%[]#@-.0123456789dmovexrC ~$FV\u00e9\u0301", max_size=60),
        st.sampled_from(
            [
                "a" * 5000 + ".%04d.exr",
                "a" * 300 + ".mov",
                "[1-99999999999999999999].exr",
                "p.[5-1].exr",
                "~x/y.####.exr",
            ]
        ),
    ),
    start=st.one_of(st.floats(), st.integers(-(2**53), 2**53).map(float)),
    length=st.one_of(st.floats(), st.integers(0, 2**40).map(float)),
    rate=st.sampled_from([24.0, 0.0, -1.0, float("nan"), float("inf"), 1e300, 23.976]),
    first=st.integers(-(2**31), 2**31 - 1),
)
def test_no_reference_whatever_it_says_raises(tmp_path_factory, url, start, length, rate, first):
    near = Path("/nowhere/cut.otio")
    available = span(start, length, rate)
    finder = MediaFinder([tmp_path_factory.getbasetemp() / "nothing"])
    for reference in (
        External(url, available),
        External(url),
        otio.schema.ImageSequenceReference(url, url, url, first, 3, rate, 9, available_range=available),
    ):
        assert finder.of(reference, near, name=url).kind in ("missing", "raw")


def test_a_damaged_picture_is_told_and_does_not_end_the_list(tmp_path):
    (tmp_path / "a.0001.exr").write_bytes(b"\x76\x2f\x31\x01 cut short")
    found = MediaFinder().of(External("a.%04d.exr"), tmp_path / "cut.otio")
    assert found.kind == "sequence"
    assert "cannot be read" in found.trouble


def _write_movie(av, path: Path, length: int, timecode: str) -> None:
    import numpy as np

    with av.open(str(path), "w", options={"write_tmcd": "on"}) as container:
        stream = container.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.pix_fmt = 32, 16, "yuv420p"
        stream.metadata["timecode"] = timecode
        container.metadata["timecode"] = timecode
        for number in range(length):
            picture = np.full((16, 32, 3), number * 20, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
