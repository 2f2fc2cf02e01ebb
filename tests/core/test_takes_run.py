"""Takes on disk: complete, sealed, resumable, and the same pixels however they were made."""

from __future__ import annotations

import dataclasses
import json
import threading
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from takes_on_disk import pixels

from photodouble.engine.runner import JobOptions, JobResult, run_job
from photodouble.settings import Settings
from photodouble.takes.store import TakeStore, names_of
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Finished, FrameDone, Progress, Warned
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest


def run(request: JobRequest, settings: Settings, **options: object) -> JobResult:
    return run_job(request, JobOptions(settings=settings, **options))  # type: ignore[arg-type]


def test_a_finished_take_holds_what_the_design_lays_down(tiny_shot, request_for, settings):
    result = run(request_for(tiny_shot()), settings)
    folder = result.take.folder
    assert folder.parts[-3:] == ("sh010", "inpaint", "v001")
    assert {path.name for path in folder.iterdir()} == {
        "request.json", "analysis", "result", "fill", "matte", "origin", "confidence", "frames", "pictures",
        "manifest.json", "take.log", "advice.json",
    }  # fmt: skip
    assert [path.name for path in sorted((folder / "result").iterdir())] == [
        f"sh010_inpaint_v001.{frame}.exr" for frame in range(1001, 1007)
    ]
    assert result.contact_sheet is not None
    assert result.contact_sheet.is_file()


def test_every_header_carries_the_take_id_of_the_request(tiny_shot, request_for, settings):
    take = run(request_for(tiny_shot()), settings).take
    stored = json.loads((take.folder / "request.json").read_text())["take"]
    assert len(stored) == 32
    headers = [OpenEXR.File(str(path)).header() for path in take.folder.glob("*/*.exr")]
    assert len(headers) == 30
    assert {header["photodouble/take"] for header in headers} == {stored}


def test_outside_the_matte_the_result_is_the_plate_bit_for_bit(tiny_shot, request_for, settings):
    shot = tiny_shot()
    take = run(request_for(shot), settings).take
    for frame in shot.frames:
        plate = OpenEXR.File(str(shot.file("plate", frame))).channels()["RGB"].pixels
        matte = OpenEXR.File(str(shot.file("matte", frame))).channels()["A"].pixels
        result = OpenEXR.File(str(take.picture("result", frame, "exr"))).channels()["RGB"].pixels
        outside = matte == 0
        assert np.array_equal(result[outside].view(np.uint16), plate[outside].view(np.uint16))
        assert not np.array_equal(result[~outside], plate[~outside])


def test_the_manifest_lists_every_frame_and_every_input_by_hash(tiny_shot, request_for, settings):
    shot = tiny_shot()
    manifest = run(request_for(shot), settings).take.manifest()
    assert sorted(manifest["frames"], key=int) == [str(frame) for frame in shot.frames]
    assert set(manifest["inputs"]) == {"plate", "matte"}
    assert set(manifest["inputs"]["plate"]) == {str(frame) for frame in shot.frames}
    assert all(len(sha) == 64 for sha in manifest["inputs"]["matte"].values())


def test_the_same_request_gives_the_same_pixels_in_a_new_version(tiny_shot, request_for, settings):
    request = request_for(tiny_shot())
    first = run(request, settings).take
    second = run(request, settings).take
    assert (first.version, second.version) == (1, 2)
    assert first.take_id != second.take_id
    assert pixels(first.folder) == pixels(second.folder)


def test_two_jobs_at_once_get_different_versions(tiny_shot, request_for, settings):
    request = request_for(tiny_shot(frames=(1, 2)))
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(run(request, settings).take.version)) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [1, 2, 3]


