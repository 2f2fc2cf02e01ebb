"""What goes with a delivery beside its frames: only what was made of this very take, and is unchanged."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import pytest
from finished_takes import Made

from photodouble.image.hashes import file_sha256
from photodouble.ops.operation import Reporter
from photodouble.provenance.c2pa_label import read_label
from photodouble.provenance.history import run_finished
from photodouble.provenance.ledger import Ledger
from photodouble.provenance.sign import make_studio, signing_folder
from photodouble.provenance.verify import SAME, SAME_PIXELS, verify
from photodouble.provenance.written import MOVIE, note_written
from photodouble.takes.companions import companions, unchanged_copy
from photodouble.takes.compare import Comparison
from photodouble.takes.export import Exported, ExportWish, export_take
from photodouble.takes.finding import store_at
from photodouble.takes.movie import MovieStyle, state_of, write_movie
from photodouble.takes.review import status
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError

pytest.importorskip("av")
pytest.importorskip("c2pa")


@pytest.fixture
def made(made: Made) -> Made:
    make_studio(signing_folder(), "Test Studio")
    return made.decided_by("Wilhelmina Vandersloot")


def movie(made: Made, name: str = "a.mp4", **style: Any) -> Path:
    """Write a movie as `takes movie` does."""
    find = style.pop("find", lambda _name: other_take(made))
    wanted = MovieStyle(**style)
    state = state_of(made.take, wanted, find, lambda one: status(one, made.store).state)
    return write_movie(made.take, made.folder / name, wanted, made.settings, find=find, status=state)


def other_take(made: Made) -> Take:
    """Give a second take of the shot, elsewhere so that it changes nothing in the first one's store."""
    root = made.folder / "other" / "takes"
    if not root.exists():
        shutil.copytree(made.show / "takes", root)
        path = next(root.glob("*/*/*/request.json"))
        path.write_text(json.dumps({**json.loads(path.read_text()), "take": "cd34" * 8}))
    return store_at(str(root)).all()[0]


def export(made: Made, *beside: Path, use: str = "final", name: str = "out") -> Exported:
    wish = ExportWish(made.folder / name, use, beside=beside)
    return export_take(made.take, made.store, wish, made.settings)


def refused(made: Made, *beside: Path, use: str = "final") -> ArtistError:
    with pytest.raises(ArtistError) as caught:
        export(made, *beside, use=use)
    assert not (made.folder / "out").exists()
    return caught.value


def test_a_movie_of_the_approved_take_goes_with_its_final(made: Made) -> None:
    made.approve()
    written = movie(made)
    done = export(made, written)
    copy = made.folder / "out" / "a.mp4"
    assert copy in done.files and read_label(copy).state == "valid"
    stored = json.loads(done.manifest.read_text())["files"]["a.mp4"]
    assert stored["take_file_sha256"] == file_sha256(written)
    assert (stored["output"], stored["marked"]) == ("beside", "approved")


def test_one_made_before_the_approval_is_not_delivered_as_final(made: Made) -> None:
    before = movie(made)
    made.approve()
    error = refused(made, before)
    assert error.code == "policy.approval"
    assert "made before" in error.message and "again" in error.fix
    assert export(made, before, use="temp", name="temp").label == "sidecar"
    assert len(export(made, movie(made, "b.mp4")).files) == 3


@pytest.mark.parametrize("use", ["temp", "final"])
def test_a_movie_that_nobody_knows_stays_here(made: Made, use: str) -> None:
    made.approve()
    written = movie(made)
    foreign = made.folder / "foreign.mp4"
    foreign.write_bytes(written.read_bytes() + b"\0\0\0\x08free")
    assert refused(made, foreign, use=use).code == "policy.forbidden"


@pytest.mark.parametrize("use", ["temp", "final"])
def test_a_movie_that_was_changed_stays_here(made: Made, use: str) -> None:
    made.approve()
    written = movie(made)
    written.write_bytes(written.read_bytes() + b"\0\0\0\x08free")
    error = refused(made, written, use=use)
    assert error.code == "input.tampered" and "a.mp4" in error.message


