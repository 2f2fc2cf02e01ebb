"""A studio's network paints key frames: those alone, as keys the artist can fix, and they are carried."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from likeness import PERFORMER, Likely
from little_face import COUNT, FIRST, KEYS, LittleFace, write, write_face
from tiny_models import KNOWN, card_of
from tiny_reagers import (
    broken_onnx,
    darker_onnx,
    fran_onnx,
    fran_safetensors,
    fran_torchscript,
    fran_weights,
    smaller_onnx,
)

from photodouble.engine.deage_keys import send_out_keys
from photodouble.engine.deage_look import save_look
from photodouble.engine.painting import take_back
from photodouble.engine.preview import PreviewStore, make_preview
from photodouble.engine.runner import JobOptions, run_job
from photodouble.image.sequence import Sequence
from photodouble.models.feeding import Feeding
from photodouble.models.filing import card_from
from photodouble.models.reage import Reager, open_reager
from photodouble.models.registry import ModelRegistry
from photodouble.ops.deage.reage import in_tiles
from photodouble.ops.operation import Reporter, Stopped
from photodouble.settings import Settings
from photodouble.takes.store import Take, TakeStore
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.specs import DEAGE
from photodouble_client.wire import PreviewWanted, new_id

NAME = "tiny-fran"
BETWEEN = 1004
_FRAN = Feeding(architecture="fran-unet", size=32, multiple=4)


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> LittleFace:
    return write_face(tmp_path_factory.mktemp("face"))


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Likely:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    settings = Settings(
        engine_folder=str(tmp_path / "state"),
        cache_folder=str(tmp_path / "cache"),
        models_folder=str(tmp_path / "models"),
        contact_sheet=False,
        threads=1,
    )
    return Likely(tmp_path / "show", settings)


@pytest.fixture
def likely(show: Likely) -> Likely:
    show.file(models=("*",))
    return show


def file(likely: Likely, weights: Path, feeding: Feeding | None = None) -> None:
    known = dataclasses.replace(card_from(NAME, KNOWN), fill=feeding or Feeding(size=32, multiple=4))
    ModelRegistry.of(likely.settings).add(weights, known)


def asked(face: LittleFace, likely: Likely, keys: str = "", **values: object) -> JobRequest:
    """Return a request in the mode model."""
    ports = {"plate": face.plate, "track": face.track, **({"keys": keys} if keys else {})}
    frames = FrameRange(range(FIRST, FIRST + COUNT))
    given = {"mode": "model", "model": NAME, "target_age": 35.0, "age_in_plate": 60.0, **values}
    return JobRequest(
        operation="deage",
        spec_version=1,
        inputs={key: PortInput(path) for key, path in ports.items()},
        values=DEAGE.validate(given),
        range=frames,
        source_range=frames,
        output_root=str(likely.folder / "takes"),
        shot="sh010",
        performers=(PERFORMER,),
        host="test",
    )


def made(
    face: LittleFace, likely: Likely, said: list[str] | None = None, keys: str = "", **values: object
) -> Path:
    """Run the mode model and return the take's folder."""
    say = (said if said is not None else []).append
    done = run_job(
        asked(face, likely, keys, **values),
        JobOptions(settings=likely.settings),
        on_event=lambda event: say(getattr(event, "message", "")),
    )
    return done.take.folder


def opened(folder: Path) -> Take:
    """Return a take by its folder."""
    found = TakeStore(folder.parents[2]).open(folder)
    assert found is not None
    return found


def linear(path: str | Path, frame: int) -> np.ndarray:
    picture = Sequence.find(str(path)).read(frame)
    return picture.linear(picture.display_window)


def change(face: LittleFace, take: Path, frame: int) -> np.ndarray:
    pattern = next(iter((take / "result").glob(f"*.{FIRST}.exr")))
    return linear(str(pattern).replace(str(FIRST), "####"), frame) - linear(face.plate, frame)


FORMATS: dict[str, Callable[[Path], Path]] = {
    "onnx": lambda folder: fran_onnx(folder / "net.onnx"),
    "onnx of one size": lambda folder: fran_onnx(folder / "net.onnx", side=48),
    "torchscript": lambda folder: fran_torchscript(folder / "net.pt"),
    "safetensors": lambda folder: fran_safetensors(folder / "net.safetensors"),
}


