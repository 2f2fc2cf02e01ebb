"""A release: every file is there, of one version, and made twice it is the same byte for byte."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from releasing import adapters, release, versions
from releasing.__main__ import main
from releasing.archives import held
from releasing.moment import EARLIEST, moment
from releasing.versions import PLACES, ReleaseError

from photodouble.ofx.placing import CARRIED

ROOT = Path(__file__).parents[2]
VERSION = versions.one_version(ROOT)

pytest.importorskip("hatchling")
pytest.importorskip("cyclonedx")


def copied(target: Path, source: Path = ROOT, rights: int = 0o644) -> Path:
    """Copy all that a release is made of, without history, to another place with other dates and rights."""
    for name in (*adapters.TOLD, *adapters.tracked(source, adapters.INSTALLED)):
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, path)
        path.chmod(0o755 if os.access(source / name, os.X_OK) else rights)
    page = target / release.PAGE
    page.write_text(release.page(release.licensed(source)), encoding="utf-8")
    return target


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[release.Release, release.Release]:
    """Make a release twice, from copies in two places."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        bundle = tmp_path_factory.mktemp("built") / release.BUNDLE
        (bundle / "Contents" / "Linux-x86-64").mkdir(parents=True)
        (bundle / "Contents" / "Linux-x86-64" / "PhotoDouble.ofx").write_bytes(b"\x7fELF")
        one = copied(tmp_path_factory.mktemp("one"))
        other = copied(tmp_path_factory.mktemp("an other"), one, 0o600)
        first = release.make(one, tmp_path_factory.mktemp("dist"), bundle=bundle)
        return first, release.make(other, tmp_path_factory.mktemp("dist"), bundle=bundle)


@pytest.fixture
def project(tmp_path: Path) -> Callable[[], Path]:
    """Give a function that lays out the files that say the version."""

    def lay() -> Path:
        for place in PLACES:
            (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / place, tmp_path / place)
        return tmp_path

    return lay


def test_every_file_of_a_release_is_there(twice: tuple[release.Release, release.Release]) -> None:
    assert sorted(twice[0].files) == sorted(
        (
            f"photodouble-{VERSION}-py3-none-any.whl",
            f"photodouble-{VERSION}.tar.gz",
            f"photodouble-{VERSION}-installer.zip",
            f"photodouble_blender-{VERSION}.zip",
            f"photodouble_nuke-{VERSION}.zip",
            f"photodouble_resolve-{VERSION}.zip",
            f"PhotoDouble.ofx.bundle-{VERSION}.zip",
            f"photodouble-{VERSION}-licences.md",
            f"photodouble-{VERSION}.cdx.json",
        )
    )


def test_the_wheel_carries_the_built_node_where_it_is_looked_for(
    twice: tuple[release.Release, release.Release],
) -> None:
    with zipfile.ZipFile(twice[0].folder / f"photodouble-{VERSION}-py3-none-any.whl") as wheel:
        carried = f"photodouble/ofx/{CARRIED.name}/Contents/Linux-x86-64/PhotoDouble.ofx"
        assert wheel.read(carried) == b"\x7fELF"
        assert "photodouble/ofx/source/node.c" in wheel.namelist()


def test_made_twice_it_is_the_same_byte_for_byte(twice: tuple[release.Release, release.Release]) -> None:
    assert twice[0].folder != twice[1].folder
    assert twice[0].files == twice[1].files


def test_the_checksums_are_those_of_the_files(twice: tuple[release.Release, release.Release]) -> None:
    folder = twice[0].folder
    lines = (folder / release.SUMS).read_text(encoding="utf-8").splitlines()
    said = {line[66:]: line[:64] for line in lines}
    assert said == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in said}
    assert {path.name for path in folder.iterdir()} == {*said, release.SUMS}


