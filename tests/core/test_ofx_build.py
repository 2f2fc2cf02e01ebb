"""The node is built by the machine's own compiler, looked through, and laid into a bundle."""

from __future__ import annotations

import json
import platform
import plistlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ofx_stubs import NODE, stub

from photodouble.ofx import compiler
from photodouble.ofx.binary import Unreadable, read_binaries
from photodouble.ofx.building import build
from photodouble.ofx.bundle import files_in, listed, zipped
from photodouble.ofx.inspection import EXPORTS, faults
from photodouble.ofx.source import source_files, source_folder
from photodouble.ofx.targets import BUNDLE, TARGETS, Target, this_machine
from photodouble_client.errors import ArtistError

needs_compiler = pytest.mark.skipif(
    not sys.platform.startswith("linux") or compiler.own_compiler({"PATH": "/usr/bin:/bin"}) is None,
    reason="there is no C compiler on this machine",
)
pytestmark = needs_compiler


def node_of(bundle: Path) -> Path:
    return bundle / "Contents" / this_machine().folder / "PhotoDouble.ofx"


def build_stub(tmp_path: Path, content: str = NODE, name: str = "built") -> Path:
    return build(tmp_path / name, source=stub(tmp_path / f"{name} source", content)).bundle


def test_the_node_of_this_checkout_is_built_and_gives_two_names(tmp_path: Path) -> None:
    built = build(tmp_path)
    (one,) = read_binaries(node_of(built.bundle).read_bytes())
    assert one.exports == EXPORTS
    assert built.targets == (this_machine().name,)


def test_a_bundle_is_laid_out_as_the_manual_says(tmp_path: Path) -> None:
    bundle = build_stub(tmp_path)
    names = {path.relative_to(bundle).as_posix() for path in files_in(bundle)}
    folder = this_machine().folder
    listing = {"Contents/Resources/LICENSE", "Contents/Resources/built.txt"}
    assert bundle.name == BUNDLE
    assert names == {f"Contents/{folder}/PhotoDouble.ofx", *listing}
    assert set(listed(bundle)) == names - {"Contents/Resources/built.txt"}


def test_two_builds_in_two_folders_are_equal_byte_by_byte(tmp_path: Path) -> None:
    first = build_stub(tmp_path)
    second = build_stub(tmp_path, name="another folder ü")
    assert files_in(first)
    for path in files_in(first):
        assert path.read_bytes() == (second / path.relative_to(first)).read_bytes(), path
    assert zipped(first).read_bytes() == zipped(second).read_bytes()


def test_no_path_of_this_machine_is_in_the_file(tmp_path: Path) -> None:
    content = node_of(build_stub(tmp_path)).read_bytes()
    assert str(tmp_path).encode() not in content and b"/home/" not in content


def test_our_reader_sees_what_nm_sees(tmp_path: Path) -> None:
    if not shutil.which("nm"):
        pytest.skip("nm is not on this machine")
    node = node_of(build_stub(tmp_path))
    told = subprocess.run(["nm", "-D", node], capture_output=True, text=True, timeout=60, check=True).stdout
    rows = [line.split()[-2:] for line in told.splitlines()]
    (one,) = read_binaries(node.read_bytes())
    assert set(one.exports) == {name for kind, name in rows if kind == "T"}
    assert set(one.imports) == {name.partition("@")[0] for kind, name in rows if kind in "Uw"}


