"""What is seen and masked in Resolve: a still where the engine cannot read, an alpha out of Fusion."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest
from photodouble_resolve import actions, clips, edition, mattes, still
from photodouble_resolve.session import Stage

from photodouble_client.engine import Engine
from photodouble_client.errors import ArtistError

SIZE = (48, 64)


@pytest.fixture
def engine(engine_environment: dict[str, str]) -> Iterator[Engine]:
    made = Engine.connect("resolve", environment=engine_environment)
    yield made
    made.close()


@pytest.fixture
def stage(
    resolve_host: Callable[..., Any],
    tiny_shot: Callable[..., Any],
    engine: Engine,
    engine_environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    """Give a stage over a host with one clip, and that host."""
    monkeypatch.setenv("PHOTODOUBLE_RUNTIME", engine_environment["PHOTODOUBLE_RUNTIME"])
    monkeypatch.setenv("PHOTODOUBLE_CLIENT", str(tmp_path / "client.json"))
    host = resolve_host(version="20.2")
    shot = tiny_shot(frames=range(1001, 1005))
    clip = host.media(str(shot.folder / "plate.%04d.exr"), 1001, 1004)
    begin = host.timeline("Reel 1").GetStartFrame()
    host.place(clip, 0, 4, begin)
    host.playhead(begin + 2)
    made = Stage(host.resolve, engine, edition.probe(host.resolve))
    made.__dict__["host"] = host
    return made


def item_of(stage: Any) -> Any:
    return clips.chosen(stage.resolve)[0]


def test_the_still_of_a_readable_clip_is_its_own_frame(stage: Any) -> None:
    told = still.still(stage.resolve, item_of(stage), "ARRI LogC3")
    assert (told["how"], told["frame"], told["size"]) == ("source", 1003, [64, 48])
    assert told["path"].endswith("plate.####.exr")
    assert told["colourspace"] == "ARRI LogC3 (EI800)"


def test_the_still_of_camera_raw_is_resolves_own_and_that_is_said(stage: Any, tmp_path: Path) -> None:
    host = stage.host
    head = str(Path(still_path(stage)).parent / "plate.")
    raw = {"head": head, "padding": 4, "tail": ".exr", "first": 1001, "last": 1004, "rate": "24"}
    path = tmp_path / "a.braw"
    path.write_text(json.dumps({**raw, "timecode": "01:00:00:00"}), encoding="utf-8")
    clip = host.media(str(path))
    begin = host.timeline("Reel 2").GetStartFrame()
    host.place(clip, 0, 4, begin)
    host.playhead(begin + 1)
    told = actions.ACTIONS["still"](stage, {})
    assert told["how"] == "viewer" and "Resolve's own picture" in told["words"]
    assert Path(told["path"]).read_bytes().startswith(b"\x89PNG")


def still_path(stage: Any) -> str:
    return str(still.still(stage.resolve, item_of(stage))["path"])


def test_a_still_that_resolve_does_not_write_is_an_error(stage: Any) -> None:
    stage.host.lie("Project.ExportCurrentFrameAsStill")
    with pytest.raises(ArtistError) as caught:
        still.export(stage.resolve)
    assert caught.value.code == "input.host_refused"


@pytest.fixture
def masked(stage: Any, tmp_path: Path) -> Any:
    """Give a stage whose clip has an alpha, a square of 16 by 16, and a composition that passes it on."""
    pixels = np.full(SIZE, 0.25, np.float16)
    alpha = np.zeros(SIZE, np.float16)
    alpha[10:26, 20:36] = 1
    for frame in range(1001, 1005):
        planes = {**dict.fromkeys("RGB", pixels), "A": alpha}
        header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
        OpenEXR.File(header, planes).write(str(tmp_path / f"masked.{frame}.exr"))
    clip = stage.host.media(str(tmp_path / "masked.%04d.exr"), 1001, 1004)
    begin = stage.host.timeline("Reel 3").GetStartFrame()
    stage.host.place(clip, 0, 4, begin)
    stage.host.playhead(begin)
    item_of(stage).AddFusionComp()
    return stage


def test_the_alpha_of_a_composition_is_rendered_and_everything_is_as_it_was(
    masked: Any, tmp_path: Path
) -> None:
    before = masked.host.state()
    told = mattes.render(masked, item_of(masked), str(tmp_path / "takes"))
    assert masked.host.state() == before
    assert "4 frames" in told["words"]
    files = sorted(Path(told["path"]).parent.glob("*.exr"))
    assert [one.name for one in files] == [f"plate_matte.{frame}.exr" for frame in range(1001, 1005)]
    with OpenEXR.File(str(files[0]), separate_channels=True) as file:
        alpha = file.channels()["A"].pixels
    assert alpha.shape == SIZE
    assert alpha[18, 28] == 1 and alpha[5, 5] == 0 and alpha.sum() == 256


def test_a_clip_with_other_proportions_than_the_timeline_is_refused(masked: Any, tmp_path: Path) -> None:
    facts = clips.describe(masked.resolve, item_of(masked))
    mattes.check_fits(facts, (128, 96))
    with pytest.raises(ArtistError) as caught:
        mattes.check_fits(facts, (1920, 1080))
    assert "proportions" in caught.value.message


def test_a_composition_without_an_alpha_is_said(stage: Any, tmp_path: Path) -> None:
    item_of(stage).AddFusionComp()
    before = stage.host.state()
    with pytest.raises(ArtistError) as caught:
        mattes.render(stage, item_of(stage), str(tmp_path / "takes"))
    assert "has no alpha" in caught.value.message
    assert stage.host.state() == before


def test_a_clip_without_a_composition_says_which_mattes_there_are(stage: Any) -> None:
    with pytest.raises(ArtistError) as caught:
        mattes.render(stage, item_of(stage))
    assert "magic mask" in caught.value.message and "draw the outline" in caught.value.message


def test_a_render_that_is_stopped_leaves_everything_as_it_was(stage: Any, tmp_path: Path) -> None:
    item_of(stage).AddFusionComp()
    before = stage.host.state()
    stage.should_stop = lambda: True
    with pytest.raises(ArtistError) as caught:
        mattes.render(stage, item_of(stage), str(tmp_path / "takes"))
    assert caught.value.code == "engine.stopped"
    assert stage.host.state() == before
