"""The suite for a real Resolve, run in the made-up one; and it fails when it should."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SUITE = Path(__file__).with_name("suite_resolve.py")


@pytest.fixture
def suite() -> Any:
    spec = importlib.util.spec_from_file_location("suite_resolve", SUITE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=["18.6", "20.2", "21.0"])
def host(
    request: Any,
    resolve_host: Callable[..., Any],
    tiny_shot: Callable[..., Any],
    engine_environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    """Give a Resolve with one clip under its playhead."""
    monkeypatch.setenv("PHOTODOUBLE_RUNTIME", engine_environment["PHOTODOUBLE_RUNTIME"])
    made = resolve_host(version=request.param)
    shot = tiny_shot(frames=range(1001, 1009))
    clip = made.media(str(shot.folder / "plate.%04d.exr"), 1001, 1008)
    begin = made.timeline("Reel 1").GetStartFrame()
    made.place(clip, 0, 8, begin)
    made.playhead(begin + 2)
    return made


def failed(found: Any) -> dict[str, str]:
    return {name: said for name, said in found["cases"].items() if said != "passed"}


def test_every_case_passes_and_the_verdict_is_written(suite: Any, host: Any, tmp_path: Path) -> None:
    verdict = tmp_path / "verdict.json"
    suite.run(str(verdict), host.namespace("menu"))
    found = json.loads(verdict.read_text(encoding="utf-8"))
    assert failed(found) == {}
    assert found["passed"] == len(suite.cases()) > 10
    assert found["found_by"] == "app"


def test_a_case_that_leaves_something_behind_has_failed(suite: Any, host: Any, tmp_path: Path) -> None:
    def case(stage: Any) -> None:
        host.timeline("left behind")

    found = suite.run(str(tmp_path / "verdict.json"), host.namespace("menu"), {"left": case})
    assert "it left these changed" in found["cases"]["left"]


def test_a_still_that_is_not_written_is_noticed(suite: Any, host: Any, tmp_path: Path) -> None:
    host.lie("Project.ExportCurrentFrameAsStill")
    found = suite.run(str(tmp_path / "verdict.json"), host.namespace("menu"), {"still": suite.case_still})
    assert found["failed"] == 1 and "still" in found["cases"]["still"]


def test_a_playhead_that_does_not_move_is_noticed(suite: Any, host: Any, tmp_path: Path) -> None:
    host.lie("Timeline.SetCurrentTimecode")
    chosen = {"playhead": suite.case_playhead}
    found = suite.run(str(tmp_path / "verdict.json"), host.namespace("menu"), chosen)
    assert found["failed"] == 1


def test_without_a_clip_what_needs_one_is_not_run(suite: Any, host: Any, tmp_path: Path) -> None:
    host.timeline("empty")
    found = suite.run(str(tmp_path / "verdict.json"), host.namespace("menu"))
    assert found["failed"] == 0 and found["not_run"] >= 5


def test_a_verdict_without_a_file_name_is_refused(suite: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PHOTODOUBLE_VERDICT", raising=False)
    assert suite.main({}) == 2
