"""Deliveries: only what may leave leaves, labelled, with the same pixels, and naming nobody."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from finished_takes import PERSON, Made

from photodouble.image.exr import read_exr
from photodouble.image.hashes import file_sha256, pixel_sha256
from photodouble.provenance.c2pa_label import read_label
from photodouble.provenance.sign import make_studio, signing_folder
from photodouble.provenance.verify import SAME, verify
from photodouble.provenance.written import PICTURE, note_written
from photodouble.takes.export import Exported, ExportWish, export_take
from photodouble_client.errors import ArtistError

pytest.importorskip("c2pa")

PROMPT = "a-cobblestone-quay-at-dusk"
SUPERVISOR = "Wilhelmina Vandersloot"


@pytest.fixture
def made(made: Made) -> Made:
    return made.decided_by(SUPERVISOR)


@pytest.fixture
def signing(made: Made) -> str:
    return make_studio(signing_folder(), "Test Studio").anchor


def export(made: Made, use: str = "final", name: str = "out", **more: object) -> Exported:
    wish = ExportWish(made.folder / name, use, **more)  # type: ignore[arg-type]
    return export_take(made.take, made.store, wish, made.settings)


def refused(made: Made, use: str = "final") -> str:
    with pytest.raises(ArtistError) as caught:
        export(made, use)
    assert not list((made.folder / "out").glob("*.exr"))
    return caught.value.code


def test_a_final_is_labelled_keeps_its_pixels_and_says_that_it_is_approved(made: Made, signing: str) -> None:
    made.approve()
    done = export(made)
    assert (done.label, done.status, len(done.files)) == ("sidecar", "approved", 2)
    for path in done.files:
        number = int(path.name.split(".")[1])
        header = read_exr(path).metadata
        assert header["photodouble/status"] == "approved"
        assert header["photodouble/take"] == made.take.take_id
        assert pixel_sha256(path) == pixel_sha256(made.frame(number))
        assert read_label(path, signing).state == "trusted"
        assert read_label(path).state == "valid"


def test_the_status_is_never_written_into_the_take(made: Made, signing: str) -> None:
    before = {path: path.read_bytes() for path in made.take.folder.rglob("*") if path.is_file()}
    made.approve()
    export(made)
    assert {path: path.read_bytes() for path in made.take.folder.rglob("*") if path.is_file()} == before


def test_only_an_approved_take_becomes_final(made: Made, signing: str) -> None:
    assert refused(made) == "policy.approval"
    assert export(made, "temp").status == "suggestion"


def test_an_approval_does_not_outlive_a_changed_manifest(made: Made, signing: str) -> None:
    made.approve()
    path = made.take.folder / "manifest.json"
    path.write_text(path.read_text() + "\n")
    assert refused(made) == "policy.approval"


def test_a_stale_take_is_no_final_and_a_temp_says_so(made: Made, signing: str) -> None:
    made.approve()
    plate = Path(made.take.request().inputs["plate"].path.replace("####", "1002"))
    before = plate.read_bytes()
    try:
        plate.write_bytes(before + b"\0")
        assert refused(made) == "policy.forbidden"
        assert "stale" in export(made, "temp").notes[0]
    finally:
        plate.write_bytes(before)


def test_a_changed_picture_of_the_take_never_leaves(made: Made, signing: str) -> None:
    path = made.frame(1002)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ArtistError) as caught:
        export(made, "temp")
    assert caught.value.code == "input.tampered"


def test_without_certificates_only_a_temp_leaves_and_says_that_it_has_no_label(made: Made) -> None:
    made.approve()
    assert refused(made) == "usage.bad_value"
    done = export(made, "temp")
    assert done.label == "none"
    assert "without a C2PA label" in done.notes[0]


def test_without_the_library_only_a_temp_leaves(
    made: Made, signing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    monkeypatch.setattr("photodouble.provenance.c2pa_label.importlib.util.find_spec", lambda _name: None)
    made.approve()
    assert refused(made) == "usage.bad_value"
    assert export(made, "temp").label == "none"


@pytest.mark.parametrize(("format", "suffix"), [("png", ".png"), ("tiff", ".tif")])
def test_other_formats_hold_their_labels_themselves(
    made: Made, signing: str, format: str, suffix: str
) -> None:
    made.approve()
    done = export(made, format=format)
    assert done.label == "embedded"
    for path in done.files:
        assert path.suffix == suffix
        assert read_label(path, signing).state == "trusted"
        assert made.take.take_id.encode() in path.read_bytes()


def test_nothing_that_leaves_names_a_person_or_a_prompt(
    made: Made, signing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a plate whose own header names the artist, and an operation that has a prompt."""
    import dataclasses

    from photodouble_client.param import Param
    from photodouble_client.specs import SPECS

    prompt = Param("words", "prompt", "", "Words", "What is wanted.")
    spec = dataclasses.replace(SPECS["inpaint"], params=(*SPECS["inpaint"].params, prompt))
    monkeypatch.setattr("photodouble_client.request.SPECS", {**SPECS, "inpaint": spec})
    path = made.take.folder / "request.json"
    stored = json.loads(path.read_text())
    stored["values"]["words"] = PROMPT
    path.write_text(json.dumps(stored))
    owned(made, PERSON)
    for format in ("exr", "png", "tiff"):
        export(made, "temp", format, format=format)
        for file in (made.folder / format).rglob("*"):
            content = file.read_bytes()
            for word in (PROMPT, PERSON, SUPERVISOR):
                assert word.encode() not in content, f"{word} stands in {file.name}"
    assert PERSON.encode() in made.frame(1001).read_bytes(), "the planted name is in the take itself"


