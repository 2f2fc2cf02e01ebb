"""The doctor's rows: each trouble says its fix, states have words, and no look can end the examination."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from photodouble.doctor.examine import CHECKS, Check, look_at
from photodouble.doctor.libraries import DEVELOPERS, EXTRAS, Requirement, fits
from photodouble.doctor.place import Place
from photodouble.doctor.row import BAD, EXIT_STATUS, GOOD, LOOK, NOTE, STATES, Row, worst
from photodouble.doctor.told import AREAS, COLOURS, WORDS, lines
from photodouble_client.errors import ArtistError

ROOT = Path(__file__).parents[2]


def failing(error: BaseException) -> Check:
    def look(_place: Place) -> Iterator[Row]:
        yield Row("machine", "Before", GOOD, "seen")
        raise error

    return Check("machine", "Planted", look)


@pytest.mark.parametrize("state", [LOOK, BAD])
def test_a_row_that_wants_attention_must_say_its_fix(state: str) -> None:
    with pytest.raises(ValueError, match="says no fix"):
        Row("machine", "Memory", state, "little")


def test_a_state_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no such state"):
        Row("machine", "Memory", "fine", "much")


def test_the_worst_row_decides_the_exit_status() -> None:
    rows = [Row("a", "a", GOOD, ""), Row("a", "b", BAD, "", "mend it"), Row("a", "c", NOTE, "")]
    assert [worst(rows[:1]), worst(rows), worst(())] == [GOOD, BAD, GOOD]
    assert [EXIT_STATUS[state] for state in STATES] == [0, 0, 1, 5]


@pytest.mark.parametrize(
    "error",
    [
        OSError(5, "disk"),
        ValueError("strange"),
        RecursionError(),
        MemoryError(),
        SystemExit(3),
        KeyError("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_look_that_fails_is_a_bad_row_and_the_others_stand(error: BaseException) -> None:
    rows = look_at(Place(Path()), (failing(error), failing(error)))
    assert [row.name for row in rows] == ["Before", "Planted"] * 2
    assert rows[1].state == BAD
    assert type(error).__name__ in rows[1].detail


def test_a_missing_library_is_named() -> None:
    rows = look_at(Place(Path()), (failing(ModuleNotFoundError("No module", name="numpy")),))
    assert "numpy cannot be loaded" in rows[1].found


def test_an_error_for_artists_keeps_its_words_and_its_fix() -> None:
    error = ArtistError("engine.memory", "Too little", "There is none.", "Buy some.")
    row = look_at(Place(Path()), (failing(error),))[1]
    assert (row.found, row.fix) == ("There is none.", "Buy some.")


def test_a_look_that_hangs_is_given_up_and_said() -> None:
    until = threading.Event()

    def hang(_place: Place) -> Iterator[Row]:
        until.wait(60)
        yield Row("disks", "Takes", GOOD, "too late")

    rows = look_at(Place(Path()), (Check("disks", "Takes", hang),), patience=0.05)
    until.set()
    assert [(row.name, row.state) for row in rows] == [("Takes", LOOK)]
    assert "no answer" in rows[0].found


def test_every_area_has_a_heading_and_every_state_a_word() -> None:
    assert {check.area for check in CHECKS} == set(AREAS)
    assert set(WORDS) == set(COLOURS) == set(STATES)
    assert len(set(WORDS.values())) == len(STATES)


def test_the_table_says_each_state_in_words_and_each_fix_below() -> None:
    rows = [Row("disks", "Takes", BAD, "full", "Make room."), Row("machine", "Memory", GOOD, "much")]
    told = [line for _, line in lines({"rows": [row.to_json() for row in rows]})]
    assert told[0] == "Machine"
    assert [line.split() for line in told if "full" in line] == [["BAD", "Takes", "full"]]
    assert any(line.strip() == "-> Make room." for line in told)
    assert told[-1] == "1 bad, 0 to look at, 1 good or worth knowing."


def test_only_troubles_leaves_the_good_out() -> None:
    rows = [Row("disks", "Takes", LOOK, "little", "Make room."), Row("machine", "Memory", GOOD, "much")]
    told = "\n".join(line for _, line in lines({"rows": [row.to_json() for row in rows]}, only_troubles=True))
    assert "Takes" in told
    assert "Memory" not in told


def test_every_extra_of_the_project_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(project["optional-dependencies"]) - set(DEVELOPERS) == set(EXTRAS)


@pytest.mark.parametrize(
    ("version", "bounds", "is_met"),
    [
        ("2.4.6", ">=2.1,<3", True),
        ("3.0", ">=2.1,<3", False),
        ("2.0.9", ">=2.1,<3", False),
        ("0.18.1", "<0.19,>=0.18.1", True),
        ("3.2.2.0", "<4,>=3.0", True),
        ("2.10", ">=2.9", True),
        ("1.0rc1", ">=1.0", True),
        ("unknown", "", True),
    ],
)
def test_versions_are_compared_by_their_numbers(version: str, bounds: str, is_met: bool) -> None:
    assert fits(version, bounds) is is_met


def test_a_requirement_is_read_as_packages_write_it() -> None:
    assert Requirement.read("av>=14; extra == 'movie'") == Requirement("av", ">=14", "movie")
    assert Requirement.read("numpy<3,>=2.1") == Requirement("numpy", "<3,>=2.1")
    assert Requirement.read('securesystemslib[crypto] (>=1.3); extra == "x"').extra == "x"


def test_a_library_that_is_missing_or_of_another_version_is_named() -> None:
    assert Requirement("no-such-library").fault() == "no-such-library is missing"
    assert "is not >=999" in Requirement("numpy", ">=999").fault()
    assert Requirement("numpy", ">=1").fault() == ""
