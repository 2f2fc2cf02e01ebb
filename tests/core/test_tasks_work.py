"""Tasks do what the command line does, with real takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import pytest

from photodouble.engine.runner import JobOptions, run_job
from photodouble.engine.tasks import run_task
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble.takes.store import Take
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

FRAME = 1003


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache_folder=str(tmp_path / "cache"), takes_root=str(tmp_path / "takes"))


@pytest.fixture
def request_of(tiny_shot: Callable[..., Any], tmp_path: Path) -> JobRequest:
    shot = tiny_shot()
    return JobRequest(
        "inpaint", shot.inputs, {}, FrameRange(shot.frames), output_root=str(tmp_path / "takes"), shot="sh010"
    )


@pytest.fixture
def take(request_of: JobRequest, settings: Settings) -> Take:
    return run_job(request_of, JobOptions(settings=settings)).take


@pytest.fixture
def ask(settings: Settings) -> Callable[..., Any]:
    return lambda name, **arguments: run_task(name, arguments, settings, Reporter())


def test_a_take_is_found_by_its_name_where_the_settings_keep_takes(take: Take, ask: Any) -> None:
    assert ask("takes.show", take="sh010/inpaint/v001")["take"] == take.take_id
    assert [row["name"] for row in ask("takes.list")] == [take.label]
    assert ask("takes.size", take="v001")[0]["bytes"] > 1000


def test_a_changed_plate_is_found(take: Take, ask: Any, tmp_path: Path) -> None:
    plate = Path(take.request().inputs["plate"].path.replace("####", str(FRAME)))
    other = Path(str(plate).replace(str(FRAME), str(FRAME + 1)))
    plate.write_bytes(other.read_bytes())
    told = ask("takes.check", take=str(take.folder))
    assert told["current"] is False
    assert told["changes"][0]["frames"] == str(FRAME)


def test_a_request_with_other_values_is_compared(take: Take, ask: Any) -> None:
    asked = take.request().to_json()
    asked["values"] = {**asked["values"], "reach": 7}
    told = ask("takes.check", take=str(take.folder), against=asked)
    assert [change["what"] for change in told["changes"]] == ["parameter"]


def test_pruning_is_planned_before_it_is_done(
    take: Take, request_of: JobRequest, ask: Any, settings: Settings
) -> None:
    newer = run_job(request_of, JobOptions(settings=settings)).take
    planned = ask("takes.prune")
    assert (planned["go"], planned["done"], take.folder.is_dir()) == ([take.label], False, True)
    assert ask("takes.prune", yes=True)["done"] is True
    assert not take.folder.exists() and newer.folder.is_dir()


def test_an_archive_that_is_stopped_leaves_nothing(take: Take, settings: Settings, tmp_path: Path) -> None:
    packed: list[int] = []
    report = Reporter(
        on_progress=lambda done, _of, _note: packed.append(done), should_stop=lambda: len(packed) > 3
    )
    with pytest.raises(ArtistError) as stopped:
        run_task(
            "takes.archive", {"take": str(take.folder), "target": str(tmp_path / "a.zip")}, settings, report
        )
    assert stopped.value.code == "engine.stopped"
    assert packed == [1, 2, 3, 4] and not list(tmp_path.glob("*.zip"))


def test_a_check_can_be_stopped_between_files(take: Take, settings: Settings) -> None:
    seen: list[int] = []
    report = Reporter(
        on_progress=lambda done, _of, _note: seen.append(done), should_stop=lambda: len(seen) > 1
    )
    with pytest.raises(ArtistError) as stopped:
        run_task("takes.check", {"take": str(take.folder)}, settings, report)
    assert stopped.value.code == "engine.stopped" and len(seen) == 2


def test_a_frame_goes_out_and_comes_back(take: Take, ask: Any) -> None:
    sent = ask("paint.out", frame=FRAME, take=str(take.folder))
    untouched = ask("paint.in", file=sent["file"])
    assert untouched == {"frame": FRAME, "override": "", "pixels": 0, "outside": 0, "request": ""}
    picture = cv2.imread(sent["file"], cv2.IMREAD_UNCHANGED)
    picture[20:24, 20:24] = 65535
    cv2.imwrite(sent["file"], picture)
    back = ask("paint.in", file=sent["file"])
    assert back["pixels"] == 16
    child = JobRequest.from_text(Path(back["request"]).read_text(encoding="utf-8"))
    assert child.parent == take.take_id and child.overrides == {FRAME: back["override"]}
    assert ask("paint.in", file=sent["file"]) == back


def test_the_cache_is_shown_and_cleared_only_when_somebody_agrees(take: Take, ask: Any) -> None:
    assert len(ask("cache.show")["entries"]) == 1
    with pytest.raises(ArtistError):
        ask("cache.clear")
    assert ask("cache.clear", yes=True) == {"cleared": 1}
    assert ask("cache.show")["entries"] == []


def test_settings_say_where_they_come_from(ask: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user.toml"))
    monkeypatch.delenv("PHOTODOUBLE_STUDIO", raising=False)
    show = tmp_path / "show"
    show.mkdir()
    (show / "photodouble.toml").write_text("workers = 3\n", encoding="utf-8")
    told = ask("config.show", near=str(show))
    assert told["workers"] == {"value": 3, "from": "show", "file": str(show / "photodouble.toml")}
    assert told["threads"]["from"] == "built-in"


def test_a_bundle_and_its_commands(request_of: JobRequest, ask: Any, tmp_path: Path) -> None:
    asked = request_of.with_take("a" * 32).to_json()
    written = ask("farm.bundle", request=asked, to=str(tmp_path / "bundle"), chunk=2)
    assert written["tasks"] == 3 and (tmp_path / "bundle" / "template.json").is_file()
    told = ask("farm.commands", request=asked, path="/jobs/request.json", chunk=2)
    assert [one["step"] for one in told["commands"]] == ["analyse", "frames", "frames", "frames", "finish"]
    assert len(told["lines"]) == 5 and "/jobs/request.json" in told["lines"][0]
