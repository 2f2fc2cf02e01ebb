"""Errors carry what an artist needs, and survive the wire."""

from __future__ import annotations

import pickle

from photodouble_client.advice import ADVICE
from photodouble_client.errors import CODES, EXIT_CODES, ArtistError


def _missing() -> ArtistError:
    return ArtistError(
        "input.missing_frames", "Frames are missing", "12 of 48.", "Render them.", "1003", "skip"
    )


def _value_error_of(*arguments: str) -> str:
    try:
        ArtistError(*arguments)
    except ValueError as error:
        return str(error)
    return ""


def test_an_error_comes_back_from_json_as_it_was() -> None:
    assert ArtistError.from_json(_missing().to_json()).to_json() == _missing().to_json()


def test_an_error_crosses_from_a_worker_process() -> None:
    assert pickle.loads(pickle.dumps(_missing())).to_json() == _missing().to_json()


def test_an_error_reads_as_title_message_and_fix() -> None:
    assert str(_missing()) == "Frames are missing: 12 of 48. Render them."


def test_every_family_ends_the_command_line_with_its_own_status() -> None:
    codes = {"usage.frames": 2, "input.deep_exr": 3, "engine.disk_full": 5}
    ended = {code: ArtistError(code, "Title", "What.", "Do.").exit_code for code in codes}
    assert ended == codes
    assert [EXIT_CODES[family] for family in ("model", "policy", "consent")] == [4, 6, 6]


def test_every_code_belongs_to_a_family_and_is_one_sentence() -> None:
    wrong = [
        code
        for code in CODES
        if code.split(".")[0] not in EXIT_CODES or not CODES[code][0].isupper() or CODES[code][-1] != "."
    ]
    assert wrong == []


def test_every_code_has_advice_for_its_reference_page() -> None:
    assert sorted(ADVICE) == sorted(CODES), "add the code to photodouble_client/advice.py"


def test_an_unknown_code_is_a_fault_of_the_program() -> None:
    assert "input.nonsense" in _value_error_of("input.nonsense", "Title", "What.", "Do.")


def test_a_title_of_more_than_sixty_characters_is_a_fault_of_the_program() -> None:
    assert "60" in _value_error_of("usage.frames", "x" * 61, "What.", "Do.")
    assert _value_error_of("usage.frames", "x" * 60, "What.", "Do.") == ""


def test_whoever_was_stopped_is_told_how_to_go_on() -> None:
    from photodouble_client.advice import ADVICE

    stopped = [text for text in ADVICE.values() if "resume the job" in text.lower()]
    assert len(stopped) >= 3
    assert all("--resume" in text for text in stopped)


def test_a_value_of_a_megabyte_is_not_repeated_whole_in_an_error() -> None:
    long = "a" * 1000000
    error = ArtistError("usage.bad_value", "Bad", "begins " + long + " ends.", long, long)
    assert error.message.startswith("begins a") and error.message.endswith("a ends.")
    assert len(error.message) <= 2000 and len(error.fix) <= 2000 and len(error.detail) <= 20000
    assert ArtistError.from_json(error.to_json()).to_json() == error.to_json()
