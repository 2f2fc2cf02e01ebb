"""What a host knows before it can reach the engine: one file, and an environment that wins."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import photodouble_client.settings as client_settings
from photodouble_client.errors import ArtistError
from photodouble_client.settings import ClientSettings


def _file(content=None):
    path = Path(tempfile.mkdtemp(prefix="pd-")) / "new" / "client.json"
    if content is not None:
        path.parent.mkdir()
        path.write_text(content, encoding="utf-8")
    return str(path)


def _error_of(work):
    try:
        work()
    except ArtistError as error:
        return error
    return None


def test_settings_come_back_as_they_were_written():
    path = _file()
    roots = ({"linux": "/mnt/show", "windows": "P:\\show"},)
    settings = ClientSettings("/opt/photodouble/bin/python", roots, 12.5)
    client_settings.write_client_settings(settings, path)
    assert client_settings.read_client_settings(path) == settings
    assert os.name == "nt" or Path(path).stat().st_mode & 0o777 == 0o600


def test_without_a_file_there_are_the_built_in_values():
    assert client_settings.load_client_settings({"PHOTODOUBLE_CLIENT": _file()}) == ClientSettings()


def test_the_environment_names_the_engine_before_the_file_does():
    path = _file(json.dumps({"schema": 1, "engine": "/from/file"}))
    given = {"PHOTODOUBLE_CLIENT": path}
    assert client_settings.load_client_settings(given).engine == "/from/file"
    given["PHOTODOUBLE_ENGINE"] = "/from/environment"
    assert client_settings.load_client_settings(given).engine == "/from/environment"


def test_a_broken_file_is_named():
    broken = (
        "{",
        "[]",
        "{}",
        '{"schema": 99}',
        '{"schema": 1, "engin": "x"}',
        '{"schema": 1, "engine": 5}',
        '{"schema": 1, "path_maps": {}}',
        '{"schema": 1, "path_maps": [{"linux": "/a"}]}',
        '{"schema": 1, "path_maps": [{"linux": "/a", "windows": 5}]}',
        '{"schema": 1, "path_maps": [{"linux": "/a", "amiga": "b:"}]}',
        '{"schema": 1, "start_timeout_s": 0}',
    )
    for text in broken:
        path = _file(text)
        error = _error_of(lambda path=path: client_settings.read_client_settings(path))
        assert error is not None and error.code == "usage.bad_value", text
        assert path in error.message


def test_a_file_that_cannot_be_written_is_named():
    path = str(Path(_file("{}")) / "client.json")
    error = _error_of(lambda: client_settings.write_client_settings(ClientSettings(), path))
    assert error.code == "input.unwritable_output"
    assert path in error.message


def test_the_folder_follows_the_rules_of_each_system():
    home = str(Path("~").expanduser())
    folder = client_settings.config_folder
    given = os.sep + os.path.join("x", "y")  # noqa: PTH118, what is compared is text
    assert folder({"XDG_CONFIG_HOME": given}, "linux") == str(Path(given) / "photodouble")
    assert folder({"XDG_CONFIG_HOME": "not/full"}, "linux") == str(Path(home) / ".config" / "photodouble")
    assert folder({}, "macos") == str(Path(home) / "Library" / "Application Support" / "photodouble")
    assert folder({"LOCALAPPDATA": given}, "windows") == str(Path(given) / "photodouble")
    assert folder({}, "windows") == str(Path(home) / "AppData" / "Local" / "photodouble")


def test_the_engine_may_be_named_by_its_python_or_by_the_folder_of_its_environment():
    assert client_settings.engine_interpreter(ClientSettings(sys.executable)) == sys.executable
    if os.name != "nt":
        folder = Path(tempfile.mkdtemp(prefix="pd-"))
        (folder / "bin").mkdir()
        (folder / "bin" / "python").symlink_to(sys.executable)
        assert client_settings.engine_interpreter(ClientSettings(str(folder))) == str(folder / "bin/python")


def test_an_engine_that_is_not_there_comes_with_what_to_do():
    for named in ("", str(Path(tempfile.mkdtemp(prefix="pd-")) / "python"), tempfile.mkdtemp(prefix="pd-")):
        error = _error_of(lambda named=named: client_settings.engine_interpreter(ClientSettings(named)))
        assert error.code == "engine.not_installed"
        assert "photodouble engine use" in error.fix
