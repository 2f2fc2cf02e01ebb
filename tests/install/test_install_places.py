"""Where hosts and files lie on Linux, Windows and macOS: the documented folders, asked on any system."""

from __future__ import annotations

import pytest

from photodouble_client.host_paths import (
    Machine,
    blender_extensions,
    blender_settings,
    command_path,
    data_folder,
    nuke_home,
    program_patterns,
    receipts_folder,
    resolve_fusion,
)

LINUX = Machine("linux", "/people/ada", {})
MACOS = Machine("macos", "/People/ada", {})
WINDOWS = Machine(
    "windows",
    r"C:\People\Ada Berg",
    {
        "APPDATA": r"C:\People\Ada Berg\AppData\Roaming",
        "LOCALAPPDATA": r"C:\People\Ada Berg\AppData\Local",
        "USERPROFILE": r"C:\People\Ada Berg",
        "PROGRAMFILES": r"D:\Programs",
    },
)


@pytest.mark.parametrize(
    ("machine", "wanted"),
    [
        (LINUX, "/people/ada/.local/share/DaVinciResolve/Fusion"),
        (MACOS, "/People/ada/Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion"),
        (
            WINDOWS,
            r"C:\People\Ada Berg\AppData\Roaming\Blackmagic Design\DaVinci Resolve\Support\Fusion",
        ),
    ],
)
def test_resolve_is_given_its_folder_of_this_user(machine: Machine, wanted: str) -> None:
    assert resolve_fusion(machine) == wanted


@pytest.mark.parametrize(
    ("machine", "wanted"),
    [
        (LINUX, "/people/ada/.nuke"),
        (MACOS, "/People/ada/.nuke"),
        (WINDOWS, r"C:\People\Ada Berg\.nuke"),
        (Machine("windows", r"C:\People\Ada", {"HOME": r"E:\kept"}), r"E:\kept\.nuke"),
    ],
)
def test_nuke_is_told_in_the_folder_that_it_reads(machine: Machine, wanted: str) -> None:
    assert nuke_home(machine) == wanted


@pytest.mark.parametrize(
    ("machine", "wanted"),
    [
        (LINUX, "/people/ada/.config/blender/4.5/extensions/user_default"),
        (MACOS, "/People/ada/Library/Application Support/Blender/4.5/extensions/user_default"),
        (
            WINDOWS,
            r"C:\People\Ada Berg\AppData\Roaming\Blender Foundation\Blender\4.5\extensions\user_default",
        ),
        (Machine("linux", "/people/ada", {"BLENDER_USER_RESOURCES": "/r"}), "/r/extensions/user_default"),
        (Machine("linux", "/people/ada", {"BLENDER_USER_EXTENSIONS": "/e"}), "/e/user_default"),
        (
            Machine("linux", "/people/ada", {"XDG_CONFIG_HOME": "/c"}),
            "/c/blender/4.5/extensions/user_default",
        ),
    ],
)
def test_blender_is_given_the_extension_of_one_version(machine: Machine, wanted: str) -> None:
    assert blender_extensions(machine, blender_settings(machine)[0], "4.5") == wanted


def test_what_is_installed_and_its_receipt_lie_in_the_users_own_folders() -> None:
    assert data_folder(LINUX) == "/people/ada/.local/share/photodouble"
    assert receipts_folder(LINUX) == "/people/ada/.local/state/photodouble/install"
    assert command_path(LINUX) == "/people/ada/.local/bin/photodouble"
    assert data_folder(MACOS) == "/People/ada/Library/Application Support/photodouble"
    assert receipts_folder(WINDOWS) == r"C:\People\Ada Berg\AppData\Local\photodouble\install"
    assert command_path(WINDOWS) == r"C:\People\Ada Berg\AppData\Local\photodouble\bin\photodouble.cmd"


@pytest.mark.parametrize("host", ["nuke", "blender", "resolve"])
def test_programs_are_looked_for_where_their_makers_put_them(host: str) -> None:
    assert all(pattern.startswith("/") for pattern in program_patterns(LINUX, host))
    assert any(pattern.startswith("/Applications/") for pattern in program_patterns(MACOS, host))
    assert all(pattern.startswith("D:\\Programs\\") for pattern in program_patterns(WINDOWS, host))
    assert not any("/" in pattern for pattern in program_patterns(WINDOWS, host))


def test_a_folder_that_is_no_whole_path_does_not_count() -> None:
    machine = Machine("linux", "/people/ada", {"XDG_DATA_HOME": "share", "XDG_STATE_HOME": " "})
    assert data_folder(machine) == "/people/ada/.local/share/photodouble"
    assert receipts_folder(machine) == "/people/ada/.local/state/photodouble/install"
