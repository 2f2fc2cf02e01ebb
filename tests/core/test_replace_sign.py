"""A sign on a rendered shop front gets new artwork: measured against the same shot with the new sign."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from photodouble.cli.main import main
from photodouble.demo.shopfront import Shopfront, poster
from photodouble.demo.slate import write_frame
from photodouble.image.encoding import encode
from photodouble.image.localised import localised
from photodouble.image.sequence import Sequence
from photodouble.image.stmap import write_stmap
from photodouble.image.window import Box
from photodouble.ops.replace.front import in_front
from photodouble.ops.replace.light import GRID, edge_softness, level, light_ratio
from photodouble.ops.replace.sign import grown
from photodouble.takes.check import check_take
from photodouble.takes.store import TakeStore
from photodouble_client.errors import ArtistError

SHOT = Shopfront(width=240, height=136, frames=100, person=True)
FIRST, COUNT = 40, 8
OLD = poster(("BAKERY", "fresh bread"), (0.72, 0.16, 0.1), 300)
NEW = poster(("FORNO", "pane fresco"), (0.1, 0.3, 0.6), 300)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a plate, the truth with the new sign, the artwork and the exact track."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "plate").mkdir()
    frames = {}
    for number in range(FIRST, FIRST + COUNT):
        write_frame(folder / f"plate/plate.{number:04d}.exr", SHOT.frame(number, OLD), number)
        corners = (SHOT.corners(number) + 0.5).round(4).tolist()
        frames[str(number)] = {"corners": corners}
    clear = Shopfront(width=240, height=136, frames=100)
    write_frame(folder / "plate/plate.0039.exr", clear.frame(39, OLD), 39)
    frames["39"] = {"corners": (SHOT.corners(39) + 0.5).round(4).tolist()}
    codes = np.rint(np.clip(encode(NEW), 0, 1) * 255).astype(np.uint8)
    cv2.imwrite(str(folder / "sign.it.png"), codes[..., ::-1])
    track = {"schema": 1, "kind": "plane", "reference": 39, "shutter": 0.5, "frames": frames}
    (folder / "track.json").write_text(json.dumps(track))
    return folder


def run(shop: Path, root: Path, *more: str) -> int:
    return main(
        [
            "replace", "--plate", str(shop / "plate/plate.####.exr"), "--artwork", str(shop / "sign.png"),
            "--locale", "it", "--root", str(root), "--output", str(root / "out.####.exr"), "--quiet", *more,
        ]
    )  # fmt: skip


def corner_flags() -> list[str]:
    flags = ("--top-left", "--top-right", "--bottom-right", "--bottom-left")
    places = SHOT.corners(39) + 0.5
    return [word for flag, (x, y) in zip(flags, places, strict=True) for word in (flag, f"{x:.4f},{y:.4f}")]


def read(folder: Path, name: str, frame: int) -> NDArray[np.float32]:
    return Sequence.find(folder / f"{name}.####.exr").read(frame).linear()


def plane(take: Path, output: str, channel: str, frame: int) -> NDArray[np.float32]:
    sequence = Sequence.find(next(take.glob(f"{output}/*.{frame:04d}.exr")))
    return sequence.read(frame, needs_colour=False).channel(channel, Box(0, 0, 240, 136))


@pytest.fixture(scope="module")
def done(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the command from corners alone, to a sealed take."""
    root = tmp_path_factory.mktemp("takes")
    assert run(shop, root, *corner_flags()) == 0
    return root


def test_the_new_sign_is_where_the_truth_has_it_and_all_else_is_the_plate(shop: Path, done: Path) -> None:
    takes = done / "plate/replace/v001"
    for frame in (40, 43, 47):
        plate, made = read(shop / "plate", "plate", frame), read(done, "out", frame)
        shown = plane(takes, "matte", "A", frame) > 0
        assert np.array_equal(made[~shown], plate[~shown])
        truth = SHOT.frame(frame, NEW)
        error = np.square(encode(made) - encode(truth))[shown].mean()
        before = np.square(encode(plate) - encode(truth))[shown].mean()
        assert error < 0.25 * before
        assert 10 * np.log10(1 / error) > 23


