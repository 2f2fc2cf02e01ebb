"""Pictures find the way back to their takes, with and without labels, and no change goes unseen."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import OpenEXR
import pytest
from finished_takes import Made, make_take

from photodouble.image.hashes import file_sha256
from photodouble.provenance.c2pa import SOURCE, Claim, label_frames
from photodouble.provenance.known import store_around
from photodouble.provenance.sign import make_studio
from photodouble.provenance.verify import CHANGED, MISSING, SAME, SAME_PIXELS, UNKNOWN, Verified, verify
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, shot_writer: Callable[..., object]) -> Made:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("made") / "site"
        folder.mkdir()
        patch.setenv("PHOTODOUBLE_USER", str(folder / "user.toml"))
        return make_take(folder, shot_writer)


@pytest.fixture
def made(tmp_path: Path, original: Made, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "site" / "user.toml"))
    return original.copied(tmp_path / "site")


def looked(made: Made, given: object) -> Verified:
    return verify(str(given), store_around("", str(given)), made.settings)


def found_elsewhere(made: Made, given: object) -> Verified:
    return verify(str(given), made.store, made.settings)


def states(found: Verified) -> list[str]:
    return [one.state for one in found.files]


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x01
    path.write_bytes(bytes(content))


def stripped(source: Path, target: Path, level: int = 0) -> None:
    """Write the same pixels again as a host does that keeps no metadata and compresses in its own way."""
    with OpenEXR.File(str(source), separate_channels=True) as file:
        part = file.parts[0]
        channels = {name: OpenEXR.Channel(each.pixels + level) for name, each in part.channels.items()}
        window = {key: part.header[key] for key in ("dataWindow", "displayWindow")}
        header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIPS_COMPRESSION, **window}
        target.parent.mkdir(exist_ok=True, parents=True)
        OpenEXR.File(header, channels).write(str(target))


def test_an_untouched_take_is_intact_wherever_one_looks(made: Made) -> None:
    for given in (made.show / "takes", made.take.folder, made.frame(1001).parent, made.frame(1002)):
        found = looked(made, given)
        assert set(states(found)) == {SAME}
        assert found.is_intact, found.faults
        assert found.takes == (made.take.take_id,)


def test_a_copy_elsewhere_finds_its_take_by_hash_alone(made: Made, tmp_path: Path) -> None:
    for frame in (1001, 1002, 1003):
        shutil.copy(made.frame(frame), tmp_path / f"x.{frame}.exr")
    found = found_elsewhere(made, tmp_path / "x.####.exr")
    assert states(found) == [SAME] * 3
    assert [one.frame for one in found.files] == [1001, 1002, 1003]
    assert found.is_intact


def test_pixels_without_any_label_find_their_take_too(made: Made, tmp_path: Path) -> None:
    for frame in (1001, 1002):
        stripped(made.frame(frame), tmp_path / "out" / f"plain.{frame}.exr")
    found = found_elsewhere(made, tmp_path / "out")
    assert states(found) == [SAME_PIXELS] * 2
    assert found.takes == (made.take.take_id,)
    assert found.is_intact


def test_a_changed_pixel_is_changed_and_a_strange_picture_unknown(made: Made, tmp_path: Path) -> None:
    labelled, strange = tmp_path / "a.1001.exr", tmp_path / "b.1001.exr"
    shutil.copy(made.frame(1001), labelled)
    flip(labelled, labelled.stat().st_size - 20)
    stripped(made.frame(1001), strange, level=1)
    assert states(found_elsewhere(made, labelled)) == [CHANGED]
    assert states(found_elsewhere(made, strange)) == [UNKNOWN]


def test_the_first_bad_frame_is_named(made: Made) -> None:
    for frame in (1004, 1002):
        flip(made.frame(frame), made.frame(frame).stat().st_size - 20)
    first = looked(made, made.frame(1001).parent).first_bad
    assert first is not None
    assert (first.frame, first.state) == (1002, CHANGED)


def test_a_header_edited_inside_a_take_is_a_fault(made: Made) -> None:
    content = made.frame(1001).read_bytes()
    made.frame(1001).write_bytes(content.replace(made.take.take_id.encode(), b"cd" * 16))
    found = looked(made, made.take.folder)
    assert found.first_bad is not None
    assert found.first_bad.state == SAME_PIXELS
    assert not found.is_intact


def test_swapped_and_missing_frames_are_noticed(made: Made) -> None:
    first, second = made.frame(1001), made.frame(1002)
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    made.frame(1004).unlink()
    found = looked(made, first.parent)
    assert states(found) == [CHANGED, CHANGED, SAME, MISSING]
    assert found.files[0].why == "it holds frame 1002"


def test_a_host_may_renumber_a_sequence_but_not_swap_its_frames(made: Made, tmp_path: Path) -> None:
    for frame in range(1001, 1005):
        stripped(made.frame(frame), tmp_path / "out" / f"x.{frame - 1000}.exr")
    assert states(found_elsewhere(made, tmp_path / "out")) == [SAME_PIXELS] * 4
    first, second = tmp_path / "out" / "x.1.exr", tmp_path / "out" / "x.2.exr"
    first.rename(tmp_path / "aside.exr")
    second.rename(first)
    (tmp_path / "aside.exr").rename(second)
    assert states(found_elsewhere(made, tmp_path / "out")) == [CHANGED, CHANGED, SAME_PIXELS, SAME_PIXELS]


@pytest.mark.parametrize("name", ["request.json", "manifest.json", "frames/1002.json"])
def test_a_rewritten_record_is_noticed(made: Made, name: str) -> None:
    path = made.take.folder / name
    stored = json.loads(path.read_text())
    if name == "request.json":
        stored["values"]["grain"] = 0.123
    elif name == "manifest.json":
        stored["frames"]["1002"]["files"]["result"]["file_sha256"] = "0" * 64
    else:
        stored["files"]["result"]["pixel_sha256"] = "0" * 64
    path.write_text(json.dumps(stored))
    assert not looked(made, made.show / "takes").is_intact


@pytest.mark.parametrize("name", ["delivery.json", "x.frames.json"])
def test_a_list_nested_without_end_is_no_crash(made: Made, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    copy = folder / made.frame(1001).name
    copy.write_bytes(made.frame(1001).read_bytes())
    (folder / name).write_text("[" * 100_000)
    assert states(found_elsewhere(made, copy)) == [SAME]


def test_nothing_to_look_at_is_said(made: Made, tmp_path: Path) -> None:
    with pytest.raises(ArtistError) as caught:
        looked(made, tmp_path / "nothing.####.exr")
    assert caught.value.code == "input.missing_sequence"


def test_the_command_says_who_made_it_and_how_fast_it_read(
    made: Made, photodouble: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    said = photodouble("verify", made.take.folder)
    assert said.returncode == 0, said.stderr
    assert "made by zebulon-quagmire" in said.stdout
    assert "result: same file, frames 1001-1004 (4)" in said.stdout
    assert "frames a second" in said.stdout
    flip(made.frame(1003), made.frame(1003).stat().st_size - 20)
    bad = photodouble("verify", made.take.folder, "--json")
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["first_bad"]["frame"] == 1003


def test_a_manifest_rewritten_with_all_its_hashes_differs_from_what_the_ledger_saw(made: Made) -> None:
    path = made.take.folder / "manifest.json"
    stored = json.loads(path.read_text())
    stored["use"] = "final"
    path.write_text(json.dumps(stored))
    found = looked(made, made.frame(1001))
    assert found.first_bad is None
    assert any("saw sealed" in fault for fault in found.faults)


def test_a_ledger_whose_tail_was_cut_is_found_by_the_takes_manifest(made: Made) -> None:
    base = sqlite3.connect(made.folder / "state" / "ledger.sqlite3")
    for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        base.execute(f"DROP TRIGGER {name}")
    base.execute("DELETE FROM rows WHERE seq = (SELECT max(seq) FROM rows)")
    base.commit()
    base.close()
    assert any("cut" in fault for fault in looked(made, made.take.folder).faults)


def test_a_frame_of_a_take_that_is_not_here_is_unknown_and_no_fault(made: Made, tmp_path: Path) -> None:
    alone = tmp_path / "alone" / made.frame(1001).name
    alone.parent.mkdir()
    shutil.move(made.frame(1001), alone)
    empty = Settings(engine_folder=str(tmp_path / "other"))
    found = verify(str(alone), store_around(str(tmp_path / "nothing"), str(alone)), empty)
    assert (states(found), found.is_intact) == ([UNKNOWN], True)
    assert found.files[0].take_id == made.take.take_id


def test_a_label_alone_says_whether_a_file_is_as_it_was_signed(made: Made, tmp_path: Path) -> None:
    pytest.importorskip("c2pa")
    studio = make_studio(tmp_path / "signing", "Test Studio")
    folder = tmp_path / "far"
    folder.mkdir()
    path = Path(shutil.copy(made.frame(1001), folder))
    claim = Claim(made.take.take_id, "inpaint", SOURCE + "composite", "photodouble 0.1.0")
    label_frames(folder, "sh", {path.name: file_sha256(path)}, claim, studio)
    empty = Settings(engine_folder=str(tmp_path / "other"))
    store = store_around(str(tmp_path / "nothing"), str(path))
    assert states(verify(str(path), store, empty)) == [SAME]
    flip(path, path.stat().st_size - 20)
    changed = verify(str(path), store, empty)
    assert (states(changed), changed.is_intact) == ([CHANGED], False)


@pytest.mark.parametrize("key", ["engine", "hash"])
def test_a_manifest_that_names_another_place_in_the_history_is_noticed(made: Made, key: str) -> None:
    path = made.take.folder / "manifest.json"
    stored = json.loads(path.read_text())
    stored["ledger"][key] = "0" * len(stored["ledger"][key])
    path.write_text(json.dumps(stored))
    assert not looked(made, made.take.folder).is_intact
