"""Tiny shots with known truth, and the command line as an artist starts it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ofx_fixtures import ofx_node, ofx_profile, ofx_resolve, staged_take

from photodouble.settings import Settings
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.runtime import FileLock

if TYPE_CHECKING:
    from finished_takes import Made

__all__ = ["ofx_node", "ofx_profile", "ofx_resolve", "staged_take"]

SIZE = (48, 64)


ROOT = Path(__file__).resolve().parents[1]
CANNOT = 3
"""What `install/blender` ends with where Blender cannot be had."""


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the jobs and the ledger of tests, and of whatever they start, out of the user's own folders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@dataclass(frozen=True)
class TinyShot:
    """A plate and its matte on disk: a square walks over a textured wall, the camera pans a pixel a frame."""

    folder: Path
    frames: tuple[int, ...]

    @property
    def plate(self) -> str:
        return str(self.folder / "plate.####.exr")

    @property
    def matte(self) -> str:
        return str(self.folder / "matte.####.exr")

    @property
    def inputs(self) -> dict[str, PortInput]:
        return {"plate": PortInput(self.plate), "matte": PortInput(self.matte)}

    def file(self, name: str, frame: int) -> Path:
        sign = "-" if frame < 0 else ""
        return self.folder / f"{name}.{sign}{abs(frame):04d}.exr"


@pytest.fixture(scope="session")
def shot_writer() -> Callable[..., TinyShot]:
    """Give a function that writes a tiny shot into a folder; the same frames and seed give the same shot."""

    return write_shot


def write_shot(folder: Path, frames: Iterable[int] = range(1001, 1007), seed: int = 3) -> TinyShot:
    """Write a tiny shot into a folder."""
    shot = TinyShot(folder, tuple(frames))
    shot.folder.mkdir(parents=True, exist_ok=True)
    wall = _wall(seed)
    for number, frame in enumerate(shot.frames):
        plate, matte = _frame(wall, number)
        write_exr(shot.file("plate", frame), dict(zip("RGB", plate.transpose(2, 0, 1), strict=True)))
        write_exr(shot.file("matte", frame), {"A": matte})
    return shot


@pytest.fixture
def tiny_shot(tmp_path: Path, shot_writer: Callable[..., TinyShot]) -> Callable[..., TinyShot]:
    """Give a function that writes a tiny shot: `tiny_shot(frames=range(1001, 1007), name="in")`."""

    def write(frames: Iterable[int] = range(1001, 1007), name: str = "in", seed: int = 3) -> TinyShot:
        return shot_writer(tmp_path / name, frames, seed)

    return write


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give settings whose cache lies in the test's own folder."""
    return Settings(cache_folder=str(tmp_path / "cache"))


@pytest.fixture
def request_for(tmp_path: Path) -> Callable[..., JobRequest]:
    """Give a function that makes the request of a shot: `request_for(shot, take="a" * 32)`."""

    def make(shot: TinyShot, /, **fields: object) -> JobRequest:
        given: dict[str, object] = {
            "operation": "inpaint",
            "inputs": {"plate": PortInput(shot.plate), "matte": PortInput(shot.matte)},
            "range": FrameRange(shot.frames),
            "output_root": str(tmp_path / "takes"),
            "shot": "sh010",
        }
        return JobRequest(**{**given, **fields})  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def finished_take(tmp_path_factory: pytest.TempPathFactory, shot_writer: Callable[..., TinyShot]) -> Made:
    """Give a finished take of frames 1001 and 1002 in a show of its own, made once for all tests."""
    from finished_takes import make_take

    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("made") / "site"
        folder.mkdir()
        patch.setenv("PHOTODOUBLE_USER", str(folder / "user.toml"))
        return make_take(folder, shot_writer, range(1001, 1003))


