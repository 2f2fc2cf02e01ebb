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
from three_shots import FRAMES, SHOTS, SIZE, ThreeShots, dissolve, generated, write_cut, write_picture

FOOTAGE = Path(os.environ.get("PHOTODOUBLE_FOOTAGE", Path(__file__).parents[3] / "shared" / "footage"))
CLIPS = dict(zip(SHOTS, ("tennis", "bear", "rollercoaster"), strict=True))

Run = Callable[..., subprocess.CompletedProcess[str]]


def filmed(shot: str, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Read a frame of real footage, made small, and its moving matte."""
    source = FOOTAGE / CLIPS[shot]
    plate = cv2.imread(str(sorted((source / "frames").iterdir())[number]))
    matte = cv2.imread(str(sorted((source / "mattes_432x240" / "moving").iterdir())[number]), 0)
    assert plate is not None
    assert matte is not None
    small = [cv2.resize(one, SIZE, interpolation=cv2.INTER_AREA) for one in (plate, matte)]
    return small[0], small[1]


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
    footage = ThreeShots(folder)
    footage.write(filmed if plates == "footage" else generated)
    old = write_cut(
        tmp_path / "v1.otio",
        footage.clip("sh010", 4, 6),
        footage.clip("sh020", 5, 5, speed=2),
        dissolve(2),
        footage.clip("sh030", 8, 6),
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
        footage.clip("sh030", 8, 6, name="A003"),
        footage.clip("sh010", 4, 10, name="A001"),
        footage.clip("sh020", 5, 9, speed=2, name="A002"),
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
    for frame in range(1, 1 + FRAMES):
        matte = cv2.imread(str(folder / shot / f"matte.{frame:04d}.png"), 0)
        assert matte is not None
        write_picture(target / f"matte.{frame + offset:04d}.png", matte)


def shown(path: Path) -> list[str]:
    timeline = otio.adapters.read_from_file(str(path))
    return [str(one.active_media_reference_key) for one in timeline.find_clips()]
