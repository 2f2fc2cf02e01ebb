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

LINUX = Machine("linux", "/home/ada", {})
MACOS = Machine("macos", "/Users/ada", {})
WINDOWS = Machine(
    "windows",
    r"C:\Users\Ada Berg",
    {
        "APPDATA": r"C:\Users\Ada Berg\AppData\Roaming",
        "LOCALAPPDATA": r"C:\Users\Ada Berg\AppData\Local",
        "USERPROFILE": r"C:\Users\Ada Berg",
        "PROGRAMFILES": r"D:\Programs",
    },
)


@pytest.mark.parametrize(
    ("machine", "wanted"),
    [
        (LINUX, "/home/ada/.local/share/DaVinciResolve/Fusion"),
        (MACOS, "/Users/ada/Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion"),
        (
            WINDOWS,
            r"C:\Users\Ada Berg\AppData\Roaming\Blackmagic Design\DaVinci Resolve\Support\Fusion",
        ),
    ],
)
def test_resolve_is_given_its_folder_of_this_user(machine: Machine, wanted: str) -> None:
    assert resolve_fusion(machine) == wanted


@pytest.mark.parametrize(
    ("machine", "wanted"),
    [
        (LINUX, "/home/ada/.nuke"),
        (MACOS, "/Users/ada/.nuke"),
        (WINDOWS, r"C:\Users\Ada Berg\.nuke"),
        (Machine("windows", r"C:\Users\Ada", {"HOME": r"E:\home"}), r"E:\home\.nuke"),
    ],
)
def test_nuke_is_told_in_the_folder_that_it_reads(machine: Machine, wanted: str) -> None:
    assert nuke_home(machine) == wanted


@pytest.mark.parametrize(
    ("machine", "wanted"),
    [
        (LINUX, "/home/ada/.config/blender/4.5/extensions/user_default"),
        (MACOS, "/Users/ada/Library/Application Support/Blender/4.5/extensions/user_default"),
        (
            WINDOWS,
            r"C:\Users\Ada Berg\AppData\Roaming\Blender Foundation\Blender\4.5\extensions\user_default",
        ),
        (Machine("linux", "/home/ada", {"BLENDER_USER_RESOURCES": "/r"}), "/r/extensions/user_default"),
        (Machine("linux", "/home/ada", {"BLENDER_USER_EXTENSIONS": "/e"}), "/e/user_default"),
        (
            Machine("linux", "/home/ada", {"XDG_CONFIG_HOME": "/c"}),
            "/c/blender/4.5/extensions/user_default",
        ),
    ],
)
def test_blender_is_given_the_extension_of_one_version(machine: Machine, wanted: str) -> None:
    assert blender_extensions(machine, blender_settings(machine)[0], "4.5") == wanted


def test_what_is_installed_and_its_receipt_lie_in_the_users_own_folders() -> None:
    assert data_folder(LINUX) == "/home/ada/.local/share/photodouble"
    assert receipts_folder(LINUX) == "/home/ada/.local/state/photodouble/install"
    assert command_path(LINUX) == "/home/ada/.local/bin/photodouble"
    assert data_folder(MACOS) == "/Users/ada/Library/Application Support/photodouble"
    assert receipts_folder(WINDOWS) == r"C:\Users\Ada Berg\AppData\Local\photodouble\install"
    assert command_path(WINDOWS) == r"C:\Users\Ada Berg\AppData\Local\photodouble\bin\photodouble.cmd"


@pytest.mark.parametrize("host", ["nuke", "blender", "resolve"])
def test_programs_are_looked_for_where_their_makers_put_them(host: str) -> None:
    assert all(pattern.startswith("/") for pattern in program_patterns(LINUX, host))
    assert any(pattern.startswith("/Applications/") for pattern in program_patterns(MACOS, host))
    assert all(pattern.startswith("D:\\Programs\\") for pattern in program_patterns(WINDOWS, host))
    assert not any("/" in pattern for pattern in program_patterns(WINDOWS, host))


def test_a_folder_that_is_no_whole_path_does_not_count() -> None:
    machine = Machine("linux", "/home/ada", {"XDG_DATA_HOME": "share", "XDG_STATE_HOME": " "})
    assert data_folder(machine) == "/home/ada/.local/share/photodouble"
    assert receipts_folder(machine) == "/home/ada/.local/state/photodouble/install"