def test_who_passes_in_front_stays_in_front(shop: Path, done: Path) -> None:
    frame = 46
    bare = Shopfront(width=240, height=136, frames=100, grain=0.0)
    walked = Shopfront(width=240, height=136, frames=100, grain=0.0, person=True)
    person = np.abs(encode(bare.frame(frame, OLD)) - encode(walked.frame(frame, OLD))).max(axis=2) > 0.3
    away = np.abs(encode(read(done, "out", frame)) - encode(walked.frame(frame, NEW))).mean(axis=2)
    assert person.sum() > 300
    assert np.median(away[person]) < 0.03
    assert (away[person] > 0.2).mean() < 0.12


def test_origin_says_that_it_is_the_artists(done: Path) -> None:
    take = done / "plate/replace/v001"
    assert set(np.unique(plane(take, "origin", "kind", 43))) == {0.0, 4.0}
    assert (take / "manifest.json").is_file()


def test_a_given_track_and_a_chunk_give_the_same_pixels(shop: Path, tmp_path: Path) -> None:
    given = ("--track", str(shop / "track.json"), "--frames", "40-42", "--reference-frame", "39")
    for name, more in (("whole", ()), ("chunk", ("--workers", "2"))):
        (tmp_path / name).mkdir()
        assert run(shop, tmp_path / name, *given, *more) == 0
    for frame in (40, 41, 42):
        first, second = (read(tmp_path / name, "out", frame) for name in ("whole", "chunk"))
        assert np.array_equal(first, second)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "corners"),
        (("--track", "TRACK", "--frames", "39-60"), "frame"),
        (("--top-left", "10,10", "--top-right", "20,20"), "span nothing"),
        (("--locale", "../x", "--track", "TRACK"), "locale"),
        (("--track", "TRACK", "--undistort", "ART"), "ST map"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_written(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], said: str
) -> None:
    named = {"TRACK": str(shop / "track.json"), "ART": str(shop / "sign.it.png")}
    assert run(shop, tmp_path, *(named.get(word, word) for word in more)) in (2, 3)
    assert said.lower() in capsys.readouterr().err.lower()


def test_a_locale_names_its_own_file() -> None:
    assert localised("a/poster.png", "de") == "a/poster.de.png"
    assert localised("a/poster.####.exr", "pt-BR") == "a/poster.pt-BR.####.exr"
    assert localised("a/{locale}/poster.png", "de") == "a/de/poster.png"
    assert localised("a/poster.png", "") == "a/poster.png"
    with pytest.raises(ArtistError):
        localised("a/{locale}.png", "")


def test_light_is_the_low_frequencies_of_the_ratio_and_a_person_does_not_darken_it() -> None:
    print_ = np.random.default_rng(1).uniform(0.2, 0.9, (*GRID, 3)).astype(np.float32)
    slope = np.linspace(0.5, 1.0, GRID[1], dtype=np.float32)[None, :, None]
    lit = print_ * slope
    lit[:, 20:30] = 0.02
    found = light_ratio(lit, print_)
    assert np.abs(found / slope - 1).mean() < 0.06
    assert np.array_equal(light_ratio(np.full_like(lit, np.nan), print_), np.ones_like(print_))


def test_levels_bring_the_artwork_to_the_old_signs_brightness() -> None:
    art, old = np.full((8, 8, 3), 0.5, np.float32), np.full((8, 8, 3), 0.1, np.float32)
    assert level(art, old, "automatic") == pytest.approx([0.2, 0.2, 0.2], rel=0.02)
    assert level(art, old * [1.0, 2.0, 1.0], "same_design") == pytest.approx([0.2, 0.4, 0.2], rel=0.02)
    assert level(art, old, "follow").tolist() == [1, 1, 1]


@pytest.mark.parametrize("blur", [0.8, 1.5, 2.5])
def test_softness_of_edges_is_measured(blur: float) -> None:
    picture = np.zeros((80, 80), np.float32)
    picture[20:60, 20:60] = 1
    assert edge_softness(cv2.GaussianBlur(picture, (0, 0), blur)) == pytest.approx(blur, rel=0.2)


