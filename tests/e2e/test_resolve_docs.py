"""Every command of the page about Resolve runs as written, out of a made-up Resolve and back into it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fusion_comp import comp_of, faults, read_whole

from photodouble.cli.main import main
from photodouble.image.colour import space_named
from photodouble_client.setting import parse

PAGE = (Path(__file__).parents[2] / "core" / "docs" / "resolve.md").read_text(encoding="utf-8")
FILES, FUSION = "## By files, in five minutes", "## On the Fusion page"
LOG = "ARRI LogC3 (EI800)"
HOUR = 86400
CUT = {"sh010": (1003, 8, HOUR), "sh020": (1001, 9, HOUR + 8)}
"""First media frame, length and place in the cut of each shot."""


def commands(heading: str) -> list[list[str]]:
    task = PAGE.partition(heading)[2].partition("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", task, re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.strip().splitlines()]


def media(folder: Path, shot_writer: Callable[..., Any]) -> dict[str, Any]:
    """Write two shots, and their mattes where the page has them."""
    shots = {name: shot_writer(folder / name, range(1001, 1013), seed) for seed, name in enumerate(CUT, 3)}
    (folder / "mattes").mkdir()
    for name, shot in shots.items():
        for frame in shot.frames:
            shot.file("matte", frame).rename(folder / "mattes" / f"{name}.{frame}.exr")
    return shots


def cut_in(host: Any, folder: Path) -> Any:
    """Cut the shots into a timeline, and mark each with its name, as the page says."""
    clips = {name: host.media(str(folder / name / "plate.%04d.exr"), 1001, 1012) for name in CUT}
    timeline = host.timeline("Reel 1")
    for name, (first, length, record) in CUT.items():
        item = host.place(clips[name], first - 1001, first - 1001 + length, record)
        assert item.AddMarker(0, "Green", name, "", 1)
    return timeline


def result(folder: Path, shot: str, frame: int) -> Any:
    name = f"{shot}_inpaint_v001.{frame}.exr"
    return read_whole(folder / "takes" / shot / "inpaint" / "v001" / "result" / name, ["R", "G", "B"])


def plate(shot: Any, frame: int) -> Any:
    colours = read_whole(shot.file("plate", frame), ["R", "G", "B"])
    return np.concatenate((colours, np.ones_like(colours[..., :1])), axis=-1)


def shown(timeline: Any, track: int) -> dict[str, tuple[int, int, int]]:
    """Say of each clip of a track which files it shows: first media frame, length, place in the cut."""
    found = {}
    for item in timeline.GetItemListInTrack("video", track):
        path = Path(item.GetMediaPoolItem().GetClipProperty("File Path"))
        numbers = re.search(r"\[(\d+)-\d+\]", path.name)
        assert numbers is not None
        first = int(numbers.group(1)) + int(item.GetLeftOffset())
        found[path.name.partition(".")[0] if "takes" in path.parts else path.parent.name] = (
            first,
            item.GetDuration(),
            item.GetStart(),
        )
    return found


@pytest.mark.parametrize(("version", "studio"), [("18.6", False), ("21.0", True)])
def test_the_task_with_files_runs_as_written(
    version: str,
    studio: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    shot_writer: Callable[..., Any],
    resolve_host: Callable[..., Any],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    shots = media(tmp_path, shot_writer)
    host = resolve_host(version=version, studio=studio, rate="24", size=(64, 48))
    timeline = cut_in(host, tmp_path)
    kinds = host.resolve.EXPORT_OTIO, host.resolve.EXPORT_NONE
    assert timeline.Export(str(tmp_path / "cut.otio"), *kinds)
    written = commands(FILES)
    assert len(written) == 9
    for program, *words in written:
        assert program == "photodouble"
        assert main(words) == ("--final" in words), words

    check_cuts(host, tmp_path)
    for _, *words in commands(FUSION):
        assert main(words) == 0, words
    for name, space in (("sh010.setting", ""), ("sh010.comp", ""), ("sh010_log.setting", LOG)):
        check_comp(tmp_path, name, shots["sh010"], space)


def check_cuts(host: Any, folder: Path) -> None:
    """Import what the commands wrote: every clip shows its take at the frames of its plate."""
    pool = host.project().GetMediaPool()
    told = {"timelineName": "Reel 1 with takes", "importSourceClips": True}
    back = pool.ImportTimelineFromFile(str(folder / "cut_takes.otio"), told)
    assert back is not None and back.GetTrackCount("video") == 1
    assert shown(back, 1) == {f"{shot}_inpaint_v001": place for shot, place in CUT.items()}
    for item in back.GetItemListInTrack("video", 1):
        assert "temp, not approved" in item.GetName()
    strip = pool.ImportTimelineFromFile(str(folder / "both_review.otio"), {**told, "timelineName": "Strip"})
    tracks = [{name: place[:2] for name, place in shown(strip, track).items()} for track in (1, 2)]
    assert tracks[0] == {shot: place[:2] for shot, place in CUT.items()}
    assert tracks[1] == {f"{shot}_inpaint_v001": place[:2] for shot, place in CUT.items()}


def check_comp(folder: Path, name: str, shot: Any, space: str) -> None:
    """Render what was written for the Fusion page: it is the engine's result, at the frames of the clip."""
    script = parse((folder / name).read_text(encoding="utf-8"))
    assert faults(script) == []
    first, length, _ = CUT["sh010"]
    for time in range(length):
        incoming = plate(shot, first + time)
        wanted = result(folder, "sh010", first + time)
        if space:
            incoming[..., :3] = space_named(space).from_linear(incoming[..., :3])
            wanted = space_named(space).from_linear(wanted)
        found = comp_of(script, lambda _, incoming=incoming: incoming).picture(time)
        assert np.abs(found[..., :3] - wanted).max() < 1e-5, (name, time)
        assert np.abs(found - incoming).max() > 0.01


def test_the_page_has_every_way_and_every_macro_is_where_it_says() -> None:
    folder = Path(__file__).parents[2] / "resolve" / "fusion"
    assert "`PD_Inpaint.setting`" in PAGE and (folder / "PD_Inpaint.setting").is_file()
    for heading in ("## By script", FILES, FUSION):
        assert f"\n{heading}\n" in PAGE