def test_jobs_that_carry_one_take_id_share_one_version(tiny_shot, request_for, tmp_path):
    request = request_for(tiny_shot(frames=(1,)), take="b" * 32)
    store, found = TakeStore(tmp_path / "takes"), []
    threads = [
        threading.Thread(target=lambda: found.append(store.claim(request, names_of(request))[0].version))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 8


def test_farm_chunks_make_the_same_take_as_one_run(tiny_shot, request_for, settings):
    shot = tiny_shot()
    whole = run(request_for(shot), settings).take
    cut = request_for(shot, take="c" * 32)
    first = run(cut, settings, frames=FrameRange.from_text("1003-1004"))
    assert first.manifest is None
    run(cut, settings, frames=FrameRange.from_text("1001-1002"))
    last = run(cut, settings, frames=FrameRange.from_text("1005-1006"))
    assert last.manifest is not None
    assert last.take.folder == first.take.folder
    assert pixels(last.take.folder) == pixels(whole.folder)


def test_worker_processes_make_the_same_pixels(tiny_shot, request_for, settings, tmp_path):
    request = request_for(tiny_shot(frames=(1, 2, 3)))
    alone = run(request, settings).take
    spread = run(request, Settings(cache_folder=str(tmp_path / "other"), workers=2)).take
    assert pixels(alone.folder) == pixels(spread.folder)


def test_the_number_of_threads_does_not_change_a_pixel(tiny_shot, request_for, tmp_path):
    request = request_for(tiny_shot(frames=(1, 2, 3)))
    one, two = (
        run(request, Settings(cache_folder=str(tmp_path / f"cache{count}"), threads=count)).take
        for count in (1, 2)
    )
    assert pixels(one.folder) == pixels(two.folder)


def test_a_stopped_job_keeps_its_frames_and_resume_does_only_what_is_missing(
    tiny_shot, request_for, settings
):
    request = request_for(tiny_shot())
    stop, done = threading.Event(), []

    def stop_after_two(event: Event) -> None:
        if isinstance(event, FrameDone):
            done.append(event.frame)
        if len(done) == 2:
            stop.set()

    with pytest.raises(ArtistError) as stopped:
        run_job(request, JobOptions(settings=settings), on_event=stop_after_two, stop=stop)
    assert stopped.value.code == "engine.stopped"
    more: list[int] = []
    options = JobOptions(settings=settings, resume=True)
    result = run_job(
        request,
        options,
        on_event=lambda event: more.append(event.frame) if isinstance(event, FrameDone) else None,
    )
    assert done == [1001, 1002]
    assert more == [1003, 1004, 1005, 1006]
    assert result.take.version == 1
    assert pixels(result.take.folder) == pixels(run(request, settings).take.folder)


def test_a_frame_whose_record_is_missing_is_made_again(tiny_shot, request_for, settings):
    request = request_for(tiny_shot(), take="d" * 32)
    with_all = run(request, settings, frames=FrameRange.from_text("1001-1003")).take
    (with_all.folder / "frames" / "1002.json").unlink()
    result = run(request, settings)
    assert result.manifest is not None
    whole = run(request_for(tiny_shot()), settings).take
    assert sorted(pixels(result.take.folder)) == sorted(pixels(whole.folder))


def test_a_sealed_take_is_never_touched_again(tiny_shot, request_for, settings):
    request = request_for(tiny_shot(), take="e" * 32)
    take = run(request, settings).take
    before = {path: path.stat().st_mtime_ns for path in take.folder.rglob("*") if path.is_file()}
    run(request, settings)
    assert {path: path.stat().st_mtime_ns for path in take.folder.rglob("*") if path.is_file()} == before


def test_another_request_with_the_id_of_a_take_is_refused(tiny_shot, request_for, settings):
    shot = tiny_shot()
    run(request_for(shot, take="f" * 32), settings)
    with pytest.raises(ArtistError) as refused:
        run(request_for(shot, take="f" * 32, values={"matte_grow": 2}), settings)
    assert refused.value.code == "engine.take_mismatch"


def test_inputs_that_changed_under_an_unfinished_take_are_noticed(tiny_shot, request_for, settings):
    shot = tiny_shot()
    request = request_for(shot, take="a" * 32)
    run(request, settings, frames=FrameRange.from_text("1001"))
    tiny_shot(seed=4)
    with pytest.raises(ArtistError) as refused:
        run(request, settings)
    assert refused.value.code == "engine.take_mismatch"


@pytest.mark.parametrize("is_new", [True, False])
def test_a_plate_that_is_written_again_while_the_job_runs_is_never_sealed(
    tiny_shot, request_for, settings, is_new
):
    shot = tiny_shot()
    last = shot.file("plate", shot.frames[-1])
    content = shot.file("plate", shot.frames[0]).read_bytes() if is_new else last.read_bytes()

    def write_again(event: Event) -> None:
        if isinstance(event, FrameDone) and event.frame == shot.frames[1]:
            last.write_bytes(content)

    request = request_for(shot)
    if not is_new:
        assert run_job(request, JobOptions(settings=settings), on_event=write_again).manifest is not None
        return
    with pytest.raises(ArtistError) as caught:
        run_job(request, JobOptions(settings=settings), on_event=write_again)
    assert caught.value.code == "engine.take_mismatch"
    assert str(shot.frames[-1]) in caught.value.message
    take = TakeStore(Path(request.output_root)).versions(names_of(request))[0]
    assert not take.is_sealed


def test_unchanged_frames_of_a_parent_take_are_linked_and_not_made_again(tiny_shot, request_for, settings):
    shot = tiny_shot()
    first = run(request_for(shot), settings).take
    second = run(request_for(shot, parent=first.take_id), settings).take
    for frame in shot.frames:
        record = second.record(frame)
        assert record is not None
        assert record.linked_from == first.take_id
        one, other = first.picture("result", frame, "exr"), second.picture("result", frame, "exr")
        assert one.samefile(other)


def test_a_changed_value_makes_every_frame_anew(tiny_shot, request_for, settings):
    shot = tiny_shot()
    first = run(request_for(shot), settings).take
    second = run(request_for(shot, parent=first.take_id, values={"matte_grow": 1}), settings).take
    records = [second.record(frame) for frame in shot.frames]
    assert [record.linked_from for record in records if record is not None] == [""] * 6


def test_an_override_leaves_the_frames_that_do_not_use_it_alone(tiny_shot, request_for, settings, tmp_path):
    shot = tiny_shot(frames=range(1, 7))
    for frame in (2, 3):
        empty = {"A": np.zeros((48, 64), np.float16)}
        OpenEXR.File({"type": OpenEXR.scanlineimage}, empty).write(str(shot.file("matte", frame)))
    first = run(request_for(shot), settings).take
    painted = tmp_path / "painted.0006.exr"
    painted.write_bytes(shot.file("plate", 6).read_bytes())
    request = request_for(shot, parent=first.take_id, overrides={6: str(painted)})
    second = run(request, settings).take
    assert {frame for frame in shot.frames if second.record(frame).linked_from} == {2, 3}
    whole = run(dataclasses.replace(request, parent=""), settings).take
    assert pixels(second.folder) == pixels(whole.folder)


def test_a_locked_frame_is_linked_with_all_its_outputs_soft_edges_too(tiny_shot, request_for, settings):
    shot = tiny_shot(frames=(1, 2, 3))
    first = run(request_for(shot, values={"matte_feather": 3.0}), settings).take
    kept = first.picture("result", 2, "exr")
    changed = {"matte_feather": 3.0, "seed": 7, "detail": 0.0}
    second = run(request_for(shot, values=changed, locks={2: str(kept)}), settings).take
    record = second.record(2)
    assert record.linked_from == first.take_id
    assert {output: written.pixel_sha256 for output, written in record.files.items()} == {
        output: written.pixel_sha256 for output, written in first.record(2).files.items()
    }


def test_a_parent_that_is_not_found_is_said(tiny_shot, request_for, settings):
    told: list[str] = []
    run_job(
        request_for(tiny_shot(frames=(1,)), parent="9" * 32),
        JobOptions(settings=settings),
        on_event=lambda event: told.append(event.message) if isinstance(event, Warned) else None,
    )
    assert told == ["The parent take was not found, so every frame is made anew."]


@pytest.mark.parametrize("values", [{"exclude_frames": "1002-1003"}, {"source_frames": "1001,1004-1006"}])
def test_pixels_come_only_from_frames_that_are_allowed(tiny_shot, request_for, settings, values):
    shot = tiny_shot()
    take = run(request_for(shot, values={**values, "unseen": "smooth"}), settings).take
    used: set[float] = set()
    for frame in shot.frames:
        path = take.picture("origin", frame, "exr")
        used |= set(np.unique(OpenEXR.File(str(path)).channels()["frame"].pixels))
    assert used <= {-1, 1001, 1004, 1005, 1006}
    assert len(used) > 2


def test_events_tell_progress_and_every_finished_frame(tiny_shot, request_for, settings):
    shot = tiny_shot()
    events: list[Event] = []
    run_job(request_for(shot), JobOptions(settings=settings), on_event=events.append)
    assert [event.frame for event in events if isinstance(event, FrameDone)] == list(shot.frames)
    rendering = [event for event in events if isinstance(event, Progress) and event.note == "rendering"]
    assert (rendering[0].frame, rendering[-1].frame, rendering[-1].of) == (0, 6, 6)
    assert not any(isinstance(event, (Warned, Finished)) for event in events[:-1])


def test_negative_frames_keep_their_numbers(tiny_shot, request_for, settings):
    shot = tiny_shot(frames=range(-2, 2))
    take = run(request_for(shot), settings).take
    assert sorted(path.name for path in (take.folder / "result").iterdir()) == [
        "sh010_inpaint_v001.-0001.exr", "sh010_inpaint_v001.-0002.exr",
        "sh010_inpaint_v001.0000.exr", "sh010_inpaint_v001.0001.exr",
    ]  # fmt: skip


def test_the_log_of_a_take_names_every_frame(tiny_shot, request_for, settings):
    take = run(request_for(tiny_shot(frames=(1, 2))), settings).take
    lines = (take.folder / "take.log").read_text().splitlines()
    assert [line.split(take.take_id)[1] for line in lines] == [
        " frame 1 rendered",
        " frame 2 rendered",
        " sealed",
    ]


def test_a_fault_of_the_program_is_told_plainly_and_logged_in_full(
    tiny_shot, request_for, settings, monkeypatch
):
    from photodouble.ops.inpaint.operation import Inpaint

    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(Inpaint, "render", fail)
    with pytest.raises(ArtistError) as told:
        run(request_for(tiny_shot(frames=(1,))), settings)
    assert told.value.code == "engine.unexpected"
    log = Path(told.value.message.rpartition(" in ")[2].rstrip("."))
    assert "ZeroDivisionError: planted" in log.read_text()


def test_an_analysis_need_not_be_kept(tiny_shot, request_for, tmp_path):
    settings = Settings(cache_folder=str(tmp_path / "cache"), keep_analysis=False)
    take = run(request_for(tiny_shot(frames=(1, 2))), settings).take
    assert not list(take.folder.rglob("*.npz"))
    assert take.is_sealed


def test_later_chunks_know_where_the_mattes_are_until_one_changes(tiny_shot, request_for, settings):
    shot = tiny_shot(frames=(1, 2, 3))
    request = request_for(shot, take="7" * 32)
    run(request, settings, frames=FrameRange((1,)))
    told: list[str] = []

    def notes(event: Event) -> None:
        if isinstance(event, Progress):
            told.append(event.note)

    run_job(request, JobOptions(frames=FrameRange((2,)), settings=settings), on_event=notes)
    assert "checking mattes" not in told
    shot.file("matte", 3).touch()
    run_job(request, JobOptions(frames=FrameRange((3,)), settings=settings), on_event=notes)
    assert "checking mattes" in told
