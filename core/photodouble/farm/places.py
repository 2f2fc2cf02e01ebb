"""Where a request's files lie on this machine: path maps of a farm, of a command and of the settings."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from photodouble.settings import Settings, load_settings
from photodouble.takes.store import REQUEST, read_request
from photodouble_client.errors import ArtistError
from photodouble_client.pathmap import PathMap, localise
from photodouble_client.request import JobRequest

Pair = tuple[str, str]
"""What a path begins with elsewhere, and what it begins with here."""


def request_here(
    path: str, root: str = "", maps: Iterable[str] = (), rules: str = ""
) -> tuple[JobRequest, Settings]:
    """Read a request file, or that of a take's folder, as this machine sees it, and the settings near it.

    `root` is where takes are kept here, which nothing moves any more; `maps` are FROM=TO, `rules` a
    file of Open Job Description. The maps of the settings come last.
    """
    file = Path(path).expanduser()
    request = read_request(file / REQUEST if file.is_dir() else file)
    request = localise(request, pairs=[*read_rules(rules), *map(read_pair, maps)])
    everywhere = PathMap(load_settings().settings.path_maps)
    if root:
        here = Path(everywhere.localise_path(root)).expanduser().absolute()
        request = dataclasses.replace(request, output_root=str(here))
    request = everywhere.localise(request)
    settings = load_settings(Path(request.output_root or path)).settings
    return PathMap(settings.path_maps).localise(request), settings


def read_pair(text: str) -> Pair:
    """Read FROM=TO; raises ArtistError `usage.arguments`."""
    source, equals, target = text.partition("=")
    if not (source and equals and target):
        raise ArtistError(
            "usage.arguments",
            "A path map is not understood",
            f"{text!r} is not a path, an equals sign and a path.",
            "Write it as --path-map /mnt/show=/Volumes/show.",
        )
    return source, target


def read_rules(path: str) -> Sequence[Pair]:
    """Read the rules by which a farm maps paths; an empty name or an empty file has none.

    The file is `pathmapping-1.0` of Open Job Description. Raises ArtistError `usage.bad_value`.
    """
    if not path:
        return ()
    try:
        stored = json.loads(Path(path).read_text(encoding="utf-8"))
        rules = stored.get("path_mapping_rules", ())
        return [(str(each["source_path"]), str(each["destination_path"])) for each in rules]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtistError(
            "usage.bad_value",
            "The path rules cannot be read",
            f"{path} is no file of path rules.",
            "Give a file of Open Job Description, pathmapping-1.0.",
            detail=str(error),
        ) from error