def test_a_movie_that_changes_while_it_is_copied_stays_here(made: Made) -> None:
    made.approve()
    written = movie(made)
    wish = ExportWish(made.folder / "out", "temp", beside=(written,))
    (one,) = companions(made.take, wish, "", made.settings)
    written.write_bytes(b"another")
    with pytest.raises(ArtistError) as caught, unchanged_copy(one, made.folder):
        raise AssertionError("it was given out")
    assert caught.value.code == "input.tampered"


@pytest.mark.parametrize("style", [{"right": "v002"}, {"kind": "side", "left": "v002"}])
@pytest.mark.parametrize("use", ["temp", "final"])
def test_a_movie_with_another_take_in_it_stays_here(made: Made, style: dict[str, str], use: str) -> None:
    made.approve()
    error = refused(made, movie(made, **style), use=use)
    assert error.code == "policy.forbidden" and "alone" in error.message


def test_a_movie_is_marked_where_another_take_in_it_is_not_approved(made: Made) -> None:
    made.approve()

    def state(one: Take) -> str:
        return "approved" if one.take_id == made.take.take_id else "suggestion"

    for style, marked in (
        (MovieStyle(right="v002"), "suggestion"),
        (MovieStyle(kind="wipe", left="v002"), "suggestion"),
        (MovieStyle(left="v002"), "approved"),
        (MovieStyle(kind="wipe"), "approved"),
    ):
        assert state_of(made.take, style, lambda _name: other_take(made), state) == marked


def test_the_movie_of_another_take_is_told_apart(made: Made) -> None:
    made.approve()
    written = movie(made)
    facts = {"file_sha256": "0" * 64, "kind": "plain movie", "codec": "h264", "status": "approved"}
    other = made.folder / "other.mp4"
    other.write_bytes(written.read_bytes() + b"\0\0\0\x08free")
    known = {**facts, "file_sha256": file_sha256(other), "shows": ["cd34" * 8]}
    note_written(MOVIE, other_take(made), other, known, made.settings, no_warning)
    error = refused(made, other)
    assert error.code == "policy.forbidden" and "another take" in error.message


def test_a_movie_of_an_unfinished_take_is_no_final(made: Made) -> None:
    sealed = made.take.folder / "manifest.json"
    content = sealed.read_bytes()
    sealed.unlink()
    written = made.folder / "early.mp4"
    write_movie(made.take, written, MovieStyle(), made.settings, find=no_take, status="approved")
    sealed.write_bytes(content)
    made.approve()
    error = refused(made, written)
    assert error.code == "policy.forbidden" and "finished" in error.message


def test_what_left_for_temp_does_not_come_back_as_final(made: Made) -> None:
    made.approve()
    export(made, movie(made), use="temp", name="temp")
    error = refused(made, made.folder / "temp" / "a.mp4")
    assert error.code == "policy.forbidden" and "temp" in error.message
    export(made, movie(made, "b.mp4"), name="first")
    assert len(export(made, made.folder / "first" / "b.mp4").files) == 3


def test_a_wipe_that_the_product_wrote_goes_along(made: Made) -> None:
    made.approve()
    still = Comparison(made.take, no_take, made.settings).wipe(1001)
    done = export(made, still)
    assert read_label(made.folder / "out" / still.name).state == "valid"
    assert len(done.files) == 3


def test_pictures_of_a_finished_take_are_known_since_its_seal(made: Made) -> None:
    sheet = made.take.folder / "pictures" / "contact_sheet.png"
    sheet.parent.mkdir(exist_ok=True)
    shutil.copyfile(Comparison(made.take, no_take, made.settings, 64).thumbnail(1001), sheet)
    sheet.write_bytes(sheet.read_bytes() + b"\0")
    made.approve()
    assert refused(made, sheet).code == "policy.forbidden"
    from photodouble.engine.options import JobOptions

    manifest = {key: value for key, value in made.take.manifest().items() if key != "ledger"}
    run_finished(made.take, manifest, JobOptions(settings=made.settings), no_warning)
    assert len(export(made, sheet).files) == 3


def test_the_same_movie_is_noted_once_and_names_its_maker(made: Made) -> None:
    written = movie(made)
    written.unlink()
    movie(made)
    with Ledger.open(made.settings) as ledger:
        (row,) = ledger.rows(MOVIE)
    assert row.payload["status"] == "suggestion" and row.payload["shows"] == [made.take.take_id]
    assert row.payload["user"] and row.payload["codec"] == "h264"


