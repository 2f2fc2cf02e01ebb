"""What each host is given: the adapter's files with the client and the panel that it carries."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import vendor

_ADAPTERS = {Path(adapter.folder).parts[0]: adapter for adapter in vendor.ADAPTERS}
# A fixed date, so that the same files give the same archive.
_DATE = (1980, 1, 1, 0, 0, 0)


def package(root: Path, host: str) -> dict[str, bytes]:
    """Give every file of a host's package by its path inside, with what it carries of the core."""
    adapter = _ADAPTERS[host]
    files = _files(root / adapter.folder)
    carried = vendor.wanted_files(root, adapter)
    return {**files, **{f"_vendor/{name}": content for name, content in carried.items()}}


def nuke_folder(root: Path) -> dict[str, bytes]:
    """Give the folder that Nuke is pointed to: init.py, menu.py and the package."""
    start = {name: (root / "nuke" / name).read_bytes() for name in ("init.py", "menu.py")}
    return {**start, **_inside("photodouble_nuke", package(root, "nuke"))}


def resolve_script(root: Path) -> bytes:
    """Give the script of Resolve's menu."""
    return (root / "resolve" / "Photo Double.py").read_bytes()


def resolve_templates(root: Path) -> dict[str, bytes]:
    """Give the macros for Resolve's Fusion page."""
    return {
        path.name: path.read_bytes() for path in sorted((root / "resolve" / "fusion").glob("PD_*.setting"))
    }


def extension_zip(files: Mapping[str, bytes]) -> bytes:
    """Pack Blender's extension; the same files give the same archive, byte for byte."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files, key=lambda each: (each != "blender_manifest.toml", each)):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return whole.getvalue()


def project_version(root: Path) -> str:
    """Read the version of the project."""
    return vendor.version(root)


def adapter_version(files: Mapping[str, bytes]) -> str:
    """Read the version in the manifest of Blender's extension."""
    found = re.search(rb'^version = "([^"]+)"', files["blender_manifest.toml"], re.M)
    return found.group(1).decode() if found else ""


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {"__pycache__", "_vendor"} & set(path.relative_to(folder).parts)
    }


def _inside(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": content for name, content in files.items()}
