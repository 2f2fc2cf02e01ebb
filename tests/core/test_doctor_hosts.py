"""The doctor finds hosts without starting one, and says whether what they carry fits this engine."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from photodouble.doctor.hosts import Host, _receipts, _told, carried, hosts
from photodouble.doctor.row import BAD, GOOD, LOOK, NOTE
from photodouble_client.host_paths import Machine, nuke_home, program_patterns, receipts_folder
from photodouble_client.version import VERSION
from photodouble_client.wire import PROTOCOL

ROOT = Path(__file__).parents[2]


@pytest.fixture
def linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Give a machine whose programs lie in the test's own folder."""
    patterns = {
        "nuke": str(tmp_path / "opt" / "Nuke*"),
        "blender": str(tmp_path / "opt" / "blender*" / "blender"),
        "resolve": str(tmp_path / "opt" / "resolve" / "bin" / "resolve"),
    }
    monkeypatch.setattr("photodouble.doctor.hosts.program_patterns", lambda _machine, host: (patterns[host],))
    return Machine("linux", str(tmp_path / "home"), {})


@pytest.fixture
def adapter() -> Callable[..., Path]:
    """Give a function that lays an adapter into a folder."""

    def lay(folder: Path, version: str = VERSION, protocol: int = PROTOCOL) -> Path:
        vendor = folder / "_vendor"
        (vendor / "photodouble_client").mkdir(parents=True)
        (vendor / "VERSION").write_text(f"{version} sha256:0\n", encoding="utf-8")
        wire = vendor / "photodouble_client" / "wire.py"
        wire.write_text(f'"""Wire."""\n\nPROTOCOL = {protocol}\n', encoding="utf-8")
        return folder

    return lay


def test_a_machine_without_hosts_has_none(linux: Machine) -> None:
    assert hosts(linux) == ()


def test_each_host_is_found_with_its_version_and_its_adapter(
    linux: Machine, tmp_path: Path, adapter: Callable[..., Path]
) -> None:
    for name in ("Nuke15.1v3", "Nuke16.0v1", "blender-4.5.3", "resolve/bin"):
        (tmp_path / "opt" / name).mkdir(parents=True)
    for name in ("blender-4.5.3/blender", "resolve/bin/resolve"):
        (tmp_path / "opt" / name).write_text("", encoding="utf-8")
    nuke = adapter(Path(nuke_home(linux)) / "photodouble_nuke")
    home = Path(linux.home)
    blender = adapter(home / ".config/blender/4.5/extensions/user_default/photodouble_blender")
    (home / ".config/blender/5.0").mkdir()
    found = {f"{host.name} {host.version}".strip(): host for host in hosts(linux)}
    assert list(found) == ["nuke 15.1v3", "nuke 16.0v1", "blender 4.5", "blender 5.0", "resolve"]
    assert found["nuke 16.0v1"].adapters == (str(nuke),)
    assert found["blender 4.5"].adapters == (str(blender),)
    assert found["blender 4.5"].program.endswith("blender-4.5.3/blender")
    assert found["blender 5.0"].adapters == found["resolve"].adapters == ()


def test_an_adapter_is_found_by_nuke_path_and_by_the_user_s_init(
    linux: Machine, tmp_path: Path, adapter: Callable[..., Path]
) -> None:
    first = adapter(tmp_path / "a b ü" / "photodouble_nuke")
    second = adapter(tmp_path / "séc ond" / "photodouble_nuke")
    Path(nuke_home(linux)).mkdir(parents=True)
    init = Path(nuke_home(linux)) / "init.py"
    # As the installer writes it: the letters beyond ASCII as escapes.
    named = json.dumps(str(second.parent))
    init.write_text(
        f"import nuke\nnuke.pluginAddPath({named})\nnuke.pluginAddPath('\\x')\n", encoding="utf-8"
    )
    machine = Machine("linux", linux.home, {"NUKE_PATH": os.pathsep.join(("/gone", str(first.parent)))})
    (found,) = hosts(machine)
    assert found.adapters == (str(first), str(second))
    assert "finds Photo Double twice" in _told(found).found


@pytest.mark.parametrize(
    ("version", "protocol", "state"),
    [(VERSION, PROTOCOL, GOOD), ("0.0.9", PROTOCOL, LOOK), ("9.9.9", PROTOCOL + 1, BAD)],
)
def test_whether_an_adapter_fits_is_told(
    version: str, protocol: int, state: str, tmp_path: Path, adapter: Callable[..., Path]
) -> None:
    folder = adapter(tmp_path / "photodouble_nuke", version, protocol)
    assert carried(str(folder)) == (version, protocol)
    assert _told(Host("nuke", "15.1v3", "", (str(folder),))).state == state


def test_an_adapter_that_is_not_all_there_is_bad(tmp_path: Path) -> None:
    (tmp_path / "photodouble_nuke").mkdir()
    assert _told(Host("nuke", "", "", (str(tmp_path / "photodouble_nuke"),))).state == BAD


def test_a_host_without_the_program_is_worth_knowing() -> None:
    row = _told(Host("blender", "4.5", "/opt/blender"))
    assert row.state == NOTE
    assert row.fix == "Install it with: install.py --host blender"


def test_an_installation_that_was_not_finished_is_bad(linux: Machine) -> None:
    folder = Path(receipts_folder(linux))
    folder.mkdir(parents=True)
    for name, text in (
        ("0.1.0", json.dumps({"version": "0.1.0", "state": "installed"})),
        ("0.2.0", json.dumps({"version": "0.2.0", "state": "installing"})),
        ("0.3.0", "{"),
    ):
        (folder / f"receipt-{name}.json").write_text(text, encoding="utf-8")
    assert [row.state for row in _receipts(linux)] == [GOOD, BAD, BAD]


@pytest.mark.parametrize(
    ("system", "variables", "home", "expected"),
    [
        ("linux", {}, "/people/ada", "/people/ada/.nuke"),
        ("macos", {}, "/Volumes/ada", "/Volumes/ada/.nuke"),
        ("windows", {"USERPROFILE": "D:\\ada"}, "D:\\ada", "D:\\ada\\.nuke"),
    ],
)
def test_the_table_of_folders_knows_three_systems(
    system: str, variables: dict[str, str], home: str, expected: str
) -> None:
    machine = Machine(system, home, variables)
    assert nuke_home(machine) == expected
    assert all(program_patterns(machine, host) for host in ("nuke", "blender", "resolve"))
