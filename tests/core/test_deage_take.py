"""A take of de-ageing: the paint goes with the skin, and nothing else is touched."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from likeness import OTHER, PERFORMER, Likely
from little_face import COUNT, FIRST, KEYS, SIZE, LittleFace, place, write, write_face

from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.sequence import Sequence
from photodouble.ops.operation import operation_named
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import DEAGE

BETWEEN = 1004


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
    return Likely(tmp_path / "show", settings)


@pytest.fixture
def make(face: LittleFace, likely: Likely) -> Callable[..., Path]:
    """Run a request under consent and return the take's folder."""

    def made(**changes: object) -> Path:
        likely.file(models=())
        done = run_job(asked(face, likely, **changes), JobOptions(settings=likely.settings))
        assert done.manifest is not None
        return done.take.folder

    return made


def asked(
    face: LittleFace, likely: Likely, *, ports: dict[str, str] | None = None, **values: object
) -> JobRequest:
    given = {"plate": face.plate, "keys": face.keys, "track": face.track, **(ports or {})}
    frames = FrameRange(range(FIRST, FIRST + COUNT))
    return JobRequest(
        operation="deage",
        spec_version=1,
        inputs={key: PortInput(path) for key, path in given.items() if path},
        values=DEAGE.validate({"target_age": 35.0, **values}),
        range=frames,
        source_range=frames,
        output_root=str(likely.folder / "takes"),
        shot="sh010",
        performers=(PERFORMER,),
        host="test",
    )


def sequence(take: Path, output: str) -> Sequence:
    first = next(iter(sorted((take / output).glob("*.exr"))))
    return Sequence.find(first.with_name(first.name.replace(str(FIRST), "####")))


def linear(found: Sequence | str, frame: int) -> np.ndarray:
    found = Sequence.find(found) if isinstance(found, str) else found
    picture = found.read(frame)
    return picture.linear(picture.display_window)


def planes(take: Path, output: str, frame: int) -> dict[str, np.ndarray]:
    picture = sequence(take, output).read(frame, needs_colour=False)
    return {name: picture.channel(name, picture.display_window) for name in picture.channels}


def snr(found: np.ndarray, truth: np.ndarray) -> float:
    return float(10 * np.log10((truth**2).sum() / ((found - truth) ** 2).sum()))


def test_it_is_registered_with_its_declaration() -> None:
    assert operation_named("deage").spec is DEAGE
    assert DEAGE.consent == "required"


def test_the_paint_goes_with_the_skin(face: LittleFace, make: Callable[..., Path]) -> None:
    result = sequence(make(), "result")
    for frame in (1003, BETWEEN, 1005):
        change = linear(result, frame) - linear(face.plate, frame)
        assert snr(change, face.truth(frame)) > 14
    assert snr(face.truth(KEYS[0]), face.truth(BETWEEN)) < 3


def test_a_painted_frame_shows_the_paint_and_no_other_pixel_changes(
    face: LittleFace, make: Callable[..., Path]
) -> None:
    take = make()
    result = sequence(take, "result")
    assert np.array_equal(linear(result, KEYS[0]), linear(face.keys, KEYS[0]))
    for frame in range(FIRST, FIRST + COUNT):
        matte = planes(take, "matte", frame)["A"]
        same = (linear(result, frame) == linear(face.plate, frame)).all(axis=2)
        assert same[matte == 0].all()
        assert 0 < (matte > 0).mean() < 0.5
    assert linear(result, BETWEEN)[3, 4, 0] == 6.5 and linear(result, BETWEEN)[5, 6, 0] == -0.25


def test_strength_scales_the_change_and_none_is_the_plate(
    face: LittleFace, make: Callable[..., Path]
) -> None:
    half = sequence(make(strength=0.5), "result")
    plate = linear(face.plate, KEYS[0])
    painted = linear(face.keys, KEYS[0])
    assert np.allclose(linear(half, KEYS[0]), plate + 0.5 * (painted - plate), atol=2e-3)
    nothing = sequence(make(strength=0.0), "result")
    for frame in (KEYS[0], BETWEEN):
        assert np.array_equal(linear(nothing, frame), linear(face.plate, frame))


