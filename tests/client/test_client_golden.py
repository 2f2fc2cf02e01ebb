"""The keys that artists' scripts store are frozen: a rename or a changed default needs a version step.

Each `tests/golden/KEY.vN.json` is what version N of an operation promised. To add a control: the declaration,
the operation, the golden file. To rename or change one: raise the version, write an upgrade function, and add
the next golden file; the old ones stay for ever.
"""

from __future__ import annotations

import copy
import dataclasses
import json
from pathlib import Path
from typing import Any

from photodouble_client.opspec import OpSpec, frozen
from photodouble_client.request import JobRequest
from photodouble_client.specs import INPAINT, SPECS

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


def broken(golden: dict[str, Any], spec: OpSpec) -> list[str]:
    """Say where a declaration no longer is what its golden file promised."""
    now = frozen(spec)
    complaints = []
    for part in ("params", "ports", "presets"):
        for key in sorted(set(golden[part]) | set(now[part])):
            if golden[part].get(key) != now[part].get(key):
                complaints.append(f"{part} {key} changed without a version step")
    return complaints


def _read(name: str) -> Any:
    return json.loads((GOLDEN / name).read_text(encoding="utf-8"))


def _requests() -> list[Path]:
    return sorted(GOLDEN.glob("request.v*.json"))


def test_every_operation_is_what_its_golden_file_promises() -> None:
    for spec in SPECS.values():
        assert broken(_read(f"{spec.key}.v{spec.version}.json"), spec) == []


def test_every_version_has_its_golden_file() -> None:
    wanted = {f"{spec.key}.v{n}.json" for spec in SPECS.values() for n in range(1, spec.version + 1)}
    assert wanted == {path.name for path in GOLDEN.glob("*.json")} - {path.name for path in _requests()}


def test_values_stored_under_every_older_version_are_still_taken() -> None:
    for spec in SPECS.values():
        for version in range(1, spec.version + 1):
            params = _read(f"{spec.key}.v{version}.json")["params"]
            stored = {key: params[key]["default"] for key in params}
            assert sorted(spec.validate(spec.upgrade_values(stored, version))) == sorted(spec.defaults)


def test_a_request_stored_under_every_schema_still_reads() -> None:
    assert _requests() != []
    for path in _requests():
        request = JobRequest.from_json(_read(path.name)).checked()
        assert (request.operation, request.range.to_text()) == ("inpaint", "1001-1048,1060")


def test_the_newest_golden_request_is_written_byte_for_byte() -> None:
    text = (GOLDEN / "request.v1.json").read_bytes().decode("utf-8")
    assert JobRequest.from_text(text).checked().to_text() == text


def test_a_rename_a_changed_default_and_a_lost_choice_would_be_noticed() -> None:
    golden = frozen(INPAINT)
    assert broken(golden, INPAINT) == []
    grain = INPAINT.param("grain")
    renamed = dataclasses.replace(grain, key="graininess")
    louder = dataclasses.replace(grain, default=1.5)
    for changed in (renamed, louder):
        params = tuple(changed if one is grain else one for one in INPAINT.params)
        assert broken(golden, dataclasses.replace(INPAINT, params=params)) != []
    lost = copy.deepcopy(golden)
    lost["params"]["motion"]["choices"].append("magic")
    assert broken(lost, INPAINT) == ["params motion changed without a version step"]
