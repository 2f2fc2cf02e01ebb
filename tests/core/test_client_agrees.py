"""The client says in its own words what the engine and its libraries say: both must stay the same."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix

import photodouble
from photodouble_client.settings import config_folder
from photodouble_client.version import VERSION

ROOT = Path(__file__).resolve().parents[2]


def test_client_engine_and_package_are_of_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert photodouble.__version__ == project["version"] == VERSION


@pytest.mark.parametrize("given", [None, "", "/x/settings", "not/full", "~/settings"])
@pytest.mark.parametrize(("system", "rules"), [("linux", Unix), ("macos", MacOS)])
def test_the_client_s_settings_lie_where_platformdirs_puts_them(
    system: str, rules: type[Unix | MacOS], given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    if given is not None:
        monkeypatch.setenv("XDG_CONFIG_HOME", given)
    assert config_folder(os.environ, system) == rules("photodouble", False).user_config_dir