def test_an_even_thing_in_front_is_found_with_its_soft_edge() -> None:
    old = np.full((60, 80, 3), 0.6, np.float32)
    edge = np.clip((np.arange(80) - 30) / 6, 0, 1).astype(np.float32)[None, :, None]
    plate = old * (1 - edge) + 0.05 * edge
    found = in_front(np.asarray(plate, np.float32), old, np.ones((60, 80), np.float32), 0.004)
    assert np.abs(found - edge[..., 0]).mean() < 0.03
    assert in_front(old, old, np.ones((60, 80), np.float32), 0.004).max() == 0


def test_growing_moves_every_side_by_as_much() -> None:
    square = np.array([[10, 10], [30, 10], [30, 20], [10, 20]], np.float64)
    assert np.allclose(grown(square, 2), [[8, 8], [32, 8], [32, 22], [8, 22]])
    assert np.allclose(grown(grown(square, 3), -3), square)


def test_an_override_shows_the_artists_pixels_where_the_sign_is(shop: Path, tmp_path: Path) -> None:
    painted = tmp_path / "painted.0041.exr"
    shutil.copy(shop / "plate/plate.0041.exr", painted)
    given = ("--track", str(shop / "track.json"), "--frames", "40-41")
    assert run(shop, tmp_path, *given, "--override", f"41={painted}") == 0
    assert np.array_equal(read(tmp_path, "out", 41), read(shop / "plate", "plate", 41))
    assert not np.array_equal(read(tmp_path, "out", 40), read(shop / "plate", "plate", 40))


def test_a_sign_behind_a_bending_lens_is_replaced_through_its_maps(shop: Path, tmp_path: Path) -> None:
    y, x = np.mgrid[0:136, 0:240].astype(np.float32)
    middle = np.array([119.5, 67.5], np.float32)
    away = np.dstack([x, y]) - middle
    to_flat = middle + away * (1 + 1.5e-5 * np.square(away).sum(axis=2, keepdims=True))
    back = away.copy()
    for _ in range(30):
        back = away / (1 + 1.5e-5 * np.square(back).sum(axis=2, keepdims=True))
    to_plate = middle + back
    window = Box(0, 0, 240, 136)
    write_stmap(tmp_path / "redistort.exr", to_flat.astype(np.float32), window)
    write_stmap(tmp_path / "undistort.exr", to_plate.astype(np.float32), window)

    def bent(picture: NDArray[np.float32]) -> NDArray[np.float32]:
        flat = to_flat.astype(np.float32)
        return cv2.remap(
            picture, flat[..., 0], flat[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )

    (tmp_path / "plate").mkdir()
    for frame in (39, 40):
        write_frame(
            tmp_path / f"plate/plate.{frame:04d}.exr", bent(read(shop / "plate", "plate", frame)), frame
        )
    given = ("--track", str(shop / "track.json"), "--frames", "40", "--reference-frame", "39")
    maps = ("--undistort", str(tmp_path / "undistort.exr"), "--redistort", str(tmp_path / "redistort.exr"))
    track = json.loads((shop / "track.json").read_text())
    for stored in track["frames"].values():
        corners = np.float32(stored["corners"]) - 0.5
        seen = cv2.remap(to_plate.astype(np.float32), corners[:, :1], corners[:, 1:], cv2.INTER_LINEAR)
        stored["corners"] = (seen[:, 0] + 0.5).tolist()
    (tmp_path / "bent.json").write_text(json.dumps(track))
    given = (given[0], str(tmp_path / "bent.json"), *given[2:])
    lens = ("--plate", str(tmp_path / "plate/plate.####.exr"))
    truth = bent(SHOT.frame(40, NEW))
    errors = {}
    for name, more in (("through", maps), ("flat", ())):
        (tmp_path / name).mkdir()
        assert run(shop, tmp_path / name, *given, *more, *lens) == 0
        made = read(tmp_path / name, "out", 40)
        errors[name] = float(np.abs(encode(made) - encode(truth)).mean())
    assert errors["through"] < 0.95 * errors["flat"]


def test_a_take_of_a_locale_is_current_until_its_own_artwork_changes(shop: Path, done: Path) -> None:
    take = TakeStore(done).all()[0]
    assert check_take(take) == ()
    artwork = shop / "sign.it.png"
    before = artwork.read_bytes()
    try:
        artwork.write_bytes(before + b" ")
        assert [change.what for change in check_take(take)] == ["artwork"]
    finally:
        artwork.write_bytes(before)
