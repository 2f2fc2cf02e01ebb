"""Delivery copies in the plate's own format: the same pixels, the take named, nobody else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenImageIO
import pytest

from photodouble.image.exr_header import Attribute
from photodouble.image.hashes import pixel_sha256
from photodouble.takes.delivery_copy import copy_picture, suffix_for
from photodouble.takes.private import PrivateWords, public_attributes
from photodouble.takes.private import _parts as private_parts
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


SHOW_PEOPLE = ("Ada Lovelace-Kowalski", "Åsa Björk", "Jo Smith", "Li Wu")


@pytest.mark.parametrize(
    "text",
    [
        "xxAda Lovelace-Kowalskixx",
        "by Kowalski, in Rome",
        "by KOWALSKI",
        "akowalski_v003",
        "AdaLovelaceKowalski",
        "lovelace.kowalski@example.org",
        "plate_JoSmith_v2",
        "SmithJo",
        "shot by jo_smith",
        "by Li Wu",
        "Asa Bjork",
        "ÅSA BJÖRK",
        "A\u030asa Bjo\u0308rk",
        "v2BjörkA",
    ],
)
@pytest.mark.parametrize("code", ["utf-8", "utf-16-le", "utf-16-be", "latin-1"])
def test_a_name_is_found_however_it_is_written_into_a_header(text: str, code: str) -> None:
    names = [part for name in SHOW_PEOPLE for part in private_parts(name)]
    private = PrivateWords(SHOW_PEOPLE, tuple(names))
    try:
        spelt = text.encode(code)
    except UnicodeEncodeError:
        pytest.skip("that code cannot write it")
    assert private.are_in(b"owner: " + spelt + b".")
    assert public_attributes([Attribute("owner", "string", spelt)], private) == []
    assert public_attributes([Attribute(f"note_{text}", "string", b"one")], private) == []


@pytest.mark.parametrize(
    "text", ["blacksmith", "SMITHSONIAN", "smithy", "Williwaw", "adaptive", "lively", "josh"]
)
def test_words_that_only_hold_a_short_name_stay_in_a_header(text: str) -> None:
    names = [part for name in SHOW_PEOPLE for part in private_parts(name)]
    private = PrivateWords((*SHOW_PEOPLE, "ada"), tuple(names))
    kept = [Attribute("comment", "string", text.encode())]
    assert public_attributes(kept, private) == kept


def test_a_program_that_has_its_users_name_still_delivers(monkeypatch: pytest.MonkeyPatch) -> None:
    class Asked:
        person = "ada"
        performers = ()
        values: dict[str, str] = {}  # noqa: RUF012
        spec = type("Spec", (), {"params": ()})

    take = type("Take", (), {"request": lambda _self: Asked()})()
    show = type("Show", (), {"people": {}})()
    monkeypatch.setattr("photodouble.takes.private.user_of_system", lambda: "photodouble")
    assert PrivateWords.of(take, show).words == ("ada",)


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
