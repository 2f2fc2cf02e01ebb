"""The archives for the hosts, each with all that the host needs, and the one that install.py comes in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import vendor

from .archives import Content, write_zip

PLACES = {adapter.folder.split("/")[0]: adapter for adapter in vendor.ADAPTERS}
INSTALLED = ("blender", "core", "install", "nuke", "resolve")
"""The folders that install.py works from."""
TOLD = ("CHANGELOG.md", "LICENSE", "README.md", "pyproject.toml")
_PASSED_OVER = {"__pycache__", "_vendor", ".mypy_cache", ".ruff_cache"}


def write_nuke(root: Path, path: Path, seconds: int) -> None:
    """Write the archive for Nuke: unpack it anywhere, and put its folder on NUKE_PATH."""
    folder = path.stem
    files = {f"{folder}/{name}": _read(root / "nuke" / name) for name in ("init.py", "menu.py")}
    files |= _below(f"{folder}/photodouble_nuke", package(root, "nuke"))
    write_zip(path, {**files, f"{folder}/LICENSE": _read(root / "LICENSE")}, seconds)


def write_resolve(root: Path, path: Path, seconds: int) -> None:
    """Write the archive for Resolve, laid out as Resolve's own folder Fusion is."""
    files = {"Fusion/Scripts/Utility/Photo Double.py": _read(root / "resolve" / "Photo Double.py")}
    files |= _below("Fusion/photodouble_resolve", package(root, "resolve"))
    for macro in sorted((root / "resolve" / "fusion").glob("PD_*.setting")):
        files[f"Fusion/Templates/Fusion/Photo Double/{macro.name}"] = _read(macro)
    folder = path.stem
    write_zip(path, _below(folder, {**files, "LICENSE": _read(root / "LICENSE")}), seconds)


def write_blender(root: Path, path: Path, seconds: int) -> None:
    """Write Blender's extension, its manifest first, as Blender's own builder does."""
    write_zip(path, package(root, "blender"), seconds, first="blender_manifest.toml")


def write_installer(root: Path, path: Path, seconds: int) -> None:
    """Write the archive that holds all that install.py needs."""
    folder = path.stem
    files = {name: _read(root / name) for name in (*TOLD, *tracked(root, INSTALLED))}
    write_zip(path, _below(folder, files), seconds)


def write_bundle(bundle: Path, path: Path, seconds: int) -> None:
    """Write the archive of an OpenFX bundle that was built."""
    files = {f"{bundle.name}/{name}": _read(bundle / name) for name in _files(bundle)}
    write_zip(path, files, seconds)


def package(root: Path, host: str) -> dict[str, Content]:
    """Return every file of a host's package, with what it carries of the core."""
    adapter = PLACES[host]
    files = {name: _read(root / adapter.folder / name) for name in _files(root / adapter.folder)}
    carried = vendor.wanted_files(root, adapter)
    return {**files, **{f"_vendor/{name}": Content(data) for name, data in carried.items()}}


def tracked(root: Path, folders: Iterable[str]) -> list[str]:
    """Return the files under folders that belong to the project; without its history, all that lie there."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--", *folders]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        names = [name for name in done.stdout.split("\0") if name and (root / name).is_file()]
    except (OSError, subprocess.SubprocessError):
        names = []
    return names or [f"{folder}/{name}" for folder in folders for name in _files(root / folder)]


def _below(folder: str, files: Mapping[str, Content]) -> dict[str, Content]:
    return {f"{folder}/{name}": content for name, content in files.items()}


def _files(folder: Path) -> list[str]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    names = (path.relative_to(folder) for path in found)
    return [name.as_posix() for name in names if not _PASSED_OVER & set(name.parts) and name.suffix != ".pyc"]


def _read(path: Path) -> Content:
    return Content(path.read_bytes(), os.access(path, os.X_OK))
