"""The steps of a job one by one, as a farm runs them, and from machines that see other site roots."""

from __future__ import annotations

import dataclasses
import functools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from takes_on_disk import pixels

from photodouble.engine.runner import JobOptions, JobResult, run_job
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, FrameDone
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

FRAMES = (1, 2, 3)


@pytest.fixture
def request_for(request_for: Callable[..., JobRequest]) -> Callable[..., JobRequest]:
    """Give requests of one take, which every step joins."""
    return functools.partial(request_for, take="b" * 32)


def run(request: JobRequest, settings: Settings, **options: object) -> JobResult:
    return run_job(request, JobOptions(settings=settings, **options))  # type: ignore[arg-type]


def test_the_steps_of_a_farm_make_the_same_take_as_one_run(tiny_shot, request_for, settings):
    request = request_for(tiny_shot(FRAMES))
    analysed = run(request, settings, step="analyse")
    assert analysed.manifest is None
    assert not list(analysed.take.folder.glob("frames/*"))
    for frames in ("1-2", "3"):
        run(request, settings, step="frames", frames=FrameRange.from_text(frames))
    finished = run(request, settings, step="finish")
    assert finished.manifest is not None
    whole = run(dataclasses.replace(request, take="c" * 32), settings)
    assert pixels(finished.take.folder) == pixels(whole.take.folder)


def test_the_last_step_renders_nothing_and_names_the_frames_that_are_missing(
    tiny_shot, request_for, settings
):
    request = request_for(tiny_shot(FRAMES))
    made = run(request, settings, step="frames", frames=FrameRange([2]))
    events: list[Event] = []
    with pytest.raises(ArtistError) as caught:
        run_job(request, JobOptions(settings=settings, step="finish"), on_event=events.append)
    error = caught.value
    assert (error.code, error.detail) == ("engine.frames_missing", "1,3")
    assert f"photodouble run {made.take.folder / 'request.json'} --frames 1,3" in error.fix
    assert not [event for event in events if isinstance(event, FrameDone)]
    assert not made.take.is_sealed


def test_the_last_step_without_any_other_makes_no_take(tiny_shot, request_for, settings, tmp_path):
    with pytest.raises(ArtistError) as caught:
        run(request_for(tiny_shot(FRAMES)), settings, step="finish")
    assert (caught.value.code, caught.value.detail) == ("engine.frames_missing", "1-3")
    assert not (tmp_path / "takes").exists()


def test_the_last_step_done_twice_is_no_error(tiny_shot, request_for, settings, tmp_path):
    request, output = request_for(tiny_shot(FRAMES)), str(tmp_path / "out" / "clean.####.exr")
    run(request, settings, step="frames")
    first = run(request, settings, step="finish", output=output)
    second = run(request, settings, step="finish", output=output)
    assert len(first.copies) == 3
    assert second.copies == first.copies
    assert second.manifest == first.manifest


def test_a_take_that_is_deleted_while_it_is_made_is_told_as_gone_and_no_half_of_it_comes_back(
    tiny_shot, request_for, settings, tmp_path
):
    def delete(event: Event) -> None:
        if isinstance(event, FrameDone):
            shutil.rmtree(tmp_path / "takes", ignore_errors=True)

    request = request_for(tiny_shot(FRAMES))
    with pytest.raises(ArtistError) as caught:
        run_job(request, JobOptions(settings=settings), on_event=delete)
    assert caught.value.code == "engine.no_take"
    assert not list((tmp_path / "takes").rglob("*.exr"))
    assert run(request, settings).manifest is not None


def test_a_step_that_does_not_exist_is_refused(tiny_shot, request_for, settings):
    with pytest.raises(ArtistError, match="analyse, frames, finish"):
        run(request_for(tiny_shot(FRAMES)), settings, step="render")


def test_a_chunk_from_a_machine_with_other_roots_joins_the_take(tiny_shot, request_for, settings, tmp_path):
    request = request_for(tiny_shot(FRAMES))
    first = run(request, settings, frames=FrameRange([1, 2]))
    elsewhere = as_windows_sees_it(request, tmp_path)
    assert elsewhere.output_root == "S:/takes"
    maps = ({"linux": tmp_path.as_posix(), "windows": "S:/"},)
    mapped = dataclasses.replace(settings, path_maps=maps)
    last = run(elsewhere, mapped, frames=FrameRange([3]))
    assert last.take == first.take
    assert last.take.is_sealed
    assert last.take.manifest()["request_sha256"] == run(request, settings).take.manifest()["request_sha256"]


def test_a_take_begun_on_another_system_is_found_to_resume(tiny_shot, request_for, settings, tmp_path):
    request = request_for(tiny_shot(FRAMES))
    first = run(request, settings, frames=FrameRange([1, 2])).take
    stored = first.folder / "request.json"
    stored.write_text(as_windows_sees_it(first.request(), tmp_path).to_text())
    maps = ({"linux": tmp_path.as_posix(), "windows": "S:/"},)
    again = dataclasses.replace(request, take="")
    resumed = run(again, dataclasses.replace(settings, path_maps=maps), resume=True)
    assert resumed.take.folder == first.folder
    assert resumed.take.is_sealed


def test_without_a_path_map_a_foreign_root_is_told_as_missing(tiny_shot, request_for, settings, tmp_path):
    foreign = as_windows_sees_it(request_for(tiny_shot(FRAMES)), tmp_path)
    with pytest.raises(ArtistError) as caught:
        run(dataclasses.replace(foreign, output_root=str(tmp_path / "takes")), settings)
    assert caught.value.code == "input.missing_sequence"


def as_windows_sees_it(request: JobRequest, root: Path) -> JobRequest:
    """Return a request as a machine writes it that reaches the folder as drive S."""
    return JobRequest.from_text(request.to_text().replace(root.as_posix(), "S:"))