def test_versions_are_equal_in_all_that_is_given_out(
    twice: tuple[release.Release, release.Release],
) -> None:
    folder = twice[0].folder
    said = {}
    with zipfile.ZipFile(folder / f"photodouble-{VERSION}-py3-none-any.whl") as wheel:
        told = wheel.read(f"photodouble-{VERSION}.dist-info/METADATA").decode()
        said["wheel"] = re.findall(r"^Version: (.+)$", told, re.M)[0]
    with tarfile.open(folder / f"photodouble-{VERSION}.tar.gz") as sdist:
        member = sdist.extractfile(f"photodouble-{VERSION}/PKG-INFO")
        assert member is not None
        said["sdist"] = re.findall(r"^Version: (.+)$", member.read().decode(), re.M)[0]
    for host in ("blender", "nuke", "resolve"):
        files = held(folder / f"photodouble_{host}-{VERSION}.zip")
        (carried,) = [data for name, data in files.items() if name.endswith("_vendor/VERSION")]
        said[host] = carried.decode().split()[0]
    manifest = held(folder / f"photodouble_blender-{VERSION}.zip")["blender_manifest.toml"].decode()
    said["manifest"] = re.findall(r'^version = "(.+)"$', manifest, re.M)[0]
    bill = json.loads((folder / f"photodouble-{VERSION}.cdx.json").read_text(encoding="utf-8"))
    said["bill"] = bill["metadata"]["component"]["version"]
    assert set(said.values()) == {VERSION}, said


@pytest.mark.parametrize("place", PLACES)
def test_a_release_of_two_versions_is_refused(place: str, project: Callable[[], Path]) -> None:
    root = project()
    assert versions.one_version(root) == VERSION
    path = root / place
    path.write_text(path.read_text(encoding="utf-8").replace(f'"{VERSION}"', '"9.9.9"', 1), encoding="utf-8")
    with pytest.raises(ReleaseError, match=re.escape(f"{place} says 9.9.9")):
        versions.one_version(root)


def test_each_host_s_archive_carries_the_client_as_it_is(
    twice: tuple[release.Release, release.Release],
) -> None:
    inside = {"nuke": f"photodouble_nuke-{VERSION}/photodouble_nuke/", "blender": ""}
    inside["resolve"] = f"photodouble_resolve-{VERSION}/Fusion/photodouble_resolve/"
    client = (ROOT / "core" / "photodouble_client" / "wire.py").read_bytes()
    for host, start in inside.items():
        files = held(twice[0].folder / f"photodouble_{host}-{VERSION}.zip")
        assert files[f"{start}_vendor/photodouble_client/wire.py"] == client
        assert f"{start}__init__.py" in files
        assert not [name for name in files if "__pycache__" in name or name.endswith(".pyc")]
        assert any(name.endswith("LICENSE") for name in files)


def test_the_archive_of_resolve_is_laid_out_as_its_folder_fusion(
    twice: tuple[release.Release, release.Release],
) -> None:
    files = held(twice[0].folder / f"photodouble_resolve-{VERSION}.zip")
    assert f"photodouble_resolve-{VERSION}/Fusion/Scripts/Utility/Photo Double.py" in files
    assert [name for name in files if name.endswith(".setting")]


def test_blender_s_manifest_comes_first_and_the_wheel_holds_the_three_packages(
    twice: tuple[release.Release, release.Release],
) -> None:
    folder = twice[0].folder
    assert next(iter(held(folder / f"photodouble_blender-{VERSION}.zip"))) == "blender_manifest.toml"
    with zipfile.ZipFile(folder / f"photodouble-{VERSION}-py3-none-any.whl") as wheel:
        tops = {name.split("/")[0] for name in wheel.namelist()}
    wanted = {"photodouble", "photodouble_client", "photodouble_qt", f"photodouble-{VERSION}.dist-info"}
    assert tops == wanted


def test_the_installer_s_archive_holds_what_it_needs_and_programs_stay_programs(
    twice: tuple[release.Release, release.Release],
) -> None:
    path = twice[0].folder / f"photodouble-{VERSION}-installer.zip"
    with zipfile.ZipFile(path) as archive:
        rights = {entry.filename.partition("/")[2]: entry.external_attr >> 16 for entry in archive.infolist()}
    assert {"install/vendor.py", "install/locks/core.txt", "pyproject.toml", "LICENSE"} <= set(rights)
    assert rights["install/vendor.py"] == 0o100644
    assert rights["install/demo"] == 0o100755
    assert not [name for name in rights if name.startswith(("tests/", "bench/"))]


def test_the_moment_is_given_or_that_of_the_last_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert moment(ROOT) == 1700000000
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(ReleaseError, match="yesterday"):
        moment(ROOT)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert moment(tmp_path) == EARLIEST


def test_a_release_that_cannot_be_made_says_why(
    project: Callable[[], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    root = project()
    (root / "pyproject.toml").write_text('version = "9.9.9"\n', encoding="utf-8")
    assert main(["--root", str(root), str(root / "dist")]) == 1
    assert "The versions differ" in capsys.readouterr().err
    assert not (root / "dist").exists()
