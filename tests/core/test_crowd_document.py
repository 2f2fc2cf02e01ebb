"""crowd.json: what is written is read back, and what is wrong is named with its place in the file."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from crowd_cast import SEATS
from hypothesis import given, settings
from hypothesis import strategies as st

from photodouble.generate.crowd_schema import crowd_schema
from photodouble.ops.crowd.areas import Area, Seats, Standing, Street
from photodouble.ops.crowd.document import CrowdDocument, read_crowd, write_crowd
from photodouble.ops.crowd.look import Look
from photodouble_client.errors import ArtistError

HELD: dict[str, Any] = {
    "element": "ada",
    "offset": 3.25,
    "speed": 1.0,
    "mirror": True,
    "scale": 1.02,
    "gain": [1, 1.1, 0.9],
    "tint": [0.1, 0.2, 0.3],
    "tint_amount": 0.5,
}
FULL: dict[str, Any] = {
    "schema": 1,
    "name": "stadium",
    "ground": {"frame": 1001, "corners": [[0, 0], [9, 0], [8, 9], [1, 9]], "width": 20, "depth": None},
    "areas": [
        SEATS,
        {"id": "field", "kind": "standing", "polygon": [[0, 0], [9, 0], [9, 9]], "states": {"idle": 1}},
        {"id": "street", "kind": "street", "curves": [[[0, 0], [9, 0]]], "look_at": [1, 2, 3]},
    ],
    "waves": [{"area": "north", "state": "cheer", "period": 20.0, "width": 0.08, "start": 1001}],
    "look": {"*": {"palette": [[0.5, 0, 0]], "radius": None}, "north": {"weights": {"ada*": 0.5}}},
    "edits": [
        {"do": "kill", "agents": ["north/0/1/2"]},
        {"do": "swap", "region": {"area": "north"}, "element": "ada"},
        {"do": "nudge", "agents": ["north/0/1/3"], "by": [0.1, 0, 0], "scale": 1.1},
        {"do": "retime", "region": {"area": "*", "polygon": [[0, 0], [5, 0], [5, 5]]}, "shift": -0.5},
        {"do": "redeal", "agents": ["field/00ff00ff00ff00ff"], "seed": 3},
        {"do": "lock", "agents": ["north/0/1/4"], "held": [HELD]},
    ],
}

BROKEN: list[tuple[str, tuple[str | int, ...], Any]] = [
    ("schema is 'one'", ("schema",), "one"),
    ("schema is True", ("schema",), True),
    ("made by a newer version", ("schema",), 2),
    ("'colour'", ("colour",), "red"),
    ("needs `areas`", ("areas",), []),
    ("areas is no list", ("areas",), {}),
    ("areas[1].id is 'north', and so is that of areas[0]", ("areas", 1, "id"), "north"),
    ("areas[0].id is 'a,b'", ("areas", 0, "id"), "a,b"),
    ("areas[0]", ("areas", 0, "kind"), "balcony"),
    ("areas[1]", ("areas", 1, "polygon"), []),
    ("crosses itself", ("areas", 1, "polygon"), [[0, 0], [9, 9], [9, 0], [0, 9]]),
    ("areas[0]", ("areas", 0, "rows"), 10**400),
    ("areas[0]", ("areas", 0, "seat_width"), 10**400),
    ("areas[0]", ("areas", 0, "fill"), float("nan")),
    ("areas[0]", ("areas", 0, "origin"), [0, float("inf"), 0]),
    ("ground", ("ground", "corners"), [[0, 0]]),
    ("waves[0].state", ("waves", 0, "state"), 7),
    ("waves[0].period is 0", ("waves", 0, "period"), 0),
    ("waves[0].area is 'south'", ("waves", 0, "area"), "south"),
    ("waves[0]", ("waves", 0, "colour"), "red"),
    ("waves[0].direction", ("waves", 0, "direction"), "up"),
    ("look['*'].palette[0]", ("look", "*", "palette"), [[1, 2]]),
    ("look['*'].palette[0]", ("look", "*", "palette"), [[0, 0, -1]]),
    ("look['north'].weights['ada*']", ("look", "north", "weights", "ada*"), -1),
    ("look['north'].wardrobe is 3", ("look", "north", "wardrobe"), 3),
    ("look['south']", ("look", "south"), {}),
    ("edits[0].do is 'paint'", ("edits", 0, "do"), "paint"),
    ("edits[0].agents is no list", ("edits", 0, "agents"), []),
    ("edits[0].agents[1] is 5", ("edits", 0, "agents"), ["north/0/0/0", 5]),
    ("edits[0] needs either", ("edits", 0, "region"), {"area": "*"}),
    ("edits[0] has 'element'", ("edits", 0, "element"), "ada"),
    ("edits[1].element", ("edits", 1, "element"), None),
    ("edits[1].region.area is 'south'", ("edits", 1, "region", "area"), "south"),
    ("edits[2].by", ("edits", 2, "by"), [1, 2]),
    ("edits[2].by is 1e+09", ("edits", 2, "by"), [1e9, 0, 0]),
    ("edits[2].scale is 0", ("edits", 2, "scale"), 0),
    ("edits[3].region.polygon cannot be used", ("edits", 3, "region", "polygon"), [[0, 0], [1, 1]]),
    ("edits[3].shift", ("edits", 3, "shift"), "late"),
    ("edits[4].seed is -1", ("edits", 4, "seed"), -1),
    ("edits[5] locks 1 people but holds 0", ("edits", 5, "held"), []),
    ("edits[5].held[0] needs exactly", ("edits", 5, "held", 0), {}),
    ("edits[5].held[0].tint_amount", ("edits", 5, "held", 0, "tint_amount"), 2),
    ("edits[5].held[0].mirror", ("edits", 5, "held", 0, "mirror"), 1),
]


def test_a_document_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    document = CrowdDocument.from_json(FULL)
    write_crowd(document, tmp_path / "crowd.json")
    assert read_crowd(tmp_path / "crowd.json") == document
    assert CrowdDocument.from_json(document.to_json()) == document


@pytest.mark.parametrize(("told", "place", "value"), BROKEN, ids=[told for told, _, _ in BROKEN])
def test_what_is_wrong_is_named_with_its_place(told: str, place: tuple[str | int, ...], value: Any) -> None:
    broken = deepcopy(FULL)
    part: Any = broken
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    with pytest.raises(ArtistError) as caught:
        CrowdDocument.from_json(broken, "stadium/crowd.json")
    assert caught.value.code == "input.bad_document"
    assert told in caught.value.message
    assert "stadium/crowd.json" in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"schema": NaN}',
        '{"schema": 1, "areas": ' + "[" * 100_000,
        "\x00",
        '{"schema": 1e999}',
    ],
)
def test_a_file_that_is_no_document_is_one_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "crowd.json"
    path.write_text(text)
    with pytest.raises(ArtistError, match=r"crowd\.json") as caught:
        read_crowd(path)
    assert caught.value.code == "input.bad_document"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArtistError, match="cannot be read"):
        read_crowd(tmp_path / "crowd.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=5), part, max_size=4),
    max_leaves=8,
)


def _places(part: Any, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    steps = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [place for key, value in steps for place in [(*above, key), *_places(value, (*above, key))]]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(_places(FULL)), JSON)
def test_any_value_anywhere_is_read_or_refused(place: tuple[str | int, ...], value: Any) -> None:
    broken = deepcopy(FULL)
    part: Any = broken
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    try:
        document = CrowdDocument.from_json(broken)
    except ArtistError as error:
        assert error.code == "input.bad_document"
    else:
        assert CrowdDocument.from_json(json.loads(json.dumps(document.to_json()))) == document


def test_an_area_takes_what_is_set_for_all_and_then_its_own() -> None:
    document = CrowdDocument.from_json(FULL)
    assert document.look_of("field").palette == ((0.5, 0.0, 0.0),)
    assert document.look_of("field").weights == {}
    assert document.look_of("north").weights == {"ada*": 0.5}
    assert document.look_of("north").palette == ((0.5, 0.0, 0.0),)
    assert document.look_of("north").wardrobe == Look().wardrobe
    assert CrowdDocument.from_json({"schema": 1, "areas": [SEATS]}).look_of("north") == Look()


def test_the_schema_of_the_reference_takes_what_is_read_and_written() -> None:
    checker = jsonschema.Draft202012Validator(crowd_schema())
    checker.check_schema(crowd_schema())
    checker.validate(FULL)
    checker.validate(json.loads(json.dumps(CrowdDocument.from_json(FULL).to_json())))


@pytest.mark.parametrize("place", [("areas", 0), ("areas", 1), ("waves", 0), ("edits", 2), ("look", "*")])
def test_the_schema_refuses_misspelt_fields(place: tuple[str | int, ...]) -> None:
    broken = deepcopy(FULL)
    part: Any = broken
    for step in place:
        part = part[step]
    part["colour"] = 1
    assert not jsonschema.Draft202012Validator(crowd_schema()).is_valid(broken)


@pytest.mark.parametrize(("kind", "made"), [("seats", Seats), ("standing", Standing), ("street", Street)])
def test_the_schema_knows_every_field_of_an_area(kind: str, made: type[Area]) -> None:
    kinds = crowd_schema()["properties"]["areas"]["items"]["oneOf"]
    described = next(one["properties"] for one in kinds if one["properties"]["kind"]["const"] == kind)
    fields = {"map" if one.name == "density_map" else one.name for one in dataclasses.fields(made)}
    assert set(described) == {*fields, "kind"}


def test_the_example_of_the_docs_is_read() -> None:
    page = (Path(__file__).parents[2] / "core/docs/crowd.md").read_text(encoding="utf-8")
    example = next(
        json.loads(part) for part in re.findall(r"```json\n(.*?)```", page, re.S) if '"look"' in part
    )
    document = CrowdDocument.from_json({"schema": 1, "areas": [SEATS], **example})
    assert document.look_of("north").palette == ((0.5, 0.02, 0.03),)
    assert [wave.direction for wave in document.waves] == ["around", "at_once"]


def _fields(schema: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _fields(part)


def test_the_schema_says_what_every_field_means_and_is_left_out() -> None:
    areas = crowd_schema()["properties"]["areas"]["items"]["oneOf"]
    for area in areas:
        silent = [key for key, part in area["properties"].items() if not part.get("description")]
        assert silent == []
    seats, rows, standing, street = (area["properties"] for area in areas)
    assert (seats["rake"]["default"], standing["spacing"]["default"]) == (0.4, 0.8)
    assert street["both_ways"]["default"] is True
    assert rows["seat_width"]["default"] == 0.5
    assert seats["elements"]["default"] == ["*"]
    known = {key for key, part in _fields(crowd_schema()) if "description" in part}
    assert {"corners", "period", "palette", "do", "held", "tint", "edits"} <= known


def test_an_area_of_the_defaults_in_the_schema_is_one_that_says_nothing() -> None:
    for schema in crowd_schema()["properties"]["areas"]["items"]["oneOf"]:
        fields = schema["properties"]
        own = {"polygon": [[0, 0], [4, 0], [4, 4]]} if "polygon" in fields else {}
        own |= {"curves": [[[0, 0], [9, 0]]]} if "curves" in fields else {}
        own |= {"rows": [[[0, 0, 0], [9, 0, 0]]]} if fields["kind"]["const"] == "rows" else {}
        bare = {"id": "a", "kind": fields["kind"]["const"], **own}
        full = {**bare, **{key: part["default"] for key, part in fields.items() if "default" in part}}
        read = [CrowdDocument.from_json({"schema": 1, "areas": [one]}) for one in (bare, full)]
        assert read[0] == read[1]
