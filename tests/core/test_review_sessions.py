"""Sessions that are no readable CSV, and states written where a folder lies, are told in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from photodouble.provenance.show import Show
from photodouble.takes.files import replacing
from photodouble.takes.session import read_session
from photodouble.takes.store import TakeStore
from photodouble_client.errors import ArtistError


def test_a_cell_that_no_table_holds_is_told(tmp_path: Path) -> None:
    path = tmp_path / "session.csv"
    path.write_text(f"take,decision,note\nsh010/inpaint/v001,approve,{'x' * 200_000}\n", encoding="utf-8")
    with pytest.raises(ArtistError) as refused:
        read_session(TakeStore(tmp_path), Show(tmp_path), path)
    assert refused.value.code == "usage.bad_value"
    assert "session.csv" in refused.value.message


def test_a_file_cannot_take_the_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "states").mkdir()
    with pytest.raises(ArtistError) as refused, replacing(tmp_path / "states") as temporary:
        temporary.write_text("x", encoding="utf-8")
    assert refused.value.code == "input.unwritable_output"
    assert "is a folder" in refused.value.message
    assert [path.name for path in tmp_path.iterdir()] == ["states"]
