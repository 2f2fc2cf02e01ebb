"""A run of a bundle with programs that fail in their own ways in the place of Photo Double."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from photodouble.farm import local
from photodouble.farm.bundle import write_bundle
from photodouble.farm.options import FarmOptions
from photodouble_client.errors import ArtistError
from photodouble_client.events import Event, Progress
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest

pytest.importorskip("openjd.cli")
needs_shell = pytest.mark.skipif(os.name == "nt", reason="the programs are shell scripts")


@pytest.fixture
def bundle(tiny_shot, tmp_path) -> Path:
    shot = tiny_shot(frames=range(1, 7))
    request = JobRequest(
        "inpaint", inputs=shot.inputs, range=FrameRange(shot.frames), output_root=str(tmp_path / "t")
    )
    return write_bundle(request, tmp_path / "my bundle", FarmOptions(chunk=2)).folder


@pytest.fixture
def program(tmp_path, monkeypatch):  # type: ignore[no-untyped-def]
    """Give a function that puts a shell script in the place of Photo Double."""

    def write(*lines: str) -> None:
        script = tmp_path / "program.sh"
        script.write_text("\n".join(["#!/bin/sh", *lines]) + "\n", encoding="utf-8")
        script.chmod(0o755)
        monkeypatch.setattr(local, "program_here", lambda: str(script))

    return write


def failure_of(bundle: Path, chunk: str = "") -> ArtistError:
    with pytest.raises(ArtistError) as failed:
        local.run_bundle(bundle, bundle / "farm.log", chunk=chunk, on_event=lambda event: None)
    return failed.value


@needs_shell
def test_every_chunk_is_run_and_counted(bundle, program):
    program("exit 0")
    told: list[Event] = []
    local.run_bundle(bundle, bundle / "farm.log", on_event=told.append)
    assert told[-1] == Progress(6, 6, "frames")


@needs_shell
def test_a_killed_chunk_is_told_as_memory_with_the_way_to_run_it_again(bundle, program):
    program('case "$*" in *--frames=3-4*) kill -9 $$;; esac')
    failed = failure_of(bundle)
    assert failed.code == "engine.memory"
    assert failed.title == "Frames 3-4 failed"
    assert "memory" in failed.message
    assert f"photodouble farm run '{bundle}' --frames 3-4" in failed.fix


@needs_shell
def test_the_code_of_the_task_is_the_code_of_the_run(bundle, program):
    program('case "$*" in *finish*) echo "openjd_fail: 5 is missing. (engine.frames_missing)"; exit 5;; esac')
    failed = failure_of(bundle)
    assert (failed.code, failed.title) == ("engine.frames_missing", "The last step failed")
    assert failed.message.endswith("5 is missing.")


@needs_shell
def test_an_end_without_a_word_names_the_log(bundle, program):
    program('case "$*" in *analyse*) exit 1;; esac')
    failed = failure_of(bundle)
    assert (failed.code, failed.title) == ("engine.unexpected", "The analysis failed")
    assert str(bundle / "farm.log") in failed.fix


@needs_shell
def test_an_environment_that_fails_is_a_failure_though_no_task_ran(bundle, program):
    program('case "$*" in *enter*) exit 1;; esac')
    assert failure_of(bundle).code == "engine.unexpected"


@needs_shell
def test_nothing_of_openjd_is_left_behind(bundle, program, tmp_path, monkeypatch):
    program("exit 1")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(local.tempfile, "tempdir", str(tmp_path / "tmp"))
    failure_of(bundle)
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("chunk", ["7", "1,3", "5-8"])
def test_frames_that_are_no_chunk_are_refused(bundle, chunk):
    assert failure_of(bundle, chunk).code == "usage.frames"


def test_without_openjd_the_error_says_what_to_install(bundle, monkeypatch):
    monkeypatch.setitem(sys.modules, "openjd", None)
    failed = failure_of(bundle)
    assert failed.code == "engine.farm_support"
    assert "photodouble[farm]" in failed.fix
