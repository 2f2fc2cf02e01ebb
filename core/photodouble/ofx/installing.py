"""Put the bundle where hosts find it, put a newer one in its place, and take it out again without a trace."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError

from .bundle import LIST, files_in, listed, version_of
from .caches import notes, refuse_open
from .paths import can_write, variable_line
from .receipt import Placed, read_receipt, remove_empty, write_receipt
from .targets import BUNDLE

_NEW, _OLD = f".{BUNDLE}.new", f".{BUNDLE}.old"
"""What stands beside the bundle for a moment while one takes the place of another."""


@dataclass(frozen=True)
class Choice:
    """How to go about it: only say what would be done, leave hosts' notes alone, take changed files too."""

    dry_run: bool = False
    keep_caches: bool = False
    force: bool = False


@dataclass(frozen=True)
class Outcome:
    """What was done, or would be: the bundle, the version before and after, files written or removed."""

    bundle: str
    before: str
    after: str
    files: tuple[str, ...]
    caches: tuple[str, ...]
    left: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Write it as plain JSON values."""
        return {
            "bundle": self.bundle,
            "before": self.before,
            "after": self.after,
            "files": list(self.files),
            "caches": list(self.caches),
            "left": list(self.left),
        }


def install(bundle: Path, folder: Path, choice: Choice = Choice()) -> Outcome:
    """Copy a built bundle into a folder, in the place of an older one.

    Raises ArtistError `input.unwritable_output` without the rights, `input.output_exists` where a bundle lies
    there that was not installed from here or was changed since, `input.host_open` where a host that knows the
    node is running. Then nothing is changed.
    """
    places = read_receipt()
    target = folder / BUNDLE
    _check_rights(folder)
    _check_bundle(bundle)
    _check_older(target, places.get(str(target)), choice)
    found = () if choice.keep_caches else notes()
    refuse_open(found)
    files = {file.relative_to(bundle).as_posix(): _hash(file) for file in files_in(bundle)}
    made = _to_make(folder) + (places[str(target)].made if str(target) in places else ())
    placed = Placed(str(target), version_of(bundle), files, made)
    before = version_of(target)
    if not choice.dry_run:
        with _rights(folder):
            # Remembered first: whatever happens from here on, an uninstall knows of it.
            write_receipt({**places, str(target): placed})
            try:
                _put(bundle, target)
            except OSError:
                _remove_trees((target.parent / _NEW,))
                if not os.path.lexists(target):
                    write_receipt(places)
                    remove_empty(tuple(Path(name) for name in made))
                raise
            _clear(found)
    caches = tuple(str(note.path) for note in found)
    return Outcome(str(target), before, placed.version, tuple(str(target / name) for name in files), caches)


def uninstall(folder: Path | None = None, choice: Choice = Choice()) -> tuple[Outcome, ...]:
    """Take out what was installed into a folder, or everywhere: every file that is still as it was.

    Raises ArtistError `input.missing_sequence` where nothing was installed from here, `input.output_exists`
    where a file was changed since (taken too with `force`), `input.host_open`. Then nothing is changed.
    """
    places = read_receipt()
    wanted = [name for name in places if folder is None or name == str(folder / BUNDLE)]
    if not wanted:
        raise _not_here(folder)
    for name in wanted:
        _check_unchanged(places[name], choice)
    found = () if choice.keep_caches else notes()
    refuse_open(found)
    outcomes = []
    for name in wanted:
        outcomes.append(_take_out(places[name], tuple(str(note.path) for note in found), choice))
        if not choice.dry_run:
            del places[name]
            write_receipt(places)
    if not choice.dry_run:
        _clear(found)
    return tuple(outcomes)


def installed() -> tuple[Placed, ...]:
    """List what was installed from here."""
    return tuple(read_receipt().values())


def _put(bundle: Path, target: Path) -> None:
    new, old = target.parent / _NEW, target.parent / _OLD
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_trees((new, old))
    shutil.copytree(bundle, new)
    # A host that holds the older file open keeps it: it is moved aside, never written into.
    if os.path.lexists(target):
        target.rename(old)
    new.rename(target)
    _remove_trees((old,))


def _take_out(placed: Placed, caches: tuple[str, ...], choice: Choice) -> Outcome:
    bundle = Path(placed.bundle)
    if bundle.is_symlink():  # with force: what it leads to is somebody else's
        return _take_out_link(placed, bundle, caches, choice)
    ours = [bundle / name for name in placed.files if os.path.lexists(bundle / name)]
    foreign = [path for path in files_in(bundle) if path not in ours] if bundle.is_dir() else []
    if not choice.dry_run:
        with _rights(bundle.parent):
            _remove_trees(tuple(ours))
            _remove_trees((bundle.parent / _NEW, bundle.parent / _OLD))
            _remove_folders(bundle)
            remove_empty(tuple(Path(name) for name in placed.made))
    left = tuple(str(path) for path in foreign)
    return Outcome(placed.bundle, placed.version, "", tuple(str(path) for path in ours), caches, left)


def _take_out_link(placed: Placed, link: Path, caches: tuple[str, ...], choice: Choice) -> Outcome:
    if not choice.dry_run:
        with _rights(link.parent):
            link.unlink()
    return Outcome(placed.bundle, placed.version, "", (str(link),), caches)


def _remove_folders(bundle: Path) -> None:
    for folder in sorted((path for path in bundle.rglob("*") if path.is_dir()), reverse=True):
        remove_empty((folder,))
    remove_empty((bundle,))


def _remove_trees(places: tuple[Path, ...]) -> None:
    """Remove whatever lies there, folder, file or link; what a link leads to stays."""
    for place in places:
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)


def _clear(found: tuple[Any, ...]) -> None:
    for note in found:
        note.path.unlink(missing_ok=True)


def _to_make(folder: Path) -> tuple[str, ...]:
    """Name the folders that must be made, the innermost first."""
    return tuple(str(place) for place in (folder, *folder.parents) if not place.exists())


def _check_rights(folder: Path) -> None:
    if not can_write(folder):
        raise _no_rights(folder)


def _check_bundle(bundle: Path) -> None:
    """Refuse a bundle that was cut short or changed on its way here: a host would load it, or not at all."""
    own = listed(bundle)
    wrong = [
        file.relative_to(bundle).as_posix()
        for file in files_in(bundle)
        if file.is_symlink() or own.get(file.relative_to(bundle).as_posix(), _hash(file)) != _hash(file)
    ]
    missing = [name for name in own if not (bundle / name).is_file()]
    if wrong or missing:
        raise ArtistError(
            "input.corrupt_file",
            "The bundle is not as it was built",
            f"In {bundle} these files are damaged, missing or links: {', '.join(wrong + missing)[:300]}.",
            "Build it again, or bring it here once more.",
        )


def _check_older(target: Path, known: Placed | None, choice: Choice) -> None:
    """Refuse to put the bundle in the place of one that is not ours, or that somebody worked on."""
    if not os.path.lexists(target) or choice.force:
        return
    if known is None and not (target / LIST).is_file():
        raise ArtistError(
            "input.output_exists",
            "There is something else already",
            f"{target} is there, and it is no bundle of Photo Double.",
            "Move it away, or put ours in its place (--force).",
        )
    if known is not None:
        _check_unchanged(known, choice)


def _check_unchanged(placed: Placed, choice: Choice) -> None:
    bundle = Path(placed.bundle)
    if bundle.is_symlink() and not choice.force:
        raise ArtistError(
            "input.output_exists",
            "The node was changed after it was installed",
            f"{bundle} is a link now, and leads to {bundle.readlink()}.",
            "Look at it; take the link away (--force). What it leads to stays.",
        )
    own = listed(bundle)  # an upgrade that was cut short left the older bundle, which knows itself
    changed = [
        name
        for name, digest in placed.files.items()
        if name != LIST and not _is_as_installed(bundle / name, (digest, own.get(name)))
    ]
    if changed and not choice.force:
        raise ArtistError(
            "input.output_exists",
            "The node was changed after it was installed",
            f"In {bundle} these files are not what was installed: {', '.join(changed)}.",
            "Look at them; take them as well (--force).",
        )


def _is_as_installed(path: Path, hashes: tuple[str | None, ...]) -> bool:
    """Say whether a file is the one that was put there, or gone."""
    if not os.path.lexists(path):
        return True
    return path.is_file() and not path.is_symlink() and _hash(path) in hashes


@contextmanager
def _rights(folder: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise _no_rights(folder) from error
    except OSError as error:
        raise ArtistError(
            "input.unwritable_output",
            "The node could not be put there",
            f"{error.filename or folder}: {_reason(error)}.",
            "Close the hosts that hold it, make room, and ask again.",
            detail=str(error),
        ) from error


def _reason(error: OSError) -> str:
    """Say why in a few words; a copy that failed names every file it left out."""
    if isinstance(error, shutil.Error) and error.args and error.args[0]:
        return str(error.args[0][0][-1])[:200]
    return error.strerror or str(error)


def _no_rights(folder: Path) -> ArtistError:
    return ArtistError(
        "input.unwritable_output",
        "You may not write there",
        f"{folder} belongs to somebody else, cannot be written, or is no folder.",
        f"Ask whoever keeps the machine, or choose a folder of your own (--to) and set: "
        f"{variable_line(Path('FOLDER'))}",
    )


def _not_here(folder: Path | None) -> ArtistError:
    where = f"into {folder}" if folder else "anywhere"
    return ArtistError(
        "input.missing_sequence",
        "The node is not installed",
        f"Nothing was installed {where} by this user.",
        f"What somebody else installed they must take out; what was copied by hand is the folder {BUNDLE}.",
    )


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
