"""Site roots in the settings: one table for each place, with its root on every system."""

from __future__ import annotations

from pathlib import Path

import pytest

from photodouble.settings import load_settings
from photodouble_client.errors import ArtistError


def settings_from(path: Path, text: str):  # type: ignore[no-untyped-def]
    path.write_text(text, encoding="utf-8")
    return load_settings(environment={"PHOTODOUBLE_USER": str(path)}).settings


def test_path_maps_are_read_as_tables(tmp_path: Path) -> None:
    text = '[[path_maps]]\nlinux = "/show"\nwindows = "S:\\\\"\n[[path_maps]]\nmacos = "/V"\nlinux = "/v"\n'
    maps = settings_from(tmp_path / "user.toml", text).path_maps
    assert maps == ({"linux": "/show", "windows": "S:\\"}, {"macos": "/V", "linux": "/v"})


@pytest.mark.parametrize(
    "text",
    [
        'path_maps = "x"',
        '[[path_maps]]\nlinux = "/show"',
        '[[path_maps]]\nlinux = "/show"\nbeos = "/b"',
        '[[path_maps]]\nlinux = "/show"\nwindows = 3',
        '[[path_maps]]\nlinux = "/show"\nwindows = ""',
    ],
)
def test_a_table_that_maps_nothing_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(ArtistError, match="path_maps"):
        settings_from(tmp_path / "user.toml", text)
