"""Fusion's macros are current, their wires are right, and what they show is the engine's own picture."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from finished_takes import PERSON
from fusion_comp import RenderFailedError, comp_of, faults, read_whole
from three_shots import write_picture

from photodouble.engine.options import JobOptions
from photodouble.engine.runner import run_job
from photodouble.engine.tasks import run_task
from photodouble.generate.fusion_macros import macros, stale_macros, write_macros
from photodouble.image.colour import space_named
from photodouble.image.sequence import Sequence
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble.takes.fusion import FusionWish, write_fusion
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.setting import Table, parse, write
from photodouble_client.specs import SPECS
from photodouble_client.take_nodes import KINDS, VIEWS

LOG = "ARRI LogC3 (EI800)"
FRAMES = range(1001, 1004)


@pytest.fixture(scope="module")
def soft(tmp_path_factory: pytest.TempPathFactory, shot_writer: Callable[..., Any]) -> tuple[Any, Take]:
    """Give a shot and its finished take, whose matte has a soft edge."""
    folder = tmp_path_factory.mktemp("soft")
    shot = shot_writer(folder / "in", FRAMES)
    request = JobRequest(
        operation="inpaint",
        inputs={"plate": PortInput(shot.plate), "matte": PortInput(shot.matte)},
        range=FrameRange(shot.frames),
        output_root=str(folder / "takes"),
        shot="sh010",
        person=PERSON,
        values={"matte_feather": 6.0},
    )
    settings = Settings(cache_folder=str(folder / "cache"), contact_sheet=False, threads=1)
    return shot, run_job(request, JobOptions(settings=settings)).take


def ask(take: Take, output: Path, **arguments: Any) -> Any:
    given = {"take": str(take.folder), "output": str(output), **arguments}
    return run_task("takes.fusion", given, Settings(), Reporter())


def plate_of(shot: Any, frame: int) -> Any:
    colours = read_whole(shot.file("plate", frame), ["R", "G", "B"])
    return np.concatenate((colours, np.ones_like(colours[..., :1])), axis=-1)


def result_of(take: Take, frame: int) -> Any:
    return read_whole(take.picture("result", frame, "exr"), ["R", "G", "B"])


def matte_of(made: Any, frame: int) -> Any:
    return read_whole(Path(made["fill"].replace("####", f"{frame:04d}")), ["A"])[..., 0]


def in_log(picture: Any) -> Any:
    space = space_named(LOG)
    return np.concatenate((space.from_linear(picture[..., :3]), picture[..., 3:]), axis=-1).astype(np.float32)


def half_steps(found: Any, wanted: Any) -> float:
    """Give the largest difference in steps of half float around what is wanted."""
    return float(
        np.max(np.abs(found - wanted) / np.spacing(np.abs(wanted).astype(np.float16)).astype(np.float32))
    )


def changed(table: Table, path: list[str], change: Callable[[Any], Any]) -> Table:
    """Change what stands under a path of keys."""
    key, rest = path[0], path[1:]
    assert key in table.keys
    entries = (
        (name, (changed(value, rest, change) if rest else change(value)) if name == key else value)
        for name, value in table.entries
    )
    return Table(tuple(entries), table.name)


def added(table: Table, path: list[str], name: str, value: Any) -> Table:
    return changed(table, path, lambda found: Table((*found.entries, (name, value)), found.name))


def wire(source: str) -> Table:
    return Table((("SourceOp", source), ("Source", "Output")), "Input")


INSIDE = ["Tools", "PD_Inpaint", "Tools"]


def spoiled(kind: str) -> Table:
    """Plant a fault in a macro."""
    macro = parse(macros()["PD_Inpaint.setting"])
    merge = macro.table("Tools").table("PD_Inpaint").table("Tools").table("PD_Inpaint_Keyed")
    blur = Table((("Inputs", Table((("Input", wire("PD_Inpaint_Plate")),))),), "PipeRouter")
    shown = ["Inputs", "Background", "SourceOp"]
    faulty: dict[str, Callable[[], Table]] = {
        "keyed 2 times": lambda: added(
            changed(macro, [*INSIDE, "PD_Inpaint_Out", *shown], lambda _: "again"), INSIDE, "again", merge
        ),
        "keyed 2 times: PD_Inpaint_Keyed, PD_Inpaint_Keyed": lambda: added(
            macro, [*INSIDE, "PD_Inpaint_Keyed", "Inputs"], "EffectMask", wire("PD_Inpaint_FillTime")
        ),
        "leads nowhere": lambda: added(macro, INSIDE, "lost", blur),
        "do not keep their order": lambda: changed(macro, INSIDE, lambda found: Table(found.entries)),
        "UserControls of": lambda: changed(
            macro, [*INSIDE, "PD_Inpaint_Keyed", "UserControls"], lambda found: Table(found.entries)
        ),
        "Inputs of the macro": lambda: changed(
            macro, ["Tools", "PD_Inpaint", "Inputs"], lambda found: Table(found.entries)
        ),
        "which is not there": lambda: changed(
            macro, [*INSIDE, "PD_Inpaint_Out", *shown], lambda _: "PD_Inpaint_Gone"
        ),
        "follows": lambda: changed(
            macro, [*INSIDE, "PD_Inpaint_Out", "Inputs", "Mix", "Expression"], lambda _: "Other.TakeShown"
        ),
        "publishes": lambda: changed(
            macro, ["Tools", "PD_Inpaint", "Inputs", "Input3", "Source"], lambda _: "Mix"
        ),
        "two nodes are called": lambda: added(macro, INSIDE, "PD_Inpaint_Plate", blur),
        "does not descend": lambda: changed(
            macro, [*INSIDE, "PD_Inpaint_Out", *shown], lambda _: "PD_Inpaint_FillTime"
        ),
        "code in": lambda: added(
            macro, [*INSIDE, "PD_Inpaint_Keyed", "UserControls", "TakeMix"], "BTNCS_Execute", "x()"
        ),
        "not known": lambda: added(macro, INSIDE, "odd", Table((), "Fuse.Odd")),
    }
    return faulty[kind]()


FAULTS = (
    "keyed 2 times",
    "keyed 2 times: PD_Inpaint_Keyed, PD_Inpaint_Keyed",
    "leads nowhere",
    "do not keep their order",
    "UserControls of",
    "Inputs of the macro",
    "which is not there",
    "follows",
    "publishes",
    "two nodes are called",
    "does not descend",
    "code in",
    "not known",
)


def test_the_committed_macros_are_not_stale() -> None:
    assert stale_macros() == [], "run: python -m photodouble.generate"


def test_a_changed_a_missing_and_a_left_over_macro_are_stale(tmp_path: Path) -> None:
    write_macros(tmp_path)
    assert stale_macros(tmp_path) == []
    (tmp_path / "PD_Inpaint.setting").write_text("changed", encoding="utf-8")
    (tmp_path / "PD_Crowd.setting").unlink()
    (tmp_path / "PD_Gone.setting").write_text("{ }", encoding="utf-8")
    (tmp_path / "mine.setting").write_text("{ }", encoding="utf-8")
    assert stale_macros(tmp_path) == ["PD_Crowd.setting", "PD_Gone.setting", "PD_Inpaint.setting"]
    write_macros(tmp_path)
    assert stale_macros(tmp_path) == [] and (tmp_path / "mine.setting").is_file()


def test_every_operation_has_a_macro_that_says_what_it_is() -> None:
    made = macros()
    assert len(made) == len(SPECS)
    for spec in SPECS.values():
        text = next(text for text in made.values() if spec.summary in text)
        assert f"{spec.label} (Photo Double)" in text


@pytest.mark.parametrize("name", sorted(macros()))
def test_a_macro_reads_back_and_its_wires_are_right(name: str) -> None:
    text = macros()[name]
    assert write(parse(text)) == text
    assert faults(parse(text)) == []


@pytest.mark.parametrize("kind", FAULTS)
def test_a_planted_fault_is_found(kind: str) -> None:
    assert [fault for fault in faults(spoiled(kind)) if kind in fault] != []


@pytest.mark.parametrize("name", sorted(macros()))
def test_every_control_has_a_name_a_line_of_help_and_a_place_in_the_inspector(name: str) -> None:
    macro = next(tool for _, tool in parse(macros()[name]).table("Tools").entries)
    keyed = next(tool for _, tool in macro.table("Tools").entries if tool.name == "Merge")
    shown = [value.get("Source") for _, value in macro.table("Inputs").entries]
    for control, facts in keyed.table("UserControls").entries:
        assert facts.get("LINKS_Name") and facts.get("INPS_StatusText", "").endswith("."), control
        assert control in shown and facts.get("INP_Default") is not None
    views = keyed.table("UserControls").table("TakeView").listed()
    assert [view.get("CCS_AddString") for view in views] == list(VIEWS)


def test_a_macro_without_a_take_gives_what_comes_in_and_reads_nothing(soft: tuple[Any, Take]) -> None:
    plate = plate_of(soft[0], 1001)
    macro = parse(macros()["PD_Inpaint.setting"])
    assert np.array_equal(comp_of(macro, lambda _: plate).picture(0), plate)
    with pytest.raises(RenderFailedError):
        comp_of(macro, lambda _: plate, TakeShown=1).picture(0)


@pytest.mark.parametrize("suffix", ["setting", "comp"])
def test_the_picture_is_the_engines_own(soft: tuple[Any, Take], tmp_path: Path, suffix: str) -> None:
    shot, take = soft
    made = ask(take, tmp_path / f"sh010.{suffix}")
    script = parse(Path(made["script"]).read_text(encoding="utf-8"))
    assert faults(script) == [] and made["space"] == "scene-linear"
    for place, frame in enumerate(FRAMES):
        plate, matte = plate_of(shot, frame), matte_of(made, frame)
        soft_edge = (matte > 0) & (matte < 1)
        assert soft_edge.sum() > 50 and (matte == 1).any()
        found = comp_of(script, lambda _, plate=plate: plate).picture(place)
        assert np.array_equal(found[matte == 0], plate[matte == 0])
        assert np.array_equal(found[..., 3], plate[..., 3])
        assert half_steps(found[..., :3], result_of(take, frame)) < 1
        assert np.abs(found - plate)[soft_edge].max() > 0.001


def test_in_a_log_encoding_a_soft_edge_is_still_the_engines_own(
    soft: tuple[Any, Take], tmp_path: Path
) -> None:
    shot, take = soft
    made = ask(take, tmp_path / "log.setting", space=LOG)
    script = parse(Path(made["script"]).read_text(encoding="utf-8"))
    for place, frame in enumerate(FRAMES):
        plate, matte = in_log(plate_of(shot, frame)), matte_of(made, frame)
        found = comp_of(script, lambda _, plate=plate: plate).picture(place)
        wanted = space_named(LOG).from_linear(result_of(take, frame))
        assert np.array_equal(found[matte == 0], plate[matte == 0])
        assert np.abs(found[..., :3] - wanted).max() < 2e-6


def test_an_edge_mixed_in_the_encoding_would_be_another_one(soft: tuple[Any, Take], tmp_path: Path) -> None:
    """The control of the test above: a fill that is only converted and keyed there misses the edge."""
    shot, take = soft
    made = ask(take, tmp_path / "log.setting", space=LOG)
    worst = 0.0
    for frame in FRAMES:
        plate, matte = in_log(plate_of(shot, frame))[..., :3], matte_of(made, frame)[..., None]
        linear = result_of(take, frame)
        below = plate_of(shot, frame)[..., :3]
        fill = np.where(matte > 0.02, (linear - (1 - matte) * below) / np.maximum(matte, 0.02), below)
        mixed = matte * space_named(LOG).from_linear(fill.astype(np.float32)) + (1 - matte) * plate
        worst = max(worst, float(np.abs(mixed - space_named(LOG).from_linear(linear)).max()))
    assert worst > 1e-3


def test_what_was_changed_above_comes_through_outside_the_matte(
    soft: tuple[Any, Take], tmp_path: Path
) -> None:
    shot, take = soft
    made = ask(take, tmp_path / "a.setting")
    script = parse(Path(made["script"]).read_text(encoding="utf-8"))
    graded = plate_of(shot, 1001) * np.float32(0.7)
    matte = matte_of(made, 1001)
    found = comp_of(script, lambda _: graded).picture(0)
    assert np.array_equal(found[matte == 0], graded[matte == 0])
    assert half_steps(found[matte == 1][:, :3], result_of(take, 1001)[matte == 1]) < 1


def test_mix_and_take_go_back_to_the_plate(soft: tuple[Any, Take], tmp_path: Path) -> None:
    shot, take = soft
    script = parse(Path(ask(take, tmp_path / "a.setting")["script"]).read_text(encoding="utf-8"))
    plate = plate_of(shot, 1002)
    whole = comp_of(script, lambda _: plate).picture(1)
    half = comp_of(script, lambda _: plate, TakeMix=0.5).picture(1)
    assert np.allclose(half, (plate + whole) / 2, atol=1e-6) and not np.allclose(half, whole)
    assert np.array_equal(comp_of(script, lambda _: plate, TakeMix=0).picture(1), plate)
    assert np.array_equal(comp_of(script, lambda _: plate, TakeShown=0).picture(1), plate)


def test_frames_before_and_after_the_take_are_the_plate(soft: tuple[Any, Take], tmp_path: Path) -> None:
    shot, take = soft
    made = ask(take, tmp_path / "a.comp", begins=-1)
    script = parse(Path(made["script"]).read_text(encoding="utf-8"))
    plate = plate_of(shot, 1002)
    for time, frame in ((-2, None), (-1, 1001), (0, 1002), (1, 1003), (2, None), (500, None)):
        found = comp_of(script, lambda _: plate).picture(time)
        if frame is None:
            assert np.array_equal(found, plate), time
            assert comp_of(script, lambda _: plate, TakeView=5).picture(time).shape == plate.shape
        else:
            matte = matte_of(made, frame)
            assert half_steps(found[matte == 1][:, :3], result_of(take, frame)[matte == 1]) < 1, time


@pytest.mark.parametrize(
    ("speed", "begins", "played"),
    [
        (2, 0, {-1: None, 0: 1001, 1: 1003, 2: None}),
        (-1, 2, {-1: None, 0: 1003, 1: 1002, 2: 1001, 3: None}),
        (0.5, 0, {-1: None, 0: 1001, 1: 1001, 2: 1002, 3: 1002, 5: 1003, 6: None}),
    ],
)
def test_a_retimed_clip_shows_the_frames_that_it_plays(
    soft: tuple[Any, Take], tmp_path: Path, speed: float, begins: int, played: dict[int, int | None]
) -> None:
    shot, take = soft
    made = ask(take, tmp_path / "a.setting", begins=begins, speed=speed)
    script = parse(Path(made["script"]).read_text(encoding="utf-8"))
    assert faults(script) == []
    for time, frame in played.items():
        incoming = plate_of(shot, frame or 1001)
        found = comp_of(script, lambda _, incoming=incoming: incoming).picture(time)
        if frame is None:
            assert np.array_equal(found, incoming), time
        else:
            assert half_steps(found[..., :3], result_of(take, frame)) < 1, time


@pytest.mark.parametrize("speed", [0.0, float("nan"), float("inf")])
def test_a_speed_that_shows_nothing_is_refused(soft: tuple[Any, Take], tmp_path: Path, speed: float) -> None:
    with pytest.raises(ArtistError) as caught:
        write_fusion(soft[1], tmp_path / "a.setting", FusionWish(speed=speed), Reporter())
    assert caught.value.code == "usage.bad_value" and not (tmp_path / "a.setting").exists()


def test_a_space_that_nobody_knows_is_said(soft: tuple[Any, Take], tmp_path: Path) -> None:
    with pytest.raises(ArtistError) as caught:
        ask(soft[1], tmp_path / "a.setting", space="No Such Log")
    assert caught.value.code == "input.unknown_colourspace" and not (tmp_path / "a.setting").exists()


def test_every_view_shows_what_it_says(soft: tuple[Any, Take], tmp_path: Path) -> None:
    shot, take = soft
    made = ask(take, tmp_path / "a.setting")
    script = parse(Path(made["script"]).read_text(encoding="utf-8"))
    plate, matte = plate_of(shot, 1001), matte_of(made, 1001)
    shown = {
        view: comp_of(script, lambda _: plate, TakeView=place).picture(0)[..., :3]
        for place, view in enumerate(VIEWS)
    }
    whole = matte == 1
    assert np.allclose(shown["delta"], shown["result"] - plate[..., :3], atol=1e-7)
    assert np.abs(shown["delta"]).max() > 0.01 and not shown["delta"][matte == 0].any()
    assert half_steps(shown["fill"][whole], result_of(take, 1001)[whole]) < 1
    assert all(np.array_equal(shown["matte"][..., channel], matte) for channel in range(3))
    colours = {tuple(np.float32(value) for value in kind) for kind in KINDS}
    assert {tuple(one) for one in shown["origin"].reshape(-1, 3)} <= colours
    assert len({tuple(one) for one in shown["origin"][whole]}) >= 1 and shown["origin"][whole].any()
    assert not shown["origin"][matte == 0].any()
    assert (shown["confidence"][matte == 0] == 1).all() and shown["confidence"].max() <= 1


def test_a_frame_that_is_not_finished_lets_the_plate_through(
    tiny_shot: Callable[..., Any], request_for: Callable[..., JobRequest], settings: Settings, tmp_path: Path
) -> None:
    shot = tiny_shot(FRAMES)
    take = run_job(request_for(shot), JobOptions(settings=settings)).take
    (take.folder / "manifest.json").unlink()
    (take.folder / "frames" / "1002.json").unlink()
    made = ask(take, tmp_path / "a.setting")
    script = parse(Path(made["script"]).read_text(encoding="utf-8"))
    plates = {place: plate_of(shot, frame) for place, frame in enumerate(FRAMES)}
    shown = [comp_of(script, lambda time: plates[int(time)]).picture(place) for place in range(3)]
    assert [np.array_equal(shown[place], plates[place]) for place in range(3)] == [False, True, False]


@pytest.mark.parametrize("depth", [8, 16])
def test_a_plate_of_codes_meets_its_own_codes(
    tiny_shot: Callable[..., Any],
    request_for: Callable[..., JobRequest],
    settings: Settings,
    tmp_path: Path,
    depth: int,
) -> None:
    """As an unmanaged project shows it: codes over white, with nothing converted."""
    shot, white = tiny_shot(range(1001, 1003)), 2**depth - 1
    pattern = tmp_path / "scan" / "scan.####.png"
    for frame in shot.frames:
        codes = np.rint(np.clip(plate_of(shot, frame)[..., 2::-1], 0, 1) ** (1 / 2.2) * white)
        write_picture(tmp_path / "scan" / f"scan.{frame}.png", codes.astype(f"uint{depth}"))
    inputs = {"plate": PortInput(str(pattern)), "matte": PortInput(shot.matte)}
    request = request_for(shot, inputs=inputs, values={"matte_feather": 6.0})
    take = run_job(request, JobOptions(settings=settings)).take
    made = ask(take, tmp_path / "a.setting")
    script = parse(Path(made["script"]).read_text(encoding="utf-8"))
    for place, frame in enumerate(shot.frames):
        incoming = codes_of(tmp_path / "scan" / f"scan.{frame}.png", white)
        wanted, matte = codes_of(take.picture("result", frame, "png"), white), matte_of(made, frame)
        found = comp_of(script, lambda _, incoming=incoming: incoming).picture(place)
        assert ((matte > 0) & (matte < 1)).sum() > 50
        assert np.array_equal(found[matte == 0], incoming[matte == 0])
        assert np.abs(found - wanted).max() < 1e-6 and np.abs(found - incoming).max() > 0.01


def codes_of(path: Path, white: int) -> Any:
    codes = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert codes is not None
    colours = (codes[..., ::-1] / np.float32(white)).astype(np.float32)
    return np.concatenate((colours, np.ones_like(colours[..., :1])), axis=-1)


def test_a_movie_meets_its_own_encoding(
    tiny_shot: Callable[..., Any], request_for: Callable[..., JobRequest], settings: Settings, tmp_path: Path
) -> None:
    """A take of a movie is scene-linear; on the Fusion page the movie is not."""
    av = pytest.importorskip("av")
    shot = tiny_shot(range(1, 4))
    path = tmp_path / "plate.mov"
    with av.open(str(path), "w") as movie:
        stream = movie.add_stream("prores_ks", rate=Fraction(24))
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv422p10le"
        for frame in shot.frames:
            codes = np.rint(np.clip(plate_of(shot, frame)[..., :3], 0, 1) ** (1 / 2.2) * 255)
            movie.mux(stream.encode(av.VideoFrame.from_ndarray(codes.astype(np.uint8), format="rgb24")))
        movie.mux(stream.encode(None))
    inputs = {"plate": PortInput(str(path)), "matte": PortInput(shot.matte)}
    request = request_for(shot, inputs=inputs, values={"matte_feather": 6.0})
    take = run_job(request, JobOptions(settings=settings)).take
    made = ask(take, tmp_path / "a.setting")
    assert made["space"] != "scene-linear"
    space = space_named(made["space"])
    script = parse(Path(made["script"]).read_text(encoding="utf-8"))
    movie_plate = Sequence.find(path)
    for place, frame in enumerate(shot.frames):
        read = movie_plate.read(frame)
        stored = read.stored(read.display_window)
        incoming = np.concatenate((stored, np.ones_like(stored[..., :1])), axis=-1)
        matte = matte_of(made, frame)
        found = comp_of(script, lambda _, incoming=incoming: incoming).picture(place)
        assert np.array_equal(found[matte == 0], incoming[matte == 0])
        wanted = space.from_linear(result_of(take, frame))
        assert np.abs(found[..., :3] - wanted)[matte > 0].max() < 2e-6
        assert np.abs(found - incoming)[matte > 0].max() > 0.01


def test_a_take_without_a_fill_says_so(made: Any, tmp_path: Path) -> None:
    for record in (made.take.folder / "frames").glob("*.json"):
        record.unlink()
    with pytest.raises(ArtistError) as caught:
        ask(made.take, tmp_path / "a.setting")
    assert caught.value.code == "engine.no_take" and not (tmp_path / "a.setting").exists()


def test_command_and_task_write_the_same_and_overwrite_nothing_unasked(
    made: Any, photodouble: Callable[..., Any], tmp_path: Path
) -> None:
    take = made.take
    words = ("takes", "fusion", take.folder, "--output", tmp_path / "a.setting", "--begins", "-8", "--json")
    ran = photodouble(*words)
    assert json.loads(ran.stdout)["script"] == str(tmp_path / "a.setting"), ran.stderr
    ask(take, tmp_path / "b.setting", begins=-8)
    texts = [(tmp_path / f"{name}.setting").read_text(encoding="utf-8") for name in "ab"]
    assert texts[0] == texts[1] and PERSON not in texts[0]
    assert photodouble(*words).returncode != 0
    with pytest.raises(ArtistError) as caught:
        ask(take, tmp_path / "b.setting")
    assert caught.value.code == "input.output_exists"
    ask(take, tmp_path / "b.setting", overwrite=True)


def test_the_command_says_what_to_do_with_a_group_and_with_a_whole_comp(
    made: Any, photodouble: Callable[..., Any], tmp_path: Path
) -> None:
    said = {
        kind: photodouble("takes", "fusion", made.take.folder, "--output", tmp_path / f"a.{kind}").stdout
        for kind in ("setting", "comp")
    }
    assert "drag the file in" in said["setting"]
    assert "drag" not in said["comp"] and "whole composition" in said["comp"]


@pytest.mark.parametrize("folder", ["/their/shows/take", "D:\\their shows\\take"])
def test_the_pictures_can_lie_elsewhere(made: Any, tmp_path: Path, folder: str) -> None:
    ask(made.take, tmp_path / "a.setting", at=folder)
    text = (tmp_path / "a.setting").read_text(encoding="utf-8")
    assert str(made.take.folder.parent) not in text
    paths = [clip.get("Filename") for clip in clips_in(parse(text))]
    sign = "\\" if "\\" in folder else "/"
    assert [path.rpartition(sign)[0] for path in paths] == [f"{folder}{sign}fill", f"{folder}{sign}told"]
    assert all(path.endswith(".1001.exr") for path in paths)


def test_what_is_written_names_its_take_and_leaves_the_take_as_it_was(made: Any, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in made.take.folder.rglob("*")}
    told = ask(made.take, tmp_path / "a.setting")
    assert {path: path.stat().st_mtime_ns for path in made.take.folder.rglob("*")} == before
    for name in ("fill", "told"):
        assert made.take.take_id.encode() in Path(told[name].replace("####", "1001")).read_bytes()
    assert [one.take_id for one in made.store.all()] == [made.take.take_id]


def clips_in(table: Table) -> Iterator[Table]:
    for _, value in table.entries:
        if isinstance(value, Table):
            if value.name == "Clip":
                yield value
            yield from clips_in(value)