@pytest.mark.parametrize("kind", FORMATS)
def test_a_network_of_every_format_paints_the_keys_and_they_are_carried(
    face: LittleFace, likely: Likely, tmp_path: Path, kind: str
) -> None:
    architecture = "fran-unet" if kind == "safetensors" else ""
    file(likely, FORMATS[kind](tmp_path), Feeding(architecture=architecture, size=32, multiple=4))
    take = made(face, likely, key_frames="1002,1006")
    for frame in (1002, BETWEEN, 1006):
        seen = np.abs(change(face, take, frame))
        assert np.isfinite(seen).all() and seen.max() > 1e-3
        assert (seen == 0).mean() > 0.2
    manifest = json.loads((take / "manifest.json").read_text())
    weights = ModelRegistry.of(likely.settings).card(NAME)
    assert manifest["models"] == [{"name": NAME, "sha256": weights.sha256}]


def test_all_formats_of_one_network_paint_the_same(face: LittleFace, likely: Likely, tmp_path: Path) -> None:
    file(likely, fran_torchscript(tmp_path / "net.pt"))
    script = change(face, made(face, likely, key_frames="1004"), 1004)
    ModelRegistry.of(likely.settings).remove(NAME)
    feeding = Feeding(architecture="fran-unet", size=32, multiple=4)
    file(likely, fran_safetensors(tmp_path / "net.safetensors"), feeding)
    weights = change(face, made(face, likely, key_frames="1004"), 1004)
    assert np.abs(script).max() > 1e-3
    assert np.allclose(script, weights, atol=1e-3)


def test_the_network_is_told_both_ages(face: LittleFace, likely: Likely, tmp_path: Path) -> None:
    file(likely, darker_onnx(tmp_path / "net.onnx"))
    younger = change(face, made(face, likely, key_frames="1004"), 1004)
    older = change(face, made(face, likely, key_frames="1004", age_in_plate=32.0), 1004)
    middle = (slice(40, 56), slice(46, 62))
    assert younger[middle].mean() < -0.005
    assert older[middle].mean() > 0.0005


def test_values_above_one_and_below_zero_survive(face: LittleFace, likely: Likely, tmp_path: Path) -> None:
    file(likely, darker_onnx(tmp_path / "net.onnx"))
    plate, seen = linear(face.plate, 1004), change(face, made(face, likely, key_frames="1004"), 1004)
    assert plate[3, 4, 0] == 6.5 and plate[5, 6, 0] == -0.25
    assert np.abs(seen[3, 4]).max() < 1.5 and np.abs(seen[5, 6]).max() < 0.1


def test_the_tool_chooses_the_keys_where_none_are_named(
    face: LittleFace, likely: Likely, tmp_path: Path
) -> None:
    file(likely, fran_onnx(tmp_path / "net.onnx"))
    said: list[str] = []
    take = made(face, likely, said, model_keys=2)
    named = next(one for one in said if one.startswith("The key frames are"))
    keys = FrameRange.from_text(named.removeprefix("The key frames are ").removesuffix("."))
    assert len(keys) == 2
    record = json.loads((take / "request.json").read_text())
    assert record["values"]["key_frames"] == ""


def test_the_origin_tells_the_network_from_the_artist(
    face: LittleFace, likely: Likely, tmp_path: Path
) -> None:
    file(likely, darker_onnx(tmp_path / "net.onnx"))
    take = made(face, likely, keys=face.keys, key_frames=f"{KEYS[0]},1005")
    for frame, kind in ((KEYS[0], 4.0), (1005, 3.0)):
        picture = Sequence.find(next((take / "origin").glob(f"*.{frame}.exr"))).read(
            frame, needs_colour=False
        )
        found = picture.channel("kind", picture.display_window)
        assert {*np.unique(found)} == {0.0, kind}


def test_a_frame_the_artist_painted_takes_the_place_of_the_networks(
    face: LittleFace, likely: Likely, tmp_path: Path
) -> None:
    file(likely, darker_onnx(tmp_path / "net.onnx"))
    take = made(face, likely, keys=face.keys, key_frames=f"{KEYS[0]},{BETWEEN}")
    painted = linear(face.keys, KEYS[0]) - linear(face.plate, KEYS[0])
    assert np.allclose(change(face, take, KEYS[0]), painted, atol=1e-6)
    assert change(face, take, BETWEEN)[40:56, 46:62].mean() < -0.005


