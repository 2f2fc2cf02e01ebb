"""What a host has to know before it can reach the engine: one small JSON file of the user's own."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from dataclasses import dataclass
from typing import Any, Callable, Dict, Mapping, Optional, Tuple

from .errors import ArtistError
from .stored import Json, Upgrade, refuse_unknown, upgraded

UPGRADES: Tuple[Upgrade, ...] = ()
SCHEMA = len(UPGRADES) + 1
FILE = "client.json"
SYSTEMS = ("linux", "windows", "macos")
_VARIABLE = "PHOTODOUBLE_ENGINE"


@dataclass(frozen=True)
class ClientSettings:
    """Hold the path of the engine's interpreter, the site's roots per system, and the patience at start.

    Each of `path_maps` names one place by its root on linux, windows and macos. `language` names the
    language of panels: a name such as `de`, or the path of a compiled catalogue; empty is English.
    """

    engine: str = ""
    path_maps: Tuple[Mapping[str, str], ...] = ()
    start_timeout_s: float = 60.0
    schema: int = SCHEMA
    language: str = ""

    def to_json(self) -> Json:
        """Write the settings as plain JSON values."""
        return {
            "engine": self.engine,
            "language": self.language,
            "path_maps": [dict(roots) for roots in self.path_maps],
            "schema": self.schema,
            "start_timeout_s": self.start_timeout_s,
        }

    @classmethod
    def from_json(cls, stored: Any) -> ClientSettings:
        """Read settings; raises ArtistError `input.bad_request` or ValueError on what cannot be used."""
        if not isinstance(stored, Mapping):
            raise ValueError("it is not a set of named fields")
        current = upgraded(stored, UPGRADES, "client's settings")
        names = [each.name for each in dataclasses.fields(cls)]
        refuse_unknown(current, names, "client's settings")
        return cls(**{name: _READERS[name](current[name]) for name in names if name in current})


def load_client_settings(environment: Optional[Mapping[str, str]] = None) -> ClientSettings:
    """Read the settings in force: the file, and PHOTODOUBLE_ENGINE before it.

    Without a file there are the built-in values. Raises ArtistError `usage.bad_value` naming a broken file.
    """
    variables = os.environ if environment is None else environment
    settings = read_client_settings(settings_path(variables))
    named = variables.get(_VARIABLE, "")
    return dataclasses.replace(settings, engine=named) if named else settings


def read_client_settings(path: str) -> ClientSettings:
    """Read one settings file; a missing one gives the built-in values."""
    try:
        with open(path, encoding="utf-8") as stream:
            return ClientSettings.from_json(json.load(stream))
    except FileNotFoundError:
        return ClientSettings()
    except (OSError, ValueError, TypeError, RecursionError) as problem:
        raise _broken(path, str(problem)) from problem
    except ArtistError as problem:
        raise _broken(path, problem.message) from problem


def write_client_settings(settings: ClientSettings, path: str) -> None:
    """Write the settings so that a host that starts meanwhile reads the old ones or the new ones.

    Raises ArtistError `input.unwritable_output` if the file cannot be written.
    """
    from .runtime import write_private  # brings processes along, which a host that only reads never needs

    text = json.dumps(settings.to_json(), indent=1, sort_keys=True, ensure_ascii=False)
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        write_private(path, text)
    except OSError as problem:
        raise ArtistError(
            "input.unwritable_output",
            "The client's settings cannot be written",
            f"{path} cannot be written.",
            "Have its folder's rights changed, or name another file in PHOTODOUBLE_CLIENT.",
            detail=str(problem),
        ) from problem


def settings_path(environment: Optional[Mapping[str, str]] = None) -> str:
    """Name the settings file: PHOTODOUBLE_CLIENT, or `client.json` in the user's configuration folder."""
    variables = os.environ if environment is None else environment
    named = variables.get("PHOTODOUBLE_CLIENT", "")
    return os.path.expanduser(named) if named else os.path.join(config_folder(variables), FILE)


def config_folder(variables: Mapping[str, str], system: str = "") -> str:
    """Name the folder where the user's settings lie on a system, by the rules that platformdirs follows."""
    system = system or this_system()
    home = os.path.expanduser("~")
    if system == "windows":
        local = variables.get("LOCALAPPDATA", "") or os.path.join(home, "AppData", "Local")
        return os.path.join(local, "photodouble")
    given = variables.get("XDG_CONFIG_HOME", "").strip()
    if given and os.path.isabs(given):
        return os.path.join(given, "photodouble")
    if system == "macos":
        return os.path.join(home, "Library", "Application Support", "photodouble")
    return os.path.join(home, ".config", "photodouble")


def read_path_maps(value: Any) -> Tuple[Mapping[str, str], ...]:
    """Read a list of places, each by its roots on linux, windows and macos; raises ValueError."""
    if not isinstance(value, list):
        raise ValueError("path_maps is no list")
    for roots in value:
        if not isinstance(roots, Mapping) or not set(roots) <= set(SYSTEMS) or len(roots) < 2:
            raise ValueError("each of path_maps holds two roots or more, for linux, windows and macos")
        if not all(isinstance(root, str) and root for root in roots.values()):
            raise ValueError("each root of path_maps is text")
    return tuple(dict(roots) for roots in value)


def this_system() -> str:
    """Name the system this runs on: linux, windows or macos."""
    return {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")


def engine_interpreter(settings: ClientSettings) -> str:
    """Give the path of the engine's Python; a virtual environment may be named by its folder.

    Raises ArtistError `engine.not_installed` if none is named or the file is not there.
    """
    if not settings.engine:
        raise not_installed("Nobody has said where the engine's Python is.")
    named = os.path.abspath(os.path.expanduser(settings.engine))
    inside = ("bin/python3", "bin/python", "Scripts/python.exe", "python.exe")
    candidates = [named] + [os.path.join(named, *path.split("/")) for path in inside]
    found = next((path for path in candidates if os.path.isfile(path) and os.access(path, os.X_OK)), "")
    if not found:
        raise not_installed(f"{settings.engine} is no Python that can be run.")
    return found


def not_installed(message: str, detail: str = "") -> ArtistError:
    """Make the error for a host that has no engine to start."""
    return ArtistError(
        "engine.not_installed",
        "No engine is set up on this machine",
        message,
        "Install the engine and run 'photodouble engine use' in its environment, or set "
        "PHOTODOUBLE_ENGINE to the path of its Python.",
        detail=detail,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"engine was given {value!r}, which is no path")
    return value


def _language(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"language was given {value!r}, which is no name")
    return value


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 86400:
        raise ValueError(f"start_timeout_s was given {value!r}, which is no number of seconds")
    return float(value)


def _schema(value: Any) -> int:
    return int(value)


_READERS: Dict[str, Callable[[Any], Any]] = {
    "engine": _text,
    "language": _language,
    "path_maps": read_path_maps,
    "schema": _schema,
    "start_timeout_s": _seconds,
}


def _broken(path: str, why: str) -> ArtistError:
    return ArtistError(
        "usage.bad_value",
        "The client's settings file has a mistake",
        f"{path} cannot be used: {why}",
        "Correct the file or move it away; 'photodouble engine use' writes a new one.",
    )