def test_the_layers_add_up_to_the_delta_and_the_delta_to_the_result(
    face: LittleFace, make: Callable[..., Path]
) -> None:
    take = make()
    delta = planes(take, "delta", BETWEEN)
    bands = planes(take, "bands", BETWEEN)
    matte = planes(take, "matte", BETWEEN)["A"]
    result, plate = linear(sequence(take, "result"), BETWEEN), linear(face.plate, BETWEEN)
    for at, channel in enumerate("RGB"):
        total = sum(bands[f"{band}.{channel}"] for band in ("structure", "wrinkle", "pore"))
        assert np.allclose(total, delta[channel], atol=1e-6)
        assert np.allclose(result[..., at], plate[..., at] + matte * delta[channel], atol=2e-3)
    assert np.abs(bands["wrinkle.R"]).max() > 0.004


def test_the_map_says_the_same_of_one_place_of_the_skin_on_every_frame(make: Callable[..., Path]) -> None:
    take = make()
    spots = np.array([[44.0, 40.0, 1], [62.0, 55.0, 1]])
    seen = []
    for frame in (FIRST, BETWEEN, FIRST + COUNT - 1):
        uv = planes(take, "uv", frame)
        at = np.rint(spots @ place(frame).T).astype(int)
        seen.append([(uv["R"][y, x], uv["G"][y, x]) for x, y in at])
    assert np.ptp(np.array(seen), axis=0).max() < 0.012
    assert np.array(seen).min() > 0.1 and np.array(seen).max() < 0.9


def test_the_artist_s_matte_of_the_skin_is_law_on_painted_frames_too(
    face: LittleFace, make: Callable[..., Path], tmp_path: Path
) -> None:
    left = np.zeros(SIZE, np.float32)
    left[:, :52] = 1
    write(tmp_path / "skin.exr", left)
    result = sequence(make(ports={"skin": str(tmp_path / "skin.exr")}), "result")
    for frame in (KEYS[0], BETWEEN):
        changed = (linear(result, frame) != linear(face.plate, frame)).any(axis=2)
        assert changed[:, :52].any() and not changed[:, 52:].any()


def test_what_lies_over_the_skin_stays(face: LittleFace, make: Callable[..., Path], tmp_path: Path) -> None:
    hand = np.zeros(SIZE, np.float32)
    hand[:, 60:] = 1
    write(tmp_path / "hand.exr", hand)
    result = sequence(make(ports={"occluder": str(tmp_path / "hand.exr")}), "result")
    changed = (linear(result, BETWEEN) != linear(face.plate, BETWEEN)).any(axis=2)
    assert changed[:, :60].any() and not changed[:, 60:].any()


def test_an_age_map_goes_with_the_face(face: LittleFace, make: Callable[..., Path], tmp_path: Path) -> None:
    ages = np.ones((*SIZE, 3), np.float32)
    ages[:, :55] = 0
    write(tmp_path / f"ages.{FIRST}.exr", ages)
    result = sequence(make(ports={"age_map": str(tmp_path / "ages.####.exr")}), "result")
    changed = (linear(result, 1006) != linear(face.plate, 1006)).any(axis=2)
    cut = place(1006) @ np.array([55.0, 43.0, 1.0])
    there = np.flatnonzero(changed.any(axis=0))
    assert abs(there.min() - cut[0]) < 3


def test_the_origin_names_the_artist_and_the_painted_frame(make: Callable[..., Path]) -> None:
    take = make()
    origin, matte = planes(take, "origin", KEYS[1]), planes(take, "matte", KEYS[1])["A"]
    assert {*origin["kind"][matte > 0]} == {4.0} and {*origin["kind"][matte == 0]} == {0.0}
    assert {*origin["frame"][matte > 0]} == {float(KEYS[1])}
    carried, matte = planes(take, "origin", 1003), planes(take, "matte", 1003)["A"]
    assert {*carried["frame"][matte > 0]} <= {float(key) for key in KEYS}


def test_points_on_one_frame_are_followed(
    face: LittleFace, make: Callable[..., Path], tmp_path: Path
) -> None:
    document = json.loads(Path(face.track).read_text())
    for point in document["points"]:
        point["frames"] = {str(FIRST): point["frames"][str(FIRST)]}
    (tmp_path / "points.json").write_text(json.dumps(document))
    result = sequence(make(ports={"track": str(tmp_path / "points.json")}), "result")
    change = linear(result, BETWEEN) - linear(face.plate, BETWEEN)
    assert snr(change, face.truth(BETWEEN)) > 12


def test_a_key_frame_that_is_left_out_changes_nothing_any_more(
    face: LittleFace, make: Callable[..., Path]
) -> None:
    result = sequence(make(key_frames=str(KEYS[1])), "result")
    assert not np.array_equal(linear(result, KEYS[0]), linear(face.keys, KEYS[0]))
    assert np.array_equal(linear(result, KEYS[1]), linear(face.keys, KEYS[1]))


