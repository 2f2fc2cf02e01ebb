"""The nodes of the other operations show their takes as the engine composites them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photodouble.engine.runner import JobOptions, run_job
from photodouble.settings import Settings
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput


def planes(path: Path) -> dict[str, Any]:
    """Read an EXR laid into its format, row 0 on top."""
    import OpenEXR

    file = OpenEXR.File(str(path), separate_channels=True)
    header = file.header()
    (left, top), (right, bottom) = header["dataWindow"]
    width, height = (int(one) + 1 for one in header["displayWindow"][1])
    found = {}
    for name, channel in file.channels().items():
        found[name] = np.zeros((height, width), np.float32)
        found[name][top : bottom + 1, left : right + 1] = channel.pixels
    return found


def check(host: Any, operation: str, plate: str, folder: Path, frame: int) -> int:
    """Compare what the node shows with plate, matte and result of a take; gives the pixels of the matte."""
    import nuke
    from nuke_adapter import fresh

    ours = fresh()
    source = nuke.nodes.Read()
    source["file"].fromUserText(plate)
    node = ours.group.make(operation)
    node.setInput(0, source)
    ours.node.PhotoDoubleNode(node).choose(str(folder))
    wanted = planes(next((folder / "result").glob(f"*.{frame}.exr")))
    matte = planes(next((folder / "matte").glob(f"*.{frame}.exr")))["A"]
    box = (0, 0, matte.shape[1], matte.shape[0])
    shown, before = host.picture(node, frame), host.picture(source, frame)
    assert (matte == 0).any() and (matte > 0).any()
    for name, channel in zip("RGB", ("rgba.red", "rgba.green", "rgba.blue"), strict=True):
        found, untouched = (picture.plane(channel, box)[::-1] for picture in (shown, before))
        step = np.spacing(np.abs(wanted[name]).astype(np.float16)).astype(np.float32)
        assert np.all(np.abs(found - wanted[name]) <= step), name
        assert np.array_equal(found[matte == 0], untouched[matte == 0]), name
        assert not np.array_equal(found, untouched)
    return int((matte > 0).sum())


def test_a_stand_of_tiles_is_the_engines_own(nuke_host: Any, tmp_path: Path) -> None:
    from little_stand import FIRST, write_stand

    write_stand(tmp_path, 2)
    paths = {f"pass_{number}": str(tmp_path / f"pass_{number}/stand.####.exr") for number in (1, 2)}
    paths["plate"] = str(tmp_path / "pass_0/stand.####.exr")
    request = JobRequest(
        operation="tiles",
        inputs={key: PortInput(path) for key, path in paths.items()},
        range=FrameRange(range(FIRST, FIRST + 2)),
        output_root=str(tmp_path / "takes"),
        shot="stand",
    )
    take = run_job(
        request, JobOptions(settings=Settings(cache_folder=str(tmp_path / "cache"), threads=1))
    ).take
    plate = paths["plate"].replace("####", "%04d") + f" {FIRST}-{FIRST + 1}"
    assert check(nuke_host, "tiles", plate, take.folder, FIRST) > 0


def test_a_younger_face_is_the_engines_own(
    nuke_host: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from little_face import FIRST, write_face
    from young_job import Desk

    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "user.toml"))
    desk = Desk.below(tmp_path)
    face = write_face(tmp_path / "face", keys=(FIRST,))
    take = desk.make(desk.request({"plate": face.plate, "keys": face.keys, "track": face.track}, count=2))
    plate = face.plate.replace("####", "%04d") + f" {FIRST}-{FIRST + 1}"
    assert check(nuke_host, "deage", plate, take.folder, FIRST + 1) > 0
