"""Cuts in Blender's Sequencer: the very frame at in, out and between, there and back, with takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
import pytest

from photodouble.edit.read import read_edit
from photodouble.edit.shots import list_shots

pytestmark = pytest.mark.blender

InBlender = Callable[..., dict[str, Any]]
NTSC = 24000 / 1001


def write_plates(folder: Path, name: str, numbers: Iterable[int]) -> None:
    """Write pictures whose red says which one it is, its number less 1000, and whose blue says the shot."""
    import OpenEXR

    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        planes = {
            sign: np.full((48, 64), value, np.float16)
            for sign, value in zip("RGB", ((number - 1000) / 64, 0.25, int(name[2:]) / 64), strict=True)
        }
        header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
        OpenEXR.File(header, planes).write(str(folder / f"{name}.{number:04d}.exr"))


def clip(folder: Path, name: str, source: tuple[float, float], rate: float, *speeds: float) -> Any:
    """A clip over 40 files from 1001, whose timecode begins at an hour."""
    one = otio.opentime.RationalTime
    media = otio.schema.ImageSequenceReference(
        folder.as_uri() + "/",
        f"{name}.",
        ".exr",
        start_frame=1001,
        rate=rate,
        frame_zero_padding=4,
        available_range=otio.opentime.TimeRange(one(86400, rate), one(40, rate)),
    )
    start, length = source
    made = otio.schema.Clip(name, media, otio.opentime.TimeRange(one(86400 + start, rate), one(length, rate)))
    made.effects.extend(otio.schema.LinearTimeWarp("speed", speed) for speed in speeds)
    made.metadata["editor"] = {"note": f"{name} ü"}
    return made


def write_cut(path: Path, rate: float, *children: Any) -> None:
    one = otio.opentime.RationalTime
    cut = otio.schema.Timeline("Rolle 3", global_start_time=one(90000, rate))
    cut.tracks.append(otio.schema.Track("V1", list(children), kind="Video"))
    path.parent.mkdir(parents=True, exist_ok=True)
    otio.adapters.write_to_file(cut, str(path))


def frames_of(path: str) -> list[tuple[str, int, tuple[int, ...]]]:
    shots = list_shots(read_edit(path), handles=0)
    return [(shot.name, shot.timing.record_first, shot.timing.frame_map) for shot in shots]


def written(found: dict[str, Any]) -> str:
    lines = found["written"]["lines"]
    assert lines, found["written"]
    assert len(lines) == 1, lines
    return str(lines[0].removeprefix("Written: "))


@pytest.mark.parametrize("rate", [NTSC, 24.0, 25.0])
def test_a_cut_shows_its_very_frames_and_comes_back_as_it_was(
    rate: float, in_blender: InBlender, tmp_path: Path
) -> None:
    plates = tmp_path / "plätes and more"
    write_plates(plates, "sh010", range(1001, 1041))
    write_plates(plates, "sh020", range(1001, 1041))
    cut = tmp_path / "cut.otio"
    gap = otio.schema.Gap(duration=otio.opentime.RationalTime(3, rate))
    plain, fast = clip(plates, "sh010", (10, 9), rate), clip(plates, "sh020", (5, 8), rate, 2.0)
    write_cut(cut, rate, plain, gap, fast)
    # Record 90000 is frame 1 of the scene: sh010 is seen from 1 to 9, sh020 from 13 to 20.
    expected = {1: (1011, 10), 5: (1015, 10), 9: (1019, 10), 13: (1006, 20), 16: (1012, 20), 20: (1020, 20)}
    blend = str(tmp_path / "cut.blend")
    found = in_blender(
        "cut_way", root=str(tmp_path / "takes"), cut=str(cut), frames=[*expected, 11], blend=blend
    )
    assert found["error"] is None, found
    seen = {int(frame): pixel for frame, pixel in found["pixels"].items()}
    for frame, (file, shot) in expected.items():
        assert seen[frame][:3] == pytest.approx([(file - 1000) / 64, 0.25, shot / 64], abs=2e-3), (
            frame,
            file,
        )
    assert seen[11][:3] == pytest.approx([0, 0, 0], abs=1e-6), "the gap is empty"
    fps, base = found["rate"]
    assert fps / base == pytest.approx(rate, abs=1e-5)
    assert found["frames"] == [1, 20]
    by_name = {one["name"]: one for one in found["strips"]}
    assert (by_name["sh010"]["files"], by_name["sh010"]["span"]) == (40, [1, 10]), "all its media is there"
    assert by_name["sh020"]["files"] == 8 + 2 + 8, "a retimed clip has its handles, at its speed"
    assert frames_of(written(found)) == frames_of(str(cut)), "after saving and opening again, too"
    back = read_edit(written(found)).root
    assert back.global_start_time.value == 90000
    assert back.tracks[0][0].metadata["editor"]["note"] == "sh010 ü"
    assert [effect.time_scalar for effect in back.tracks[0][2].effects] == [2.0]


def test_what_an_artist_changes_in_the_sequencer_is_in_the_cut(in_blender: InBlender, tmp_path: Path) -> None:
    plates = tmp_path / "plates"
    for name in ("sh010", "sh020", "sh030", "sh040"):
        write_plates(plates, name, range(1001, 1041))
    cut = tmp_path / "cut.otio"
    children = [
        clip(plates, "sh010", (10, 8), 24.0),
        clip(plates, "sh020", (10, 8), 24.0, 0.5),
        clip(plates, "sh030", (10, 8), 24.0),
        clip(plates, "sh040", (0, 40), 24.0),
    ]
    write_cut(cut, 24.0, *children)
    changes = [
        {"strip": "sh010", "do": "slip", "by": 4},
        {"strip": "sh020", "do": "trim", "by": 3},
        {"strip": "sh030", "do": "reverse", "by": 0},
        {"strip": "sh040", "do": "retime", "by": 200},
    ]
    given = {"root": str(tmp_path / "takes"), "cut": str(cut), "frames": [], "changes": changes}
    found = in_blender("cut_way", later=[1, 8, 12, 17, 24, 25, 35, 36, 44], **given)
    after = frames_of(written(found))
    assert after[0] == ("sh010", 90000, tuple(range(1015, 1023)))
    assert after[1] == ("sh020", 90011, (1012, 1013, 1013, 1014, 1014))
    assert (after[2][0], after[2][1]) == ("sh030", 90016)
    assert [one["frames"] for one in found["after"]] == [list(shown) for _, _, shown in after]
    assert after[2][2] == tuple(range(after[2][2][0], after[2][2][0] - 8, -1))
    assert after[3][:2] == ("sh040", 90024)
    assert len(after[3][2]) < 25, "played at about double speed, as Blender's own retiming does it"
    shown = {first + place: file for _, first, part in after for place, file in enumerate(part)}
    for frame, pixel in found["changed"].items():
        file = shown[int(frame) + 89999]
        assert pixel[0] == pytest.approx((file - 1000) / 64, abs=2e-3), (frame, file)


def test_a_dissolve_lies_over_both_strips_and_comes_back(in_blender: InBlender, tmp_path: Path) -> None:
    plates = tmp_path / "plates"
    for name in ("sh010", "sh020"):
        write_plates(plates, name, range(1001, 1041))
    cut = tmp_path / "cut.otio"
    one = otio.opentime.RationalTime
    mix = otio.schema.Transition("mix", "SMPTE_Dissolve", one(2, 24), one(2, 24))
    write_cut(cut, 24.0, clip(plates, "sh010", (10, 8), 24.0), mix, clip(plates, "sh020", (20, 8), 24.0))
    given = {"root": str(tmp_path / "takes"), "cut": str(cut)}
    found = in_blender("cut_way", frames=[6, 9, 11], **given)
    assert [one["type"] for one in found["strips"]] == ["IMAGE", "IMAGE", "CROSS"]
    middle = found["pixels"]["9"][0]
    assert 19 / 64 - 1e-3 < middle < 29 / 64 + 1e-3, "a mix of 1019 of the one and 1021 of the other"
    assert found["pixels"]["6"][0] == pytest.approx(16 / 64, abs=2e-3)
    assert found["pixels"]["11"][0] == pytest.approx(23 / 64, abs=2e-3)
    assert frames_of(written(found)) == frames_of(str(cut))


def write_matte(folder: Path, numbers: Iterable[int]) -> str:
    import OpenEXR

    folder.mkdir(parents=True, exist_ok=True)
    matte = np.zeros((48, 64), np.float16)
    matte[20:28, 28:36] = 1
    for number in numbers:
        header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
        OpenEXR.File(header, {"Y": matte}).write(str(folder / f"matte.{number:04d}.exr"))
    return str(folder / "matte.1001.exr")


def test_a_strip_is_pulled_its_take_goes_into_the_cut_and_into_the_new_one(
    in_blender: InBlender, tmp_path: Path
) -> None:
    plates = tmp_path / "plates"
    for name in ("sh010", "sh020"):
        write_plates(plates, name, range(1001, 1041))
    cut, new_cut = tmp_path / "cut.otio", tmp_path / "new.otio"
    write_cut(cut, 24.0, clip(plates, "sh010", (10, 4), 24.0), clip(plates, "sh020", (10, 4), 24.0, 2.0))
    # In the new cut sh020 stands first, and two frames of sh010 are gone.
    write_cut(new_cut, 24.0, clip(plates, "sh020", (10, 4), 24.0, 2.0), clip(plates, "sh010", (11, 2), 24.0))
    given = {"root": str(tmp_path / "takes"), "cut": str(cut), "new_cut": str(new_cut), "handles": 2}
    matte = write_matte(plates, range(1001, 1041))
    found = in_blender("cut_work", strip="sh010", matte=matte, **given)
    pulled = found["pulled"]
    assert pulled["error"] is None, pulled
    assert (pulled["plate"], pulled["frames"]) == (str(plates / "sh010.1001.exr"), "1009-1016")
    assert pulled["starts"] == 1 - 10, "file 1011 is seen at frame 1 of the scene"
    assert pulled["shot"] == "sh010"
    assert [take["name"] for take in found["take"]] == ["sh010/inpaint/v001"]
    above = next(one for one in found["strips"] if one["is_take"])
    assert (above["span"], above["frames"]) == ([1, 5], [1011, 1012, 1013, 1014])
    pushed = read_edit(next((tmp_path / "takes" / "edits").glob("*_takes_v001.otio"))).root
    assert pushed.tracks[0][0].active_media_reference_key.startswith("photodouble_inpaint")
    assert pushed.tracks[0][0].metadata["editor"]["note"] == "sh010 ü"
    assert "temp" in " ".join(found["checked"]["lines"]), found["checked"]
    assert "Push the Take into the Cut" in found["drawn"]["buttons"]
    assert found["conformed"]["error"] is None, found["conformed"]
    assert len(found["scenes"]) == 2, "the new cut lies in a scene of its own"
    laid = next(strips for name, strips in found["scenes"].items() if name != "Scene")
    take = next(one for one in laid if one["is_take"])
    assert (take["span"], take["frames"]) == ([5, 7], [1012, 1013])


def test_frames_that_the_new_cut_lacks_are_handed_over_as_jobs(in_blender: InBlender, tmp_path: Path) -> None:
    plates = tmp_path / "plates"
    write_plates(plates, "sh010", range(1001, 1041))
    cut, new_cut = tmp_path / "cut.otio", tmp_path / "new.otio"
    write_cut(cut, 24.0, clip(plates, "sh010", (10, 3), 24.0))
    write_cut(new_cut, 24.0, clip(plates, "sh010", (10, 6), 24.0))
    given = {"root": str(tmp_path / "takes"), "cut": str(cut), "new_cut": str(new_cut), "handles": 0}
    matte = write_matte(plates, range(1001, 1041))
    found = in_blender("cut_work", strip="sh010", matte=matte, **given)
    assert found["pulled"]["frames"] == "1011-1013"
    assert found["conformed"]["error"] is None, found["conformed"]
    assert found["made"]["error"] is None, found["made"]
    assert found["made"]["lines"][0].startswith("1 of 1 jobs"), found["made"]


def write_movie(path: Path, rate: int, count: int) -> None:
    """Write a movie without loss whose grey says which frame it is: six steps a frame."""
    import av

    with av.open(str(path), "w") as movie:
        stream = movie.add_stream("ffv1", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "bgr0"
        for number in range(count):
            picture = np.full((48, 64, 3), 6 * number, np.uint8)
            movie.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        movie.mux(stream.encode())


def test_a_movie_shows_its_very_frames_and_comes_back(in_blender: InBlender, tmp_path: Path) -> None:
    pytest.importorskip("av")
    movie, cut = tmp_path / "dailies.mkv", tmp_path / "cut.otio"
    write_movie(movie, 24, 40)
    one = otio.opentime.RationalTime
    said = otio.opentime.TimeRange(one(0, 24), one(40, 24))
    media = otio.schema.ExternalReference(movie.as_uri(), said)
    write_cut(cut, 24.0, otio.schema.Clip("sh010", media, otio.opentime.TimeRange(one(10, 24), one(9, 24))))
    given = {"root": str(tmp_path / "takes"), "cut": str(cut)}
    found = in_blender("cut_way", frames=[1, 5, 9], **given)
    for frame, pixel in found["pixels"].items():
        code = 6 * (int(frame) + 9) / 255
        linear = ((code + 0.055) / 1.055) ** 2.4 if code > 0.04045 else code / 12.92
        assert pixel[0] == pytest.approx(linear, abs=3e-3), frame
    assert frames_of(written(found)) == frames_of(str(cut))


def shown_by(path: str) -> dict[int, tuple[str, int]]:
    """Give what a cut of one track shows at every frame of the scene: the shot and its file."""
    found = {}
    for name, first, files in frames_of(path):
        found |= {first + at - 89999: (name, file) for at, file in enumerate(files)}
    return found


def assert_seen(found: dict[str, Any], shown: dict[int, tuple[str, int]]) -> None:
    """Hold the pixels that Blender rendered against what the written cut shows."""
    for frame, pixel in found["changed"].items():
        name, file = shown.get(int(frame), ("", 0))
        wanted = [(file - 1000) / 64, 0.25, int(name[2:]) / 64] if name else [0, 0, 0]
        assert pixel[:3] == pytest.approx(wanted, abs=2e-3), (frame, name, file)


def test_a_speed_effect_becomes_the_speed_of_the_clip_it_plays(in_blender: InBlender, tmp_path: Path) -> None:
    plates = tmp_path / "plates"
    names = ("sh010", "sh020", "sh030", "sh040", "sh050")
    for name in names:
        write_plates(plates, name, range(1001, 1041))
    cut = tmp_path / "cut.otio"
    write_cut(cut, 24.0, *(clip(plates, name, (10, 8), 24.0) for name in names))
    effects = [
        {"speed_control": "MULTIPLY", "speed_factor": 2.0},
        {"speed_control": "MULTIPLY", "speed_factor": 0.5},
        {"speed_control": "FRAME_NUMBER", "speed_frame_number": 5},
        {"speed_control": "STRETCH"},
        {"speed_control": "MULTIPLY", "speed_factor": 0.7, "use_frame_interpolate": True},
    ]
    changes = [{"strip": name, "do": "speed", "by": by} for name, by in zip(names, effects, strict=True)]
    given = {"root": str(tmp_path / "takes"), "cut": str(cut), "frames": [], "changes": changes}
    later = [1, 2, 5, 8, 9, 10, 13, 16, 17, 20, 24, 25, 26, 28, 32]
    found = in_blender("cut_way", later=later, **given)
    line, *said = found["written"]["lines"]
    assert said[:1] == ["sh050 speed is left out: it blends frames. Switch Frame Interpolation off"]
    path = line.removeprefix("Written: ")
    shown = shown_by(path)
    assert [shown[frame][1] for frame in range(1, 9)] == list(range(1011, 1026, 2))
    assert [shown[frame][1] for frame in range(9, 17)] == [1011, 1011, 1012, 1012, 1013, 1013, 1014, 1014]
    assert [shown[frame][1] for frame in range(17, 25)] == [1016] * 8
    assert_seen(found, shown)
    clips = list(read_edit(path).root.find_clips())
    scalars = {one.name: [effect.time_scalar for effect in one.effects] for one in clips}
    assert (scalars["sh010"], scalars["sh020"], scalars["sh030"]) == ([2.0], [0.5], [0.0])
    assert clips[0].metadata["editor"]["note"] == "sh010 ü", "what the clip carried stays on it"
    planted = {frame: (name, file + 1) for frame, (name, file) in shown.items()}
    with pytest.raises(AssertionError):
        assert_seen(found, planted)


def test_meta_strips_are_laid_open_in_the_cut(in_blender: InBlender, tmp_path: Path) -> None:
    plates = tmp_path / "plates"
    names = ("sh010", "sh020", "sh030", "sh040", "sh050")
    for name in names:
        write_plates(plates, name, range(1001, 1041))
    cut = tmp_path / "cut.otio"
    write_cut(cut, 24.0, *(clip(plates, name, (10, 8), 24.0, *([2.0] * (name == "sh040"))) for name in names))
    changes: list[dict[str, Any]] = [
        {"strip": "sh020", "do": "speed", "by": {"speed_control": "MULTIPLY", "speed_factor": 2.0}},
        # Two shots of which the first loses three frames, and the second four.
        {"strip": "two", "do": "meta", "by": {"strips": ["sh010", "sh020", "sh020 speed"], "channel": 4}},
        {"strip": "all", "do": "meta", "by": {"strips": ["two"], "channel": 5, "span": [4, 13]}},
        {"strip": "one", "do": "meta", "by": {"strips": ["sh030"], "channel": 5, "span": [17, 23]}},
        {"strip": "off", "do": "meta", "by": {"strips": ["sh040"], "channel": 5, "more": {"mute": True}}},
        {
            "strip": "back",
            "do": "meta",
            "by": {"strips": ["sh050"], "channel": 6, "more": {"use_reverse_frames": True}},
        },
    ]
    given = {"root": str(tmp_path / "takes"), "cut": str(cut), "frames": [], "changes": changes}
    found = in_blender("cut_way", later=[1, 3, 4, 6, 8, 9, 11, 12, 13, 17, 20, 22, 23, 28], **given)
    line, *said = found["written"]["lines"]
    assert said == [
        "back is left out: it is a retimed meta strip. Ungroup it, or retime what is in it",
    ], found["written"]
    path = line.removeprefix("Written: ")
    shown = shown_by(path)
    assert [shown[frame] for frame in range(4, 9)] == [("sh010", 1011 + frame - 1) for frame in range(4, 9)]
    assert [shown[frame] for frame in range(9, 13)] == [("sh020", file) for file in (1011, 1013, 1015, 1017)]
    assert 13 not in shown and [shown[frame][1] for frame in (17, 22)] == [1011, 1016]
    clips = {one.name: one for one in read_edit(path).root.find_clips()}
    assert [clips[name].enabled for name in ("sh010", "sh030", "sh040")] == [True, True, False]
    hidden = {frame for frame, (name, _) in shown.items() if name == "sh040"}
    assert_seen(found, {frame: one for frame, one in shown.items() if frame not in hidden})


def test_dissolves_tracks_and_held_pictures_in_meta_strips_stay(
    in_blender: InBlender, tmp_path: Path
) -> None:
    plates = tmp_path / "plates"
    for name in ("sh010", "sh020", "sh030", "sh040"):
        write_plates(plates, name, range(1001, 1041))
    cut = tmp_path / "cut.otio"
    one = otio.opentime.RationalTime
    mix = otio.schema.Transition("mix", "SMPTE_Dissolve", one(2, 24), one(2, 24))
    gap = otio.schema.Gap(duration=one(6, 24))
    first, second = clip(plates, "sh010", (10, 8), 24.0), clip(plates, "sh020", (20, 8), 24.0)
    third, fourth = clip(plates, "sh030", (10, 8), 24.0), clip(plates, "sh040", (30, 8), 24.0)
    write_cut(cut, 24.0, first, mix, second, third, fourth, gap)
    mixed = ["sh010", "sh020", "sh010 to sh020", "sh030"]
    changes: list[dict[str, Any]] = [
        {"strip": "sh030", "do": "move", "by": 9},
        {"strip": "all", "do": "meta", "by": {"strips": mixed, "channel": 3}},
        {"strip": "held", "do": "meta", "by": {"strips": ["sh040"], "channel": 5, "span": [25, 37]}},
    ]
    given = {"root": str(tmp_path / "takes"), "cut": str(cut), "frames": [], "changes": changes}
    found = in_blender("cut_way", later=[1, 6, 11, 16, 17, 24, 25, 32, 33, 36], **given)
    path = found["written"]["lines"][0].removeprefix("Written: ")
    assert found["written"]["lines"][1:] == [
        "sh040: No single speed shows its frames, so it became 2 clips."
    ], found["written"]
    tracks = read_edit(path).root.tracks
    assert [[one.name for one in track.find_clips()] for track in tracks][:2] == [
        ["sh010", "sh020"],
        ["sh030"],
    ]
    kinds = [type(child).__name__ for child in tracks[0]]
    assert kinds == ["Clip", "Transition", "Clip"]
    assert frames_of(path)[:2] == frames_of(str(cut))[:2]
    shown = shown_by(path)
    assert [shown[frame] for frame in range(32, 37)] == [("sh040", 1038)] * 5, "the last picture is held"
    assert_seen(found, shown)