def test_a_surname_alone_stays_here_too(made: Made, signing: str) -> None:
    owned(made, SUPERVISOR.split()[1])
    for path in export(made, "temp").files:
        assert SUPERVISOR.split()[1].encode() not in path.read_bytes()


def owned(made: Made, name: str) -> None:
    """Write the frames of a take again as if the plate's header had named its owner."""
    from photodouble.image.exr import write_exr

    path = made.take.folder / "manifest.json"
    manifest = json.loads(path.read_text())
    for number in (1001, 1002):
        write_exr(made.frame(number), read_exr(made.frame(number)), {"owner": f"shot by {name} in Rome"})
        manifest["frames"][str(number)]["files"]["result"]["file_sha256"] = file_sha256(made.frame(number))
    path.write_text(json.dumps(manifest))
    made.seal_as_it_is()


def test_a_file_beside_that_names_somebody_stays_here(made: Made, signing: str, tmp_path: Path) -> None:
    beside = tmp_path / "still.png"
    beside.write_bytes(b"\x89PNG\r\n\x1a\n" + SUPERVISOR.encode())
    facts = {"file_sha256": file_sha256(beside), "kind": "wipe", "status": "", "shows": [made.take.take_id]}
    note_written(PICTURE, made.take, beside, facts, made.settings, pytest.fail)
    with pytest.raises(ArtistError, match="name of a person") as caught:
        export(made, "temp", beside=(beside,))
    assert caught.value.code == "policy.forbidden"


@pytest.mark.parametrize("name", ["missing.png", "folder", "empty.png", "key.png", "key.pem"])
def test_what_is_no_movie_or_still_never_goes_along(made: Made, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.png").touch()
    for key in ("key.png", "key.pem"):
        (tmp_path / key).write_bytes(b"-----BEGIN PRIVATE KEY-----\n")
    with pytest.raises(ArtistError):
        export(made, "temp", beside=(tmp_path / name,))
    assert not (made.folder / "out").exists()


def test_a_delivery_that_is_refused_at_its_end_leaves_nothing(
    made: Made, signing: str, tmp_path: Path
) -> None:
    made.approve()
    beside = tmp_path / f"{SUPERVISOR}.png"
    beside.write_bytes(export(made, "final", "stills", format="png").files[0].read_bytes())
    with pytest.raises(ArtistError, match="name of a person") as caught:
        export(made, beside=(beside,))
    assert caught.value.code == "policy.forbidden"
    assert not (made.folder / "out").exists()
    assert len(export(made).files) == 2


def test_two_files_of_one_name_are_refused(made: Made, signing: str, tmp_path: Path) -> None:
    still = export(made, "temp", "stills", format="png").files[0]
    other = tmp_path / still.name
    other.write_bytes(still.read_bytes())
    with pytest.raises(ArtistError, match="one name"):
        export(made, "temp", beside=(still, other))


@pytest.mark.parametrize("place", ["file", "link", "take"])
def test_a_folder_that_cannot_be_is_told_in_words(made: Made, place: str) -> None:
    (made.folder / "file").write_text("here")
    (made.folder / "link").symlink_to(made.folder / "nowhere" / "at all")
    folder = made.take.folder / "new" if place == "take" else made.folder / place
    with pytest.raises(ArtistError) as caught:
        export_take(made.take, made.store, ExportWish(folder, "temp"), made.settings)
    assert caught.value.code == "input.unwritable_output"


def test_a_still_beside_is_labelled_and_found_again(made: Made, signing: str, tmp_path: Path) -> None:
    (first, _) = export(made, "temp", "stills", format="png").files
    beside = tmp_path / "still.png"
    beside.write_bytes(first.read_bytes())
    done = export(made, "temp", beside=(beside,))
    copy = made.folder / "out" / "still.png"
    assert copy in done.files
    assert read_label(copy, signing).state == "trusted"
    found = verify(str(copy), made.store, made.settings)
    assert [one.state for one in found.files] == [SAME]


def test_a_delivery_is_never_written_over(made: Made, signing: str) -> None:
    export(made, "temp")
    with pytest.raises(ArtistError) as caught:
        export(made, "temp")
    assert caught.value.code == "input.output_exists"


def test_an_export_is_in_the_ledger_and_verify_finds_its_way_back(made: Made, signing: str) -> None:
    done = export(made, "temp")
    base = sqlite3.connect(made.folder / "state" / "ledger.sqlite3")
    rows = base.execute("SELECT payload FROM rows WHERE kind = 'export.signed'").fetchall()
    assert json.loads(rows[0][0])["take"] == made.take.take_id
    found = verify(str(made.folder / "out"), made.store, made.settings)
    assert [one.state for one in found.files] == [SAME, SAME]
    assert found.is_intact
    done.manifest.unlink()
    assert verify(str(done.files[0]), made.store, made.settings).files[0].state == SAME


def test_the_command_exports_and_answers_in_json(
    made: Made, photodouble: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    said = photodouble("export", made.take.folder, "--to", made.folder / "d", "--use", "temp", "--json")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["files"] == 2
    assert (
        photodouble("export", made.take.folder, "--to", made.folder / "e", "--use", "final").returncode == 6
    )
