"""What a farm task says, and what is read from the log of a run."""

from __future__ import annotations

import pytest

from photodouble.farm.lines import FarmLines, code_in, fail_line, without_code
from photodouble.farm.log import Log
from photodouble_client.errors import ArtistError
from photodouble_client.events import Finished, FrameDone, Progress, Queued, Warned

DAMAGED = ArtistError(
    "input.corrupt_file", "A picture is damaged", "plate.5.exr\nends early.", "Copy it again."
)


def said(*events: object) -> list[str]:
    lines: list[str] = []
    tell = FarmLines(lines.append)
    for event in events:
        tell.say(event)  # type: ignore[arg-type]
    return lines


def log_of(*lines: str, of: int = 8) -> tuple[Log, list[object]]:
    log = Log(of)
    events: list[object] = []
    for number, line in enumerate(lines):
        events += log.read(f"0:00:0{number}.000100\t{line}\n")
    return log, events


CHUNK = (
    "Open Job Description CLI: Running step 'Frames'",
    "Frame(CHUNK[INT]) = 1001-1004",
    "openjd_progress: 50.0",
    "Process pid 77 exited with code: 0 (unsigned) / 0x0 (hex)",
)


def test_progress_is_told_in_whole_percent_and_each_only_once():
    lines = said(*(Progress(frame, 1000, "motion") for frame in range(31)))
    assert lines == ["openjd_status: motion", *(f"openjd_progress: {percent}.0" for percent in range(4))]


def test_another_kind_of_work_counts_anew():
    lines = said(Progress(1, 1, "motion"), Progress(0, 2, "fill"))
    assert lines[2:] == ["openjd_status: fill", "openjd_progress: 0.0"]


def test_notes_and_the_end_are_told_and_single_frames_are_not():
    lines = said(
        Queued("a" * 32), FrameDone(5, "/x.exr"), Warned("empty\nmatte"), Finished("m", "sh/v001", "f")
    )
    assert lines == [f"take {'a' * 32}", "Note: empty matte", "openjd_status: the take is sealed"]


def test_a_failure_is_one_line_that_carries_its_code():
    line = fail_line(DAMAGED)
    assert line.startswith("openjd_fail: A picture is damaged: plate.5.exr ends early.")
    assert "\n" not in line
    assert code_in(line) == "input.corrupt_file"
    assert without_code(line).endswith("Copy it again.")


@pytest.mark.parametrize("text", ["no code", "(made.up)", "(input.corrupt_file) and more"])
def test_only_a_known_code_at_the_end_counts(text):
    assert code_in(text) == ""


def test_finished_chunks_are_counted():
    log, events = log_of(*CHUNK)
    assert (log.done, log.status) == (4, 0)
    assert events[-1] == Progress(4, 8, "frames")


def test_the_percent_of_the_analysis_is_told():
    _, events = log_of(
        "Open Job Description CLI: Running step 'Analyse'", "openjd_progress: 37.0", "Note: short"
    )
    assert events == [Progress(37, 100, "analysis"), Warned("short")]


def test_a_failing_chunk_is_kept_with_its_reason_though_the_engine_is_stopped_after_it():
    log, _ = log_of(
        *CHUNK,
        "Frame(CHUNK[INT]) = 1005-1008",
        fail_line(DAMAGED),
        "Process pid 78 exited with code: 3 (unsigned) / 0x3 (hex)",
        "openjd_status: the engine is stopped",
        "Process pid 79 exited with code: 0 (unsigned) / 0x0 (hex)",
    )
    assert (log.chunk, log.code, log.status, log.done) == ("1005-1008", "input.corrupt_file", 3, 4)


def test_a_single_frame_is_a_chunk():
    log, _ = log_of(CHUNK[0], "Frame(CHUNK[INT]) = 1001-1001", CHUNK[3])
    assert log.done == 1
