"""A cache that several jobs share: one may drop what another is looking at."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from photodouble.engine import cache
from photodouble.takes.files import folder_size


def test_an_analysis_that_another_job_drops_meanwhile_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("kept", "dropped"):
        (tmp_path / key / "records").mkdir(parents=True)
        (tmp_path / key / "records" / "0.npz").write_bytes(b"12345")

    def dropping(folder: Path) -> int:
        if folder.name == "dropped":
            shutil.rmtree(folder)
        return folder_size(folder)

    monkeypatch.setattr(cache, "folder_size", dropping)
    found = cache.AnalysisCache(tmp_path).entries()
    assert [(entry.key, entry.size) for entry in found] == [("kept", 5)]
