"""What somebody meets who types the commands for the first time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photodouble.cli.engine_jobs import chosen_job, shown_name
from photodouble.cli.main import main
from photodouble.cli.telling import Lines
from photodouble.engine.options import JobOptions
from photodouble.engine.runner import run_job
from photodouble.image.sequence import Sequence
from photodouble.settings import Settings, load_settings
from photodouble.takes.prune import plan_prune
from photodouble.takes.store import TakeStore
from photodouble_client.errors import ArtistError
from photodouble_client.events import Progress, Queued
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest
from photodouble_client.wire import Job

ANALYSED = Job("a" * 32, "running", "inpaint", "street")
ENDED = Job("b" * 32, "finished", "inpaint", "street", take_label="street/inpaint/v001")


@pytest.mark.parametrize("named", ["street", "street/inpaint", "Street/Inpaint"])
def test_a_job_is_found_by_its_name_in_the_list_while_its_shot_is_analysed(named: str) -> None:
    assert shown_name(ANALYSED) == "street/inpaint"
    assert chosen_job([ANALYSED, Job("c" * 32, shot="other")], named) is ANALYSED


def test_of_several_jobs_of_a_shot_the_one_at_work_is_meant() -> None:
    assert chosen_job([ENDED, ANALYSED], "street") is ANALYSED
    assert chosen_job([ENDED, ANALYSED], "street/inpaint/v001") is ENDED
    with pytest.raises(ArtistError) as caught:
        chosen_job([ANALYSED, Job("c" * 32, shot="street")], "street")
    assert caught.value.code == "usage.arguments"


def test_a_star_that_the_shell_replaced_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"plates/sh010.{frame}.exr" for frame in (1001, 1002, 1003)]
    assert main(["inpaint", "--plate", *names, "--matte", "m.exr"]) == 2
    assert "'plates/sh010.####.exr'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('nam = "x"', "did you mean 'name'?"),
        ('workers = "two"', "'workers' must be a whole number"),
        ('keep_analysis = "no"', "'keep_analysis' must be true or false"),
        ("workers = \n", "at line 1"),
    ],
)
def test_a_mistake_in_the_settings_is_told_in_plain_words(tmp_path: Path, written: str, told: str) -> None:
    (tmp_path / "photodouble.toml").write_text(written, encoding="utf-8")
    with pytest.raises(ArtistError) as caught:
        load_settings(tmp_path, environment={})
    assert told in caught.value.message


def test_a_take_is_named_briefly_a_preview_names_none_and_nothing_is_said_twice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say = Lines(clock=lambda: 0.0).say
    for event in (Queued(""), Queued("0123456789abcdef" * 2), Progress(8, 8, "fill"), Progress(8, 8, "fill")):
        say(event)
    assert capsys.readouterr().err.splitlines() == ["take 01234567", "fill 8/8"]


def test_a_version_beside_a_take_is_that_of_its_own_shot(
    tiny_shot: Callable[..., Any], photodouble: Callable[..., Any], tmp_path: Path
) -> None:
    shot = tiny_shot()
    root = tmp_path / "takes"
    options = JobOptions(settings=Settings(cache_folder=str(tmp_path / "cache")))
    for name in ("one", "two"):
        request = JobRequest(
            "inpaint", shot.inputs, {}, FrameRange(shot.frames), output_root=str(root), shot=name
        )
        run_job(request, options)
    words = ("two/inpaint/v001", shot.frames[0], "--root", root)
    shown = photodouble("pictures", "difference", *words, "--left", "v001")
    assert shown.returncode == 0, shown.stderr
    assert Path(shown.stdout.strip()).is_file()
    refused = photodouble("pictures", "difference", *words, "--left", "v002")
    assert "There is no such take" in refused.stderr


def test_a_path_that_leads_nowhere_is_told_with_the_way_out(tmp_path: Path) -> None:
    for frame in (1001, 1002, 1003):
        (tmp_path / f"sh010.{frame}.exr").touch()
    for pattern, told in (
        (str(tmp_path / "sh0100.####.exr"), "Did you mean sh010.####.exr?"),
        (str(tmp_path / "gone" / "sh010.####.exr"), f"{tmp_path} is the last folder of it that exists"),
        ("S:/show/sh010.####.exr", "path_maps"),
    ):
        with pytest.raises(ArtistError) as caught:
            Sequence.find(pattern)
        assert told in caught.value.fix


def test_a_trial_of_one_frame_does_not_make_the_whole_shot_old(
    tiny_shot: Callable[..., Any], tmp_path: Path
) -> None:
    shot = tiny_shot()
    root = tmp_path / "takes"
    options = JobOptions(settings=Settings(cache_folder=str(tmp_path / "cache")))
    for frames in (shot.frames, shot.frames, shot.frames[:1], shot.frames[:1]):
        request = JobRequest(
            "inpaint", shot.inputs, {}, FrameRange(frames), output_root=str(root), shot="one"
        )
        run_job(request, options)
    plan = plan_prune(TakeStore(root))
    assert [take.folder.name for take in plan.go] == ["v003", "v001"]
    assert [why for _, why in plan.stay] == [("newest",), ("newest of some frames",)]
