"""A take that learns from its painted frames: it says what came of it, and painted frames stay as painted."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from little_face import FIRST, LittleFace, write_face
from young_job import Desk, linear

from photodouble.ops.inpaint.scratch import FolderScratch
from photodouble.takes.store import records_folder
from photodouble_client.events import Warned
from photodouble_client.request import JobRequest

pytestmark = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("torch", "safetensors")),
    reason="the models extra is not installed",
)
KEYS = (FIRST + 1, FIRST + 3, FIRST + 5)


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> LittleFace:
    return write_face(tmp_path_factory.mktemp("face"), keys=KEYS)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    return Desk.below(tmp_path, keep_analysis=True)


def asked(face: LittleFace, desk: Desk, start: str = "", **values: object) -> JobRequest:
    ports = {"plate": face.plate, "keys": face.keys, "track": face.track}
    ports |= {"start_from": start} if start else {}
    return desk.request(ports, learning=True, learning_steps=6, **values)


def test_a_take_learns_says_what_came_of_it_and_leaves_painted_frames_alone(
    face: LittleFace, desk: Desk
) -> None:
    told: list[str] = []

    def hear(event: object) -> None:
        if isinstance(event, Warned):
            told.append(event.message)

    take = desk.make(asked(face, desk), on_event=hear)
    manifest = json.loads((take.folder / "manifest.json").read_text())
    said = next(words for words in manifest["warnings"] if words.startswith("Learning is"))
    assert "dB on 3 painted frames that were kept apart" in said and said in told
    assert manifest["devices"] == ["cpu"]
    for key in KEYS:
        assert np.array_equal(linear(take.folder, key), linear(face.keys, key))
    learned = json.loads((take.folder / "learned.json").read_text())
    assert learned["words"] == said and len(learned["paint"]) == 3 and learned["steps"] == 6
    assert (records_folder(take.folder, "") / "learn_preview" / "learning.png").is_file()
    assert not FolderScratch(records_folder(take.folder, "")).has("learn_state", 0)


def test_learning_twice_gives_the_same_weights_and_pixels(
    face: LittleFace, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.make(asked(face, desk))
    other = replace(desk, settings=replace(desk.settings, cache_folder=str(tmp_path / "second")))
    second = other.make(asked(face, desk))
    assert first.folder != second.folder
    weights = [json.loads((take.folder / "learned.json").read_text())["weights"] for take in (first, second)]
    assert weights[0] == weights[1]
    frame = FIRST + 2
    assert np.array_equal(linear(first.folder, frame), linear(second.folder, frame))


def test_another_shot_begins_with_what_was_learned_and_this_one_does_not(
    face: LittleFace, desk: Desk, tmp_path: Path
) -> None:
    learned = desk.make(asked(face, desk)).folder / "learned.json"
    told: list[str] = []
    desk.make(
        asked(face, desk, str(learned)),
        on_event=lambda event: told.append(event.message) if isinstance(event, Warned) else None,
    )
    assert any("paint of this very shot" in words for words in told)
    elsewhere = json.loads(learned.read_text()) | {"paint": ["0" * 64]}
    (tmp_path / "other.json").write_text(json.dumps(elsewhere))
    begun = desk.make(asked(face, desk, str(tmp_path / "other.json"))).folder / "learned.json"
    fresh, further = (json.loads(path.read_text())["weights"] for path in (learned, begun))
    assert fresh != further
