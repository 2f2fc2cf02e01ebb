"""Find Resolve from inside a script: the name it goes by depends on how the script was started."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from typing import Any, Mapping, Optional

from photodouble_client.errors import ArtistError

from .calls import ask

_FOLDERS = {
    "darwin": "/Library/Application Support/Blackmagic Design/DaVinci Resolve/Developer/Scripting",
    "linux": "/opt/resolve/Developer/Scripting",
}


@dataclass(frozen=True)
class Found:
    """Resolve's own object, and by which name it was found."""

    resolve: Any
    how: str


def find_resolve(namespace: Mapping[str, Any]) -> Found:
    """Find Resolve by what a script is given: `resolve`, `app`, `bmd`, or the module of the scripting folder.

    Raises ArtistError `input.host_closed` with the reason and another road.
    """
    ways = (("resolve", _given), ("app", _by_app), ("bmd", _by_bmd), ("DaVinciResolveScript", _by_module))
    for how, look in ways:
        resolve = look(namespace)
        if resolve is not None and ask(resolve, "GetProductName"):
            return Found(resolve, how)
    raise ArtistError(
        "input.host_closed",
        "Resolve does not answer scripts",
        "This script was not started by Resolve, or this edition keeps scripts out (the free one does from "
        "21.1 on).",
        "Start it with Workspace > Scripts > Photo Double, or export the timeline as OTIO and use "
        "'photodouble edit'.",
    )


def _given(namespace: Mapping[str, Any]) -> Optional[Any]:
    return namespace.get("resolve")


def _by_app(namespace: Mapping[str, Any]) -> Optional[Any]:
    return ask(namespace.get("app"), "GetResolve")


def _by_bmd(namespace: Mapping[str, Any]) -> Optional[Any]:
    bmd = namespace.get("bmd")
    return bmd.scriptapp("Resolve") if bmd is not None else None


def _by_module(_namespace: Mapping[str, Any]) -> Optional[Any]:
    import os

    above = os.environ.get("RESOLVE_SCRIPT_API") or _FOLDERS.get(sys.platform, "")
    modules = os.path.join(above, "Modules")
    is_new = os.path.isdir(modules) and modules not in sys.path
    if is_new:
        sys.path.append(modules)
    try:
        return importlib.import_module("DaVinciResolveScript").scriptapp("Resolve")
    except (ImportError, AttributeError, OSError):
        return None
    finally:
        if is_new:
            sys.path.remove(modules)
