"""The bundle: the folder that hosts look for, with the built node of each system in its place (OpenFX 1.5,
chapter "Packaging")."""

from __future__ import annotations

import hashlib
import plistlib
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from photodouble import __version__
from photodouble_client.errors import ArtistError

from .source import licence_file
from .targets import BUNDLE, MACOS_MINIMUM, NAME

LIST = "Contents/Resources/built.txt"
"""What a bundle is made of: a line for its version, one for its source, one a file."""

_DAY = (1980, 1, 1, 0, 0, 0)
"""The date of every file in an archive, so that the same bundle gives the same archive."""


def write_bundle(files: Mapping[str, bytes], source_hash: str, to: Path) -> Path:
    """Write the bundle into a folder, from the built file of each folder of the bundle, and return its path.

    An older bundle of ours is replaced; raises ArtistError `input.output_exists` for what is none.
    """
    bundle = to / BUNDLE
    if bundle.exists() and not (bundle / LIST).is_file():
        raise ArtistError(
            "input.output_exists",
            "There is something else already",
            f"{bundle} is there, and is no bundle that was built by Photo Double.",
            "Choose another folder (--to), or move it away.",
        )
    try:
        to.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{BUNDLE}.", dir=to) as made:
            _fill(Path(made) / BUNDLE, files, source_hash)
            if bundle.exists():
                bundle.rename(Path(made) / "older")
            (Path(made) / BUNDLE).rename(bundle)
    except OSError as error:
        raise ArtistError(
            "input.unwritable_output",
            "The node cannot be written there",
            f"{to} cannot be written to: {error.strerror or error}.",
            "Choose another folder (--to).",
            detail=str(error),
        ) from error
    return bundle


def source_hash(folder: Path) -> str:
    """Return one hash over the C files and headers of a folder, by their names and contents."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.suffix in (".c", ".h")):
        digest.update(f"{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def zipped(bundle: Path) -> Path:
    """Write an archive beside a bundle and return its path; the same bundle gives the same bytes."""
    path = bundle.with_name(f"{bundle.name}.zip")
    part = path.with_name(f".{path.name}.part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for file in files_in(bundle):
            entry = zipfile.ZipInfo(f"{bundle.name}/{file.relative_to(bundle).as_posix()}", _DAY)
            entry.external_attr = (0o100755 if file.name == NAME else 0o100644) << 16
            entry.create_system = (
                3  # Unix, on Windows too: the bytes are the same and the node stays executable
            )
            archive.writestr(entry, file.read_bytes())
    part.replace(path)
    return path


def files_in(folder: Path) -> list[Path]:
    """List every file below a folder, in the order of their names."""
    return sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())


def version_of(bundle: Path) -> str:
    """Return the version that a bundle was built from; empty where it does not say."""
    try:
        first = (bundle / LIST).read_text(encoding="utf-8").partition("\n")[0]
    except (OSError, ValueError):
        return ""
    return first.removeprefix("photodouble ").strip()


def listed(bundle: Path) -> dict[str, str]:
    """Return the hash of each file as the bundle itself lists it."""
    try:
        lines = (bundle / LIST).read_text(encoding="utf-8").splitlines()[2:]
    except (OSError, ValueError):
        return {}
    return {name: digest for digest, _, name in (line.partition(" ") for line in lines)}


def _fill(bundle: Path, files: Mapping[str, bytes], source: str) -> None:
    for folder, data in files.items():
        path = bundle / "Contents" / folder / NAME
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        path.chmod(0o755)
    if "MacOS" in files:
        (bundle / "Contents" / "Info.plist").write_bytes(_property_list())
    resources = bundle / "Contents" / "Resources"
    resources.mkdir(parents=True)
    licence = licence_file()
    if licence:
        shutil.copyfile(licence, resources / "LICENSE")
    lines = [f"photodouble {__version__}", f"source {source}"]
    for file in files_in(bundle):
        lines.append(f"{hashlib.sha256(file.read_bytes()).hexdigest()} {file.relative_to(bundle).as_posix()}")
    (bundle / LIST).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _property_list() -> bytes:
    return plistlib.dumps(
        {
            "CFBundleDevelopmentRegion": "en",
            "CFBundleExecutable": NAME,
            "CFBundleIdentifier": "org.photodouble.ofx",
            "CFBundleInfoDictionaryVersion": "6.0",
            "CFBundleName": "Photo Double",
            "CFBundlePackageType": "BNDL",
            "CFBundleShortVersionString": __version__,
            "CFBundleVersion": __version__,
            "LSMinimumSystemVersion": ".".join(str(part) for part in MACOS_MINIMUM),
        }
    )