BROKEN: dict[str, tuple[Callable[[Path], Path], Feeding, str]] = {
    "no numbers": (lambda to: broken_onnx(to / "net.onnx"), Feeding(size=32), "no numbers"),
    "four planes": (lambda to: fran_onnx(to / "net.onnx", widths=(4, 3)), Feeding(size=32), "two ages"),
    "one plane back": (lambda to: fran_onnx(to / "net.onnx", widths=(5, 1)), Feeding(size=32), "one delta"),
    "another size": (lambda to: smaller_onnx(to / "net.onnx"), Feeding(size=32), "it gave (1, 3, 30, 30)"),
    "no class": (lambda to: fran_safetensors(to / "net.safetensors"), Feeding(size=32), "no class"),
    "weights of six planes": (
        lambda to: fran_safetensors(to / "net.safetensors", into=6),
        Feeding(architecture="fran-unet", size=32),
        "takes 6 planes",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_network_that_is_none_of_this_kind_is_refused_in_words(
    face: LittleFace, likely: Likely, tmp_path: Path, fault: str
) -> None:
    write, feeding, word = BROKEN[fault]
    file(likely, write(tmp_path), feeding)
    with pytest.raises(ArtistError) as refused:
        made(face, likely, key_frames="1004")
    assert refused.value.code == "model.refused" and word in refused.value.message
    assert "re-ageing network" in refused.value.fix


ASKED: dict[str, tuple[dict[str, object], str]] = {
    "no model": ({"model": ""}, "usage.arguments"),
    "no age": ({"age_in_plate": 0.0}, "usage.bad_value"),
    "a key beyond the plate": ({"key_frames": "1100"}, "input.range_mismatch"),
    "a model without a card": ({"model": "other"}, "model.unknown"),
}


@pytest.mark.parametrize("fault", ASKED)
def test_what_a_network_cannot_be_asked_is_said_before_any_work(
    face: LittleFace, likely: Likely, tmp_path: Path, fault: str
) -> None:
    changes, code = ASKED[fault]
    file(likely, fran_onnx(tmp_path / "net.onnx"))
    with pytest.raises(ArtistError) as refused:
        made(face, likely, **changes)
    assert refused.value.code == code and refused.value.fix


def test_without_memory_tiles_get_smaller_and_then_it_is_said(
    face: LittleFace, likely: Likely, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file(likely, fran_onnx(tmp_path / "net.onnx"), Feeding(size=128, multiple=4))
    monkeypatch.setenv("PHOTODOUBLE_MODEL_MEMORY_GB", "0.02")
    take = made(face, likely, key_frames="1004")
    assert np.abs(change(face, take, 1004)).max() > 1e-3


def test_consent_for_another_model_does_not_cover_this_one(
    face: LittleFace, show: Likely, tmp_path: Path
) -> None:
    show.file(models=("another",))
    file(show, fran_onnx(tmp_path / "net.onnx"))
    with pytest.raises(ArtistError) as refused:
        made(face, show, key_frames="1004")
    assert refused.value.code == "consent.not_valid"


def test_what_the_network_painted_goes_out_is_fixed_and_comes_back(
    face: LittleFace, likely: Likely, tmp_path: Path
) -> None:
    file(likely, darker_onnx(tmp_path / "net.onnx"))
    take = made(face, likely, key_frames="1002,1006")
    sent = send_out_keys(opened(take), tmp_path / "fix", likely.settings, Reporter(), kind="exr")
    assert [(one["frame"], one["by_model"]) for one in sent["frames"]] == [(1002, True), (1006, True)]
    before = linear(sent["frames"][0]["file"], 1002)
    fixed = before.copy()
    fixed[44:50, 50:60] += 0.2
    write(Path(sent["frames"][0]["file"]), fixed, type="float")
    for one in sent["frames"]:
        take_back(Path(one["file"]), to=one["back"])
    again = made(face, likely, keys=sent["keys"], key_frames=sent["key_frames"])
    assert np.allclose(change(face, again, 1002), fixed - linear(face.plate, 1002), atol=2e-3)
    assert np.allclose(change(face, again, 1006), change(face, take, 1006), atol=1e-6)
    carried = change(face, again, 1003) - change(face, take, 1003)
    assert carried.max() > 0.1


def test_a_take_without_keys_has_none_to_send_out(face: LittleFace, likely: Likely, tmp_path: Path) -> None:
    file(likely, darker_onnx(tmp_path / "net.onnx"))
    take = made(face, likely, mode="parametric")
    with pytest.raises(ArtistError) as refused:
        send_out_keys(opened(take), tmp_path / "fix", likely.settings, Reporter())
    assert refused.value.code == "input.bad_key"


def test_a_preview_shows_the_network_s_paint_only_where_a_take_has_it(
    face: LittleFace, likely: Likely, tmp_path: Path
) -> None:
    file(likely, darker_onnx(tmp_path / "net.onnx"))
    store = PreviewStore()

    def shown() -> tuple[np.ndarray, str]:
        request = asked(face, likely, key_frames="1002,1006")
        wanted = PreviewWanted(request, BETWEEN, preview=new_id(), scale=1)
        preview = make_preview(wanted, tmp_path / "previews", likely.settings, Reporter(), store)
        frame = Sequence.find(preview.path).frames[0]
        return linear(preview.path, frame) - linear(face.plate, BETWEEN), " ".join(preview.notes)

    alone, said = shown()
    assert f"The model {NAME} is not asked for a preview" in said
    assert np.abs(alone).max() < 1e-3
    made(face, likely, key_frames="1002,1006")
    finished, _ = shown()
    assert finished[40:56, 46:62].mean() < -0.005


def reager(tmp_path: Path, most: int) -> Reager:
    """Return a network that adds a tenth, for which tiles of more than `most` pixels are too large."""
    card = card_of(darker_onnx(tmp_path / "net.onnx"), tmp_path, Feeding(size=128, multiple=4))

    def run(planes: np.ndarray) -> np.ndarray:
        if planes.shape[2] > most:
            raise MemoryError
        return np.full((1, 3, *planes.shape[2:]), 0.1, np.float32)

    return dataclasses.replace(open_reager(card), run=run)


def test_where_memory_runs_out_the_tiles_get_smaller_and_it_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    picture = np.full((256, 256, 3), 0.5, np.float32)
    added = in_tiles(picture, reager(tmp_path, 64), (60, 35), Reporter(on_warning=said.append))
    assert np.allclose(added, 0.1, atol=1e-6)
    assert len(said) == 1 and "tiles of 64 x 64" in said[0]


def test_where_no_tile_fits_it_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    picture = np.full((256, 256, 3), 0.5, np.float32)
    with pytest.raises(ArtistError) as refused:
        in_tiles(picture, reager(tmp_path, 32), (60, 35), Reporter())
    assert refused.value.code == "engine.memory" and "--mode keys" in refused.value.fix


def test_a_stop_ends_the_painting_between_two_tiles(tmp_path: Path) -> None:
    asked_for: list[int] = []

    def should_stop() -> bool:
        asked_for.append(1)
        return len(asked_for) > 2

    picture = np.full((256, 256, 3), 0.5, np.float32)
    with pytest.raises(Stopped):
        in_tiles(picture, reager(tmp_path, 128), (60, 35), Reporter(should_stop=should_stop))
    assert len(asked_for) == 3


def test_weights_that_hold_their_blur_are_taken_too(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    weights = fran_weights()
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
    kernel = torch.outer(taps, taps) / 64
    plain = open_reager(card_of(fran_safetensors(tmp_path / "plain.safetensors"), tmp_path, _FRAN, "plain"))
    for number in (1, 2):
        weights[f"down{number}.layer.1.filt"] = kernel.repeat((4, 6)[number - 1], 1, 1, 1)
        weights[f"up{number}.blur_upsample.1.filt"] = kernel.repeat((6, 4)[number - 1], 1, 1, 1)
    save_file(weights, str(tmp_path / "blurred.safetensors"))
    blurred = open_reager(card_of(tmp_path / "blurred.safetensors", tmp_path, _FRAN, "blurred"))
    picture = np.random.default_rng(3).random((32, 32, 3)).astype(np.float32)
    assert np.array_equal(plain.change(picture, (60, 35)), blurred.change(picture, (60, 35)))


def test_a_look_is_saved_of_a_take_whose_keys_a_network_painted(
    face: LittleFace, likely: Likely, tmp_path: Path
) -> None:
    file(likely, darker_onnx(tmp_path / "net.onnx"))
    take = opened(made(face, likely, key_frames="1002,1006"))
    saved = save_look(take, "young", tmp_path / "looks", Reporter(), frame=1002)
    stored = json.loads(Path(saved["look"]).read_text())
    assert {*stored["keys"]} == {"1002", "1006"}
