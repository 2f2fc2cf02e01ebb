"""Show, sequence, shot, task and artist: from flags, the environment, or the plate's file name."""

from __future__ import annotations

import argparse
import os
import re
from dataclasses import dataclass
from pathlib import Path

from photodouble.settings import Settings
from photodouble.takes.artist import artist_name as artist_name
from photodouble_client.errors import ArtistError

NAMES = ("show", "sequence", "shot", "task", "artist")


@dataclass(frozen=True)
class Names:
    """Who works on what; names that nobody gave are empty."""

    show: str = ""
    sequence: str = ""
    shot: str = ""
    task: str = ""
    person: str = ""


def add_name_flags(parser: argparse.ArgumentParser) -> None:
    """Add --show, --sequence, --shot, --task and --artist."""
    group = parser.add_argument_group("Names")
    for name in NAMES:
        group.add_argument(
            f"--{name}", default="", metavar="NAME", help=f"The {name}; otherwise PHOTODOUBLE_{name.upper()}."
        )


def shot_names(namespace: argparse.Namespace, plate: str, settings: Settings) -> Names:
    """Return the names in force: the flag, then the environment, then the file name of the plate.

    The file name, without the mark of a view, is read by the setting `shot_pattern`, a regular expression
    with named groups.
    """
    in_file = _names_in(plate, settings.shot_pattern)

    def found(name: str) -> str:
        return (
            getattr(namespace, name)
            or os.environ.get(f"PHOTODOUBLE_{name.upper()}", "")
            or in_file.get(name, "")
        )

    person = artist_name(namespace.artist, settings)
    return Names(found("show"), found("sequence"), found("shot"), found("task"), person)


def _names_in(plate: str, pattern: str) -> dict[str, str]:
    stem = re.split(r"[._]?(?:#|%0?\d*d|\[|@|\$F|-?\d+-\d+#)", Path(plate).name)[0]
    stem = stem if stem != Path(plate).name else Path(plate).stem
    stem = re.sub(r"[._ -]?%[vV]", "", stem)  # one shot, whichever eye
    try:
        match = re.match(pattern, stem)
    except re.error as error:
        raise ArtistError(
            "usage.bad_value",
            "The shot pattern does not work",
            f"The setting shot_pattern is no regular expression: {error}.",
            "Correct it; 'photodouble config show' says which file sets it.",
        ) from error
    return {key: text for key, text in match.groupdict().items() if text} if match else {}
