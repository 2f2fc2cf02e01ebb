"""Settings from the built-in values, the studio, the show and the user, in that order."""

from __future__ import annotations

import dataclasses
import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from photodouble_client.errors import ArtistError
from photodouble_client.settings import read_path_maps

from .takes.naming import FILE_NAME, TAKE_FOLDER

FILE = "photodouble.toml"
_KINDS = {str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false"}


@dataclass(frozen=True)
class Settings:
    """Every setting with its built-in value. Folder settings left empty are chosen by the program."""

    name: str = ""
    takes_root: str = ""
    take_template: str = TAKE_FOLDER
    file_template: str = FILE_NAME
    shot_pattern: str = r"^(?P<shot>.+?)[._-]?(?:v\d+)?$"
    artist: str = ""
    workers: int = 1
    threads: int = 0
    cache_folder: str = ""
    cache_limit_gb: float = 20.0
    keep_analysis: bool = True
    contact_sheet: bool = True
    paint_colourspace: str = ""
    memory_gb: float = 0.0
    gpu_memory_gb: float = 0.0
    engine_folder: str = ""
    engine_idle_minutes: float = 30.0
    worker_idle_minutes: float = 10.0
    worker_timeout_s: float = 120.0
    request_limit_mb: float = 16.0
    log_limit_mb: float = 10.0
    display: str = ""
    view: str = ""
    models_folder: str = ""
    path_maps: tuple[Mapping[str, str], ...] = ()
    signing_chain: str = ""
    signing_key: str = ""
    signing_anchor: str = ""

    def cache_path(self) -> Path:
        """Return the folder of the analysis cache: the setting, or the user's own cache folder."""
        if self.cache_folder:
            return Path(self.cache_folder).expanduser()
        return Path(platformdirs.user_cache_dir("photodouble", appauthor=False)) / "analysis"

    def models_path(self) -> Path:
        """Return the folder of the model cards: the setting, or a folder among the user's own data."""
        if self.models_folder:
            return Path(self.models_folder).expanduser()
        return Path(platformdirs.user_data_dir("photodouble", appauthor=False)) / "models"

    def looking_as(self, show: Settings) -> Settings:
        """Return these settings with the display and view of a show's."""
        return dataclasses.replace(self, display=show.display, view=show.view)


@dataclass(frozen=True)
class Origin:
    """Where a value came from: `built-in`, `studio`, `show` or `user`, and the file that says so."""

    level: str
    path: Path | None = None


@dataclass(frozen=True)
class ResolvedSettings:
    """The settings in force and, for each, where its value came from."""

    settings: Settings
    origins: Mapping[str, Origin] = field(default_factory=dict)
    show_folder: Path | None = None


def load_settings(near: Path | None = None, environment: Mapping[str, str] | None = None) -> ResolvedSettings:
    """Read the settings in force for work near a path, usually the output.

    The studio's file is named by PHOTODOUBLE_STUDIO, the user's by PHOTODOUBLE_USER (otherwise the user's
    configuration folder); the show's is the first `photodouble.toml` found upwards from `near`.
    Raises ArtistError `usage.bad_value` for a file that is no TOML, an unknown name or a wrong type.
    """
    variables = os.environ if environment is None else environment
    show = find_show(near) if near is not None else None
    values: dict[str, Any] = {}
    origins = {each.name: Origin("built-in") for each in dataclasses.fields(Settings)}
    for level, path in (("studio", _studio(variables)), ("show", show), ("user", _user(variables))):
        if path is None or not path.is_file():
            continue
        for key, value in _read(path).items():
            values[key] = value
            origins[key] = Origin(level, path)
    return ResolvedSettings(Settings(**values), origins, show.parent if show else None)


def find_show(near: Path) -> Path | None:
    """Return the `photodouble.toml` of the show that a path lies in, or None."""
    start = near.expanduser().absolute()
    # Not `Path.is_file`: a folder with too long a name, or a locked one, is no show and no fault.
    return next((one / FILE for one in (start, *start.parents) if os.path.isfile(one / FILE)), None)  # noqa: PTH113


def user_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return the folder of the user's own settings file, where keys of their own lie, too."""
    return _user(os.environ if environment is None else environment).parent


def _studio(variables: Mapping[str, str]) -> Path | None:
    named = variables.get("PHOTODOUBLE_STUDIO", "")
    return _file(named) if named else None


def _user(variables: Mapping[str, str]) -> Path:
    named = variables.get("PHOTODOUBLE_USER", "")
    return (
        _file(named) if named else Path(platformdirs.user_config_dir("photodouble", appauthor=False)) / FILE
    )


def _file(named: str) -> Path:
    path = Path(named).expanduser()
    return path / FILE if path.is_dir() else path


def _read(path: Path) -> dict[str, Any]:
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise _bad(path, f"it is not a readable TOML file: {error}", str(error)) from error
    kinds: dict[str, type] = {each.name: type(each.default) for each in dataclasses.fields(Settings)}
    values: dict[str, Any] = {}
    for key, value in stored.items():
        if isinstance(value, dict):
            continue
        if key == "path_maps":
            values[key] = _path_maps(path, value)
            continue
        if key not in kinds:
            close = difflib.get_close_matches(key, kinds, n=1)
            meant = f" (did you mean {close[0]!r}?)" if close else ""
            raise _bad(path, f"it sets {key!r}, which is not a setting{meant}", "known: " + ", ".join(kinds))
        if kinds[key] is float and type(value) is int:
            value = float(value)
        if type(value) is not kinds[key]:
            raise _bad(path, f"{key!r} must be {_KINDS[kinds[key]]}", repr(value))
        values[key] = value
    return values


def _path_maps(path: Path, value: object) -> tuple[Mapping[str, str], ...]:
    """Read `[[path_maps]]`: each table names one place by its root on linux, windows and macos."""
    try:
        return read_path_maps(value)
    except ValueError as error:
        raise _bad(path, str(error), repr(value)) from error


def _bad(path: Path, why: str, detail: str) -> ArtistError:
    return ArtistError(
        "usage.bad_value",
        "The settings file has a mistake",
        f"{path} cannot be used: {why}.",
        "Correct the file, or move it away; then 'photodouble config show' lists every setting.",
        detail=detail,
    )
