"""What libraries print about damaged files does not reach the terminal; what we say of them does."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import cv2
import numpy as np
import OpenEXR
import pytest

from photodouble.cli.quieting import libraries_silent
from photodouble.image.exr import read_exr
from photodouble.image.hashes import pixel_sha256
from photodouble_client.errors import ArtistError

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def cut_png(tmp_path: Path) -> Path:
    path = tmp_path / "cut.png"
    noise = np.random.default_rng(3).integers(0, 255, (48, 64, 3), np.uint8)
    cv2.imwrite(str(path), noise)
    path.write_bytes(path.read_bytes()[:-900])
    return path


@pytest.fixture
def short_exr(tmp_path: Path) -> Path:
    """An EXR of two parts, of whose second no pixel can be decoded."""
    path = tmp_path / "short.exr"
    grey = np.linspace(0, 1, 64 * 64).reshape(64, 64).astype(np.float16)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    parts = [OpenEXR.Part(dict(header), {name: grey}, name) for name in ("R", "G")]
    OpenEXR.File(parts).write(str(path))
    content = bytearray(path.read_bytes())
    content[-200:-100] = bytes(100)
    path.write_bytes(content)
    return path


def test_the_control_libpng_prints_by_itself(cut_png: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ArtistError):
        pixel_sha256(cut_png)
    assert "libpng" in capfd.readouterr().err


@pytest.mark.parametrize("command", [["verify"], ["verify", "--json"]])
def test_verify_tells_a_damaged_picture_in_its_own_words(
    photodouble: Run, cut_png: Path, command: list[str]
) -> None:
    said = photodouble(command[0], cut_png, *command[1:])
    assert said.returncode == 1
    assert said.stderr == "" and "damaged" in said.stdout


def test_only_our_own_lines_get_through(capfd: pytest.CaptureFixture[str]) -> None:
    with libraries_silent():
        os.write(1, b"library on the output\n")
        os.write(2, b"library on the errors\n")
        sys.stdout.write("library in Python\n")
        sys.stderr.write("progress of ours\n")
    sys.stderr.write("after\n")
    os.write(2, b"the process again\n")
    told = capfd.readouterr()
    assert told.out == "" and told.err == "progress of ours\nafter\nthe process again\n"


def test_the_streams_come_back_after_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    before = sys.stderr, sys.stdout
    with pytest.raises(KeyError), libraries_silent():
        raise KeyError
    assert (sys.stderr, sys.stdout) == before
    os.write(1, b"here\n")
    assert capfd.readouterr().out == "here\n"


def test_an_exr_with_a_part_that_cannot_be_decoded_is_told_in_words(
    short_exr: Path, photodouble: Run
) -> None:
    with pytest.raises(ArtistError) as caught:
        read_exr(short_exr)
    assert caught.value.code == "input.corrupt_file"
    assert "only 1 of its 2 parts" in caught.value.message
    said = photodouble("verify", short_exr, "--json")
    assert "parts can be decoded" in json.loads(said.stdout)["files"][0]["why"] and said.stderr == ""
