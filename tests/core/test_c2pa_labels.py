"""Labels on pictures: written beside the source, read in three states, and never silent about a change."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import OpenImageIO
import pytest

from photodouble.image.hashes import file_sha256
from photodouble.provenance.c2pa import SOURCE, Claim, label_file, label_frames, source_type
from photodouble.provenance.c2pa_label import check_parents, read_label
from photodouble.provenance.sign import Studio, make_studio
from photodouble_client.errors import ArtistError

pytest.importorskip("c2pa")

CLAIM = Claim(
    "0123456789abcdef",
    "inpaint",
    SOURCE + "compositeSynthetic",
    "photodouble 0.1.0",
    {"record_sha256": "ab" * 32, "ledger": {"seq": "7", "hash": "cd" * 32}},
)
KINDS = ("a.png", "a.tif", "a.jpg", "a.mp4", "a.mov")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return make_studio(tmp_path_factory.mktemp("signing"), "Test Studio")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a label asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def write_source(path: Path) -> Path:
    if path.suffix in (".mp4", ".mov"):
        write_movie(path)
        return path
    kind = np.uint16 if path.suffix == ".tif" else np.uint8
    pixels = np.random.default_rng(1).integers(0, np.iinfo(kind).max, (48, 64, 3)).astype(kind)
    target = OpenImageIO.ImageOutput.create(str(path))
    target.open(str(path), OpenImageIO.ImageSpec(64, 48, 3, "uint16" if kind is np.uint16 else "uint8"))
    target.write_image(pixels)
    target.close()
    return path


def write_movie(path: Path) -> None:
    av = pytest.importorskip("av")
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4" if path.suffix == ".mp4" else "prores_ks", rate=24)
        stream.width, stream.height = 64, 48
        stream.pix_fmt = "yuv420p" if path.suffix == ".mp4" else "yuv422p10le"
        for level in (10, 200, 90):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), level, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x10
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("name", KINDS)
def test_a_label_is_trusted_with_the_studios_anchor_and_only_valid_without(
    tmp_path: Path, studio: Studio, name: str
) -> None:
    source = write_source(tmp_path / name)
    before = source.read_bytes()
    target = tmp_path / "out" / name
    label_file(source, target, CLAIM, studio)
    trusted, stranger = read_label(target, studio.anchor), read_label(target)
    assert (trusted.state, stranger.state) == ("trusted", "valid")
    assert trusted.record["take"] == CLAIM.take_id
    assert trusted.issuer == "Test Studio"
    assert source.read_bytes() == before


@pytest.mark.parametrize("name", KINDS)
def test_a_changed_byte_makes_the_label_invalid(tmp_path: Path, studio: Studio, name: str) -> None:
    target = tmp_path / "out" / name
    label_file(write_source(tmp_path / name), target, CLAIM, studio)
    at = target.read_bytes().rfind(b"IEND") - 40 if name == "a.png" else target.stat().st_size // 2
    if name in ("a.mp4", "a.mov"):
        at = target.read_bytes().find(b"mdat") + 40
    flip(target, at)
    assert read_label(target, studio.anchor).state == "invalid"


def test_a_file_without_a_label_has_none(tmp_path: Path) -> None:
    assert read_label(write_source(tmp_path / "a.png")).state == "none"


def test_a_source_is_never_signed_in_place(tmp_path: Path, studio: Studio) -> None:
    source = write_source(tmp_path / "a.png")
    before = source.read_bytes()
    with pytest.raises(ArtistError) as caught:
        label_file(source, source, CLAIM, studio)
    assert caught.value.code == "input.output_is_input"
    assert source.read_bytes() == before


def test_a_tampered_parent_stops_the_label_although_the_library_would_trust_the_child(
    tmp_path: Path, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = tmp_path / "parent" / "a.png"
    label_file(write_source(tmp_path / "a.png"), parent, CLAIM, studio)
    flip(parent, parent.read_bytes().rfind(b"IEND") - 40)
    child, target = write_source(tmp_path / "b.jpg"), tmp_path / "out" / "b.jpg"
    with pytest.raises(ArtistError) as caught:
        label_file(child, target, CLAIM, studio, parents=[parent])
    assert caught.value.code == "input.tampered"
    assert not target.exists()

    monkeypatch.setattr("photodouble.provenance.c2pa.check_parents", lambda _paths: None)
    monkeypatch.setattr("photodouble.provenance.c2pa._check_fresh", lambda _label, _source: None)
    label_file(child, target, CLAIM, studio, parents=[parent])
    label = read_label(target, studio.anchor)
    assert label.state == "trusted"
    assert label.parent_faults
    assert not label.is_whole


def test_a_whole_parent_is_named_in_the_label(tmp_path: Path, studio: Studio) -> None:
    parent, target = tmp_path / "parent" / "a.png", tmp_path / "out" / "b.jpg"
    label_file(write_source(tmp_path / "a.png"), parent, CLAIM, studio)
    label_file(write_source(tmp_path / "b.jpg"), target, CLAIM, studio, parents=[parent])
    assert read_label(target, studio.anchor).is_whole
    check_parents([parent, target])


def sequence(folder: Path, studio: Studio) -> dict[str, str]:
    folder.mkdir()
    for frame in (1001, 1002):
        (folder / f"sh.{frame}.exr").write_bytes(b"picture %d" % frame)
    frames = {path.name: file_sha256(path) for path in folder.iterdir()}
    label_frames(folder, "sh", frames, CLAIM, studio)
    return frames


def test_one_label_covers_a_sequence_and_every_frame_is_asked_for(tmp_path: Path, studio: Studio) -> None:
    folder = tmp_path / "seq"
    frames = sequence(folder, studio)
    assert [read_label(folder / name, studio.anchor).state for name in frames] == ["trusted", "trusted"]
    flip(folder / "sh.1002.exr", 3)
    assert read_label(folder / "sh.1001.exr", studio.anchor).state == "trusted"
    assert read_label(folder / "sh.1002.exr", studio.anchor).state == "invalid"


def test_swapped_frames_and_a_rewritten_list_are_noticed(tmp_path: Path, studio: Studio) -> None:
    folder = tmp_path / "seq"
    frames = sequence(folder, studio)
    first, second = (folder / name for name in sorted(frames))
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    assert read_label(first, studio.anchor).state == "invalid"
    listed = folder / "sh.frames.json"
    swapped = {first.name: file_sha256(first), second.name: file_sha256(second)}
    listed.write_text(json.dumps({"schema": 1, "frames": swapped}))
    assert read_label(first, studio.anchor).state == "invalid"


def test_certificates_are_never_made_over_old_ones(tmp_path: Path) -> None:
    make_studio(tmp_path / "signing", "Test Studio")
    key = (tmp_path / "signing" / "key.pem").read_text()
    with pytest.raises(ArtistError) as caught:
        make_studio(tmp_path / "signing", "Another")
    assert caught.value.code == "input.output_exists"
    assert (tmp_path / "signing" / "key.pem").read_text() == key
    assert (tmp_path / "signing" / "key.pem").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("figures", "models", "wanted"),
    [
        ({}, (), "compositeCapture"),
        ({"share_synthesised": 0.2}, (), "compositeSynthetic"),
        ({}, ("ab" * 32,), "compositeWithTrainedAlgorithmicMedia"),
    ],
)
def test_the_source_type_follows_from_what_was_done(
    figures: dict[str, float], models: tuple[str, ...], wanted: str
) -> None:
    assert source_type("inpaint", figures, models) == SOURCE + wanted


@pytest.mark.parametrize(
    ("operation", "figures", "wanted"),
    [
        ("replace", {"share_artist": 1.0}, "compositeSynthetic"),
        ("deage", {"share_synthesised": 1.0}, "compositeSynthetic"),
        ("degrain", {"share_real": 1.0}, "compositeCapture"),
        ("inpaint", {"share_real": 0.9, "share_artist": 0.1}, "compositeCapture"),
    ],
)
def test_the_source_type_follows_from_where_the_pixels_come_from(
    operation: str, figures: dict[str, float], wanted: str
) -> None:
    assert source_type(operation, figures, ()) == SOURCE + wanted


def test_sign_init_makes_certificates_that_sign_check_calls_trusted(
    photodouble: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    before = photodouble("sign", "check")
    assert before.returncode == 2
    assert "sign init" in before.stderr
    assert photodouble("sign", "init", "--studio", "Test Studio").returncode == 0
    said = photodouble("sign", "check", "--json")
    assert json.loads(said.stdout) == {"issuer": "Test Studio", "state": "trusted"}
