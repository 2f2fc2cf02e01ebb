"""The line that brings an extra works where Photo Double itself lies in no package index."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from photodouble.extras import install_line


def test_the_line_is_for_this_python_and_names_the_libraries() -> None:
    assert install_line("ofx") == f'"{sys.executable}" -m pip install "ziglang==0.13.0"'
    line = install_line("qt").lower()
    assert '"pyside6-essentials' in line and "photodouble[" not in line


def test_an_extra_that_nobody_knows_is_asked_of_the_package() -> None:
    assert install_line("nothing").endswith(' -m pip install "photodouble[nothing]"')


def test_the_installer_brings_the_models_where_it_made_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "installed.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert install_line("models") == "install.py --extra models"
    assert " -m pip install " in install_line("ofx")
