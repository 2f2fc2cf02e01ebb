"""What goes wrong with plates and paint: every fault is told in words, most of them before any work."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import moving_face
import numpy as np
import pytest
from likeness import PERFORMER, Likely
from little_face import COUNT, FIRST, KEYS, LittleFace, write, write_face

from photodouble.engine.deage_track import write_face_track
from photodouble.engine.runner import JobOptions, run_job
from photodouble.engine.tracking import Plate
from photodouble.image.encoding import encode
from photodouble.image.sequence import Sequence
from photodouble.ops.deage.face import Face
from photodouble.ops.deage.face_document import face_document
from photodouble.ops.deage.followed import Sought
from photodouble.ops.deage.import_tracks import face_from_tracks, read_tracks
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import DEAGE

_SEES = all(importlib.util.find_spec(name) for name in ("mediapipe", "ai_edge_litert"))
needs_networks = pytest.mark.skipif(not _SEES, reason="the face extra is not installed")


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> LittleFace:
    return write_face(tmp_path_factory.mktemp("face"))


@pytest.fixture
def likely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Likely:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    settings = Settings(
        engine_folder=str(tmp_path / "state"),
        cache_folder=str(tmp_path / "cache"),
        contact_sheet=False,
        threads=1,
    )
    show = Likely(tmp_path / "show", settings)
    show.file(models=())
    return show


def run(
    likely: Likely, ports: dict[str, str], said: list[str] | None = None, count: int = COUNT, **values: object
) -> Path:
    """Run a request and return the take's folder."""
    frames = FrameRange(range(FIRST, FIRST + count))
    request = JobRequest(
        operation="deage",
        spec_version=1,
        inputs={key: PortInput(path) for key, path in ports.items()},
        values=DEAGE.validate({"target_age": 35.0, **values}),
        range=frames,
        source_range=frames,
        output_root=str(likely.folder / "takes"),
        shot="sh010",
        performers=(PERFORMER,),
        host="test",
    )
    say = (said if said is not None else []).append
    done = run_job(
        request,
        JobOptions(settings=likely.settings),
        on_event=lambda event: say(getattr(event, "message", "")),
    )
    return done.take.folder


def linear(path: str | Path, frame: int) -> np.ndarray:
    picture = Sequence.find(str(path)).read(frame)
    return picture.linear(picture.display_window)


def _graded(plate: np.ndarray) -> np.ndarray:
    return plate * 1.5


def _other_primaries(plate: np.ndarray) -> np.ndarray:
    mixture = np.array([[0.6, 0.3, 0.1], [0.1, 0.8, 0.1], [0.05, 0.1, 0.85]], np.float32)
    return plate @ mixture.T


SPACES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "display": lambda plate: encode(np.maximum(plate, 0)),
    "exposure": _graded,
    "primaries": _other_primaries,
}


@pytest.mark.parametrize("space", SPACES)
def test_paint_in_another_colour_space_is_refused_before_any_work(
    face: LittleFace, likely: Likely, tmp_path: Path, space: str
) -> None:
    plate = linear(face.plate, KEYS[0])
    other = SPACES[space](np.clip(plate, 0.02, 2)) + (linear(face.keys, KEYS[0]) - plate)
    write(tmp_path / f"k/k.{KEYS[0]}.exr", np.asarray(other, np.float32))
    with pytest.raises(ArtistError) as refused:
        run(likely, {"plate": face.plate, "track": face.track, "keys": str(tmp_path / "k/k.####.exr")})
    assert refused.value.code == "input.bad_key" and "another colour space" in refused.value.message
    assert refused.value.fix.endswith(".") and not list((likely.folder / "takes").glob("sh010/*/*"))


def test_a_key_of_another_picture_is_said(face: LittleFace, likely: Likely, tmp_path: Path) -> None:
    painted, chance = linear(face.keys, KEYS[0]), np.random.default_rng(2)
    write(tmp_path / f"k/k.{KEYS[0]}.exr", chance.random(painted.shape).astype(np.float32))
    ports = {"plate": face.plate, "track": face.track}
    said: list[str] = []
    run(likely, {**ports, "keys": str(tmp_path / "k/k.####.exr")}, said)
    assert any("nearly everywhere" in one and "--before" in one for one in said)
    quiet: list[str] = []
    run(likely, {**ports, "keys": face.keys}, quiet)
    assert not any("nearly everywhere" in one for one in quiet)


