"""What a job leaves in the history: what was asked, what came out, and a manifest that remembers both."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photodouble.engine.runner import JobOptions, JobResult, run_job
from photodouble.provenance import history
from photodouble.provenance.canonical import digest
from photodouble.provenance.history import adopt, farm_rows, pins_of
from photodouble.provenance.ledger import FILE, Ledger
from photodouble.provenance.reading import verified
from photodouble.settings import Settings
from photodouble.takes.store import MANIFEST_UPGRADES, TakeStore
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Warned
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput, new_take_id
from photodouble_client.stored import upgraded

RANGE = FrameRange(range(1001, 1005))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give settings whose ledger and caches lie in the folder of the test."""
    return Settings(
        engine_folder=str(tmp_path / "engine"), cache_folder=str(tmp_path / "cache"), contact_sheet=False
    )


@pytest.fixture
def request_(tmp_path: Path, tiny_shot: Callable[..., Any]) -> JobRequest:
    """Give a request for four frames of a tiny shot."""
    shot = tiny_shot(RANGE)
    return JobRequest(
        operation="inpaint",
        inputs={"plate": PortInput(shot.plate), "matte": PortInput(shot.matte)},
        values={"seed": 2147483647},
        range=RANGE,
        output_root=str(tmp_path / "takes"),
        shot="sh010",
        take=new_take_id(),
        person="Ada King",
        host="nuke",
        host_version="15.1",
    )


def run(request: JobRequest, settings: Settings, **options: Any) -> JobResult:
    return run_job(request, JobOptions(settings=settings, **options))


def kinds(settings: Settings) -> list[str]:
    with Ledger.open(settings) as ledger:
        return [row.kind for row in ledger.rows()]


def only(settings: Settings, kind: str) -> dict[str, Any]:
    with Ledger.open(settings) as ledger:
        (row,) = ledger.rows(kind)
        return row.payload


def test_a_job_leaves_three_rows_and_none_a_frame(request_: JobRequest, settings: Settings) -> None:
    run(request_, settings)
    assert kinds(settings) == ["run.started", "run.finished", "suggestion.created"]


def test_the_beginning_says_what_was_asked_by_whom_and_where(
    request_: JobRequest, settings: Settings
) -> None:
    take = run(request_, settings).take
    began = only(settings, "run.started")
    assert began["take"] == take.take_id
    assert began["seeds"] == {"seed": "2147483647"}
    assert began["request"]["values"]["seed"] == "2147483647"
    assert began["request_sha256"] == take.manifest()["request_sha256"]
    assert began["artist"] == "Ada King"
    assert began["host"] == "nuke 15.1"
    assert all(began[key] for key in ("machine", "user", "code_version"))


