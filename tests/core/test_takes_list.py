"""The list of takes says where each stands, and reads no request twice."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from finished_takes import Made

from photodouble.provenance.keys import load_person_key
from photodouble.takes.review import Wish, decide
from photodouble.takes.store import read_request
from photodouble.takes.summary import summaries
from photodouble_client.request import JobRequest


@pytest.fixture
def made(made: Made) -> Made:
    return made.decided_by("Ada")


def another(made: Made, shot: str, take: str) -> None:
    """File a second take, as if made elsewhere, by copying the first."""
    folder = made.show / "takes" / shot / "inpaint" / "v001"
    shutil.copytree(made.take.folder, folder)
    stored = json.loads((folder / "request.json").read_text())
    (folder / "request.json").write_text(json.dumps({**stored, "shot": shot, "take": take}))


def listed(made: Made) -> dict[str, str]:
    return {row.name.partition("/")[0]: row.status for row in summaries(made.store)}


def test_the_list_says_where_each_take_stands(made: Made, photodouble: Callable[..., Any]) -> None:
    take = made.take
    another(made, "sh020", "cd34" * 8)
    assert listed(made) == {"sh010": "finished", "sh020": "finished"}
    decide(made.store, take, Wish("approve"), load_person_key("ada"), made.settings)
    assert listed(made) == {"sh010": "finished, approved", "sh020": "finished"}
    told = photodouble("takes", "list", "--root", made.show / "takes", "--json")
    assert {row["take"]: row["review"] for row in json.loads(told.stdout)} == {
        take.take_id: "approved",
        "cd34" * 8: "suggestion",
    }
    decide(made.store, take, Wish("retake", "The edge swims."), load_person_key("ada"), made.settings)
    assert listed(made)["sh010"] == "finished, retake"


def test_every_request_is_understood_once_for_a_list(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        another(made, f"sh{number + 2}0", f"{number}c34" * 8)
    understood = []
    read = JobRequest.from_json.__func__  # type: ignore[attr-defined]

    def counted(kind: type[JobRequest], stored: Any) -> JobRequest:
        understood.append(stored["take"])
        found: JobRequest = read(kind, stored)
        return found

    monkeypatch.setattr(JobRequest, "from_json", classmethod(counted))
    assert len(summaries(made.store)) == 5
    assert len(understood) == len(set(understood))


def test_a_request_that_was_changed_in_its_place_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    stored = JobRequest("inpaint", shot="sh010").to_json()
    path.write_text(json.dumps(stored))
    before = path.stat()
    assert read_request(path).shot == "sh010"
    path.write_text(json.dumps({**stored, "shot": "sh020"}))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert read_request(path).shot == "sh020"
