"""What was installed where: one file in the user's state folder, so that nothing stays behind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from photodouble_client.errors import ArtistError

SCHEMA = 1


@dataclass(frozen=True)
class Placed:
    """A bundle that was installed: its files with their hashes, and the folders that were made for it."""

    bundle: str
    version: str
    files: Mapping[str, str] = field(default_factory=dict)
    made: tuple[str, ...] = ()


def receipt_path() -> Path:
    """Name the file that remembers what was installed."""
    return Path(platformdirs.user_state_dir("photodouble", appauthor=False)) / "ofx" / "installed.json"


def read_receipt() -> dict[str, Placed]:
    """Return what was installed, by the path of its bundle; raises ArtistError `input.corrupt_file`."""
    path = receipt_path()
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return {one["bundle"]: _placed(one) for one in stored["places"]}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ArtistError(
            "input.corrupt_file",
            "What was installed cannot be read",
            f"{path} is damaged, so nobody knows which files are ours.",
            "Remove the bundle by hand, then that file.",
            detail=str(error),
        ) from error


def write_receipt(places: Mapping[str, Placed]) -> None:
    """Remember what is installed; where nothing is, the file goes, and its folder with it."""
    path = receipt_path()
    if not places:
        path.unlink(missing_ok=True)
        remove_empty((path.parent, path.parent.parent))
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    document = {"schema": SCHEMA, "places": [asdict(places[name]) for name in sorted(places)]}
    part.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def remove_empty(folders: tuple[Path, ...]) -> None:
    """Remove folders that hold nothing, in this order, up to the first that does."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def _placed(one: Mapping[str, Any]) -> Placed:
    files = {str(name): str(digest) for name, digest in one["files"].items()}
    if any(name.startswith("/") or ".." in Path(name).parts for name in files):
        raise ValueError("a file lies outside its bundle")
    return Placed(str(one["bundle"]), str(one["version"]), files, tuple(str(name) for name in one["made"]))
