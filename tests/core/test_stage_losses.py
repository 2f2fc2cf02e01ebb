"""Staging a take that lost pictures, into places that are taken, by wishes that nobody can fulfil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from finished_takes import Made
from staged_takes import stage

from photodouble.engine.tasks import run_task
from photodouble.ops.operation import Reporter
from photodouble.takes import staged, staged_frame, staged_note
from photodouble.takes.node_text import NO_DOOR, StageWish
from photodouble.takes.staged_frame import StagedFrames
from photodouble_client.errors import ArtistError


@pytest.fixture
def made(finished_take: Made, tmp_path: Path) -> Made:
    return finished_take.copied(tmp_path / "made")


def base(made: Made) -> Path:
    """Name the folder of what is staged of the take."""
    return made.take.folder.parent / "ofx"


def refused(made: Made, **wish: object) -> ArtistError:
    """Stage and return why it was refused."""
    with pytest.raises(ArtistError) as caught:
        run_task(
            "stage",
            {"take": str(made.take.folder), "space": "ACEScct", **wish},
            made.settings,
            Reporter(),
        )
    return caught.value


@pytest.mark.parametrize("lost", ["frames", "matte", "fill", "result", "origin"])
def test_a_frame_that_was_lost_is_never_staged_as_one_in_which_nothing_changes(made: Made, lost: str) -> None:
    next((made.take.folder / lost).glob("*1002*")).unlink()
    error = refused(made)
    assert error.code == "input.missing_frames"
    assert "1002" in error.message
    assert not base(made).exists()


def test_frames_that_are_not_wanted_may_be_lost(made: Made) -> None:
    next((made.take.folder / "matte").glob("*1002*")).unlink()
    assert [path.name for path in stage(made, order="1001").glob("*.exr")] == ["frame.1001.exr"]


@pytest.mark.parametrize("begin", ["99999999", "100000000", "-100000000", "9" * 30])
def test_numbers_that_no_node_takes_are_refused(made: Made, begin: str) -> None:
    assert refused(made, begin=begin).code == "usage.frames"


@pytest.mark.parametrize("order", [",", "1001,", "1001,,1002"])
def test_half_an_order_is_not_the_whole_take(made: Made, order: str) -> None:
    assert refused(made, order=order).code == "usage.frames"


@pytest.mark.parametrize("leads_to", ["/nowhere/at/all", "ACEScct_64x48_own"])
def test_a_link_in_the_place_of_the_folder_is_passed_by(made: Made, leads_to: str) -> None:
    place = base(made) / made.take.folder.name / "ACEScct_64x48_own"
    place.parent.mkdir(parents=True)
    place.symlink_to(leads_to)
    assert stage(made, "ACEScct").name == "ACEScct_64x48_own-2"


def test_a_link_that_leads_nowhere_is_no_place(made: Made) -> None:
    base(made).symlink_to("/nowhere/at/all")
    assert refused(made).code == "input.unwritable_output"


@pytest.mark.parametrize("line", ["display a b", "display 0 0 64", "first x", "pixel_aspect wide"])
def test_a_note_that_was_spoilt_is_not_taken_for_whole(made: Made, line: str) -> None:
    note = stage(made, "ACEScct") / "node.txt"
    key = line.partition(" ")[0] + " "
    kept = [each for each in note.read_text().splitlines() if not each.startswith(key)]
    note.write_text("\n".join([*kept, line]) + "\n")
    assert stage(made, "ACEScct").name == "ACEScct_64x48_own-2"


def test_what_does_not_fit_into_the_machine_is_refused(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staged_frame, "memory_of_machine", lambda: 10_000)
    error = refused(made)
    assert error.code == "engine.memory"
    assert not base(made).exists()


def test_spaces_whose_names_hold_no_latin_letters_have_folders_of_their_own(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staged_frame, "checked_space", lambda name: name)
    names = {
        StagedFrames(made.take, StageWish(space)).name for space in ("ログ", "ビデオ", "l" * 300, "l" * 301)
    }
    assert len(names) == 4
    assert all(len(name) < 120 and name.isascii() for name in names)


def test_a_note_longer_than_a_node_reads_is_cut_and_keeps_the_consent(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Changed:
        message = "ü" * 2000

    monkeypatch.setattr(staged_note, "check_take", lambda take, report: [Changed()])
    monkeypatch.setattr(staged_note, "recorded", lambda folder: "not cleared")
    words = staged_note.node_text(StagedFrames(made.take, StageWish("ACEScct")), NO_DOOR, Reporter()).words
    assert words["note"].startswith("consent: not cleared. ü")
    assert 500 < len(words["note"].encode()) < 600


def test_files_that_are_taken_away_at_work_are_missed(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    write = staged.write_whole

    def losing(path: Path, content: bytes) -> None:
        write(path, content)
        (path.parent / "frame.1002.exr").unlink(missing_ok=True)

    monkeypatch.setattr(staged, "write_whole", losing)
    assert refused(made).code == "input.unwritable_output"
    assert not base(made).exists()


def test_what_lies_in_an_archive_is_found_without_a_write(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = stage(made, "ACEScct")
    before = (base(made) / "newest.txt").stat()

    def read_only(path: Path, content: bytes) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(staged, "write_whole", read_only)
    assert stage(made, "ACEScct") == folder
    assert (base(made) / "newest.txt").stat() == before


def test_a_take_that_came_back_is_staged_whole(made: Made, tmp_path: Path) -> None:
    shutil.copytree(made.take.folder, tmp_path / "copy")
    next((made.take.folder / "matte").glob("*1002*")).unlink()
    assert refused(made).code == "input.missing_frames"
    shutil.copytree(tmp_path / "copy", made.take.folder, dirs_exist_ok=True)
    assert len(list(stage(made, "ACEScct").glob("*.exr"))) == 2
