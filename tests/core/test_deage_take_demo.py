"""The demo of de-ageing: an aged portrait, three frames painted by the truth, the rest by the job."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from photodouble.demo.deage import run_deage_demo
from photodouble_client.errors import ArtistError

NEEDED = ("ai_edge_litert", "mediapipe", "skimage")


@pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in NEEDED),
    reason="the networks or the portrait are not installed",
)
def test_the_demo_is_close_to_the_truth_under_its_own_consent(tmp_path: Path) -> None:
    made = run_deage_demo(tmp_path / "demo", frames=5, size=288)
    assert made.snr > 14
    assert made.exact and made.untouched
    assert len(made.keys.replace("-", ",").split(",")) >= 2
    assert made.sheet.stat().st_size > 50000
    assert (tmp_path / "demo/show/photodouble.toml").is_file()


def test_without_the_portrait_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "skimage" else found(name, *more)
    )
    with pytest.raises(ArtistError, match="scikit-image") as refused:
        run_deage_demo(tmp_path / "demo", frames=3, size=288)
    assert refused.value.code == "input.face_support"
