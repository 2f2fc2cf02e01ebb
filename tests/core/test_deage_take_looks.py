"""A take of de-ageing on a portrait: the first pass, its look, its performance. Needs the networks."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from likeness import PERFORMER, Likely
from little_face import write

from photodouble.cli.main import main
from photodouble.engine.deage_look import look_drift, save_look
from photodouble.engine.deage_performance import performance
from photodouble.engine.deage_suggest import suggest
from photodouble.engine.deage_track import write_face_track
from photodouble.engine.runner import JobOptions, run_job
from photodouble.engine.tracking import Plate
from photodouble.image.sequence import Sequence
from photodouble.ops.deage.followed import Sought
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import DEAGE

pytestmark = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("ai_edge_litert", "mediapipe", "skimage")),
    reason="the networks or the portrait are not installed",
)
FRAMES = range(1001, 1006)


@pytest.fixture(scope="module")
def plate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write a portrait that drifts a little, with grain."""
    from skimage import data

    folder = tmp_path_factory.mktemp("portrait")
    codes = data.astronaut()[0:300, 90:370].astype(np.float32) / 255
    still = np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4).astype(np.float32)
    chance = np.random.default_rng(3)
    for frame in FRAMES:
        step = frame - FRAMES[0]
        way = np.array([[1, 0, 1.6 * step], [0, 1, -0.9 * step]])
        moved = cv2.warpAffine(still, way, (280, 300), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        grain = chance.normal(size=moved.shape).astype(np.float32) * 0.004
        write(folder / f"sh010.{frame}.exr", moved + grain)
    return str(folder / "sh010.####.exr")


@pytest.fixture
def make(plate: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Take]:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    settings = Settings(
        engine_folder=str(tmp_path / "state"),
        cache_folder=str(tmp_path / "cache"),
        contact_sheet=False,
        threads=1,
    )
    likely = Likely(tmp_path / "show", settings)
    likely.file(models=())

    def made(look: str = "", age_map: str = "", said: list[str] | None = None, **values: object) -> Take:
        given = {"plate": plate, "look": look, "age_map": age_map}
        inputs = {key: PortInput(path) for key, path in given.items() if path}
        request = JobRequest(
            operation="deage",
            spec_version=1,
            inputs=inputs,
            values=DEAGE.validate({"mode": "parametric", "target_age": 35.0, **values}),
            range=FrameRange(FRAMES),
            output_root=str(likely.folder / "takes"),
            shot="sh010",
            performers=(PERFORMER,),
            host="test",
        )
        say = (said if said is not None else []).append
        options = JobOptions(settings=settings)
        return run_job(request, options, on_event=lambda event: say(getattr(event, "message", ""))).take

    return made


def linear(take: Take | str, frame: int) -> np.ndarray:
    if isinstance(take, Take):
        first = next(iter(sorted((take.folder / "result").glob("*.exr"))))
        take = str(first).replace(str(FRAMES[0]), "####")
    picture = Sequence.find(take).read(frame)
    return picture.linear(picture.display_window)


def test_a_look_makes_another_take_the_same_and_tells_one_that_is_not(
    plate: str, make: Callable[..., Take], tmp_path: Path
) -> None:
    hero = make(wrinkles=1.0, banks=0.8, region_forehead=1.5, calm=0.2)
    changed = (linear(hero, 1003) != linear(plate, 1003)).any(axis=2)
    assert 0.02 < changed.mean() < 0.7 and not changed[:20].any()
    saved = save_look(hero, "young", tmp_path / "looks", Reporter())
    worn = make(look=saved["look"])
    assert np.abs(linear(worn, 1003) - linear(hero, 1003)).max() < 0.004
    close = look_drift(worn, Path(saved["look"]), Reporter())
    far = look_drift(make(wrinkles=0.0, banks=0.0, spots=0.0, structure=0.0), Path(saved["look"]), Reporter())
    assert abs(close["worst"]["stops"]) < abs(far["worst"]["stops"])
    assert json.loads(Path(saved["look"]).read_text())["shot"] == "sh010"


def test_a_look_carries_the_shape_the_fine_dial_and_the_age_map(
    plate: str, make: Callable[..., Take], tmp_path: Path
) -> None:
    ages = np.ones((300, 280, 3), np.float32)
    ages[:, :140] = 0
    write(tmp_path / "ages.1003.exr", ages)
    values = {"fine": 0.6, "shape_eyelids": 0.7, "region_neck": 0.0, "wrinkles": 1.0, "banks": 0.6}
    hero = make(age_map=str(tmp_path / "ages.####.exr"), **values)
    saved = save_look(hero, "half", tmp_path / "looks", Reporter(), frame=1003)
    worn = make(look=saved["look"])
    apart = np.abs(linear(worn, 1003) - linear(hero, 1003))
    moved = np.abs(linear(hero, 1003) - linear(plate, 1003))
    assert moved.max() > 0.05
    assert apart.mean() < 0.1 * moved.mean()
    other = np.abs(linear(make(**values), 1003) - linear(hero, 1003))
    assert other[:, :120].mean() > 5 * apart[:, :120].mean()


def test_a_look_of_somebody_else_is_said(make: Callable[..., Take], tmp_path: Path) -> None:
    saved = Path(save_look(make(), "young", tmp_path / "looks", Reporter())["look"])
    said: list[str] = []
    make(look=str(saved), said=said)
    assert not any("another face" in one for one in said)
    saved.write_text(saved.read_text().replace(PERFORMER, "marie-unknown"))
    make(look=str(saved), said=said)
    assert any("one of marie-unknown" in one and PERFORMER in one for one in said)


def test_the_commands_of_a_look_speak_as_people_do(
    make: Callable[..., Take], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take, folder = str(make().folder), tmp_path / "looks of all"
    assert main(["deage", "look", "save", take, "--name", "young", "--to", str(folder)]) == 0
    told = capsys.readouterr()
    assert f"--look '{folder}/young.look.json'" in told.out
    assert main(["deage", "look", "drift", take, str(folder / "young.look.json")]) == 0
    told = capsys.readouterr()
    assert "Frame 1001: " in told.out and "_" not in told.out
    assert "measuring skin" in told.err and "XNNPACK" not in told.err


def test_the_performance_is_kept_and_drawn(make: Callable[..., Take], tmp_path: Path) -> None:
    found = performance(make(), Reporter(), picture=tmp_path / "performance.png")
    assert found["frames"] == len(FRAMES)
    assert set(found["movements"]) == {"mouth opening", "mouth width", "lids", "brows"}
    assert all(one["apart"] < 0.05 for one in found["movements"].values())
    assert (tmp_path / "performance.png").stat().st_size > 1000


def test_curves_that_cannot_be_written_there_are_told(make: Callable[..., Take], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for picture, code in (("file/curves.png", "input.unwritable_output"), ("plate.exr", "usage.bad_value")):
        with pytest.raises(ArtistError) as refused:
            performance(make(), Reporter(), picture=tmp_path / picture)
        assert refused.value.code == code


def test_the_shape_moves_the_jaw_and_pins_the_border(plate: str, make: Callable[..., Take]) -> None:
    took = make(wrinkles=0.0, banks=0.0, structure=0.0, spots=0.0, even_tone=0.0, shape_jaw=1.0)
    changed = (linear(took, 1003) != linear(plate, 1003)).any(axis=2)
    assert changed[150:220].mean() > 0.1
    assert not changed[:5].any() and not changed[:, :3].any()


def test_a_track_is_written_and_worn(plate: str, make: Callable[..., Take], tmp_path: Path) -> None:
    found = write_face_track(Plate.find(plate), tmp_path / "face.json", Sought(), Reporter())
    assert found.faces == ("1",) and found.made == "auto" and not found.trouble
    assert found.picture.stat().st_size > 10000
    with pytest.raises(ArtistError, match="already there"):
        write_face_track(Plate.find(plate), tmp_path / "face.json", Sought(), Reporter())


def test_frames_to_paint_are_named_with_what_they_gain(plate: str) -> None:
    found = suggest(Plate.find(plate), 2, Sought(), Reporter())
    assert len(found["keys"]) == 2 and found["keys"][0]["gain_db"] >= found["keys"][1]["gain_db"]
    assert {one["frame"] for one in found["keys"]} <= set(FRAMES)
