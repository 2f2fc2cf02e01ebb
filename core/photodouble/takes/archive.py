"""Packing a take into one .tar or .zip file that is proven to hold the same bytes."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from photodouble.image.hashes import file_sha256
from photodouble.ops.operation import Reporter
from photodouble_client.errors import ArtistError

from .files import replacing
from .store import Take

SUFFIXES = (".tar", ".zip")


def archive_take(
    take: Take,
    target: Path,
    *,
    with_analysis: bool = False,
    overwrite: bool = False,
    report: Reporter | None = None,
) -> int:
    """Pack a sealed take, read the archive back and compare every file; return how many there are.

    The archive takes its name only after the comparison. Raises ArtistError `engine.no_take` for an
    unfinished take, `input.output_exists`, `usage.bad_value` for another suffix, `input.corrupt_file`.
    """
    _ = take.manifest()
    if target.suffix.lower() not in SUFFIXES:
        raise ArtistError(
            "usage.bad_value",
            "The archive's name does not say its kind",
            f"{target.name} ends neither in .tar nor in .zip.",
            "Let the name end in .tar or .zip.",
        )
    if target.exists() and not overwrite:
        raise ArtistError(
            "input.output_exists",
            "The archive already exists",
            f"{target} is already there.",
            "Choose another name, or allow overwriting (--overwrite).",
        )
    report = report or Reporter()
    files = _files(take, with_analysis=with_analysis)
    with replacing(target) as temporary:
        _pack(files, temporary, report)
        _verify(take, files, temporary, report)
    return len(files)


def _files(take: Take, *, with_analysis: bool) -> dict[str, Path]:
    """Return every file to pack by its name in the archive, in order of names."""
    found = {}
    for path in sorted(take.folder.rglob("*")):
        inside = path.relative_to(take.folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        if path.is_file() and not hidden and (with_analysis or inside.parts[0] != "analysis"):
            found["/".join([*take.folder.parts[-3:], *inside.parts])] = path
    return found


def _pack(files: Mapping[str, Path], target: Path, report: Reporter) -> None:
    def told() -> Iterator[tuple[str, Path]]:
        for number, (name, path) in enumerate(files.items()):
            yield name, path
            report.progress(number + 1, len(files), "packing")

    if target.suffix.lower() == ".zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as packed:
            for name, path in told():
                packed.write(path, name)
        return
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in told():
            tar.add(path, name, recursive=False)


def _verify(take: Take, files: Mapping[str, Path], target: Path, report: Reporter) -> None:
    """Read every file back out of the archive and compare it with the take and its manifest."""
    packed: dict[str, str] = {}
    for number, (name, sha) in enumerate(_read_back(target)):
        packed[name] = sha
        report.progress(number + 1, len(files), "verifying")
    recorded = {
        "/".join([*take.folder.parts[-3:], written["path"]]): written["file_sha256"]
        for frame in take.manifest()["frames"].values()
        for written in frame["files"].values()
    }
    wrong = [name for name, path in files.items() if packed.get(name) != file_sha256(path)]
    wrong += [name for name, sha in recorded.items() if packed.get(name) != sha]
    if wrong:
        raise ArtistError(
            "input.corrupt_file",
            "The archive is not the same as the take",
            f"{sorted(set(wrong))[0]} is damaged or missing ({len(set(wrong))} files in all).",
            "Check the disk, and the take with 'photodouble takes check'. No archive was written.",
        )


def _read_back(target: Path) -> Iterator[tuple[str, str]]:
    if target.suffix.lower() == ".zip":
        with zipfile.ZipFile(target) as packed:
            for name in packed.namelist():
                with packed.open(name) as stream:
                    yield name, hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
        return
    with tarfile.open(target) as tar:
        for member in tar:
            opened = tar.extractfile(member)
            if opened is not None:
                yield member.name, hashlib.file_digest(opened, "sha256").hexdigest()  # type: ignore[arg-type]