def test_verify_knows_a_movie_and_a_still_wherever_they_lie(made: Made) -> None:
    still = Comparison(made.take, no_take, made.settings).wipe(1001)
    for written, kind, mark in ((movie(made), "plain movie", "NOT APPROVED"), (still, "wipe", "")):
        copy = made.folder / "elsewhere" / f"renamed{written.suffix}"
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(written, copy)
        (found,) = verify(str(copy), made.store, made.settings).files
        assert (found.state, found.take_id, found.output) == (SAME, made.take.take_id, kind)
        assert found.why.startswith(f"{kind} by ") and mark in found.why
        copy.write_bytes(written.read_bytes() + b"\0\0\0\x08free")
        (found,) = verify(str(copy), made.store, made.settings).files
        assert found.state != SAME


def test_a_still_that_a_host_saved_again_is_known_by_its_pixels(made: Made) -> None:
    still = Comparison(made.take, no_take, made.settings).wipe(1001)
    copy = made.folder / "again.png"
    cv2.imwrite(str(copy), cv2.imread(str(still)), [cv2.IMWRITE_PNG_COMPRESSION, 9])
    assert copy.read_bytes() != still.read_bytes()
    (found,) = verify(str(copy), made.store, made.settings).files
    assert (found.state, found.take_id) == (SAME_PIXELS, made.take.take_id)


def test_strange_rows_about_pictures_are_told_and_no_crash(made: Made) -> None:
    with Ledger.open(made.settings) as ledger:
        ledger.append(MOVIE, {"take": "x", "file_sha256": "0", "kind": "y", "codec": "z", "shows": 7})
    found = verify(str(made.take.folder), made.store, made.settings)
    assert any("a row about a picture" in fault for fault in (*found.faults, *found.elsewhere))


def test_the_command_line_says_what_a_movie_is(made: Made, photodouble: Callable[..., Any]) -> None:
    path = made.folder / "b.mp4"
    assert photodouble("takes", "movie", made.take.folder, "--output", path).returncode == 0
    root = ("--root", made.show / "takes")
    said = photodouble("verify", path, *root)
    assert said.returncode == 0 and "plain movie by" in said.stdout and "NOT APPROVED" in said.stdout
    there = ("--to", made.folder / "out", "--use", "temp", "--with", path)
    done = photodouble("export", made.take.folder, *there)
    assert done.returncode == 0, done.stderr
    path.write_bytes(path.read_bytes() + b"\0\0\0\x08free")
    there = ("--to", made.folder / "out2", "--use", "temp", "--with", path)
    assert photodouble("export", made.take.folder, *there).returncode != 0


def test_a_movie_of_another_machine_goes_along_once_its_history_was_taken_in(made: Made) -> None:
    made.approve()
    elsewhere = dataclasses.replace(made.settings, engine_folder=str(made.folder / "other_state"))
    (made.folder / "other_state").mkdir()
    written = made.folder / "theirs.mp4"
    write_movie(made.take, written, MovieStyle(), elsewhere, find=no_take, status="approved")
    assert refused(made, written).code == "policy.forbidden"
    with Ledger.open(elsewhere) as theirs:
        theirs.export(made.folder / "theirs.jsonl")
    with Ledger.open(made.settings) as ours:
        ours.import_(made.folder / "theirs.jsonl")
    assert len(export(made, written).files) == 3


def test_without_a_ledger_the_movie_is_made_and_the_artist_is_told(made: Made) -> None:
    for path in (made.folder / "state").glob("ledger.*"):
        path.unlink()
    (made.folder / "state" / "ledger.sqlite3").write_bytes(b"this is no ledger" * 100)
    told: list[str] = []
    path = made.folder / "a.mp4"
    report = Reporter(on_warning=told.append)
    write_movie(made.take, path, MovieStyle(), made.settings, find=no_take, report=report)
    assert path.is_file() and "cannot go with a delivery" in told[0]


def no_take(name: str) -> Take:
    raise AssertionError(f"nobody asked for {name}")


def no_warning(text: str) -> None:
    raise AssertionError(text)
