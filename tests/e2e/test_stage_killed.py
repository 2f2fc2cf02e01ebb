"""Killed while it stages a take: no half folder is ever seen, and the next one is whole."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import OpenEXR
import pytest
from finished_takes import Made, make_take

COUNT = 24


@pytest.fixture(scope="module")
def long_take(tmp_path_factory: pytest.TempPathFactory, shot_writer) -> Made:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("long") / "site"
    folder.mkdir()
    return make_take(folder, shot_writer, range(1001, 1001 + COUNT))


def begin(made: Made, environment: dict[str, str], *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "photodouble.cli.main", "stage", str(made.take.folder)]
    return subprocess.Popen(
        [*command, "--space", "ACEScct", "--format", "2048x1152", *more],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def hidden_frames(base: Path) -> int:
    return len(list(base.glob(".*.part/frame.*.exr")))


def seen(base: Path) -> list[Path]:
    return [path for path in base.glob("*") if not path.name.startswith(".")]


@pytest.mark.parametrize("frames", [1, 9, COUNT])
def test_a_kill_at_any_moment_leaves_no_half_folder(
    long_take: Made, environment: dict[str, str], tmp_path: Path, frames: int
) -> None:
    made = long_take.copied(tmp_path / "site")
    base = made.take.folder.parent / "ofx" / "v001"
    process = begin(made, environment)
    end = time.monotonic() + 120
    while hidden_frames(base) < frames and process.poll() is None and time.monotonic() < end:
        pass
    process.kill()
    process.communicate(timeout=60)
    for folder in seen(base):
        assert (folder / "node.txt").is_file() and len(list(folder.glob("frame.*.exr"))) == COUNT
    assert hidden_frames(base) >= frames or frames == COUNT
    whole = begin(made, environment)
    assert whole.communicate(timeout=240)[0].splitlines()[-1] == str(base / "ACEScct_2048x1152_fit")
    assert whole.returncode == 0
    (folder,) = seen(base)
    for path in folder.glob("frame.*.exr"):
        assert set(OpenEXR.File(str(path), separate_channels=True).channels()) == set("RGBAKN")


def test_a_polite_stop_leaves_nothing_at_all(
    long_take: Made, environment: dict[str, str], tmp_path: Path
) -> None:
    made = long_take.copied(tmp_path / "site")
    base = made.take.folder.parent / "ofx" / "v001"
    process = begin(made, environment)
    end = time.monotonic() + 120
    while hidden_frames(base) < 1 and process.poll() is None and time.monotonic() < end:
        pass
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 5 and "stopped" in told
    assert not base.parent.exists()
