"""The node goes where something else lies, is cut short on its way, or its compiler is named badly."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from ofx_stubs import bundle_of

from photodouble.ofx.compiler import own_compiler
from photodouble.ofx.installing import Choice, install, installed, uninstall
from photodouble.ofx.targets import BUNDLE
from photodouble_client.errors import ArtistError

NODE = "Contents/Linux-x86-64/PhotoDouble.ofx"
FORCE = Choice(force=True)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep receipts and what hosts noted out of the user's own folders."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME", "NUKE_TEMP_DIR"):
        monkeypatch.setenv(name, str(home / name))


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return bundle_of(tmp_path / "made")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "Plugins"
    folder.mkdir()
    return folder


def refused(call: Callable[[], object]) -> str:
    """Return the code of the refusal."""
    with pytest.raises(ArtistError) as caught:
        call()
    return caught.value.code


def moved_and_linked(place: Path) -> Path:
    """Move the installed bundle elsewhere and leave a link to it."""
    elsewhere = place.parent / "elsewhere"
    (place / BUNDLE).rename(elsewhere)
    (place / BUNDLE).symlink_to(elsewhere)
    return elsewhere


def test_what_a_link_leads_to_is_never_taken_out(bundle: Path, place: Path) -> None:
    install(bundle, place)
    elsewhere = moved_and_linked(place)
    assert refused(uninstall) == refused(lambda: install(bundle, place)) == "input.output_exists"
    uninstall(choice=FORCE)
    assert list(place.iterdir()) == []
    assert (elsewhere / NODE).is_file()


def test_a_link_is_replaced_where_it_is_asked_for(bundle: Path, place: Path) -> None:
    install(bundle, place)
    elsewhere = moved_and_linked(place)
    install(bundle, place, FORCE)
    install(bundle, place)
    assert not (place / BUNDLE).is_symlink()
    assert [path.name for path in place.iterdir()] == [BUNDLE]
    assert (elsewhere / NODE).is_file()


def make_file(path: Path) -> None:
    path.write_text("somebody's")


def make_dangling(path: Path) -> None:
    path.symlink_to("/nowhere/at/all")


@pytest.mark.parametrize("make", [make_file, make_dangling])
def test_another_thing_in_its_place_goes_only_where_it_is_asked_for(
    bundle: Path, place: Path, make: Callable[[Path], None]
) -> None:
    make(place / BUNDLE)
    assert refused(lambda: install(bundle, place)) == "input.output_exists"
    assert installed() == ()
    install(bundle, place, FORCE)
    install(bundle, place)
    uninstall()
    assert list(place.iterdir()) == []


def test_what_an_older_try_left_beside_it_is_cleared(bundle: Path, place: Path) -> None:
    (place / f".{BUNDLE}.old").write_text("a file")
    (place / f".{BUNDLE}.new").symlink_to(place)
    install(bundle, place)
    assert [path.name for path in place.iterdir()] == [BUNDLE]


def test_a_folder_in_the_place_of_the_node_is_a_change(bundle: Path, place: Path) -> None:
    install(bundle, place)
    node = place / BUNDLE / NODE
    node.unlink()
    node.mkdir()
    (node / "work").write_text("mine")
    assert refused(uninstall) == "input.output_exists"
    assert (node / "work").is_file()
    uninstall(choice=FORCE)
    assert list(place.iterdir()) == []


def cut_short(bundle: Path) -> None:
    (bundle / NODE).write_bytes(b"")


def lost(bundle: Path) -> None:
    (bundle / NODE).unlink()


def linked(bundle: Path) -> None:
    (bundle / "Contents" / "all").symlink_to("/")


@pytest.mark.parametrize("spoil", [cut_short, lost, linked])
def test_a_bundle_that_is_not_as_it_was_built_is_not_installed(
    bundle: Path, place: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(bundle)
    assert refused(lambda: install(bundle, place, FORCE)) == "input.corrupt_file"
    assert list(place.iterdir()) == []
    assert installed() == ()


def test_a_full_disk_leaves_nothing_and_is_told_in_one_line(
    bundle: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        target.mkdir()
        raise shutil.Error([(str(source), str(target), "[Errno 28] No space left on device")] * 9)

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(ArtistError) as caught:
        install(bundle, place / "deeper")
    assert caught.value.message.endswith("No space left on device.")
    assert len(caught.value.message) < 300
    assert list(place.iterdir()) == []
    assert installed() == ()


@pytest.mark.parametrize("named", ["'unbalanced", '"', "''", "\\"])
def test_a_compiler_that_is_named_badly_is_refused(named: str) -> None:
    assert refused(lambda: own_compiler({"CC": named, "PATH": os.defpath})) == "engine.ofx_build"


def test_a_compiler_beside_us_is_found_from_the_folder_of_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "own cc"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    found = own_compiler({"CC": "'./own cc' -O1", "PATH": os.defpath})
    assert found is not None
    assert found.words == (str(own), "-O1")
