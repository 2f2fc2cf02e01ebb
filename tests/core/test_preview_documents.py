"""Previews with what an artist drew, tracked and edited: at the preview's size, or said to be left out."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from photodouble.demo.shopfront import Shopfront, poster
from photodouble.demo.slate import write_frame
from photodouble.engine.preview import PreviewStore, make_preview
from photodouble.engine.preview.frames import guided_around
from photodouble.engine.preview.places import guided_frames, lines_within, scaled_document
from photodouble.engine.preview.without import left_out
from photodouble.image.encoding import encode
from photodouble.image.exr import write_planes
from photodouble.image.proxy import reduce
from photodouble.image.sequence import Sequence
from photodouble.image.track_document import plane_from_document
from photodouble.image.window import Box
from photodouble.ops.operation import Reporter
from photodouble.ops.shot import ShotInputs
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.events import Previewed
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.wire import PreviewWanted, new_id

FRAMES = range(1001, 1007)
SHOT = Shopfront(width=240, height=136, frames=100)
OLD = poster(("BAKERY", "fresh bread"), (0.72, 0.16, 0.1), 300)
NEW = poster(("FORNO", "pane fresco"), (0.1, 0.3, 0.6), 300)
SIGN_FRAMES = (39, 40, 41, 42)
Picture = NDArray[np.float32]


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Previewed]:
    """Give a function that makes a preview, with one store for all of a test."""
    store, settings = PreviewStore(), Settings(cache_folder=str(tmp_path / "cache"))

    def make(request: JobRequest, frame: int, scale: int = 2) -> Previewed:
        wanted = PreviewWanted(request, frame, preview=new_id(), scale=scale)
        return make_preview(wanted, tmp_path / "previews", settings, Reporter(), store)

    return make


@pytest.fixture
def ask(tiny_shot: Callable[..., Any], request_for: Callable[..., JobRequest]) -> Callable[..., JobRequest]:
    """Give a function that makes a request of a shot whose middle no frame shows."""
    shot = tiny_shot(frames=FRAMES)
    matte = np.zeros((48, 64), np.float32)
    matte[12:36, 16:48] = 1
    for frame in shot.frames:
        layer(shot.file("matte", frame), {"A": matte})

    def make(values: dict[str, object] | None = None, **ports: object) -> JobRequest:
        request = request_for(shot, values=values or {})
        more = {port: PortInput(str(path)) for port, path in ports.items()}
        return dataclasses.replace(request, inputs={**request.inputs, **more})

    return make


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a plate with a sign, new artwork, and the exact track."""
    folder = tmp_path_factory.mktemp("shop")
    for number in SIGN_FRAMES:
        write_frame(folder / f"plate.{number:04d}.exr", SHOT.frame(number, OLD), number)
    codes = np.rint(np.clip(encode(NEW), 0, 1) * 255).astype(np.uint8)
    cv2.imwrite(str(folder / "sign.it.png"), codes[..., ::-1])
    frames = {str(number): {"corners": corners(number).tolist()} for number in range(20, 60)}
    track = {"schema": 1, "kind": "plane", "reference": 39, "shutter": 0.5, "frames": frames}
    (folder / "track.json").write_text(json.dumps(track))
    return folder


def corners(frame: int) -> NDArray[np.float64]:
    return (SHOT.corners(frame) + 0.5).round(4)


def sign_request(shop: Path, root: Path, values: dict[str, object], **ports: Path) -> JobRequest:
    paths = {"plate": shop / "plate.####.exr", "artwork": shop / "sign.png", **ports}
    inputs = {port: PortInput(str(path)) for port, path in paths.items()}
    given = {"locale": "it", **values}
    return JobRequest("replace", inputs, given, FrameRange(SIGN_FRAMES), output_root=str(root), shot="shop")


def by_corners(shop: Path, root: Path) -> JobRequest:
    names = ("top_left", "top_right", "bottom_right", "bottom_left")
    return sign_request(shop, root, dict(zip(names, corners(39).tolist(), strict=True)))


def layer(path: Path, planes: dict[str, Picture]) -> None:
    box = Box.of_size(48, 64)
    write_planes(path, planes, data_window=box, display_window=box, type="float")


def pixels(path: str | Path) -> Picture:
    found = Sequence.find(path)
    return found.read(found.frames[0]).linear()


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("how", ["corners", "track"])
def test_a_sign_is_shown_where_the_truth_has_it(
    how: str, scale: int, shop: Path, desk: Any, tmp_path: Path
) -> None:
    request = by_corners(shop, tmp_path)
    if how == "track":
        request = sign_request(shop, tmp_path, {}, track=shop / "track.json")
    shown = encode(pixels(desk(request, 41, scale).path))
    truth, plate = (encode(reduce(SHOT.frame(41, sign), scale)) for sign in (NEW, OLD))
    sign = np.abs(truth - plate).max(axis=2) > 0.1
    assert np.square(shown - truth)[sign].mean() < 0.2 * np.square(plate - truth)[sign].mean()
    around = np.zeros(sign.shape, np.uint8)
    cv2.fillConvexPoly(around, (corners(41) / scale).astype(np.int32), 1)
    beside = cv2.dilate(around, np.ones((9, 9), np.uint8)) == 0
    assert np.abs(shown - plate)[beside].max() < 0.002


