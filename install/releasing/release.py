"""Make a whole release: packages, archives for the hosts, bill of materials, licences, checksums."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import adapters, packages
from .licences import PAGE, check, licensed, page
from .moment import moment
from .sbom import write_sbom
from .versions import ReleaseError, one_version

SUMS = "SHA256SUMS"
BUNDLE = "PhotoDouble.ofx.bundle"
_ARCHIVES: Mapping[str, Callable[[Path, Path, int], None]] = {
    "photodouble_blender-{}.zip": adapters.write_blender,
    "photodouble_nuke-{}.zip": adapters.write_nuke,
    "photodouble_resolve-{}.zip": adapters.write_resolve,
    "photodouble-{}-installer.zip": adapters.write_installer,
}


@dataclass(frozen=True)
class Release:
    """What was made: the version, the folder, and each file with its sha256."""

    version: str
    folder: Path
    files: Mapping[str, str]


def make(root: Path, folder: Path, *, bundle: Path | None = None) -> Release:
    """Make a release in a folder; what lay there of an older one of the same version is replaced.

    `bundle` is the OpenFX bundle, where one was built. Raises ReleaseError where versions differ, a licence
    is not allowed, the page of licences is stale, or something cannot be built.
    """
    version, seconds = one_version(root), moment(root)
    found = licensed(root)
    check(found)
    if (root / PAGE).read_text(encoding="utf-8") != page(found):
        raise ReleaseError(f"{PAGE} is stale: run install/release --licences")
    folder.mkdir(parents=True, exist_ok=True)
    made = [packages.write_wheel(root, folder, seconds, bundle), packages.write_sdist(root, folder, seconds)]
    for name, write in _ARCHIVES.items():
        made.append(folder / name.format(version))
        write(root, made[-1], seconds)
    if bundle is not None:
        made.append(folder / f"{bundle.name}-{version}.zip")
        adapters.write_bundle(bundle, made[-1], seconds)
    made.append(folder / f"photodouble-{version}-licences.md")
    shutil.copyfile(root / PAGE, made[-1])
    bill = folder / f"photodouble-{version}.cdx.json"
    write_sbom(bill, version, found, seconds, {path.name: sha256(path) for path in made})
    return Release(version, folder, write_sums(folder, [*made, bill]))


def write_sums(folder: Path, made: list[Path]) -> dict[str, str]:
    """Write the checksums as `sha256sum --check` reads them, and return them by name."""
    sums = {path.name: sha256(path) for path in sorted(made)}
    text = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
    (folder / SUMS).write_text(text, encoding="utf-8", newline="\n")
    return sums


def write_licences(root: Path) -> bool:
    """Write the page of licences anew; say whether it is another one than before.

    Raises ReleaseError where a licence is not allowed; then the page stays as it is.
    """
    found = licensed(root)
    check(found)
    text = page(found)
    path = root / PAGE
    changed = not path.is_file() or path.read_text(encoding="utf-8") != text
    path.write_text(text, encoding="utf-8")
    return changed


def sha256(path: Path) -> str:
    """Return the hash of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
