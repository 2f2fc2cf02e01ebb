"""What enters the node tree: an untouched clip comes back with the same code values, however managed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from photodouble_resolve import clips, colours, encoding, media
from resolve_stage import START, Stage, own_engine, raw_clip

from photodouble.image.colour import space_named
from photodouble_client.errors import ArtistError

Make = Callable[..., Stage]
FOOTAGE = Path(__file__).resolve().parents[3] / "shared" / "footage" / "bear" / "frames"
MODES = ("unmanaged", "rcm", "aces")
RENDERED = {"Input_Color_Space": "Rec.709 Gamma 2.4"}


@pytest.fixture(scope="module")
def engine() -> Iterator[dict[str, str]]:
    """Give the environment of one engine for all tests of this file."""
    with own_engine() as environment:
        yield environment


@pytest.fixture
def make(
    resolve_host: Callable[..., Any], tmp_path: Path, engine: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Make]:
    """Give a function that starts Resolve in a colour management: `make(colour="rcm")`."""
    for name, value in engine.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PHOTODOUBLE_CLIENT", str(tmp_path / "own" / "client.json"))
    stages: list[Stage] = []

    def start(**told: Any) -> Stage:
        stages.append(Stage(resolve_host(**told), tmp_path / "reel", engine))
        return stages[-1]

    yield start
    for stage in stages:
        stage.close()


def managed(colour: str) -> dict[str, str]:
    """Say in the words of a colour management that a clip is LogC3."""
    return {
        "unmanaged": {},
        "rcm": {"Input_Color_Space": "ARRI LogC3"},
        "aces": {"IDT": "ARRI LogC3"},
    }[colour]


def untouched(stage: Stage, item: Any, frames: range, **more: Any) -> float:
    """Send a clip through the whole of road 1 with an empty matte; give the largest difference in codes."""
    length = item.GetDuration()
    before = [stage.codes(item, START + number) for number in range(length)]
    placed = stage.place(stage.submit(stage.wanted(stage.matte(frames, None), **more)))
    assert placed.verified, placed.notes
    shown = [stage.codes(stage.shown(START), START + n) for n in range(length)]
    return max(float(np.abs(one - other).max()) for one, other in zip(before, shown, strict=True))


@pytest.mark.parametrize("takes", ["kept", "refused"])
@pytest.mark.parametrize("colour", MODES)
def test_untouched_from_its_files_it_is_the_same(make: Make, colour: str, takes: str) -> None:
    stage = make(colour=colour, takes=takes)
    clip = stage.plates(Start_TC="10:00:00:00", **managed(colour))
    item = stage.host.place(clip, 2, 8, START)
    assert untouched(stage, item, range(1001, 1021)) == 0
    held = media.held(stage.shown(START).GetMediaPoolItem())
    assert (held.rate, held.timecode) == ("24", "10:00:00:02")


@pytest.mark.parametrize("takes", ["kept", "refused"])
@pytest.mark.parametrize("colour", MODES)
def test_untouched_through_a_render_it_is_the_same_within_one(make: Make, colour: str, takes: str) -> None:
    stage = make(colour=colour, takes=takes)
    clip = stage.plates(Start_TC="10:00:00:00", **managed(colour))
    item = stage.host.place(clip, 2, 8, START)
    item.SetCDL({"NodeIndex": "1", "Slope": "2 1 1"})
    was = stage.host.state()
    wanted = stage.wanted(stage.matte(range(1001, 1021), None), must_render=True)
    job = stage.submit(wanted)
    now = stage.host.state()
    marker = now["timelines"]["Reel 1"]["tracks"]["video"][0]["items"][0].pop("markers")
    was["timelines"]["Reel 1"]["tracks"]["video"][0]["items"][0].pop("markers")
    assert was == now and len(marker) == 1
    assert all(Path(path).parent.parent.name == "plates" for path in stage.host.rendered)
    before = [stage.codes(item, START + number) for number in range(6)]
    assert stage.place(job).verified
    shown = stage.shown(START)
    for number in range(6):
        assert np.abs(stage.codes(shown, START + number) - before[number]).max() <= 1
    held = media.held(shown.GetMediaPoolItem())
    assert (held.rate, held.timecode, held.frames) == ("24", "10:00:00:02", 6)


@pytest.mark.parametrize("colour", ["rcm", "aces"])
def test_a_render_in_the_projects_own_output_would_not_be_the_same(
    make: Make, colour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = make(colour=colour)
    item = stage.host.place(stage.plates(**managed(colour)), 2, 8, START)
    monkeypatch.setattr(colours, "output_settings", lambda *_: [])
    assert untouched(stage, item, range(1001, 1021), must_render=True) > 5


@pytest.mark.parametrize("colour", MODES)
def test_camera_raw_is_rendered_and_comes_back_the_same_within_one(make: Make, colour: str) -> None:
    stage = make(colour=colour)
    stage.plates("raw")
    clip = stage.host.media(str(raw_clip(stage.folder, "A001", "raw.", 1001, 1020)), **managed(colour))
    item = stage.host.place(clip, 3, 9, START)
    assert stage.facts().kind == "raw"
    assert untouched(stage, item, range(1, 21)) <= 1


def test_what_is_sent_to_the_engine_says_the_clips_own_space(make: Make) -> None:
    for colour, how, wanted in (
        ("rcm", {"Input_Color_Space": "S-Gamut3.Cine/S-Log3"}, "S-Log3 S-Gamut3.Cine"),
        ("aces", {"IDT": "ACEScct - CSC"}, "ACEScct"),
        ("unmanaged", {}, "ARRI LogC3 (EI800)"),
    ):
        stage = make(colour=colour)
        stage.host.place(stage.plates(f"in_{colour}", **how), 0, 4, START)
        from photodouble_resolve import running

        request = running.request(
            stage.resolve, stage.engine, stage.wanted(stage.matte(range(1001, 1005), None))
        )
        assert (request.colourspace, request.inputs["plate"].colourspace) == (wanted, wanted)


def test_in_an_unmanaged_project_somebody_has_to_say_the_log_curve(make: Make) -> None:
    stage = make()
    stage.host.place(stage.plates(), 0, 4, START)
    jobs = len(stage.engine.jobs())
    with pytest.raises(ArtistError) as refused:
        stage.submit(stage.wanted(stage.matte(range(1001, 1005)), space=""))
    assert refused.value.title == "Nobody has said how this clip is encoded"
    assert not stage.host.rendered and len(stage.engine.jobs()) == jobs


def test_a_space_that_nobody_knows_is_said_and_not_guessed(make: Make) -> None:
    stage = make(colour="rcm")
    stage.host.place(stage.plates(Input_Color_Space="P3-D65 Gamma 2.6"), 0, 4, START)
    with pytest.raises(ArtistError) as refused:
        stage.submit(stage.wanted(stage.matte(range(1001, 1005))))
    assert refused.value.code == "input.unknown_colourspace"
    assert "P3-D65 Gamma 2.6" in refused.value.message


@pytest.mark.parametrize("name", sorted({*encoding.SPACES.values(), *encoding.TRANSFORMS.values()}))
def test_every_space_of_the_table_is_one_of_the_engines(name: str) -> None:
    assert space_named(name).name


@pytest.mark.parametrize(("pair", "name"), sorted(encoding.SEPARATE.items()))
def test_every_pair_of_the_table_is_one_of_the_engines(pair: tuple[str, str], name: str) -> None:
    assert space_named(name).name


def test_settings_are_put_back_also_where_the_render_fails(make: Make) -> None:
    stage = make(colour="aces")
    stage.host.place(stage.plates(**managed("aces")), 0, 4, START)
    was = stage.host.state()
    stage.host.fail_render_after(2, "The disk is full")
    with pytest.raises(ArtistError) as failed:
        stage.submit(stage.wanted(stage.matte(range(1001, 1005)), must_render=True))
    assert (failed.value.code, failed.value.message) == ("input.host_render", "The disk is full")
    assert stage.host.state() == was


def test_a_setting_that_cannot_be_put_back_is_named(make: Make) -> None:
    stage = make(colour="rcm")
    project = stage.host.project()
    kept = colours.kept_settings(project, [("colorSpaceOutput", "ARRI LogC3")])
    with pytest.raises(ArtistError, match=r"by hand: colorSpaceOutput \(was Rec.709 Gamma 2.4\)"), kept:
        stage.host.refuse("Project.SetSetting", -1)


def test_real_pictures_come_back_untouched_outside_the_matte(make: Make, tmp_path: Path) -> None:
    if not FOOTAGE.is_dir():
        pytest.skip(f"the footage is not here: {FOOTAGE}")
    stage = make(size=(854, 480), colour="rcm")
    folder = tmp_path / "bear"
    folder.mkdir()
    for number, path in enumerate(sorted(FOOTAGE.iterdir())[:8]):
        (folder / f"bear.{1001 + number:04d}{path.suffix}").write_bytes(path.read_bytes())
    suffix = next(folder.iterdir()).suffix
    clip = stage.host.media(
        str(folder / f"bear.%04d{suffix}"), 1001, 1008, Input_Color_Space="Rec.709 Gamma 2.4"
    )
    item = stage.host.place(clip, 1, 7, START)
    hole = (slice(200, 260), slice(300, 380))
    size = (480, 854)
    from resolve_stage import write_png

    for number in range(1002, 1008):
        alpha = np.zeros(size, np.float32)
        alpha[hole] = 1
        write_png(folder / f"matte.{number:04d}.png", alpha)
    from photodouble_client.request import PortInput

    before = [stage.codes(item, START + number) for number in range(6)]
    job = stage.submit(stage.wanted(PortInput(str(folder / "matte.####.png")), handles=1))
    assert stage.place(job).verified
    outside = np.ones((*size, 3), bool)
    outside[hole] = False
    for number in range(6):
        after = stage.codes(stage.shown(START), START + number)
        assert np.abs(after - before[number])[outside].max() <= 1
        assert np.abs(after - before[number])[hole].max() > 1


def test_the_encoding_of_a_clip_is_that_of_the_clip_before_that_of_the_project(make: Make) -> None:
    stage = make(colour="rcm")
    clip = stage.plates()
    stage.host.place(clip, 0, 4, START)
    told = colours.management(stage.host.project(), stage.timeline)
    assert colours.encoding_of(told, clip) == colours.Encoding(
        "Rec.709 Gamma 2.4", "Gamma 2.4 Encoded Rec.709", said_by="project"
    )
    clip.SetClipProperty("Input Color Space", "ARRI LogC4")
    assert colours.encoding_of(told, clip) == colours.Encoding("ARRI LogC4", "ARRI LogC4", said_by="clip")
    assert clips.describe(stage.resolve, clips.chosen(stage.resolve)[0]).input_space == "ARRI LogC4"
