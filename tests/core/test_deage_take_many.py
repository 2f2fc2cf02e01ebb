"""De-ageing wherever a shot comes from: both eyes, a squeezed plate, a farm, a preview, drawn skin."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from little_face import COUNT, FIRST, KEYS, SIZE, LittleFace, moved, place, skin, wrinkle, write, write_face
from young_job import Desk, linear, planes

from photodouble.engine.preview import PreviewStore, make_preview
from photodouble.image.exr import write_planes
from photodouble.image.proxy import reduce
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.ops.operation import Reporter
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.wire import PreviewWanted, new_id

BETWEEN = 1004
ALL = range(FIRST, FIRST + COUNT)
DARK = {"mode": "parametric", "calm": 0.0, "wrinkles": 1.0, "structure": 0.0, "even_tone": 0.0}


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> LittleFace:
    return write_face(tmp_path_factory.mktemp("face"))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    return Desk.below(tmp_path)


def snr(found: np.ndarray, truth: np.ndarray) -> float:
    return float(10 * np.log10((truth**2).sum() / max(((found - truth) ** 2).sum(), 1e-12)))


def painted(face: LittleFace) -> dict[str, str]:
    return {"plate": face.plate, "keys": face.keys, "track": face.track}


@pytest.fixture(scope="module")
def eyes(face: LittleFace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write both eyes: the right one is the left, shifted, as is its track."""
    folder = tmp_path_factory.mktemp("eyes")
    shift = {"left": 0.0, "right": -5.0}
    for eye, far in shift.items():
        way = np.array([[1.0, 0, far], [0, 1, 0]])
        for kind, pattern in (("plate", face.plate), ("keys", face.keys)):
            for frame in ALL if kind == "plate" else KEYS:
                picture = linear(pattern, frame)
                size = (picture.shape[1], picture.shape[0])
                picture = cv2.warpAffine(picture, way, size, borderMode=cv2.BORDER_REFLECT)
                write(folder / eye / f"{kind}.{frame}.exr", picture)
        document = json.loads(Path(face.track).read_text())
        for point in document["points"]:
            for one in point["frames"].values():
                one["place"][0] += far
        (folder / eye / "track.json").write_text(json.dumps(document))
    return folder


def test_each_eye_follows_its_own_track_and_gets_its_own_paint(eyes: Path, desk: Desk) -> None:
    ports = {
        key: str(eyes / "%V" / name) for key, name in (("plate", "plate.####.exr"), ("keys", "keys.####.exr"))
    }
    request = desk.request({**ports, "track": str(eyes / "%V" / "track.json")}, view="left,right")
    take = desk.make(request)
    deltas = []
    for eye in ("left", "right"):
        delta = planes(take.folder, "delta", BETWEEN, eye)
        deltas.append(np.dstack([delta[name] for name in "RGB"]))
    assert np.abs(deltas[0]).max() > 0.02
    assert snr(deltas[1][:, :-8], deltas[0][:, 5:-3]) > 14


def test_one_eye_s_track_is_refused_for_both(eyes: Path, desk: Desk) -> None:
    ports = {
        key: str(eyes / "%V" / name) for key, name in (("plate", "plate.####.exr"), ("keys", "keys.####.exr"))
    }
    request = desk.request({**ports, "track": str(eyes / "left" / "track.json")}, view="left,right")
    with pytest.raises(ArtistError, match="belongs to one eye"):
        desk.make(request)


