"""The node is put where hosts find it, replaced, and taken out without a trace; open hosts are left alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ofx_stubs import bundle_of

from photodouble.ofx import caches, installing
from photodouble.ofx.installing import Choice, install, installed, uninstall
from photodouble.ofx.paths import can_write, common_folder, is_searched, variable_line
from photodouble.ofx.receipt import receipt_path
from photodouble.ofx.targets import BUNDLE
from photodouble_client.errors import ArtistError


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep receipts and what hosts noted out of the user's own folders."""
    home = tmp_path / "home"
    (home / "state").mkdir(parents=True)
    for name, folder in (("XDG_STATE_HOME", "state"), ("XDG_DATA_HOME", "data"), ("XDG_CACHE_HOME", "cache")):
        monkeypatch.setenv(name, str(home / folder))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("NUKE_TEMP_DIR", str(home / "nuke"))
    monkeypatch.delenv("OFX_PLUGIN_PATH", raising=False)


def tree(folder: Path) -> dict[str, str]:
    """Name every file and folder below a folder, with the hash of each file."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in sorted(folder.rglob("*"))
    }


def noted(tmp_path: Path, name: str = "PhotoDouble.ofx.bundle") -> Path:
    """Write what Resolve notes about a node it found."""
    path = tmp_path / "home" / "data" / "DaVinciResolve" / "OFXPluginCacheV2.xml"
    path.parent.mkdir(parents=True)
    path.write_text(f"<cache><bundle>/usr/OFX/Plugins/{name}</bundle></cache>")
    return path


def running(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr(caches, "programs", lambda system="": names)


def test_uninstall_leaves_nothing(tmp_path: Path) -> None:
    bundle = bundle_of(tmp_path / "made")
    before = tree(tmp_path)
    target = tmp_path / "usr" / "OFX" / "Plugins"
    install(bundle, target)
    assert tree(target / BUNDLE) == tree(bundle)
    uninstall()
    assert tree(tmp_path) == before


def test_a_folder_that_was_there_before_stays(tmp_path: Path) -> None:
    bundle = bundle_of(tmp_path / "made")
    (tmp_path / "Plugins" / "Other.ofx.bundle").mkdir(parents=True)
    before = tree(tmp_path)
    install(bundle, tmp_path / "Plugins")
    install(bundle, tmp_path / "Plugins")
    uninstall(tmp_path / "Plugins")
    assert tree(tmp_path) == before


def test_an_upgrade_leaves_no_file_of_the_older_one(tmp_path: Path) -> None:
    install(bundle_of(tmp_path / "old", {"Linux-x86-64": b"old", "Win64": b"old"}), tmp_path / "Plugins")
    newer = bundle_of(tmp_path / "new", {"Linux-x86-64": b"new"})
    outcome = install(newer, tmp_path / "Plugins")
    assert outcome.before == outcome.after != ""
    assert tree(tmp_path / "Plugins" / BUNDLE) == tree(newer)
    assert [path.name for path in (tmp_path / "Plugins").iterdir()] == [BUNDLE]


def test_a_host_that_holds_the_older_file_keeps_it(tmp_path: Path) -> None:
    install(bundle_of(tmp_path / "old", {"Linux-x86-64": b"old"}), tmp_path / "Plugins")
    with (tmp_path / "Plugins" / BUNDLE / "Contents/Linux-x86-64/PhotoDouble.ofx").open("rb") as held:
        install(bundle_of(tmp_path / "new", {"Linux-x86-64": b"new"}), tmp_path / "Plugins")
        assert held.read() == b"old"


def test_a_dry_run_touches_nothing_and_names_everything(tmp_path: Path) -> None:
    bundle = bundle_of(tmp_path / "made")
    note = noted(tmp_path)
    before = tree(tmp_path)
    would = install(bundle, tmp_path / "Plugins", Choice(dry_run=True))
    assert tree(tmp_path) == before
    assert len(would.files) == len([path for path in bundle.rglob("*") if path.is_file()])
    assert would.caches == (str(note),)
    install(bundle, tmp_path / "Plugins")
    after = tree(tmp_path)
    assert uninstall(choice=Choice(dry_run=True))[0].files == would.files
    assert tree(tmp_path) == after


def test_a_file_that_was_changed_since_stays_until_it_is_asked_for(tmp_path: Path) -> None:
    install(bundle_of(tmp_path / "made"), tmp_path / "Plugins")
    node = tmp_path / "Plugins" / BUNDLE / "Contents/Linux-x86-64/PhotoDouble.ofx"
    node.write_bytes(b"worked on")
    before = tree(tmp_path)
    for again in (lambda: uninstall(), lambda: install(bundle_of(tmp_path / "made"), tmp_path / "Plugins")):
        with pytest.raises(ArtistError, match="Linux-x86-64/PhotoDouble") as refused:
            again()
        assert refused.value.code == "input.output_exists"
    assert tree(tmp_path) == before
    uninstall(choice=Choice(force=True))
    assert not (tmp_path / "Plugins").exists()


def test_a_file_that_is_not_ours_stays_and_is_named(tmp_path: Path) -> None:
    install(bundle_of(tmp_path / "made"), tmp_path / "Plugins")
    mine = tmp_path / "Plugins" / BUNDLE / "notes.txt"
    mine.write_text("mine")
    (outcome,) = uninstall()
    assert outcome.left == (str(mine),)
    assert [path for path in (tmp_path / "Plugins").rglob("*") if path.is_file()] == [mine]


def test_what_somebody_else_put_there_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "Plugins" / BUNDLE).mkdir(parents=True)
    with pytest.raises(ArtistError) as refused:
        install(bundle_of(tmp_path / "made"), tmp_path / "Plugins")
    assert refused.value.code == "input.output_exists"
    assert installed() == ()


def test_without_rights_the_line_for_a_folder_of_ones_own_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installing, "can_write", lambda _folder: False)
    with pytest.raises(ArtistError, match="OFX_PLUGIN_PATH") as refused:
        install(bundle_of(tmp_path / "made"), tmp_path / "usr" / "OFX")
    assert refused.value.code == "input.unwritable_output"
    assert not (tmp_path / "usr").exists() and not receipt_path().exists()


def test_a_file_where_a_folder_must_be_is_no_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not can_write(tmp_path / "file" / "Plugins")
    assert can_write(tmp_path / "new" / "Plugins")


def test_an_install_that_was_cut_short_is_finished_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(bundle_of(tmp_path / "old", {"Linux-x86-64": b"old"}), tmp_path / "Plugins")
    newer = bundle_of(tmp_path / "new", {"Linux-x86-64": b"new"})

    def cut(*_: Any) -> None:
        (tmp_path / "Plugins" / f".{BUNDLE}.new").mkdir()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(installing, "_put", cut)
        with pytest.raises(KeyboardInterrupt):
            install(newer, tmp_path / "Plugins")
    install(newer, tmp_path / "Plugins")
    assert tree(tmp_path / "Plugins" / BUNDLE) == tree(newer)
    uninstall()
    assert not (tmp_path / "Plugins").exists()


def test_what_a_closed_host_noted_is_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running(monkeypatch, "bash", "firefox")
    note = noted(tmp_path)
    outcome = install(bundle_of(tmp_path / "made"), tmp_path / "Plugins")
    assert outcome.caches == (str(note),) and not note.exists()


def test_what_names_other_nodes_alone_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running(monkeypatch)
    note = noted(tmp_path, "Other.ofx.bundle")
    assert install(bundle_of(tmp_path / "made"), tmp_path / "Plugins").caches == ()
    assert note.exists()


@pytest.mark.parametrize("program", ["resolve", "Nuke15.1", "Natron"])
def test_nothing_is_touched_while_the_host_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    running(monkeypatch, program.lower())
    noted(tmp_path)
    for folder in ("nuke/ofxplugincache", "cache/INRIA/Natron/OFXLoadCache"):
        (tmp_path / "home" / folder).mkdir(parents=True)
        (tmp_path / "home" / folder / "found.xml").write_text("PhotoDouble.ofx")
    bundle = bundle_of(tmp_path / "made")
    before = tree(tmp_path)
    with pytest.raises(ArtistError, match="is running") as refused:
        install(bundle, tmp_path / "Plugins")
    assert refused.value.code == "input.host_open"
    assert tree(tmp_path) == before
    install(bundle, tmp_path / "Plugins", Choice(keep_caches=True))
    assert set(before) <= set(tree(tmp_path))
    with pytest.raises(ArtistError, match="is running"):
        uninstall()
    running(monkeypatch, "bash")
    uninstall()
    assert not list((tmp_path / "home").rglob("*.xml"))


def test_a_running_program_is_seen() -> None:
    assert any(name.startswith("python") for name in caches.programs())


@pytest.mark.parametrize(
    ("program", "host"), [("nuke15.1", "Nuke"), ("nuke", "Nuke"), ("nukestudio-notes", ""), ("resolved", "")]
)
def test_a_host_is_known_by_the_name_of_its_program(program: str, host: str) -> None:
    found = [one.name for one in caches.HOSTS if caches.is_open(one, (program,))]
    assert found == ([host] if host else [])


@pytest.mark.parametrize(
    ("system", "host", "folder"),
    [
        ("linux", "every", "/usr/OFX/Plugins"),
        ("linux", "nuke", "/usr/OFX/Nuke"),
        ("darwin", "every", "/Library/OFX/Plugins"),
        ("darwin", "nuke", "/Library/OFX/Nuke"),
        ("win32", "every", r"C:\Program Files\Common Files\OFX\Plugins"),
        ("win32", "nuke", r"C:\Program Files\Common Files\OFX\Nuke"),
    ],
)
def test_each_system_has_its_folder(system: str, host: str, folder: str) -> None:
    assert str(common_folder(host, system, {})) == folder
    assert is_searched(common_folder(host, system, {}), system, {})


def test_the_line_to_set_keeps_what_was_set_before() -> None:
    mine, before = Path("/people/ada/OFX"), {"OFX_PLUGIN_PATH": "/studio/OFX"}
    assert variable_line(mine, "linux", {}) == 'export OFX_PLUGIN_PATH="/people/ada/OFX"'
    assert variable_line(mine, "linux", before) == 'export OFX_PLUGIN_PATH="/people/ada/OFX:/studio/OFX"'
    assert variable_line(mine, "win32", before) == 'setx OFX_PLUGIN_PATH "/people/ada/OFX;/studio/OFX"'
    assert variable_line(mine, "darwin", {}).startswith("launchctl setenv OFX_PLUGIN_PATH")
    assert not is_searched(mine, "linux", before)
    assert is_searched(Path("/studio/OFX"), "linux", before)


def test_what_is_not_installed_cannot_be_taken_out(tmp_path: Path) -> None:
    with pytest.raises(ArtistError, match="not installed"):
        uninstall(tmp_path)


def test_a_damaged_receipt_is_said_and_names_no_file_outside(tmp_path: Path) -> None:
    install(bundle_of(tmp_path / "made"), tmp_path / "Plugins")
    told = json.loads(receipt_path().read_text())
    told["places"][0]["files"] = {"../../precious.txt": "0"}
    receipt_path().write_text(json.dumps(told))
    for content in (receipt_path().read_text(), "{", '{"places": [{}]}'):
        receipt_path().write_text(content)
        with pytest.raises(ArtistError) as refused:
            uninstall()
        assert refused.value.code == "input.corrupt_file"


def test_the_commands_install_and_take_out(
    tmp_path: Path, photodouble: Callable[..., Any], environment: Any
) -> None:
    bundle = bundle_of(tmp_path / "made")
    folder = tmp_path / "Plugins"
    done = photodouble("ofx", "install", "--bundle", bundle, "--to", folder)
    assert done.returncode == 0, done.stderr
    assert "OFX_PLUGIN_PATH" in done.stdout and str(folder / BUNDLE) in done.stdout
    told = json.loads(photodouble("ofx", "install", "--bundle", bundle, "--to", folder, "--json").stdout)
    assert told["before"] == told["after"] != ""
    gone = photodouble("ofx", "uninstall", "--to", folder)
    assert gone.returncode == 0, gone.stderr
    assert not folder.exists()
    assert photodouble("ofx", "uninstall", "--to", folder).returncode == 3
    assert photodouble("ofx", "install", "--bundle", tmp_path, "--to", folder).returncode == 3