def test_the_end_names_every_file_that_went_in_and_came_out(request_: JobRequest, settings: Settings) -> None:
    take = run(request_, settings).take
    ended, manifest = only(settings, "run.finished"), take.manifest()
    assert ended["inputs"] == manifest["inputs"]
    for frame in RANGE:
        for output, (file_sha256, pixel_sha256) in ended["outputs"][str(frame)].items():
            stored = manifest["frames"][str(frame)]["files"][output]
            content = (take.folder / stored["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file_sha256
            assert stored["pixel_sha256"] == pixel_sha256


def test_the_history_holds_the_hash_of_the_manifest(request_: JobRequest, settings: Settings) -> None:
    manifest = run(request_, settings).take.manifest()
    content = {key: value for key, value in manifest.items() if key != "ledger"}
    assert only(settings, "run.finished")["content_sha256"] == digest(content)
    assert only(settings, "suggestion.created")["content_sha256"] == digest(content)


def test_the_manifest_remembers_how_the_ledger_ended(request_: JobRequest, settings: Settings) -> None:
    take = run(request_, settings).take
    with Ledger.open(settings) as ledger:
        seq, last = ledger.head()
        assert take.manifest()["ledger"] == {"engine": ledger.key.engine, "seq": seq, "hash": last}
        assert ledger.verify(pins_of([take])) == ()
        assert ledger.pinned(pins_of([take])) == seq


def test_a_tail_cut_off_is_found_through_the_manifest(request_: JobRequest, settings: Settings) -> None:
    import sqlite3

    run(request_, settings)
    base = sqlite3.connect(Path(settings.engine_folder) / FILE, isolation_level=None)
    guard = base.execute("SELECT sql FROM sqlite_master WHERE name = 'rows_delete'").fetchone()[0]
    base.execute("DROP TRIGGER rows_delete")
    base.execute("DELETE FROM rows WHERE seq = 3")
    base.execute(guard)
    base.close()
    assert verified(settings)["intact"]
    facts = verified(settings, request_.output_root)
    assert [fault["row"] for fault in facts["faults"]] == [3]
    assert "sh010/inpaint/v001" in facts["faults"][0]["what"]


def test_a_run_again_of_a_sealed_take_adds_nothing(request_: JobRequest, settings: Settings) -> None:
    run(request_, settings)
    run(request_, settings)
    assert len(kinds(settings)) == 3


def test_the_history_is_no_part_of_the_pixels_or_of_the_request(
    request_: JobRequest, settings: Settings, tmp_path: Path
) -> None:
    one = run(request_, settings).take.manifest()
    other = run(request_.with_take(new_take_id()), settings).take.manifest()
    assert [one["frames"][frame]["files"]["result"]["pixel_sha256"] for frame in one["frames"]] == [
        other["frames"][frame]["files"]["result"]["pixel_sha256"] for frame in other["frames"]
    ]


def test_a_failure_is_noted_with_its_code(
    request_: JobRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from photodouble.engine import steps

    def fail(*_: object) -> None:
        raise ArtistError("engine.no_source", "No source", "Nothing can be used.", "Give more frames.")

    monkeypatch.setattr(steps, "_analyse", fail)
    with pytest.raises(ArtistError, match="No source"):
        run(request_, settings)
    assert kinds(settings) == ["run.started", "run.failed"]
    assert only(settings, "run.failed")["code"] == "engine.no_source"


def test_a_job_that_was_stopped_says_so(request_: JobRequest, settings: Settings) -> None:
    import threading

    stop = threading.Event()

    def on_event(event: Event) -> None:
        if type(event).__name__ == "FrameDone":
            stop.set()

    with pytest.raises(ArtistError):
        run_job(request_, JobOptions(settings=settings), on_event=on_event, stop=stop)
    assert only(settings, "run.failed")["code"] == "engine.stopped"


def test_a_farm_s_chunks_leave_their_rows_in_the_take(request_: JobRequest, settings: Settings) -> None:
    run(request_, settings, frames=FrameRange((1001, 1002)))
    run(request_, settings, frames=FrameRange((1003, 1004)))
    take = run(request_, settings, step="finish").take
    assert not (Path(settings.engine_folder) / FILE).exists()
    noted = take.manifest()["ledger"]
    assert noted["seq"] == 0
    assert noted["events"] == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in farm_rows(take.folder)
        if path.name in noted["events"]
    }
    assert len(noted["events"]) >= 3


def test_a_ledger_takes_in_what_a_farm_left_once(request_: JobRequest, settings: Settings) -> None:
    run(request_, settings, frames=FrameRange((1001, 1002)))
    take = run(request_, settings, frames=FrameRange((1003, 1004))).take
    with Ledger.open(settings) as ledger:
        count = adopt(take, ledger)
        assert count == 4
        assert adopt(take, ledger) == 0
        assert sorted(row.kind for row in ledger.rows()) == [
            "run.finished",
            "run.started",
            "run.started",
            "suggestion.created",
        ]
        assert ledger.verify() == ()


def test_a_whole_job_takes_in_what_chunks_before_it_left(request_: JobRequest, settings: Settings) -> None:
    run(request_, settings, frames=FrameRange((1001, 1002)))
    run(request_, settings)
    assert kinds(settings) == ["run.started", "run.started", "run.finished", "suggestion.created"]


def test_a_row_of_a_farm_that_was_edited_is_not_taken_in(request_: JobRequest, settings: Settings) -> None:
    take = run(request_, settings, frames=FrameRange((1001,))).take
    (path,) = farm_rows(take.folder)
    path.write_text(path.read_text(encoding="utf-8").replace("Ada King", "Eve King"), encoding="utf-8")
    with Ledger.open(settings) as ledger, pytest.raises(ArtistError) as caught:
        adopt(take, ledger)
    assert caught.value.code == "input.tampered"


def test_an_edited_row_of_a_farm_is_told_and_keeps_no_job_out_of_the_ledger(
    request_: JobRequest, settings: Settings
) -> None:
    take = run(request_, settings, frames=FrameRange((1001,))).take
    (path,) = farm_rows(take.folder)
    path.write_text(path.read_text(encoding="utf-8").replace("Ada King", "Eve King"), encoding="utf-8")
    heard: list[Event] = []
    run_job(request_, JobOptions(settings=settings), on_event=heard.append)
    assert kinds(settings) == ["run.started", "run.finished", "suggestion.created"]
    assert any(isinstance(event, Warned) and path.name in event.message for event in heard)


def test_a_damaged_ledger_stops_no_work_and_loses_no_history(
    request_: JobRequest, settings: Settings
) -> None:
    Path(settings.engine_folder).mkdir()
    (Path(settings.engine_folder) / FILE).write_bytes(b"rubbish" * 1000)
    heard: list[Event] = []
    result = run_job(request_, JobOptions(settings=settings), on_event=heard.append)
    assert result.manifest is not None
    assert len(farm_rows(result.take.folder)) == 2
    assert any(isinstance(event, Warned) and "ledger" in event.message for event in heard)
    assert (Path(settings.engine_folder) / FILE).read_bytes() == b"rubbish" * 1000


def test_a_sealed_take_never_changes_though_a_copy_fails(
    request_: JobRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(request_, settings, frames=RANGE)
    take = TakeStore(Path(request_.output_root)).all()[0]
    before = sorted(path.name for path in take.folder.rglob("*"))
    with pytest.raises(ArtistError), history.noting_failure(take, JobOptions(frames=RANGE), print):
        raise ArtistError("engine.disk_full", "Full", "Full.", "Make room.")
    assert sorted(path.name for path in take.folder.rglob("*")) == before


def test_bad_input_still_leaves_no_take_behind(request_: JobRequest, settings: Settings) -> None:
    bad = dataclasses.replace(request_, values={"max_sources": 0})
    with pytest.raises(ArtistError):
        run(bad, settings, frames=FrameRange((1001,)))
    assert not Path(request_.output_root).exists()


def test_an_older_manifest_is_read_as_one_that_remembers_nothing(
    request_: JobRequest, settings: Settings
) -> None:
    take = run(request_, settings).take
    path = take.folder / "manifest.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    del stored["ledger"]
    stored["schema"] = 1
    path.write_text(json.dumps(stored), encoding="utf-8")
    assert take.manifest()["ledger"] == {}
    assert pins_of([take]) == ()
    assert upgraded(stored, MANIFEST_UPGRADES, "manifest")["schema"] == 2


def test_prompts_stand_in_the_ledger_and_not_in_the_manifest(
    request_: JobRequest, settings: Settings
) -> None:
    take = run(request_, settings).take
    assert "prompts" in only(settings, "run.started")
    text = (take.folder / "manifest.json").read_text(encoding="utf-8")
    assert "Ada King" not in text
    assert '"seed"' not in text
