"""All five machines are built for from here, when the package ziglang is there."""

from __future__ import annotations

import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest
from ofx_stubs import NODE, stub

from photodouble.ofx.binary import read_binaries
from photodouble.ofx.building import build
from photodouble.ofx.bundle import files_in, zipped
from photodouble.ofx.compiler import zig_compiler
from photodouble.ofx.inspection import EXPORTS, faults
from photodouble.ofx.macho import merged, slices
from photodouble.ofx.targets import TARGETS
from photodouble_client.errors import ArtistError

pytestmark = [
    pytest.mark.zig,
    pytest.mark.skipif(zig_compiler() is None, reason="the package ziglang is not installed (extra ofx)"),
]


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the bundle of this checkout for every machine."""
    return build(tmp_path_factory.mktemp("all"), tuple(TARGETS)).bundle


def test_five_machines_are_built_for_by_one_command(everywhere: Path) -> None:
    found = {
        (one.format, one.processor)
        for path in everywhere.glob("Contents/*/PhotoDouble.ofx")
        for one in read_binaries(path.read_bytes())
    }
    assert found == {(target.format, target.processor) for target in TARGETS.values()}


@pytest.mark.parametrize("folder", sorted({target.folder for target in TARGETS.values()}))
def test_each_file_gives_two_names_and_reaches_for_nothing_else(everywhere: Path, folder: str) -> None:
    data = (everywhere / "Contents" / folder / "PhotoDouble.ofx").read_bytes()
    members = [target for target in TARGETS.values() if target.folder == folder]
    assert faults(data, members) == ()
    for one in read_binaries(data):
        assert one.exports == EXPORTS
        assert one.glibc <= (2, 17)
        assert one.format != "macho" or one.minimum == (11, 0)


def test_built_twice_in_two_folders_it_is_the_same_byte_by_byte(everywhere: Path, tmp_path: Path) -> None:
    from photodouble.ofx.source import source_folder

    moved = shutil.copytree(source_folder(), tmp_path / "moved to ü")
    again = build(tmp_path / "again", tuple(TARGETS), source=moved).bundle
    for path in files_in(everywhere):
        assert path.read_bytes() == (again / path.relative_to(everywhere)).read_bytes(), path
    assert zipped(everywhere).read_bytes() == zipped(again).read_bytes()


def test_macos_finds_the_file_by_the_property_list(everywhere: Path) -> None:
    told = plistlib.loads((everywhere / "Contents" / "Info.plist").read_bytes())
    assert told["CFBundleExecutable"] == "PhotoDouble.ofx"


def test_the_universal_file_holds_both_processors_unchanged(everywhere: Path) -> None:
    data = (everywhere / "Contents" / "MacOS" / "PhotoDouble.ofx").read_bytes()
    parts = list(slices(data))
    assert {one.processor for part in parts for one in read_binaries(part)} == {"arm64", "x86_64"}
    assert merged(parts) == data
    told = (
        subprocess.run(["file", "-"], input=data, capture_output=True, timeout=60)
        if shutil.which("file")
        else None
    )
    assert told is None or b"universal binary with 2 architectures" in told.stdout


SOCKETS = {
    "windows-x64": '#pragma comment(lib, "ws2_32")\n#include <winsock2.h>\n',
    "macos-x64": "#include <sys/socket.h>\n",
    "linux-arm64": "#include <sys/socket.h>\n",
}


@pytest.mark.parametrize("name", SOCKETS)
def test_a_planted_socket_is_found_on_every_system(tmp_path: Path, name: str) -> None:
    content = SOCKETS[name] + NODE.replace("return 1;", "return (int)socket(1, 1, 0);")
    if name == "windows-x64":
        content = content.replace(
            "#include <winsock2.h>", '#pragma comment(lib, "ws2_32")\n#include <winsock2.h>'
        )
    with pytest.raises(ArtistError) as refused:
        build(tmp_path / "built", [name], source=stub(tmp_path / "source", content))
    assert refused.value.code == "engine.ofx_build" or "network: socket" in refused.value.message


@pytest.mark.parametrize("name", TARGETS)
def test_a_planted_name_is_found_on_every_system(tmp_path: Path, name: str) -> None:
    content = NODE + "EXPORT int spare(void) { return 3; }\n"
    with pytest.raises(ArtistError, match="keep to itself: spare") as refused:
        build(tmp_path / "built", [name], source=stub(tmp_path / "source", content))
    assert refused.value.code == "engine.ofx_faulty"


def test_a_newer_macos_is_found(tmp_path: Path) -> None:
    source = stub(tmp_path / "source")
    bundle = build(tmp_path / "built", ["macos-arm64"], source=source).bundle
    data = (bundle / "Contents" / "MacOS" / "PhotoDouble.ofx").read_bytes()
    newer = data.replace(bytes((0, 0, 11, 0)), bytes((0, 0, 14, 0)))
    assert faults(data, [TARGETS["macos-arm64"]]) == ()
    assert any("macOS 14.0" in fault for fault in faults(newer, [TARGETS["macos-arm64"]]))
