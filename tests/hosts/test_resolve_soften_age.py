"""Soften Age beside a made-up Resolve: consent filed, dials turned, a preview, a take, and its place."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("photodouble_qt.qt", reason="no Qt for Python is installed", exc_type=ImportError)

import moving_face
import OpenImageIO
from likeness import PERFORMER, Likely
from panel_hand import Hand
from resolve_menu_hand import Menu, close_panel, nothing_is_left
from resolve_stage import write_dpx

from photodouble.settings import Settings
from photodouble_client.engine import Engine
from photodouble_client.wire import Job
from photodouble_qt.region_tools import RegionTools
from photodouble_qt.resolve_desk import ResolveDesk

_SEES = all(importlib.util.find_spec(name) for name in ("mediapipe", "ai_edge_litert"))
pytestmark = [pytest.mark.qt, pytest.mark.skipif(not _SEES, reason="the face extra is not installed")]

FIRST, COUNT = 1001, 4


@pytest.fixture
def hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    monkeypatch.setenv("PHOTODOUBLE_CLIENT", str(tmp_path / "client.json"))
    made = Hand()
    yield made
    made.close_all()


@pytest.fixture
def menu(tmp_path: Path, engine_environment: dict[str, str]) -> Iterator[Menu]:
    folder = tmp_path / "resolve"
    folder.mkdir()
    made = Menu(folder, engine_environment)
    made.environment["PHOTODOUBLE_TAKES"] = str(tmp_path / "show" / "takes")
    yield made
    made.end()


@pytest.fixture
def likely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Likely:
    """Give a show in which nobody agreed to anything yet."""
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user" / "photodouble.toml"))
    folders = {"engine_folder": str(tmp_path / "state"), "cache_folder": str(tmp_path / "cache")}
    return Likely(tmp_path / "show", Settings(**folders, contact_sheet=False, threads=1))


@pytest.fixture
def tools(hand: Hand, menu: Menu, likely: Likely, tmp_path: Path) -> RegionTools:
    """Give the tools, turned to Soften Age, for a camera log plate of a face."""
    clip, folder = moving_face.clip(COUNT), tmp_path / "plates"
    folder.mkdir()
    for frame in clip.numbers:
        write_dpx(folder / f"sh010.{frame}.dpx", log_codes(clip.picture(frame)))
    menu.choose(plate=str(folder / "sh010.%04d.dpx"), frames=[FIRST, FIRST + COUNT - 1], playhead=2)
    session = menu.session(menu.engine())["session"]
    made = hand.show(RegionTools(ResolveDesk(session, {"environment": menu.environment})))
    hand.until(lambda: made.shapes.is_ready, "for the still")
    hand.until(lambda: made.space.count() > 1, "for the encodings")
    made.space.setCurrentText("ARRI LogC3")
    made.tabs.setCurrentIndex(1)
    hand.until(lambda: made.preview_button.isEnabled(), "for the button")
    return made


def log_codes(linear: Any) -> Any:
    """Encode scene-linear values as LogC3 (EI800) in 10 bit."""
    high = 0.247190 * np.log10(5.555556 * np.maximum(linear, 0) + 0.052272) + 0.385537
    coded = np.where(linear > 0.010591, high, 5.367655 * linear + 0.092809)
    return np.clip(np.rint(coded * 1023), 0, 1023).astype(np.uint16)


def dial(hand: Hand, tools: RegionTools, name: str, value: str) -> None:
    field = tools.form.dials.fields[name]
    hand.type(field.lineEdit(), value)
    hand.keys(field, "Return")


def said(tools: RegionTools) -> str:
    error = tools.error.error
    return "" if error is None else f"{error.code}: {error.message} {error.detail}"


def finished(hand: Hand, tools: RegionTools, engine: Engine) -> Job:
    """Press Make a Take and wait for its job."""
    hand.click(tools.submit_button)
    job = hand.until(lambda: next(iter(engine.jobs()), None) or said(tools), "for the job")
    assert said(tools) == ""
    hand.until(lambda: engine.job(job.job).has_ended, "for the end of the job")
    ended = engine.job(job.job)
    assert ended.state == "finished", ended.error
    return ended


def codes(path: Path) -> Any:
    found = OpenImageIO.ImageBuf(str(path)).get_pixels(OpenImageIO.FLOAT)
    return np.asarray(found[..., :3] * 1023)


def test_with_a_filed_consent_age_is_softened_in_the_preview_and_in_the_take(
    hand: Hand, tools: RegionTools, menu: Menu, likely: Likely, tmp_path: Path
) -> None:
    likely.file(models=())
    hand.type(tools.form.performer, PERFORMER)
    for name, value in (("target_age", "35"), ("wrinkles", "1"), ("structure", "0.5")):
        dial(hand, tools, name, value)
    hand.click(tools.preview_button)
    hand.until(lambda: not tools.result.is_empty or said(tools), "for the preview")
    assert said(tools) == ""
    engine = menu.engine()
    assert engine.jobs() == [], "a preview is no job"
    ended = finished(hand, tools, engine)
    request = engine.request(ended.job)
    assert (request.operation, request.shot, request.performers) == ("deage", "sh010", (PERFORMER,))
    asked = {name: request.values[name] for name in ("mode", "target_age", "wrinkles", "structure")}
    assert asked == {"mode": "parametric", "target_age": 35.0, "wrinkles": 1.0, "structure": 0.5}
    hand.until(lambda: tools.desk.clip.take == ended.take, "for the take to be placed")
    for frame in range(FIRST, FIRST + COUNT):
        result = next(Path(ended.take_folder, "result").glob(f"*{frame}.*"))
        change = np.abs(codes(result) - codes(tmp_path / "plates" / f"sh010.{frame}.dpx"))
        assert change.max() > 1, "the skin is another"
        assert change[:8].max() <= 1, "what is no skin stays"
    tools.desk.close()
    close_panel(menu)
    nothing_is_left(menu, engine)


@pytest.mark.parametrize("how", ["nobody", "too young", "revoked"])
def test_what_no_consent_covers_is_neither_previewed_nor_made(
    hand: Hand, tools: RegionTools, menu: Menu, likely: Likely, how: str, tmp_path: Path
) -> None:
    if how != "nobody":
        filed = likely.file(models=())
        hand.type(tools.form.performer, PERFORMER)
        if how == "revoked":
            likely.revoke(filed)
    dial(hand, tools, "target_age", "12" if how == "too young" else "35")
    for button in (tools.preview_button, tools.submit_button):
        tools.error.clear()
        hand.click(button)
        hand.until(lambda: said(tools), "for the refusal")
        assert tools.error.error.family == "consent", said(tools)
    assert menu.engine().jobs() == []
    assert not list((tmp_path / "show" / "takes").rglob("result"))
    assert tools.desk.clip.take == ""
