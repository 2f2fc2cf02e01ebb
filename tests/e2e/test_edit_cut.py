"""A cut comes in, its shots become work, takes go back, the cut changes: the whole way, as typed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import opentimelineio as otio
import pytest

RATE = 24
SIZE = (96, 54)
FOOTAGE = Path(os.environ.get("PHOTODOUBLE_FOOTAGE", Path(__file__).parents[3] / "shared" / "footage"))
CLIPS = {"sh010": "tennis", "sh020": "bear", "sh030": "rollercoaster"}
FIRST, FRAMES = 1, 24

Run = Callable[..., subprocess.CompletedProcess[str]]


def write_generated(folder: Path) -> None:
    """Write three plates of a textured wall that pans, and a matte that walks over it."""
    for seed, name in enumerate(CLIPS):
        wall = np.random.default_rng(seed).integers(40, 220, (14, 40, 3), np.uint8)
        wall = cv2.resize(wall, (160, 54), interpolation=cv2.INTER_CUBIC)
        for frame in range(FIRST, FIRST + FRAMES):
            write(folder / name / f"plate.{frame:04d}.png", np.roll(wall, -frame, axis=1)[:, : SIZE[0]])
            matte = np.zeros((SIZE[1], SIZE[0]), np.uint8)
            matte[20:32, 20 + frame : 34 + frame] = 255
            write(folder / name / f"matte.{frame:04d}.png", matte)


def write_footage(folder: Path) -> None:
    """Write the first frames of real footage, reduced, with its moving mattes."""
    for name, clip in CLIPS.items():
        for frame in range(FIRST, FIRST + FRAMES):
            source = FOOTAGE / clip
            plate = cv2.imread(str(sorted((source / "frames").iterdir())[frame]))
            matte = cv2.imread(str(sorted((source / "mattes_432x240" / "moving").iterdir())[frame]), 0)
            assert plate is not None
            assert matte is not None
            write(
                folder / name / f"plate.{frame:04d}.png",
                cv2.resize(plate, SIZE, interpolation=cv2.INTER_AREA),
            )
            write(
                folder / name / f"matte.{frame:04d}.png",
                cv2.resize(matte, SIZE, interpolation=cv2.INTER_AREA),
            )


def write(path: Path, picture: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), picture)


def time(value: float) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(value, RATE)


def span(first: float, count: float) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(time(first), time(count))


def clip(
    folder: Path, shot: str, first: int, count: int, *, speed: float = 1, name: str = ""
) -> otio.schema.Clip:
    media = otio.schema.ImageSequenceReference(
        target_url_base=(folder / shot).as_uri() + "/",
        name_prefix="plate.",
        name_suffix=".png",
        start_frame=FIRST,
        rate=RATE,
        frame_zero_padding=4,
        available_range=span(FIRST, FRAMES),
    )
    made = otio.schema.Clip(name or shot, media, span(first, count))
    if speed != 1:
        made.effects.append(otio.schema.LinearTimeWarp("", speed))
    return made


def write_cut(path: Path, *items: otio.core.Composable) -> Path:
    timeline = otio.schema.Timeline(path.stem, global_start_time=time(86400))
    timeline.tracks.append(otio.schema.Track("V1", kind=otio.schema.TrackKind.Video))
    timeline.tracks[0].extend(items)
    otio.adapters.write_to_file(timeline, str(path))
    return path


def told(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("plates", ["generated", "footage"])
def test_a_cut_becomes_work_and_takes_follow_the_changed_cut(
    tmp_path: Path, photodouble: Run, plates: str
) -> None:
    if plates == "footage" and not all((FOOTAGE / name / "frames").is_dir() for name in CLIPS.values()):
        pytest.skip("the footage for benchmarks is not on this machine (PHOTODOUBLE_FOOTAGE)")
    folder = tmp_path / "footage"
    (write_footage if plates == "footage" else write_generated)(folder)
    mixed = otio.schema.Transition("", "SMPTE_Dissolve", time(2), time(2))
    old = write_cut(
        tmp_path / "v1.otio",
        clip(folder, "sh010", 4, 6),
        clip(folder, "sh020", 5, 5, speed=2),
        mixed,
        clip(folder, "sh030", 8, 6),
    )

    shots = told(photodouble("edit", "shots", old, "--handles", 1, "--json"))
    assert [(one["name"], one["media_first"], one["media_last"]) for one in shots] == [
        ("sh010", 4, 9),
        ("sh020", 5, 18),
        ("sh030", 6, 13),
    ]
    takes = []
    for shot in shots:
        takes.append(pulled_and_run(photodouble, tmp_path, folder, old, shot["name"]))

    pushed = tmp_path / "v1_takes.otio"
    flags = [word for take in takes for word in ("--take", take)]
    photodouble("edit", "push", old, *flags, "--root", tmp_path / "takes", "--temp", "--output", pushed)
    check = photodouble("edit", "check", pushed, "--final", "--root", tmp_path / "takes", "--json")
    assert check.returncode == 1
    assert len(json.loads(check.stdout)["clips"]) == 3

    new = write_cut(
        tmp_path / "v2.otio",
        clip(folder, "sh030", 8, 6, name="A003"),
        clip(folder, "sh010", 4, 10, name="A001"),
        clip(folder, "sh020", 5, 9, speed=2, name="A002"),
    )
    with_root = ("--root", tmp_path / "takes", "--handles", 1, "--json")
    changes = told(photodouble("edit", "diff", pushed, new, *with_root))["changes"]
    assert [(one["name"], one["kind"], one["frames_needed"]) for one in changes] == [
        ("A003", "trimmed", ""),
        ("A001", "extended", "11-13"),
        ("A002", "extended", "21"),
    ]
    final = tmp_path / "v2_takes.otio"
    done = told(photodouble("edit", "conform", pushed, new, *with_root, "--temp", "--output", final))
    assert [(one["name"], one["missing"]) for one in done["takes"]] == [
        ("A003", ""),
        ("A001", "11-13"),
        ("A002", "1019"),
    ]
    assert shown(final) == ["photodouble_inpaint_v001", "DEFAULT_MEDIA", "DEFAULT_MEDIA"]
    assert [(one["name"], one["made"]) for one in done["requests"]] == [
        ("A001", "11-14"),
        ("A002", "1019-1022"),
    ]
    write_mattes(folder, "sh020", tmp_path / "mattes", 998)
    for one in done["requests"]:
        assert photodouble("run", one["file"], "--quiet").returncode == 0
    again = told(
        photodouble("edit", "conform", pushed, new, *with_root, "--temp", "--output", final, "--overwrite")
    )
    assert again["requests"] == []
    assert shown(final) == [
        "photodouble_inpaint_v001",
        "photodouble_inpaint_v002",
        "photodouble_inpaint_v002",
    ]
    found = told(photodouble("edit", "shots", final, "--json"))
    assert [one["frame_map"] for one in found][1] == list(range(4, 14))
    assert found[2]["frame_map"] == [1003 + 2 * place for place in range(9)]
    old_take = tmp_path / "takes" / "sh010" / "inpaint" / "v001" / "result"
    new_take = tmp_path / "takes" / "sh010" / "inpaint" / "v002" / "result"
    for path in sorted(old_take.iterdir()):
        assert path.read_bytes() == (new_take / path.name.replace("v001", "v002")).read_bytes()


def pulled_and_run(photodouble: Run, place: Path, folder: Path, cut: Path, shot: str) -> str:
    """Pull a shot and run its request; sh020 is pulled under numbers from 1001. Return the take's label."""
    words: list[object] = ["--matte", folder / shot / "matte.####.png"]
    if shot == "sh020":
        write_mattes(folder, shot, place / "mattes", 998)
        words = ["--first", 1001, "--matte", place / "mattes" / "matte.####.png"]
    words += ["--handles", 1, "--output", place / "pulled", "--root", place / "takes"]
    pulled = told(photodouble("edit", "pull", cut, "--shot", shot, "--op", "inpaint", *words, "--json"))
    assert pulled["range"] == {"sh010": "3-10", "sh020": "1001-1018", "sh030": "5-14"}[shot]
    done = photodouble("run", pulled["request"], "--quiet")
    assert done.returncode == 0, done.stderr
    return f"{shot}/inpaint/v001"


def write_mattes(folder: Path, shot: str, target: Path, offset: int) -> None:
    """Number the mattes of a shot as its pulled plate is numbered."""
    for frame in range(FIRST, FIRST + FRAMES):
        matte = cv2.imread(str(folder / shot / f"matte.{frame:04d}.png"), 0)
        assert matte is not None
        write(target / f"matte.{frame + offset:04d}.png", matte)


def shown(path: Path) -> list[str]:
    timeline = otio.adapters.read_from_file(str(path))
    return [str(one.active_media_reference_key) for one in timeline.find_clips()]
