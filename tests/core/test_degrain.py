"""Grain is taken off against a wall without any, and what was taken off brings the plate back bit for bit."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenEXR
import OpenImageIO
import pytest

from photodouble.engine.preview import PreviewStore, make_preview
from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.encoding import decode, encode
from photodouble.image.grain import NO_GRAIN, Grain, make_grain
from photodouble.image.sequence import Sequence
from photodouble.ops.degrain.operation import OPERATION
from photodouble.ops.operation import LooksNear, Reporter, operation_named
from photodouble.settings import Settings
from photodouble.takes.store import Take
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import SPECS
from photodouble_client.wire import PreviewWanted, new_id

FIRST, FRAMES, SIZE = 1001, 5, (96, 128)
NUMBERS = tuple(range(FIRST, FIRST + FRAMES))
STRENGTH = 0.03
Picture = np.ndarray[Any, np.dtype[np.float32]]


@dataclasses.dataclass(frozen=True)
class Filmed:
    """A wall that is panned over, with grain on disk and without in memory, and a matte in its middle."""

    folder: Path
    clean: Mapping[int, Picture]

    @property
    def plate(self) -> str:
        return str(self.folder / "plate.####.exr")

    @property
    def matte(self) -> str:
        return str(self.folder / "matte.####.exr")

    def request(self, root: Path, *, has_matte: bool = False, **given: Any) -> JobRequest:
        inputs = {"plate": PortInput(self.plate)}
        if has_matte:
            inputs["matte"] = PortInput(self.matte)
        values = given.pop("values", {})
        fields = {"range": FrameRange(NUMBERS), "output_root": str(root), "shot": "sh010", **given}
        return JobRequest("degrain", inputs, values, **fields)


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> Filmed:
    folder = tmp_path_factory.mktemp("filmed")
    chance = np.random.default_rng(4)
    wide = cv2.GaussianBlur(chance.random((SIZE[0], SIZE[1] + 40, 3)).astype(np.float32), (0, 0), 2.5)
    wall = decode(np.clip(0.45 + 2.2 * (wide - 0.5), 0.05, 1.2).astype(np.float32))
    wall[8:14] = -0.02
    wall[20:26] *= 30
    grain = dataclasses.replace(NO_GRAIN, deviation=np.full((2, 3), STRENGTH, np.float32))
    clean = {}
    for at, number in enumerate(NUMBERS):
        clean[number] = np.ascontiguousarray(wall[:, 2 * at : 2 * at + SIZE[1]])
        level = encode(clean[number])
        seen = decode(level + make_grain(_coarse(grain), level, seed=5, frame=number))
        write(folder / f"plate.{number}.exr", dict(zip("RGB", seen.transpose(2, 0, 1), strict=True)))
        matte = np.zeros(SIZE, np.float32)
        matte[30:70, 40:90], matte[30:70, 90:100] = 1, 0.5
        write(folder / f"matte.{number}.exr", {"A": matte})
    return Filmed(folder, clean)


def _coarse(grain: Grain) -> Grain:
    falling = np.exp(-np.add.outer(np.arange(8), np.arange(8)) / 6).astype(np.float32)
    return dataclasses.replace(grain, spectrum=np.stack([falling / falling.mean()] * 3))


def write(path: Path, planes: Mapping[str, Picture], kind: type = np.float16) -> None:
    channels = {name: np.ascontiguousarray(plane, kind) for name, plane in planes.items()}
    OpenEXR.File({"type": OpenEXR.scanlineimage}, channels).write(str(path))


def run(request: JobRequest, root: Path, **options: Any) -> Take:
    settings = Settings(cache_folder=str(root / "cache"), contact_sheet=False)
    return run_job(request, JobOptions(settings=settings, **options)).take


def colours(path: Path | str, frame: int) -> Picture:
    found = Sequence.find(str(path)).read(frame)
    return np.asarray(found.stored(found.display_window), np.float32)


@pytest.fixture(scope="module")
def whole(filmed: Filmed, tmp_path_factory: pytest.TempPathFactory) -> Take:
    root = tmp_path_factory.mktemp("whole")
    return run(filmed.request(root), root)


def error(made: Picture, truth: Picture) -> float:
    return float(np.sqrt(np.mean(np.square(encode(made) - encode(truth))[30:])))


def test_most_of_the_grain_goes_and_the_wall_stays(filmed: Filmed, whole: Take) -> None:
    for number in (FIRST, FIRST + 2):
        before = error(colours(filmed.plate, number), filmed.clean[number])
        after = error(colours(whole.picture("result", number, "exr"), number), filmed.clean[number])
        assert after < 0.55 * before, "more than 5 dB"


def test_neighbours_help(filmed: Filmed, whole: Take, tmp_path: Path) -> None:
    alone = run(filmed.request(tmp_path, values={"neighbours": 0}), tmp_path)
    number = FIRST + 2
    with_them, without = (
        error(colours(take.picture("result", number, "exr"), number), filmed.clean[number])
        for take in (whole, alone)
    )
    assert with_them < 0.9 * without


def test_result_and_grain_are_the_plate_bit_for_bit(filmed: Filmed, whole: Take) -> None:
    for number in NUMBERS:
        plate = colours(filmed.plate, number)
        result, grain = (colours(whole.picture(name, number, "exr"), number) for name in ("result", "grain"))
        assert (grain != 0).mean() > 0.5, "something was taken off"
        assert np.array_equal(result + grain, plate)


def test_values_below_zero_and_far_above_one_are_kept(filmed: Filmed, whole: Take) -> None:
    result = colours(whole.picture("result", FIRST, "exr"), FIRST)
    assert np.abs(result[10:12] - filmed.clean[FIRST][10:12]).max() < 0.02 and result[10:12].mean() < -0.01
    bright = result[22:24].mean() / filmed.clean[FIRST][22:24].mean()
    assert result[22:24].max() > 5 and abs(bright - 1) < 0.05


def test_outside_the_matte_nothing_changes(filmed: Filmed, tmp_path: Path) -> None:
    take = run(filmed.request(tmp_path, has_matte=True), tmp_path)
    for number in (FIRST, FIRST + 4):
        plate, result = (
            colours(path, number) for path in (filmed.plate, take.picture("result", number, "exr"))
        )
        matte = colours(filmed.matte, number)[..., 0]
        assert np.array_equal(result[matte == 0], plate[matte == 0])
        assert (result != plate).any(axis=2)[matte == 1].mean() > 0.9
        grain = colours(take.picture("grain", number, "exr"), number)
        assert np.array_equal(result + grain, plate), "a soft edge adds up too"


def test_a_matte_that_covers_everything_is_no_hole(filmed: Filmed, whole: Take, tmp_path: Path) -> None:
    request = filmed.request(tmp_path, has_matte=True, values={"matte_invert": True, "matte_grow": 40})
    take = run(request, tmp_path)
    assert (colours(take.picture("matte", FIRST, "exr"), FIRST) == 1).all()
    assert pixels(take)[("result", FIRST)] == pixels(whole)[("result", FIRST)]


def pixels(take: Take) -> dict[tuple[str, int], str]:
    found = {}
    for number in NUMBERS:
        record = take.record(number)
        if record is not None:
            found.update({(name, number): one.pixel_sha256 for name, one in record.files.items()})
    return found


def test_chunks_and_threads_make_the_same_pixels(filmed: Filmed, whole: Take, tmp_path: Path) -> None:
    request = filmed.request(tmp_path, take="b" * 32)
    cv2.setNumThreads(2)
    for chunk in ((FIRST + 3, FIRST + 4), (FIRST, FIRST + 1, FIRST + 2)):
        take = run(request, tmp_path, frames=FrameRange(chunk))
    assert pixels(take) == pixels(whole)


def test_strength_zero_leaves_the_plate_as_it_is(filmed: Filmed, tmp_path: Path) -> None:
    animated = {"frames": {str(number): float(number > FIRST) for number in NUMBERS}}
    take = run(filmed.request(tmp_path, values={"strength": animated}), tmp_path)
    plate = colours(filmed.plate, FIRST)
    assert np.array_equal(colours(take.picture("result", FIRST, "exr"), FIRST), plate)
    assert not colours(take.picture("grain", FIRST, "exr"), FIRST).any()
    changed = colours(take.picture("result", FIRST + 1, "exr"), FIRST + 1)
    assert not np.array_equal(changed, colours(filmed.plate, FIRST + 1))


def test_only_colour_leaves_the_brightness(filmed: Filmed, tmp_path: Path) -> None:
    take = run(filmed.request(tmp_path, values={"luma": 0.0}), tmp_path)
    grain = [
        encode(colours(path, FIRST))[30:] for path in (filmed.plate, take.picture("result", FIRST, "exr"))
    ]
    taken = grain[0] - grain[1]
    assert np.abs(taken.mean(axis=2)).mean() < 0.1 * np.abs(taken).mean()


def test_an_artists_frame_adds_up_too(filmed: Filmed, tmp_path: Path) -> None:
    painted = tmp_path / f"mine.{FIRST}.exr"
    write(painted, dict(zip("RGB", filmed.clean[FIRST].transpose(2, 0, 1), strict=True)))
    take = run(filmed.request(tmp_path, overrides={FIRST: str(painted)}), tmp_path)
    result, grain = (colours(take.picture(name, FIRST, "exr"), FIRST) for name in ("result", "grain"))
    assert np.array_equal(result[30:], filmed.clean[FIRST].astype(np.float16).astype(np.float32)[30:])
    assert np.array_equal(result + grain, colours(filmed.plate, FIRST))


def test_a_frame_opens_itself_and_its_neighbours_only(filmed: Filmed, whole: Take) -> None:
    record = whole.record(FIRST)
    assert record is not None
    opened = {name for name in record.basis if name.startswith("plate/")}
    assert opened == {f"plate/{number}" for number in (FIRST, FIRST + 1, FIRST + 2)}


@pytest.mark.parametrize(("suffix", "kind"), [("exr", np.float32), ("dpx", np.uint16), ("png", np.uint16)])
def test_every_kind_of_file_adds_up(tmp_path: Path, filmed: Filmed, suffix: str, kind: type) -> None:
    for number in NUMBERS[:2]:
        seen, path = colours(filmed.plate, number)[:48, :64], tmp_path / f"p.{number}.{suffix}"
        if kind is np.float32:
            spread = np.float32(1) + np.float32(1e-7) * np.arange(64, dtype=np.float32)
            write(path, dict(zip("RGB", (seen * spread[None, :, None]).transpose(2, 0, 1))), np.float32)
        else:
            write_codes(path, np.rint(np.clip(encode(seen), 0, 1) * 65535).astype(np.uint16))
    plate = str(tmp_path / f"p.####.{suffix}")
    request = dataclasses.replace(
        filmed.request(tmp_path / "takes"),
        inputs={"plate": PortInput(plate)},
        range=FrameRange(NUMBERS[:2]),
    )
    take = run(request, tmp_path)
    for number in NUMBERS[:2]:
        read = [
            Sequence.find(str(path)).read(number) for path in (plate, take.picture("result", number, suffix))
        ]
        both = [one.linear(one.display_window) for one in read]
        grain = colours(take.picture("grain", number, "exr"), number)
        assert (grain != 0).any()
        assert np.array_equal(both[1] + grain, both[0])


def write_codes(path: Path, codes: np.ndarray[Any, Any]) -> None:
    out = OpenImageIO.ImageOutput.create(str(path))
    spec = OpenImageIO.ImageSpec(codes.shape[1], codes.shape[0], 3, "uint16")
    assert out.open(str(path), spec) and out.write_image(codes)
    out.close()


def test_a_plate_without_grain_passes_through(tmp_path: Path, filmed: Filmed) -> None:
    for number in NUMBERS[:2]:
        flat = np.full((*SIZE, 3), np.float32(0.18))
        write(tmp_path / f"flat.{number}.exr", dict(zip("RGB", flat.transpose(2, 0, 1), strict=True)))
    request = dataclasses.replace(
        filmed.request(tmp_path / "takes"),
        inputs={"plate": PortInput(str(tmp_path / "flat.####.exr"))},
        range=FrameRange(NUMBERS[:2]),
    )
    take = run(request, tmp_path)
    assert (colours(take.picture("result", FIRST, "exr"), FIRST) == np.float16(0.18)).all()


def test_what_is_no_number_stays_what_it_is(tmp_path: Path, filmed: Filmed) -> None:
    for number in NUMBERS[:2]:
        seen = colours(filmed.plate, number)
        seen[40, 40], seen[50, 60] = np.nan, np.inf
        write(tmp_path / f"odd.{number}.exr", dict(zip("RGB", seen.transpose(2, 0, 1), strict=True)))
    request = dataclasses.replace(
        filmed.request(tmp_path / "takes"),
        inputs={"plate": PortInput(str(tmp_path / "odd.####.exr"))},
        range=FrameRange(NUMBERS[:2]),
    )
    take = run(request, tmp_path)
    result = colours(take.picture("result", FIRST, "exr"), FIRST)
    assert np.isnan(result[40, 40]).all() and np.isinf(result[50, 60]).all()
    assert np.isfinite(result).all(axis=2).sum() == result[..., 0].size - 2
    assert np.isfinite(colours(take.picture("grain", FIRST, "exr"), FIRST)).all()


@pytest.mark.parametrize("has_matte", [False, True])
def test_there_is_a_preview_of_any_frame(filmed: Filmed, tmp_path: Path, has_matte: bool) -> None:
    request = filmed.request(tmp_path / "takes", has_matte=has_matte)
    settings, number = Settings(cache_folder=str(tmp_path)), FIRST + 2
    wanted = PreviewWanted(request, number, new_id(), scale=1)
    shown = make_preview(wanted, tmp_path, settings, Reporter(), PreviewStore())
    made, plate = (colours(path, number) for path in (shown.path, filmed.plate))
    matte = colours(filmed.matte, number)[..., 0] if has_matte else np.ones(SIZE, np.float32)
    inside = matte == 1
    truth = filmed.clean[number]
    after, before = (error(np.where(inside[..., None], one, truth), truth) for one in (made, plate))
    assert after < 0.8 * before
    assert np.array_equal(made[matte == 0], plate[matte == 0])


def test_the_operation_is_the_declared_one() -> None:
    found = operation_named("degrain")
    assert found is OPERATION and found.spec is SPECS["degrain"] and isinstance(found, LooksNear)
    assert found.render_only <= {param.key for param in found.spec.params}


def test_origin_is_the_frame_itself(whole: Take) -> None:
    origin = colours_of(whole, "origin", ("kind", "frame"))
    assert set(np.unique(origin[0])) <= {0.0, 1.0} and (origin[1][origin[0] == 1] == FIRST).all()
    sure = colours_of(whole, "confidence", ("confidence",))[0]
    assert all(0 < float(one) <= 1 for one in itertools.chain([sure.min(), sure.max()]))


def colours_of(take: Take, output: str, channels: tuple[str, ...]) -> list[Picture]:
    path = str(take.picture(output, FIRST, "exr"))
    return [Sequence.find(path, channels=one).read(FIRST).channel(one) for one in channels]
