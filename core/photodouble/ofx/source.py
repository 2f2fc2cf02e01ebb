"""Where the C source of the node lies: in a checkout, or carried by an installed Photo Double."""

from __future__ import annotations

from pathlib import Path

from photodouble_client.errors import ArtistError

CARRIED = Path(__file__).parent / "source"
CHECKOUT = Path(__file__).parents[3] / "resolve" / "ofx"


def source_folder() -> Path:
    """Return the folder with the node's C files; raises ArtistError `engine.ofx_build` without any."""
    for folder in (CHECKOUT, CARRIED):
        if list(folder.glob("*.c")):
            return folder
    raise ArtistError(
        "engine.ofx_build",
        "The source of the node is missing",
        f"There are no C files in {CARRIED}, and this is no checkout.",
        "Install Photo Double again.",
    )


def source_files(folder: Path) -> tuple[str, ...]:
    """Name the C files of a folder in the order in which they are compiled."""
    return tuple(sorted(path.name for path in folder.glob("*.c")))


def licence_file() -> Path | None:
    """Return the licence that goes into the bundle, where one is found."""
    places = (CARRIED / "LICENSE", Path(__file__).parents[3] / "LICENSE")
    return next((path for path in places if path.is_file()), None)