FAULTS = {
    "a name too many": (NODE + "EXPORT int spare(void) { return 3; }\n", "spare"),
    "a name too few": (NODE.replace("EXPORT int OfxGetNumber", "int OfxGetNumber"), "OfxGetNumberOfPlugins"),
    "a socket": (
        "#include <sys/socket.h>\n" + NODE.replace("return 1;", "return socket(1, 1, 0);"),
        "network: socket",
    ),
    "another program": (
        NODE.replace("return 1;", 'return system("true");'),
        "other programs: system",
    ),
    "a thread": (
        "#include <pthread.h>\n"
        + NODE.replace("return 1;", "pthread_t t; return pthread_create(&t, 0, 0, 0);"),
        "threads: pthread_create",
    ),
    "a library found at run time": (
        "#include <dlfcn.h>\n" + NODE.replace("return 1;", 'return dlopen("x", 1) != 0;'),
        "other libraries: dlopen",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(tmp_path: Path, name: str) -> None:
    content, said = FAULTS[name]
    with pytest.raises(ArtistError, match=said) as refused:
        build_stub(tmp_path, content)
    assert refused.value.code == "engine.ofx_faulty"
    assert not (tmp_path / "built" / BUNDLE).exists()


def test_a_library_beside_the_c_library_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = "-Wl,--no-as-needed -ldl -lpthread -lz" if Path("/usr/include/zlib.h").exists() else ""
    if not beside:
        pytest.skip("zlib is not on this machine")
    monkeypatch.setenv("CC", f"gcc {beside}")
    with pytest.raises(ArtistError, match="libz"):
        build_stub(tmp_path)


def test_a_c_library_too_new_is_found(tmp_path: Path) -> None:
    content = "#include <sys/random.h>\n" + NODE.replace(
        "return 1;", "char c; return (int)getrandom(&c, 1, 0);"
    )
    node = node_of(build_stub(tmp_path, content)).read_bytes()
    assert any("C library 2.25" in fault for fault in faults(node, [this_machine()]))
    assert faults(node, [this_machine()], everywhere=False) == ()


def test_a_file_for_another_machine_is_found(tmp_path: Path) -> None:
    node = node_of(build_stub(tmp_path)).read_bytes()
    said = faults(node, [TARGETS["macos-arm64"]])
    assert any("nothing for macos-arm64" in fault for fault in said)


def test_a_file_cut_short_is_never_taken_for_a_node(tmp_path: Path) -> None:
    node = node_of(build_stub(tmp_path)).read_bytes()
    for length in range(0, len(node), 97):
        assert faults(node[:length], [this_machine()]), length
    with pytest.raises(Unreadable):
        read_binaries(b"#!/bin/sh\n")


def test_without_a_compiler_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(compiler, "zig_compiler", lambda: None)
    with pytest.raises(ArtistError, match="None of cc, gcc, clang") as refused:
        build_stub(tmp_path)
    assert refused.value.code == "engine.ofx_build"
    with pytest.raises(ArtistError, match="ziglang"):
        build(tmp_path / "all", tuple(TARGETS), source=stub(tmp_path / "source"))


def test_a_compiler_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler -O1")
    with pytest.raises(ArtistError, match="no-such-compiler"):
        build_stub(tmp_path)


def test_what_the_compiler_says_is_passed_on(tmp_path: Path) -> None:
    with pytest.raises(ArtistError, match="error") as refused:
        build_stub(tmp_path, NODE + "int broken( {\n")
    assert "node.c" in refused.value.detail


def test_an_unknown_machine_is_refused(tmp_path: Path, photodouble: Callable[..., Any]) -> None:
    with pytest.raises(ArtistError, match="linux-x64"):
        build(tmp_path, ["linux-x86"])
    done = photodouble("ofx", "build", "--to", tmp_path, "--target", "amiga")
    assert done.returncode == 2 and "amiga" in done.stderr


def test_a_machine_that_the_node_is_not_made_for_is_said() -> None:
    with pytest.raises(ArtistError, match="sparc"):
        this_machine("linux", "sparc64")
    assert this_machine("darwin", "arm64").name == "macos-arm64"
    assert this_machine("win32", "AMD64").name == "windows-x64"
    assert this_machine("linux", platform.machine()).format == "elf"


def test_what_lies_there_and_is_no_bundle_stays(tmp_path: Path) -> None:
    (tmp_path / "built" / BUNDLE).mkdir(parents=True)
    (tmp_path / "built" / BUNDLE / "mine.txt").write_text("mine")
    with pytest.raises(ArtistError) as refused:
        build_stub(tmp_path)
    assert refused.value.code == "input.output_exists"
    assert (tmp_path / "built" / BUNDLE / "mine.txt").read_text() == "mine"


def test_a_bundle_is_built_again_over_an_older_one(tmp_path: Path) -> None:
    first = node_of(build_stub(tmp_path)).read_bytes()
    changed = NODE.replace("return 1;", "return 2;")
    bundle = build(tmp_path / "built", source=stub(tmp_path / "other source", changed)).bundle
    assert node_of(bundle).read_bytes() != first
    assert [path.name for path in (tmp_path / "built").iterdir()] == [BUNDLE]


def test_the_command_names_the_bundle_and_what_it_wants(
    tmp_path: Path, photodouble: Callable[..., Any]
) -> None:
    done = photodouble("ofx", "build", "--to", tmp_path, "--zip", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert Path(told["bundle"]) == tmp_path / BUNDLE
    assert Path(told["archive"]).is_file()
    assert "glibc" in told["wants"][this_machine().folder]


def test_the_wheel_carries_the_source_of_the_node() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    carried = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert carried["resolve/ofx"] == "photodouble/ofx/source"
    assert "node.c" in source_files(source_folder())


def test_the_property_list_names_the_file_and_the_oldest_macos() -> None:
    from photodouble.ofx.bundle import _property_list

    told = plistlib.loads(_property_list())
    assert told["CFBundleExecutable"] == "PhotoDouble.ofx"
    assert told["LSMinimumSystemVersion"] == "11.0"


def test_every_machine_has_a_place_of_its_own_but_for_the_two_of_macos() -> None:
    folders: dict[str, list[Target]] = {}
    for target in TARGETS.values():
        folders.setdefault(target.folder, []).append(target)
    shared = {folder for folder, members in folders.items() if len(members) > 1}
    assert shared == {"MacOS"} and len(folders) == 4
