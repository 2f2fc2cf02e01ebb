"""Pictures to look at go through one display and view; without one they are as they always were."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PyOpenColorIO
import pytest

from photodouble.engine.preview.compose import Picture
from photodouble.engine.preview.written import write_preview
from photodouble.engine.runner import JobOptions, run_job
from photodouble.engine.tasks import run_task
from photodouble.image.colour import Srgb
from photodouble.image.display import displayed, look_named, shown
from photodouble.image.pictures import write_png
from photodouble.image.sequence import Sequence
from photodouble.image.window import Box
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput

ACES = Settings(display="sRGB - Display", view="ACES 2.0 - SDR 100 nits (Rec.709)")


def ramp() -> np.ndarray[Any, np.dtype[np.float32]]:
    values = np.linspace(-0.5, 6, 3 * 40 * 50, dtype=np.float32).reshape(40, 50, 3)
    values[0, :3, 0] = (np.nan, np.inf, -np.inf)
    return values


def as_before(linear: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the codes as the pictures of earlier versions had them."""
    curve = Srgb().from_linear(np.clip(np.nan_to_num(linear, nan=0.0), 0, 1).astype(np.float32))
    return np.rint(curve * 255).astype(np.uint8)


def test_without_a_display_pixels_are_as_before(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", ramp())
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "a.png"))[..., ::-1], as_before(ramp()))
    np.testing.assert_array_equal(shown(ramp()[..., 0], Settings()), as_before(ramp()[..., 0]))


def test_a_display_and_view_are_those_of_opencolorio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCIO", raising=False)
    config = PyOpenColorIO.Config.CreateFromBuiltinConfig("ocio://studio-config-latest")
    view = PyOpenColorIO.DisplayViewTransform("ACEScg", ACES.display, ACES.view)
    expected = np.nan_to_num(ramp(), nan=0.0).copy()
    config.getProcessor(view).getDefaultCPUProcessor().applyRGB(expected.reshape(-1, 3))
    np.testing.assert_array_equal(shown(ramp(), ACES), np.rint(np.clip(expected, 0, 1) * 255))
    assert np.abs(shown(ramp(), ACES).astype(int) - shown(ramp())).max() > 20


def test_an_empty_view_is_the_displays_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCIO", raising=False)
    display, view = look_named(Settings(display="sRGB - Display"))
    named = Settings(display=display, view=view)
    assert view and display == "sRGB - Display"
    np.testing.assert_array_equal(displayed(ramp(), Settings(display=display)), displayed(ramp(), named))
    assert look_named(Settings()) == ("sRGB", "")


@pytest.mark.parametrize(("field", "close"), [("display", "sRGB - Display"), ("view", "Un-tone-mapped")])
def test_an_unknown_display_or_view_names_what_there_is(
    field: str, close: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OCIO", raising=False)
    wrong = dataclasses.replace(ACES, **{field: close.lower()})
    with pytest.raises(ArtistError, match=close) as refused:
        shown(ramp(), wrong)
    assert refused.value.code == "input.unknown_colourspace"


def preview_of(folder: Path, look: Settings) -> np.ndarray[Any, Any]:
    window = Box.of_size(40, 50)
    picture = Picture(ramp(), None, window, window)
    made = write_preview(folder, "0" * 32, 1, picture, 1, (), look)
    return np.asarray(cv2.imread(made.picture)[..., ::-1])


def test_a_preview_is_for_the_same_view_and_otherwise_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OCIO", raising=False)
    np.testing.assert_array_equal(preview_of(tmp_path, Settings()), as_before(ramp()))
    np.testing.assert_array_equal(preview_of(tmp_path, ACES), shown(ramp(), ACES))


def run(shot: Any, root: Path, settings: Settings) -> Any:
    ports = {"plate": PortInput(shot.plate), "matte": PortInput(shot.matte)}
    request = JobRequest("inpaint", ports, {}, FrameRange(shot.frames), output_root=str(root), shot="sh010")
    return run_job(request, JobOptions(settings=settings)).take


def test_thumbnails_wipes_sheets_and_proxies_all_use_the_view(
    tiny_shot: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OCIO", raising=False)
    show = tmp_path / "show"
    show.mkdir()
    shot = tiny_shot(range(1001, 1004))
    own = Settings(cache_folder=str(tmp_path / "cache"), engine_folder=str(tmp_path / "state"))
    seen = dataclasses.replace(own, display=ACES.display, view=ACES.view)
    plain, viewed = run(shot, show / "plain", own), run(shot, show / "viewed", seen)
    for name in ("contact_sheet.png", "sh010_inpaint_v001.1002.png"):
        hashes = {
            hashlib.sha256((take.folder / "pictures" / name).read_bytes()).hexdigest()
            for take in (plain, viewed)
        }
        assert len(hashes) == 2

    def thumbnail() -> np.ndarray[Any, Any]:
        asked = {"take": str(plain.folder), "frame": 1002, "side": "plate"}
        made = run_task("pictures.thumbnail", asked, own, Reporter())
        return np.asarray(cv2.imread(made["picture"])[..., ::-1])

    linear = np.asarray(plain_plate(shot))
    np.testing.assert_array_equal(thumbnail(), shown(linear))
    lines = f'display = "{ACES.display}"\nview = "{ACES.view}"\n'
    (show / "photodouble.toml").write_text(lines, encoding="utf-8")
    np.testing.assert_array_equal(thumbnail(), shown(linear, ACES))


def plain_plate(shot: Any) -> Any:
    return Sequence.find(shot.plate).read(1002).linear()
