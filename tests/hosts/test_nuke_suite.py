"""The suite for a real Nuke, run in the made-up one; and it fails when it should."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

SUITE = Path(__file__).with_name("suite_nuke.py")


@pytest.fixture
def suite(nuke_host: Any) -> Any:
    """Give the suite, with the adapter imported into the Nuke of this test."""
    import nuke_adapter

    nuke_adapter.forget()
    spec = importlib.util.spec_from_file_location("suite_nuke", SUITE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_case_passes_and_the_verdict_is_written(suite: Any, made: Any, tmp_path: Path) -> None:
    verdict = tmp_path / "verdict.json"
    plate = f"{made.folder / 'in'}/plate.####.exr 1001-1002"
    suite.run(str(verdict), str(made.take.folder), plate)
    found = json.loads(verdict.read_text(encoding="utf-8"))
    assert {name: said for name, said in found["cases"].items() if said != "passed"} == {}
    assert found["passed"] == len(suite.cases()) > 10


def test_without_a_take_the_pictures_are_not_run(suite: Any, tmp_path: Path) -> None:
    found = suite.run(str(tmp_path / "verdict.json"))
    assert found["failed"] == 0
    assert found["not_run"] >= 3


@pytest.mark.parametrize("case", ["outside_the_matte", "inside_the_matte"])
def test_a_matte_applied_elsewhere_is_noticed(suite: Any, made: Any, tmp_path: Path, case: str) -> None:
    """A node whose Keymix sees the matte inverted is found out."""
    shown = suite.Stage.with_take

    def planted(stage: Any) -> Any:
        node, plate = shown(stage)
        with node:
            for one in stage.nuke.allNodes("Keymix"):
                one["invertMask"].setValue(True)
        return node, plate

    suite.Stage.with_take = planted
    plate = f"{made.folder / 'in'}/plate.####.exr 1001-1002"
    chosen = {case: suite.cases()[case]}
    found = suite.run(str(tmp_path / "verdict.json"), str(made.take.folder), plate, chosen)
    assert found["failed"] == 1


def test_a_name_that_nuke_lacks_is_noticed(
    suite: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import nuke

    monkeypatch.delattr(nuke, "Undo")
    found = suite.run(str(tmp_path / "verdict.json"), chosen={"names": suite.case_names})
    assert "nuke.Undo" in found["cases"]["names"]


def test_a_verdict_without_a_file_name_is_refused(suite: Any) -> None:
    assert suite.main([]) == 2
