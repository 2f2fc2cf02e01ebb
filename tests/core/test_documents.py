"""Documents: what an artist edits by hand is read strictly, and refused with its name and what is wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from photodouble.image.documents import number, place, read_document
from photodouble_client.errors import ArtistError


def test_a_document_is_read_as_its_named_fields(tmp_path: Path) -> None:
    path = tmp_path / "track.json"
    path.write_text(json.dumps({"schema": 1, "name": "Säule"}), encoding="utf-8")
    assert read_document(path) == {"schema": 1, "name": "Säule"}


def test_a_document_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "guides.json"
    path.write_text(json.dumps({"schema": 1}), encoding="utf-8-sig")
    assert read_document(path) == {"schema": 1}


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"a": NaN}', "{", "[" * 100_000, "\x00\x01"])
def test_what_is_no_json_object_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ArtistError) as caught:
        read_document(path)
    assert caught.value.code == "input.bad_document"
    assert "broken.json" in caught.value.message


def test_a_document_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtistError) as caught:
        read_document(tmp_path / "nothing.json")
    assert caught.value.code == "input.bad_document"


def test_numbers_and_places_are_checked() -> None:
    assert number(3, "track.json", "shutter") == 3.0
    assert place([1, 2.5], "track.json", "corner") == (1.0, 2.5)
    for wrong in (True, "3", None, float("inf")):
        with pytest.raises(ArtistError, match="shutter"):
            number(wrong, "track.json", "shutter")
    with pytest.raises(ArtistError, match="corner"):
        place([1, 2, 3], "track.json", "corner")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are a thing of Linux and macOS")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "crowd.json"
    os.mkfifo(path)
    with pytest.raises(ArtistError, match="It is no file"):
        read_document(path)


def test_a_reason_that_quotes_a_whole_list_is_cut_short() -> None:
    with pytest.raises(ArtistError) as caught:
        number([0] * 100_000, "crowd.json", "height")
    assert len(caught.value.message) < 1000
    assert caught.value.message.startswith("crowd.json: height is [0, 0")
