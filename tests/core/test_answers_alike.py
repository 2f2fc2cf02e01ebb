"""The command line and the engine give one and the same answer to the same question."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from finished_takes import Made

from photodouble.cli.main import main
from photodouble.engine.tasks import run_task
from photodouble.ops.operation import Reporter

TAKE = "sh010/inpaint/v001"
QUESTIONS: Mapping[str, tuple[list[str], dict[str, Any]]] = {
    "takes.check": ([TAKE], {"take": TAKE}),
    "takes.size": ([], {}),
    "takes.prune": (["--keep", "0"], {"keep": 0}),
    "takes.list": ([], {}),
    "takes.show": ([TAKE], {"take": TAKE}),
}


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    main([*words, "--json"])
    return json.loads(capsys.readouterr().out)


def answered(made: Made, name: str, **arguments: Any) -> Any:
    return run_task(name, arguments, made.settings, Reporter())


@pytest.mark.parametrize("name", QUESTIONS)
def test_about_takes(made: Made, capsys: pytest.CaptureFixture[str], name: str) -> None:
    words, arguments = QUESTIONS[name]
    root = str(made.show / "takes")
    answer = told(capsys, *name.split("."), *words, "--root", root)
    assert answer == json.loads(json.dumps(answered(made, name, **arguments, root=root)))
    assert answer


def test_about_painting(made: Made, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    root, file = str(made.show / "takes"), str(tmp_path / "one.tif")
    given = {"take": TAKE, "root": root, "file": file, "overwrite": True}
    words = ["paint", "out", "1001", "--take", TAKE, "--root", root, "--file", file, "--overwrite"]
    sent = told(capsys, *words)
    assert sent == answered(made, "paint.out", frame=1001, **given)
    back = told(capsys, "paint", "in", file)
    assert back == answered(made, "paint.in", file=file)
    assert (back["frame"], back["override"], back["outside"]) == (1001, "", 0)