def test_a_track_may_know_more_frames_than_the_plate_has(
    face: LittleFace, likely: Likely, tmp_path: Path
) -> None:
    for frame in range(FIRST, FIRST + 4):
        write(tmp_path / f"p/p.{frame}.exr", linear(face.plate, frame))
    size = linear(face.plate, FIRST).shape[:2]
    known = face_from_tracks(read_tracks(Path(face.track), size), range(FIRST, FIRST + COUNT), face=Face("1"))
    track = tmp_path / "face.json"
    track.write_text(json.dumps(face_document(known)))
    ports = {"plate": str(tmp_path / "p/p.####.exr"), "track": str(track), "keys": face.keys}
    take = run(likely, ports, count=4, key_frames=str(KEYS[0]))
    assert len(list((take / "result").glob("*.exr"))) == 4


def test_an_age_map_of_another_size_is_refused(face: LittleFace, likely: Likely, tmp_path: Path) -> None:
    write(tmp_path / f"a/a.{KEYS[0]}.exr", np.ones((40, 50, 3), np.float32))
    ports = {"plate": face.plate, "track": face.track, "keys": face.keys}
    with pytest.raises(ArtistError) as refused:
        run(likely, {**ports, "age_map": str(tmp_path / "a/a.####.exr")})
    assert refused.value.code == "input.size_mismatch" and "age map is 50x40" in refused.value.message
    assert not list((likely.folder / "takes").glob("sh010/*/*"))


def test_a_key_of_few_bits_is_said_and_used(face: LittleFace, likely: Likely, tmp_path: Path) -> None:
    painted = linear(face.keys, KEYS[0])
    (tmp_path / "k").mkdir()
    codes = np.rint(np.clip(encode(np.maximum(painted, 0)), 0, 1) * 255).astype(np.uint8)
    cv2.imwrite(str(tmp_path / f"k/k.{KEYS[0]}.png"), codes[..., ::-1])
    said: list[str] = []
    run(likely, {"plate": face.plate, "track": face.track, "keys": str(tmp_path / "k/k.####.png")}, said)
    assert any("steps of brightness" in one for one in said)


def test_values_that_are_no_numbers_leave_the_plate(face: LittleFace, likely: Likely, tmp_path: Path) -> None:
    painted = linear(face.keys, KEYS[0]).copy()
    painted[:, :40] = np.nan
    write(tmp_path / f"k/k.{KEYS[0]}.exr", painted)
    said: list[str] = []
    ports = {"plate": face.plate, "track": face.track, "keys": str(tmp_path / "k/k.####.exr")}
    take = run(likely, ports, said)
    assert any("holds no numbers in 3840 pixels" in one for one in said)
    pattern = str(next((take / "result").glob(f"*.{FIRST}.exr"))).replace(str(FIRST), "####")
    result = linear(pattern, KEYS[0])
    assert np.array_equal(result[:, :40], linear(face.plate, KEYS[0])[:, :40])
    assert not np.array_equal(result, linear(face.plate, KEYS[0]))


def _deltas(face: LittleFace, folder: Path, *, black: bool = False) -> str:
    for key in KEYS:
        delta = linear(face.keys, key) - linear(face.plate, key)
        write(folder / f"d.{key}.exr", delta * (0 if black else 1), type="float")
    return str(folder / "d.####.exr")


def test_keys_are_given_as_deltas_too(face: LittleFace, likely: Likely, tmp_path: Path) -> None:
    ports = {"plate": face.plate, "track": face.track}
    by_delta = run(likely, {**ports, "deltas": _deltas(face, tmp_path / "d")})
    by_paint = run(likely, {**ports, "keys": face.keys})
    for frame in (KEYS[0], 1004):
        results = [
            linear(next((take / "result").glob(f"*.{frame}.exr")), frame) for take in (by_delta, by_paint)
        ]
        assert np.allclose(*results, atol=1e-3)
        assert np.abs(results[0] - linear(face.plate, frame)).max() > 0.02
    manifest = json.loads((by_delta / "manifest.json").read_text())
    assert {*manifest["inputs"]["deltas"]} == {str(key) for key in KEYS}