@pytest.fixture(scope="module")
def squeezed(face: LittleFace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the shot as an anamorphic plate: half as wide, of pixels twice as wide."""
    folder = tmp_path_factory.mktemp("squeezed")

    def half(picture: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(picture.reshape(SIZE[0], SIZE[1] // 2, 2, 3).mean(axis=2))

    def store(path: Path, picture: np.ndarray) -> None:
        box = Box(0, 0, picture.shape[1], picture.shape[0])
        channels = {name: np.ascontiguousarray(picture[..., at]) for at, name in enumerate("RGB")}
        write_planes(path, channels, data_window=box, display_window=box, pixel_aspect=2.0, type="float")

    for frame in ALL:
        plate = half(linear(face.plate, frame))
        store(folder / f"plate.{frame}.exr", plate)
        if frame in KEYS:
            store(folder / f"keys.{frame}.exr", plate + half(moved(wrinkle(), frame)))
    document = json.loads(Path(face.track).read_text())
    for point in document["points"]:
        for one in point["frames"].values():
            one["place"][0] /= 2
    (folder / "track.json").write_text(json.dumps(document))
    return folder


def test_a_squeezed_plate_is_followed_unsqueezed_and_keeps_its_form(
    face: LittleFace, squeezed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    desk = Desk.below(tmp_path, contact_sheet=True)
    names = {"plate": "plate.####.exr", "keys": "keys.####.exr", "track": "track.json"}
    take = desk.make(desk.request({key: str(squeezed / name) for key, name in names.items()}))
    truth = face.truth(BETWEEN).reshape(SIZE[0], SIZE[1] // 2, 2, 3).mean(axis=2)
    change = linear(take.folder, BETWEEN) - linear(str(squeezed / "plate.####.exr"), BETWEEN)
    assert snr(change, truth) > 10
    written = next((take.folder / "result").glob(f"*{BETWEEN}.exr"))
    assert Sequence.find(written).read(BETWEEN).pixel_aspect == 2.0
    shown = cv2.imread(str(next((take.folder / "pictures").glob(f"*{BETWEEN}.png"))))
    assert shown.shape[:2] == SIZE


def test_the_pieces_of_a_farm_are_the_take_of_one_machine(
    face: LittleFace, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, mode in enumerate(("keys", "parametric")):
        whole = desk.make(desk.request(painted(face), mode=mode, smoothing=2))
        monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / f"other{number}" / "photodouble.toml"))
        other = Desk.below(tmp_path / f"farm{number}")
        request = replace(other.request(painted(face), mode=mode, smoothing=2), take=new_id())
        for piece in (range(FIRST + 4, FIRST + COUNT), range(FIRST, FIRST + 4)):
            parts = other.make(request, frames=FrameRange(piece))
        for frame in ALL:
            one, two = whole.record(frame), parts.record(frame)
            assert one is not None and two is not None
            assert {key: file.pixel_sha256 for key, file in one.files.items()} == {
                key: file.pixel_sha256 for key, file in two.files.items()
            }


def test_a_preview_shows_the_frame_that_the_take_holds(face: LittleFace, desk: Desk, tmp_path: Path) -> None:
    request = desk.request(painted(face))
    store = PreviewStore()

    def shown(**values: object) -> tuple[np.ndarray, str]:
        asked = desk.request(painted(face), **values)
        wanted = PreviewWanted(asked, BETWEEN, preview=new_id(), scale=2)
        made = make_preview(wanted, tmp_path / "previews", desk.settings, Reporter(), store)
        picture = Sequence.find(Path(made.path)).read(Sequence.find(Path(made.path)).frames[0])
        return picture.linear(picture.display_window), " ".join(made.notes)

    alone, said = shown()
    assert "painted ones alone" in said
    take = desk.make(request)
    truth = reduce(linear(take.folder, BETWEEN), 2)
    plate = reduce(linear(face.plate, BETWEEN), 2)
    assert snr(alone - plate, truth - plate) > 10
    finished, said = shown()
    assert "finished frame" in said
    assert np.abs(finished - truth).max() < 2e-3
    half, said = shown(strength=0.5)
    assert "finished analysis" in said
    assert snr(half - plate, (truth - plate) / 2) > 20


def drawing(path: Path, *shapes: tuple[str, list[list[float]]]) -> str:
    stored = [
        {"name": name, "kind": "polygon", "keys": {str(FIRST): {"points": points}}} for name, points in shapes
    ]
    path.write_text(json.dumps({"schema": 1, "shapes": stored}))
    return str(path)


HAND = [[36.0, 32], [72, 32], [72, 54], [36, 54]]
LEFT = [[30.0, 26], [54, 26], [54, 60], [30, 60]]


@pytest.fixture(scope="module")
def lined(face: LittleFace, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write the plate with a dark line on it, for dials to fill."""
    folder = tmp_path_factory.mktemp("lined")
    smooth = cv2.GaussianBlur(skin(), (0, 0), 3)
    line = np.zeros(SIZE, np.float32)
    cv2.line(line, (40, 40), (70, 46), 1.0, 1, cv2.LINE_AA)
    dark = smooth * np.exp2(-0.8 * cv2.GaussianBlur(line, (0, 0), 0.8))[..., None]
    for frame in ALL:
        write(folder / f"plate.{frame}.exr", moved(dark.astype(np.float32), frame))
    return str(folder / "plate.####.exr")


def changed(take: Path, plate: str, frame: int) -> np.ndarray:
    found: np.ndarray = (linear(take, frame) != linear(plate, frame)).any(axis=2)
    return found


def test_a_drawn_hand_is_skin_and_goes_along_and_what_is_left_stays(
    face: LittleFace, lined: str, desk: Desk, tmp_path: Path
) -> None:
    ports = {"plate": lined, "track": face.track}
    hand = drawing(tmp_path / "hand.json", ("hand", HAND))
    only = desk.make(desk.request({**ports, "regions": hand}, **DARK))
    for frame in (FIRST, BETWEEN):
        corners = np.array([[*point, 1.0] for point in HAND]) @ place(frame).T
        touched = np.argwhere(changed(only.folder, lined, frame))[:, ::-1] + 0.5
        assert len(touched) > 50
        assert (touched >= corners.min(axis=0) - 1.5).all() and (touched <= corners.max(axis=0) + 1.5).all()
    both = drawing(tmp_path / "both.json", ("hand", HAND), ("leave ring", LEFT))
    left = desk.make(desk.request({**ports, "regions": both}, **DARK))
    assert changed(left.folder, lined, FIRST)[:, 58:].any()
    assert not changed(left.folder, lined, FIRST)[:, 32:52].any()


def test_a_drawn_region_takes_the_region_s_dial(
    face: LittleFace, lined: str, desk: Desk, tmp_path: Path
) -> None:
    ports = {"plate": lined, "track": face.track, "regions": drawing(tmp_path / "neck.json", ("Neck", HAND))}
    full = desk.make(desk.request(ports, **DARK))
    none = desk.make(desk.request(ports, **{**DARK, "spots": 0.0, "banks": 0.0, "region_neck": 0.0}))
    assert changed(full.folder, lined, BETWEEN).any()
    assert not changed(none.folder, lined, BETWEEN).any()


def test_a_drawing_of_another_kind_is_refused(face: LittleFace, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text('{"schema": 1, "shapes": [{"name": "hand"}]}')
    request = desk.request({**painted(face), "regions": str(tmp_path / "no.json")}, mode="both")
    with pytest.raises(ArtistError) as refused:
        desk.make(request)
    assert refused.value.code == "input.bad_document"


def test_what_passes_over_the_face_is_found_and_stays(face: LittleFace, desk: Desk, tmp_path: Path) -> None:
    bar = slice(50, 66)
    for frame in ALL:
        plate = linear(face.plate, frame)
        if frame == BETWEEN:
            plate[:, bar] = np.random.default_rng(5).random((SIZE[0], 16, 3)).astype(np.float32)
        write(tmp_path / f"bar/plate.{frame}.exr", plate)
    ports = {**painted(face), "plate": str(tmp_path / "bar/plate.####.exr")}
    take = desk.make(desk.request(ports, find_occluders=True))
    found = planes(take.folder, "covered", BETWEEN)["A"]
    assert found[40:50, bar].mean() > 0.8
    assert found[40:50, 75:85].mean() < 0.2
    for frame in (1003, 1005):
        assert planes(take.folder, "covered", frame)["A"].mean() < 0.02
    assert not changed(take.folder, ports["plate"], BETWEEN)[40:46, 54:62].any()
