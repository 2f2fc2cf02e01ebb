"""Which bundle is installed where: what was built before, or one built now; for everybody, or for oneself."""

from __future__ import annotations

import tempfile
from pathlib import Path

from photodouble_client.errors import ArtistError

from .building import build_here
from .bundle import LIST
from .installing import Choice, Outcome, install
from .paths import can_write, common_folder, own_folder
from .targets import BUNDLE

CARRIED = Path(__file__).parent / BUNDLE
"""A release carries the bundle for every machine with it."""


def folder_for(host: str, wanted: str = "") -> Path:
    """Return the folder to install into: the wanted one, the one for everybody, or one's own."""
    if wanted:
        return Path(wanted).expanduser().absolute()
    common = common_folder(host)
    return common if can_write(common) else own_folder()


def install_bundle(given: str, folder: Path, choice: Choice) -> Outcome:
    """Install the bundle that is given, the one that a release carries, or one that is built now."""
    if given:
        return install(bundle_at(Path(given).expanduser().absolute()), folder, choice)
    if (CARRIED / LIST).is_file():
        return install(CARRIED, folder, choice)
    with tempfile.TemporaryDirectory(prefix=f"{BUNDLE}.") as made:
        return install(build_here(Path(made)), folder, choice)


def bundle_at(path: Path) -> Path:
    """Return the bundle that a path names, itself or the folder that holds it.

    Raises ArtistError `input.missing_sequence` where there is none.
    """
    for place in (path, path / BUNDLE):
        if place.name == BUNDLE and (place / LIST).is_file():
            return place
    raise ArtistError(
        "input.missing_sequence",
        "There is no bundle there",
        f"{path} is no {BUNDLE} that was built by Photo Double, and holds none.",
        "Build one with: photodouble ofx build --to FOLDER",
    )
