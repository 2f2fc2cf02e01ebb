"""Copy the client, and the Qt panel where it is used, into the `_vendor` folder of every adapter there is.

A host loads one folder and nothing else, so each adapter carries its own copy. Run it as often as you like:
what is current is left alone. `--check` changes nothing and says whether every copy is current.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VERSION_FILE = "VERSION"


@dataclass(frozen=True)
class Adapter:
    """Say which packages of the core an adapter carries, and whether it imports them as a part of itself."""

    folder: str
    packages: tuple[str, ...]
    is_package: bool = False


ADAPTERS = (
    Adapter("blender/photodouble_blender", ("photodouble_client",), is_package=True),
    Adapter("nuke/photodouble_nuke", ("photodouble_client", "photodouble_qt")),
    Adapter("resolve/photodouble_resolve", ("photodouble_client", "photodouble_qt")),
)
_PACKAGE = b'"""What this extension carries of Photo Double; written by install/vendor.py."""\n'


def main(arguments: list[str] | None = None) -> int:
    """Bring every copy up to date, or with `--check` say which are not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="Change nothing; status 1 if a copy is old.")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    status = 0
    for adapter in ADAPTERS:
        if not (given.root / adapter.folder).is_dir():
            continue
        wanted = wanted_files(given.root, adapter)
        vendor = given.root / adapter.folder / "_vendor"
        current = held_files(vendor) == wanted
        if not current and given.check:
            print(f"{adapter.folder}/_vendor is not current: run install/vendor.py")
            status = 1
        elif not current:
            write(vendor, wanted)
            print(f"{adapter.folder}/_vendor: {wanted[VERSION_FILE].decode().strip()}")
    return status


def wanted_files(root: Path, adapter: Adapter) -> dict[str, bytes]:
    """Give every file that the adapter's `_vendor` must hold, by its path inside, and no other."""
    files = {"LICENSE": (root / "LICENSE").read_bytes()}
    if adapter.is_package:
        files["__init__.py"] = _PACKAGE
    for package in adapter.packages:
        for path in sorted((root / "core" / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                files[path.relative_to(root / "core").as_posix()] = path.read_bytes()
    files[VERSION_FILE] = f"{version(root)} {content_hash(files)}\n".encode()
    return files


def held_files(vendor: Path) -> dict[str, bytes]:
    """Give every file that a `_vendor` folder holds; compiled Python does not count."""
    return {
        path.relative_to(vendor).as_posix(): path.read_bytes()
        for path in sorted(vendor.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def write(vendor: Path, files: Mapping[str, bytes]) -> None:
    """Replace a `_vendor` folder as a whole, so that nothing stale is left and no half copy is ever seen."""
    fresh = vendor.with_name("_vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for name, content in files.items():
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    shutil.rmtree(vendor, ignore_errors=True)
    fresh.rename(vendor)


def content_hash(files: Mapping[str, bytes]) -> str:
    """Hash names and contents in the order of names."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return f"sha256:{whole.hexdigest()}"


def version(root: Path) -> str:
    """Read the project's version; any Python may run this, so a TOML reader is not asked for."""
    found = re.search(r'^version = "([^"]+)"', (root / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    if found is None:
        raise ValueError("pyproject.toml has no version")
    return found.group(1)


if __name__ == "__main__":
    sys.exit(main())