@pytest.fixture
def made(tmp_path: Path, finished_take: Made, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Give a copy of the finished take for one test alone, and the keys of a user of its own."""
    monkeypatch.setenv("PHOTODOUBLE_USER", str(tmp_path / "site" / "user.toml"))
    return finished_take.copied(tmp_path / "site")


@pytest.fixture
def photodouble(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Give a function that runs the command line in its own process, with settings and caches of its own."""
    environment = artist_environment(tmp_path)

    def run(*arguments: object, **more: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "photodouble.cli.main", *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=300, **more
        )

    return run


def artist_environment(folder: Path) -> dict[str, str]:
    """Return an environment whose settings and caches lie in `folder`, without the names of a real show."""
    user = folder / "user.toml"
    user.write_text(f'cache_folder = "{(folder / "cache").as_posix()}"\n', encoding="utf-8")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PHOTODOUBLE_")}
    return {
        **kept,
        "OMP_NUM_THREADS": "1",
        "PHOTODOUBLE_USER": str(user),
        "XDG_STATE_HOME": str(folder / "own"),
    }


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Give the environment that `photodouble` runs in."""
    return artist_environment(tmp_path)


@pytest.fixture
def engine_environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Give the environment of an engine of its own: address, jobs, log and caches lie in a short folder.

    Whatever engine was started there is ended, with all its workers, when the test is over.
    """
    folder = Path(tempfile.mkdtemp(prefix="pd-"))
    user = folder / "user.toml"
    places = {"cache_folder": folder / "cache", "engine_folder": folder / "state"}
    lines = [f'{name} = "{place.as_posix()}"\n' for name, place in places.items()]
    user.write_text("".join(lines), encoding="utf-8")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PHOTODOUBLE_")}
    yield {
        **kept,
        "OMP_NUM_THREADS": "1",
        "PHOTODOUBLE_ENGINE": sys.executable,
        "PHOTODOUBLE_RUNTIME": str(folder / "run"),
        "PHOTODOUBLE_USER": str(user),
    }
    end_engine(folder / "run")
    shutil.rmtree(folder, ignore_errors=True)


def end_engine(runtime: Path) -> None:
    """End the engine whose address lies in a folder, if it lives; its workers end when its pipes close."""
    try:
        pid = int(json.loads((runtime / "engine.json").read_text(encoding="utf-8"))["pid"])
        os.kill(pid, signal.SIGKILL)
    except (OSError, ValueError, KeyError):
        return


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the Blender extension; skip where Blender cannot be had on this machine."""
    folder = tmp_path_factory.mktemp("dist")
    command = ["bash", str(ROOT / "install" / "blender"), str(folder)]
    # Several test runners at once make one environment and fill one _vendor: one after the other.
    lock = FileLock(str(Path(tempfile.gettempdir()) / "photodouble-tests-blender.lock"))
    assert lock.acquire(timeout=900)
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    finally:
        lock.release()
    if run.returncode == CANNOT:
        pytest.skip(next(line for line in run.stderr.splitlines() if line.startswith("Blender")))
    assert run.returncode == 0, run.stdout + run.stderr
    return next(folder.glob("*.zip"))


@pytest.fixture
def in_blender(
    archive: Path, engine_environment: dict[str, str], tmp_path: Path
) -> Callable[..., dict[str, Any]]:
    """Give a function that runs one scene of `in_blender.py` in a Blender process with clean preferences.

    `PHOTODOUBLE_BLENDER` names the version, 4.5 where it is not set: see `install/blender --environment`.
    """
    version = os.environ.get("PHOTODOUBLE_BLENDER", "4.5")
    blender, scenes = ROOT / f".venv-bpy-{version}" / "bin" / "python", ROOT / "tests/hosts/in_blender.py"

    def run(play: str, *, zip_file: Path | None = None, without: str = "", **given: Any) -> dict[str, Any]:
        environment = {**engine_environment, "BLENDER_USER_RESOURCES": str(tmp_path / "blender")}
        environment["PHOTODOUBLE_CLIENT"] = str(tmp_path / "client.json")
        environment.pop(without, None)
        command = [str(blender), str(scenes), str(zip_file or archive), play, json.dumps(given)]
        ran = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=300, env=environment, cwd=tmp_path
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        found: dict[str, Any] = json.loads(ran.stdout.strip().splitlines()[-1])
        return found

    return run


@pytest.fixture(scope="session")
def shot_of() -> Callable[..., dict[str, Any]]:
    """Give a function that gives what an artist fills in for a tiny shot: the first files, and the takes."""

    def fill(shot: TinyShot, root: Path, **controls: Any) -> dict[str, Any]:
        first = shot.frames[0]
        inputs = {"plate": str(shot.file("plate", first)), "matte": str(shot.file("matte", first))}
        return {"inputs": inputs, "controls": controls, "shot": {"takes_root": str(root / "takes")}}

    return fill


@pytest.fixture
def nuke_host() -> Iterator[Any]:
    """Give a Nuke made by hand, with a window and an empty script; its modules are gone after the test."""
    import nuke_host as fake

    yield fake.install()
    fake.remove()


@pytest.fixture
def resolve_host() -> Iterator[Callable[..., Any]]:
    """Give a function that starts a Resolve made by hand: `resolve_host(version="21.0", studio=False)`."""
    import resolve_host as fake

    started: list[Any] = []

    def start(**told: Any) -> Any:
        started.append(fake.Host(**told))
        return started[-1]

    yield start
    for host in started:
        host.remove()


def write_exr(path: Path, channels: dict[str, object]) -> None:
    """Write half-float channels as a scan-line EXR."""
    import numpy as np
    import OpenEXR

    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
    planes = {name: np.ascontiguousarray(pixels, np.float16) for name, pixels in channels.items()}
    OpenEXR.File(header, planes).write(str(path))


def _wall(seed: int):  # type: ignore[no-untyped-def]
    import cv2
    import numpy as np

    noise = np.random.default_rng(seed).random((SIZE[0] + 16, SIZE[1] + 64, 3)).astype(np.float32)
    return cv2.GaussianBlur(noise, (0, 0), 2) * 2 - 0.5


def _frame(wall, number: int):  # type: ignore[no-untyped-def]
    import numpy as np

    plate = wall[4 : 4 + SIZE[0], number : number + SIZE[1]].copy()
    matte = np.zeros(SIZE, np.float32)
    left = 10 + 4 * number
    plate[16:30, left : left + 10] = (3.0, 0.1, 0.1)
    matte[15:31, left - 1 : left + 11] = 1
    return plate, matte
