"""The flags by which commands on a cut find its media and name its shots."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from photodouble.settings import Settings, load_settings
from photodouble_client.errors import ArtistError

from .jobs import absolute

if TYPE_CHECKING:
    from photodouble.edit.media import MediaFinder
    from photodouble.edit.names import ShotNaming

_SOURCES = ("clip", "marker", "metadata", "column")


def add_cut(parser: argparse.ArgumentParser) -> None:
    """Add FILE and --rate."""
    parser.add_argument("file", metavar="FILE", help="The cut: OTIO, EDL, Final Cut XML, FCPXML, AAF or ALE.")
    parser.add_argument(
        "--rate", default="", metavar="RATE", help="Frames per second, for a cut that does not say it."
    )


def add_finding_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags that say where media lies and where shot names come from."""
    media = parser.add_argument_group("Media")
    media.add_argument(
        "--search",
        action="append",
        default=[],
        metavar="FOLDER",
        help="Look below this folder for media that is not where the cut says: by name, and by hash where "
        "one is known. May be repeated.",
    )
    media.add_argument(
        "--path-map",
        action="append",
        default=[],
        metavar="FROM=TO",
        help="What the cut calls FROM lies at TO on this machine. May be repeated.",
    )
    names = parser.add_argument_group("Shot names")
    names.add_argument(
        "--names", choices=_SOURCES, default="", help="Where a shot's name comes from; default: the clip."
    )
    names.add_argument(
        "--name-pattern",
        default="",
        metavar="PATTERN",
        help="The regular expression that finds the name in that text: its group 'shot', else its first "
        "group, else all that it matches.",
    )
    names.add_argument(
        "--name-key",
        default="",
        metavar="KEY",
        help="The colour of the marker, the path of the metadata such as Hiero.shot, or the column (default: "
        "Shot).",
    )
    names.add_argument(
        "--columns", default="", metavar="FILE", help="A list of shots with a column of names: ALE or CSV."
    )


def finder_of(namespace: argparse.Namespace, settings: Settings) -> MediaFinder:
    """Return the finder of media that the flags ask for; the maps of the settings come last."""
    from photodouble.edit.media import MediaFinder
    from photodouble.farm.places import read_pair

    search = [absolute(folder) for folder in namespace.search]
    gone = next((folder for folder in search if not Path(folder).is_dir()), None)
    if gone is not None:
        raise ArtistError(
            "usage.bad_value",
            "There is no such folder to search",
            f"{gone} is not a folder.",
            "Check the path that --search names.",
        )
    return MediaFinder(search, settings.path_maps, pairs=[read_pair(text) for text in namespace.path_map])


def naming_of(namespace: argparse.Namespace) -> ShotNaming:
    """Return where shot names come from; a list of shots alone means its column."""
    from photodouble.edit.columns import read_columns
    from photodouble.edit.names import ShotNaming

    source = namespace.names or ("column" if namespace.columns else "clip")
    columns = read_columns(Path(namespace.columns).expanduser()) if namespace.columns else None
    return ShotNaming(namespace.name_pattern, source, namespace.name_key, columns)


def settings_near(file: str) -> Settings:
    """Return the settings of the show that a cut lies in."""
    return load_settings(Path(file).expanduser().absolute().parent).settings