CONSENTS = {
    "none": (None, "consent.missing"),
    "expired": ({"valid_to": "2026-01-01"}, "consent.not_valid"),
    "another performer": ({"performer": OTHER}, "consent.missing"),
    "another age": ({"age_range": (50, 60)}, "consent.not_valid"),
    "no change of age": ({"age_range": None}, "consent.not_valid"),
}


@pytest.mark.parametrize("fault", CONSENTS)
def test_nobody_gets_younger_without_consent(face: LittleFace, likely: Likely, fault: str) -> None:
    consent, code = CONSENTS[fault]
    if consent is not None:
        likely.file(**{"models": (), **consent})
    with pytest.raises(ArtistError) as refused:
        run_job(asked(face, likely), JobOptions(settings=likely.settings))
    assert refused.value.code == code
    assert not list((likely.folder / "takes").glob("**/result"))


BAD: dict[str, tuple[dict[str, object], str]] = {
    "no age": ({"target_age": 0.0}, "consent.not_valid"),
    "no paint": ({"ports": {"keys": ""}}, "usage.arguments"),
    "a key that is not painted": ({"key_frames": "1003"}, "input.missing_frames"),
    "no track file": ({"ports": {"track": ""}, "tracker": "points"}, "usage.arguments"),
}


@pytest.mark.parametrize("fault", BAD)
def test_what_cannot_work_is_said_before_anything_is_made(
    face: LittleFace, likely: Likely, fault: str
) -> None:
    changes, code = BAD[fault]
    likely.file(models=())
    with pytest.raises(ArtistError) as refused:
        run_job(asked(face, likely, **changes), JobOptions(settings=likely.settings))
    assert refused.value.code == code
    assert refused.value.fix


@pytest.mark.parametrize(
    ("fault", "code"),
    [("size", "input.size_mismatch"), ("same", "input.bad_key"), ("far", "input.range_mismatch")],
)
def test_a_painted_frame_that_does_not_fit_is_refused(
    face: LittleFace, likely: Likely, tmp_path: Path, fault: str, code: str
) -> None:
    likely.file(models=())
    plate = linear(face.plate, BETWEEN)
    number = 1100 if fault == "far" else BETWEEN
    picture = plate[:-4] if fault == "size" else plate if fault == "same" else plate + 0.1 * plate**2
    write(tmp_path / f"keys/painted.{number}.exr", np.ascontiguousarray(picture))
    wrong = {"keys": str(tmp_path / "keys/painted.####.exr")}
    with pytest.raises(ArtistError) as refused:
        run_job(asked(face, likely, ports=wrong), JobOptions(settings=likely.settings))
    assert refused.value.code == code


def test_one_key_is_enough_and_is_said(face: LittleFace, likely: Likely) -> None:
    likely.file(models=())
    said: list[str] = []
    run_job(
        asked(face, likely, key_frames=str(KEYS[0])),
        JobOptions(settings=likely.settings),
        on_event=lambda event: said.append(getattr(event, "message", "")),
    )
    assert any("Only frame 1002 is painted" in one for one in said)


def test_a_frame_made_alone_equals_the_one_of_the_whole_take(
    face: LittleFace, likely: Likely, make: Callable[..., Path]
) -> None:
    whole = linear(sequence(make(), "result"), BETWEEN)
    options = JobOptions(
        settings=dataclasses.replace(likely.settings, cache_folder=str(likely.folder / "other")),
        frames=FrameRange((BETWEEN,)),
    )
    done = run_job(asked(face, likely), options)
    path = next((done.take.folder / "result").glob("*.exr"))
    assert np.array_equal(linear(str(path), BETWEEN), whole)


def test_the_command_line_asks_whose_likeness_and_which_age(
    face: LittleFace, photodouble: Callable[..., Any], tmp_path: Path
) -> None:
    said = photodouble("deage", "--plate", face.plate, "--keys", face.keys, "--root", tmp_path / "takes")
    assert said.returncode == 2 and "--performer" in said.stderr
    said = photodouble("deage", "render", "--plate", face.plate, "--performer", "zoltan-hornblower")
    assert said.returncode == 2 and "--target-age" in said.stderr
    said = photodouble(
        *("deage", "--plate", face.plate, "--keys", face.keys, "--track", face.track),
        *("--performer", "zoltan-hornblower", "--target-age", "35", "--root", tmp_path / "takes"),
    )
    assert said.returncode != 0 and "There is no consent" in said.stderr
    assert not list(tmp_path.glob("takes/**/result"))
