"""The description is plain JSON, with the memory as it is now, and nothing in it is found out twice."""

from __future__ import annotations

import json

import pytest

from photodouble.engine import describe as describing
from photodouble.engine.tasks import run_task
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings


def test_the_description_is_plain_json_with_memory_and_devices() -> None:
    told = run_task("describe", {}, Settings(), Reporter())
    assert json.loads(json.dumps(told)) == told
    assert 0 < told["memory"]["available_bytes"] < told["memory"]["total_bytes"]
    assert told["devices"][0]["kind"] == "cpu" and told["devices"][0]["cores"] >= 1
    assert isinstance(told["models"], list)
    assert set(told) == {*describing.lasting(), "models", "memory"}


def test_only_the_memory_is_measured_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = describing.describe()

    def twice(name: str) -> str:
        raise AssertionError(f"the version of {name} was looked up again")

    monkeypatch.setattr(describing, "_version", twice)
    monkeypatch.setattr(describing, "_available", lambda: 12345)
    second = describing.describe()
    assert second["memory"]["available_bytes"] == 12345
    assert second["libraries"] == first["libraries"] and second["operations"] == first["operations"]


def test_where_the_kernel_says_nothing_the_free_pages_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(describing, "_FACTS", describing._FACTS / "not here")
    assert describing.memory_now()["available_bytes"] > 0
