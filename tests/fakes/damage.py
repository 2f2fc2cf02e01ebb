"""Damage cuts in many ways, read each in this process, and write what came of it as JSON lines.

Run as `python damage.py FILE SEED COUNT [raw]`; `raw` reads without any of our precautions, as a control.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

WRONG: tuple[Any, ...] = (
    None,
    0,
    -1,
    5,
    True,
    "",
    "wrong",
    [],
    {},
    [None],
    [[]],
    {"OTIO_SCHEMA": "Clip.2"},
    {"OTIO_SCHEMA": "Vendor.7", "a": [1]},
    {"OTIO_SCHEMA": "Marker.9"},
    {"OTIO_SCHEMA": "RationalTime.1", "rate": 0, "value": 1},
    {"OTIO_SCHEMA": "no kind"},
    {"OTIO_SCHEMA": 5},
    float("nan"),
    float("inf"),
    1e300,
    10**30,
    2**63,
    -(2**70),
)


def damaged(document: Any, chance: random.Random) -> bytes:
    """Change one to three places of a document, or its text."""
    text = json.dumps(document)
    way = chance.randrange(12)
    if way == 0:
        return text[: chance.randrange(len(text))].encode()
    if way == 1:
        place = chance.randrange(len(text))
        return text[:place].encode() + bytes([chance.randrange(256)]) + text[place + 1 :].encode()
    if way == 2:
        depth = chance.choice([50, 150, 400, 3000, 200_000])
        opening, closing = chance.choice([("[", "]"), ('{"a":', "}")])
        place = chance.choice(['"metadata": {}', '"name"'])
        nested = f'"metadata": {{"deep": {opening * depth}1{closing * depth}}}'
        return text.replace(place, nested if place != '"name"' else f"{nested}, {place}", 1).encode()
    copy = json.loads(text)
    for _ in range(chance.randint(1, 3)):
        holder, key = chance.choice(places(copy))
        wrong = chance.choice([*WRONG, copy])
        if way > 6 and isinstance(holder[key], float | int) and not isinstance(holder[key], bool):
            wrong = chance.choice([0, -1, 0.5, 1e-9, 1e7, 1e14, -1e14, 2**53, 1001.25, float("nan")])
        elif way > 6 and isinstance(holder[key], str):
            wrong = chance.choice(["", "Clip.2", "Gap.1", "Track.1", "Stack.1", "Foo.1", "LinearTimeWarp.1"])
        holder[key] = json.loads(json.dumps(wrong))
    return json.dumps(copy).encode()


def places(value: Any) -> list[tuple[Any, Any]]:
    found = []
    held = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for key, one in held:
        found.append((value, key))
        if isinstance(one, dict | list):
            found.extend(places(one))
    return found


def outcome(path: Path, raw: bool) -> str:
    from photodouble.edit.media import MediaFinder
    from photodouble.edit.read import read_edit
    from photodouble.edit.shots import listing
    from photodouble.edit.write import written_text
    from photodouble_client.errors import ArtistError

    if raw:
        import opentimelineio as otio

        return type(otio.adapters.read_from_file(str(path), adapter_name="otio_json")).__name__
    try:
        edit = read_edit(path)
        listing(edit, finder=MediaFinder(probe=False))
        written_text(edit)
    except ArtistError as error:
        return error.code
    return "read"


def main(source: str, seed: str, count: str, raw: str = "") -> None:
    document = json.loads(Path(source).read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cut.otio"
        for number in range(int(seed), int(seed) + int(count)):
            content = damaged(document, random.Random(number))
            path.write_bytes(content)
            sys.stderr.write(f"{number}\n")
            found = outcome(path, bool(raw))
            assert path.read_bytes() == content
            sys.stdout.write(json.dumps({"seed": number, "outcome": found}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
