"""Delivery copies in the plate's own format: the same pixels, the take named, nobody else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenImageIO
import pytest

from photodouble.image.hashes import pixel_sha256
from photodouble.takes.delivery_copy import copy_picture, suffix_for
from photodouble.takes.private import PrivateWords
from photodouble_client.errors import ArtistError

NAME = "Zebulon Quagmire"
LABELS = {"photodouble/take": "ab12" * 8, "photodouble/status": "approved", "photodouble/use": "final"}


def write(path: Path, kind: str) -> Path:
    """Write a picture whose header names its artist wherever the format can."""
    described = OpenImageIO.ImageSpec(64, 48, 3, kind)
    described.attribute("Artist", NAME)
    described.attribute("ImageDescription", f"shot by {NAME.lower()} in Rome")
    described.attribute("dpx:Creator" if path.suffix == ".dpx" else "Comment", NAME)
    described.attribute("Copyright", f"(c) {NAME}")
    pixels = np.random.default_rng(4).integers(0, 255, (48, 64, 3)).astype(kind)
    target = OpenImageIO.ImageOutput.create(str(path))
    assert target.open(str(path), described), target.geterror()
    assert target.write_image(pixels)
    target.close()
    return path


@pytest.mark.parametrize(("suffix", "kind"), [(".png", "uint8"), (".tif", "uint16"), (".dpx", "uint16")])
def test_a_copy_keeps_pixels_and_takes_names_out(tmp_path: Path, suffix: str, kind: str) -> None:
    source, target = write(tmp_path / f"a.1001{suffix}", kind), tmp_path / "out" / f"a.1001{suffix}"
    assert NAME.encode().lower() in source.read_bytes().lower(), "the planted name is not in the source"
    copy_picture(source, target, LABELS, PrivateWords((NAME,)))
    content = target.read_bytes()
    assert pixel_sha256(target) == pixel_sha256(source)
    assert NAME.encode().lower() not in content.lower()
    assert LABELS["photodouble/take"].encode() in content
    assert b"approved" in content


def test_a_name_inside_a_word_is_no_name() -> None:
    private = PrivateWords(("ada",))
    assert private.are_in(b"by ADA, in Rome")
    assert private.are_in("ada".encode("utf-16-le"))
    assert not private.are_in(b"adaptive Canada")
    assert private.blanked(b"by ada.") == b"by \0\0\0."


def test_a_file_that_names_somebody_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"\1\2" + NAME.encode() + b"\3")
    with pytest.raises(ArtistError) as caught:
        PrivateWords((NAME,)).check_file(path)
    assert caught.value.code == "policy.forbidden"


def test_code_values_never_become_scene_linear_by_name() -> None:
    assert suffix_for(Path("a.exr"), "tiff") == ".tif"
    assert suffix_for(Path("a.tiff"), "tiff") == ".tiff"
    with pytest.raises(ArtistError):
        suffix_for(Path("a.dpx"), "exr")