FAULTS = {"black": "is black", "twice": "are given for 1002,1006", "whole numbers": "in float"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_delta_that_cannot_be_used_is_refused(
    face: LittleFace, likely: Likely, tmp_path: Path, fault: str
) -> None:
    ports = {"plate": face.plate, "track": face.track}
    ports["deltas"] = _deltas(face, tmp_path / "d", black=fault == "black")
    if fault == "twice":
        ports["keys"] = face.keys
    if fault == "whole numbers":
        cv2.imwrite(str(tmp_path / f"d/d.{KEYS[0]}.png"), np.full((96, 112, 3), 9, np.uint8))
        ports["deltas"] = str(tmp_path / "d/d.####.png")
    with pytest.raises(ArtistError) as refused:
        run(likely, ports)
    assert refused.value.code == "input.bad_key" and FAULTS[fault] in refused.value.message


@pytest.fixture(scope="module")
def portraits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write plates with no face, with two, and with one that leaves."""
    folder = tmp_path_factory.mktemp("portraits")
    clip, chance = moving_face.clip(4), np.random.default_rng(1)
    for step, frame in enumerate(clip.numbers):
        picture = clip.picture(frame)
        noise = 0.2 + 0.05 * chance.normal(size=(120, 160, 3))
        write(folder / f"none/p.{frame}.exr", noise.astype(np.float32))
        write(folder / f"two/p.{frame}.exr", np.concatenate([picture, picture[:, ::-1]], axis=1))
        far = step * picture.shape[1] * 28 // 100
        gone = np.concatenate([picture[:, far:], np.full_like(picture[:, :far], 0.2)], axis=1)
        write(folder / f"leaving/p.{frame}.exr", gone)
    return folder


@needs_networks
@pytest.mark.parametrize(
    ("plate", "code", "word"),
    [("none", "input.no_face", "six points"), ("two", "input.which_face", "--face")],
)
def test_no_face_and_two_faces_are_refused_with_a_remedy(
    portraits: Path, likely: Likely, plate: str, code: str, word: str
) -> None:
    with pytest.raises(ArtistError) as refused:
        run(likely, {"plate": str(portraits / plate / "p.####.exr")}, count=4, mode="parametric")
    assert refused.value.code == code and word in refused.value.fix


@needs_networks
def test_who_has_to_choose_a_face_is_told_which_picture_shows_them(portraits: Path, tmp_path: Path) -> None:
    plate = Plate.find(str(portraits / "two/p.####.exr"))
    with pytest.raises(ArtistError) as refused:
        write_face_track(plate, tmp_path / "face.json", Sought(), Reporter())
    assert refused.value.code == "input.which_face" and str(tmp_path / "face.png") in refused.value.fix
    assert (tmp_path / "face.png").is_file() and not (tmp_path / "face.json").exists()
    with pytest.raises(ArtistError, match="shows 2 faces"):
        write_face_track(plate, tmp_path / "face.json", Sought(face="7"), Reporter())


@needs_networks
def test_a_face_that_leaves_is_told_and_the_plate_passes_through(portraits: Path, likely: Likely) -> None:
    plate, said = str(portraits / "leaving/p.####.exr"), list[str]()
    take = run(likely, {"plate": plate}, said, count=4, mode="parametric")
    assert any("passes through unchanged" in one and "1004" in one for one in said)
    results = [linear(next((take / "result").glob(f"*.{frame}.exr")), frame) for frame in (1001, 1004)]
    assert not np.array_equal(results[0], linear(plate, 1001))
    assert np.array_equal(results[1], linear(plate, 1004))


@needs_networks
def test_the_manifest_names_the_networks_that_found_the_face(
    portraits: Path, face: LittleFace, likely: Likely
) -> None:
    take = run(likely, {"plate": str(portraits / "leaving/p.####.exr")}, count=4, mode="parametric")
    networks = json.loads((take / "manifest.json").read_text())["networks"]
    assert [one["name"] for one in networks] == [
        "face_detection_full_range_sparse",
        "face_detection_short_range",
        "face_landmark",
    ]
    assert all(len(one["sha256"]) == 64 for one in networks)
    by_points = run(likely, {"plate": face.plate, "track": face.track, "keys": face.keys})
    assert "networks" not in json.loads((by_points / "manifest.json").read_text())
