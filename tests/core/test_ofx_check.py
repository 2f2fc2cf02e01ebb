"""`photodouble ofx check` loads the node in our own host and says whether it shows what it must."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photodouble.image.exr import read_exr
from photodouble.ofx.building import build
from photodouble.ofx.checking import check
from photodouble.ofx.compiler import own_compiler
from photodouble.ofx.installing import install, uninstall
from photodouble.ofx.made import FIRST, write_made
from photodouble.ofx.source import source_folder
from photodouble_client.errors import ArtistError

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or own_compiler({"PATH": "/usr/bin:/bin"}) is None,
    reason="our host runs on Linux, with a C compiler",
)

PROFILES = {"resolve", "nuke", "fusion", "natron"}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("built")).bundle


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def broken(tmp_path: Path, part: str, sound: str, fault: str) -> Path:
    """Build a node with a fault planted in it."""
    source = shutil.copytree(source_folder(), tmp_path / "source")
    text = (source / part).read_text(encoding="utf-8")
    assert sound in text, f"{part} does not hold this any more: {sound}"
    (source / part).write_text(text.replace(sound, fault, 1), encoding="utf-8")
    return build(tmp_path / "broken", source=source).bundle


def test_the_node_is_right_in_every_profile(bundle: Path, tmp_path: Path) -> None:
    seen = check(bundle, tmp_path / "look.png")
    assert seen.is_right, seen.lines()
    assert {one["profile"] for one in seen.profiles} == PROFILES
    assert all(one["identifier"] == "org.photodouble.Take" for one in seen.profiles)
    assert (tmp_path / "look.png").stat().st_size > 1000


def test_the_installed_node_is_tried_before_any_other(bundle: Path, tmp_path: Path) -> None:
    install(bundle, tmp_path / "Plugins")
    seen = check()
    assert seen.where == "installed" and seen.bundle.startswith(str(tmp_path / "Plugins"))
    uninstall()
    assert check().where == "built now"


def test_the_command_says_it_in_words_and_as_json(
    bundle: Path, tmp_path: Path, photodouble: Callable[..., Any]
) -> None:
    done = photodouble("ofx", "check", "--bundle", bundle, "--output", tmp_path / "look.png")
    assert done.returncode == 0, done.stderr
    assert "All is well." in done.stdout and str(tmp_path / "look.png") in done.stdout
    told = json.loads(photodouble("ofx", "check", "--bundle", bundle, "--json").stdout)
    assert told["right"] is True and len(told["profiles"]) == len(PROFILES)


PLANTED = {
    "a picture that is a little off": (
        "pixels.c",
        "much * (fill[c] - to[c])",
        "much * (fill[c] - to[c]) * 0.999f",
        "off by",
    ),
    "pixels outside the matte": (
        "pixels.c",
        "if (y < work->box.y1 || y >= work->box.y2",
        "pixel(out, window.x1, y)[1] *= 1.0000002f; if (y < work->box.y1 || y >= work->box.y2",
        "outside the matte",
    ),
    "the source instead of the take": (
        "take.c",
        'if (strcmp(take->said[TAKE_STAGE], "1")) return 0;',
        "return 0;",
        "the source and not the take",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_said(tmp_path: Path, name: str) -> None:
    part, sound, fault, said = PLANTED[name]
    seen = check(broken(tmp_path, part, sound, fault))
    assert not seen.is_right
    assert said in "\n".join(seen.lines())


def test_a_node_that_takes_its_host_down_is_said(tmp_path: Path) -> None:
    fault = "int exr_open(Exr *exr, FILE *file) {\n    *(volatile int *)0 = 1;"
    with pytest.raises(ArtistError, match="signal 11") as refused:
        check(broken(tmp_path, "exr.c", "int exr_open(Exr *exr, FILE *file) {", fault))
    assert refused.value.code == "engine.ofx_check"


def test_a_bundle_without_a_node_for_this_machine_is_said(bundle: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(bundle, tmp_path / bundle.name)
    next(copy.glob("Contents/*/PhotoDouble.ofx")).unlink()
    with pytest.raises(ArtistError, match="no file") as refused:
        check(copy)
    assert refused.value.code == "engine.ofx_check"


def test_what_is_no_bundle_is_said(tmp_path: Path) -> None:
    with pytest.raises(ArtistError, match="no PhotoDouble"):
        check(tmp_path)


def test_the_made_take_is_what_its_truth_says(tmp_path: Path) -> None:
    stage = write_made(tmp_path, 64, 48)
    planes = {plane.name: plane.pixels for plane in read_exr(tmp_path / f"frame.{FIRST}.exr").planes}
    matte = planes["A"].astype(np.float32)
    plate, shown = stage.plate(), stage.truth()
    box = stage.box
    inside = (slice(box.y0, box.y1), slice(box.x0, box.x1))
    red = plate[inside][..., 0] * (1 - matte) + planes["R"].astype(np.float32) * matte
    assert np.abs(shown[inside][..., 0] - red).max() < 1e-6
    assert matte.max() == 1 and matte.min() == 0 and ((matte > 0) & (matte < 1)).any()
    assert (shown[0] == plate[0]).all() and (shown[..., 3] == 1).all()