def test_a_sign_too_far_from_its_reference_frame_needs_a_track(
    shop: Path, desk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photodouble.engine.preview.sign.MOST_FOLLOWED", 1)
    with pytest.raises(ArtistError) as told:
        desk(by_corners(shop, tmp_path), 42)
    assert told.value.code == "usage.arguments"
    assert "track plane" in told.value.fix
    assert desk(by_corners(shop, tmp_path), 40).notes


def test_places_shrink_with_the_picture_and_other_numbers_do_not() -> None:
    line = {"frame": 1002, "points": [[10, 20], [30.5, 40]]}
    guides = scaled_document({"schema": 1, "lines": [line, "none"]}, 2)
    assert guides == {"schema": 1, "lines": [{"frame": 1002, "points": [[5, 10], [15.25, 20]]}, "none"]}
    square = [[2, 2], [8, 2], [8, 8], [2, 8]]
    frame = {"corners": square, "error": 0.5, "visible": 0.75, "lost": False}
    stored = {"schema": 1, "kind": "plane", "reference": 4, "shutter": 0.5, "frames": {"4": frame}}
    track = plane_from_document(scaled_document(stored, 2))
    assert np.array_equal(track.corners[0] + 0.5, np.array(square) / 2)
    assert (track.error[0], track.visible[0], track.shutter, track.start) == (0.25, 0.75, 0.5, 4)


def test_lines_are_followed_in_a_preview_and_a_change_of_them_is_seen(
    ask: Any, desk: Any, tmp_path: Path
) -> None:
    guides = tmp_path / "guides.json"
    plain = pixels(desk(ask(), 1003).path)
    shown = []
    for points in ([[2, 14], [62, 34]], [[2, 34], [62, 14]]):
        guides.write_text(
            json.dumps({"schema": 1, "lines": [{"frame": 1002, "points": points}]}) + " " * len(shown)
        )
        shown.append(pixels(desk(ask(guides=guides), 1003).path))
    assert not np.array_equal(shown[0], plain)
    assert not np.array_equal(shown[0], shown[1])


def test_the_frame_of_a_line_is_looked_at_and_lines_too_far_away_are_told(
    ask: Any, desk: Any, tmp_path: Path
) -> None:
    drawn = {
        "schema": 1,
        "lines": [{"frame": frame, "points": [[2, 14], [62, 34]]} for frame in (1002, 1006)],
    }
    assert guided_frames(drawn) == (1002, 1006)
    assert lines_within(drawn, {1006})["lines"] == drawn["lines"][1:]
    assert guided_around(1000, (990, 1001, 1040), range(900, 1100), 20) == (990, 1001)
    (tmp_path / "guides.json").write_text(json.dumps(drawn))
    near = desk(ask(guides=tmp_path / "guides.json"), 1003)
    assert not any("lines" in note for note in near.notes)
    far = desk(ask({"reach": 1, "seed": 2}, guides=tmp_path / "guides.json"), 1002)
    assert any("lines on frames 1006" in note for note in far.notes)


def test_the_artists_light_is_on_a_preview(ask: Any, desk: Any, tmp_path: Path) -> None:
    half = np.full((48, 64), 0.5, np.float32)
    layer(tmp_path / "light.exr", {f"gain.{name}": half for name in "RGB"})
    plain = pixels(desk(ask({"grain": 0.0, "light": "steady"}), 1003).path)
    dark = pixels(desk(ask({"grain": 0.0, "light": "steady"}, lighting=tmp_path / "light.exr"), 1003).path)
    assert np.median(dark[8:16, 10:22] / plain[8:16, 10:22]) == pytest.approx(0.5, rel=0.1)


def test_what_a_preview_goes_without_is_told(ask: Any, desk: Any, tmp_path: Path) -> None:
    slope = np.linspace(0, 1, 64, dtype=np.float32)[None].repeat(48, axis=0)
    layer(tmp_path / "map.exr", dict.fromkeys("RGB", slope))
    told = " ".join(desk(ask({"learning": True}, motion_map=tmp_path / "map.exr"), 1003).notes)
    assert "Nothing is learned" in told
    assert "motion map is not used" in told
    request = dataclasses.replace(ask(), values={"model": "lama"})
    assert "model lama" in " ".join(left_out(request, ShotInputs({}), FrameRange()))
    assert left_out(ask().checked(), ShotInputs({}), FrameRange()) == []
