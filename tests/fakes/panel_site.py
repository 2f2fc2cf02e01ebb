"""What the panel's tests stand on under PySide2, where the product cannot be loaded: a plugin of pytest.

PySide2 runs in Python 3.8 to 3.10 and the product in 3.11: shots, shows and keys are made by the Python that
PHOTODOUBLE_PRODUCT names, as in a host. The fixtures are those of `conftest.py`, by the same names.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput

FAKES = Path(__file__).resolve().parent
PRODUCT = os.environ.get("PHOTODOUBLE_PRODUCT", "")


@dataclass(frozen=True)
class Shot:
    """A plate and its matte on disk."""

    frames: tuple[int, ...]
    plate: str
    matte: str


@dataclass(frozen=True)
class Site:
    """A show with a finished take, and the keys of a user of its own."""

    folder: Path

    @property
    def show(self) -> Path:
        return self.folder / "show"

    def decided_by(self, name: str, role: str = "") -> None:
        ask(self.folder, "person", str(self.folder), name, role)

    def key_of(self, person: str, passphrase: str) -> str:
        return ask(self.folder, "key", person, passphrase)


@pytest.fixture
def tiny_shot(tmp_path: Path) -> Callable[..., Shot]:
    def write(frames: range = range(1001, 1007), name: str = "in") -> Shot:
        folder = tmp_path / name
        ask(tmp_path, "shot", str(folder), str(frames[0]), str(frames[-1]))
        return Shot(tuple(frames), str(folder / "plate.####.exr"), str(folder / "matte.####.exr"))

    return write


@pytest.fixture
def request_for(tmp_path: Path) -> Callable[..., JobRequest]:
    def make(shot: Shot) -> JobRequest:
        inputs = {"plate": PortInput(shot.plate), "matte": PortInput(shot.matte)}
        where = {"output_root": str(tmp_path / "takes"), "shot": "sh010"}
        return JobRequest("inpaint", inputs, range=FrameRange(shot.frames), **where)

    return make


@pytest.fixture
def engine_environment() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="pd-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        user = folder / "user.toml"
        user.write_text(f'cache_folder = "{folder}/cache"\nengine_folder = "{folder}/state"\n')
        yield {**_plain(), "PHOTODOUBLE_RUNTIME": str(folder / "run"), "PHOTODOUBLE_USER": str(user)}
        with suppress(OSError, ValueError, KeyError):
            os.kill(json.loads((folder / "run" / "engine.json").read_text())["pid"], signal.SIGKILL)


@pytest.fixture
def made(tmp_path: Path) -> Site:
    folder = tmp_path / "site"
    folder.mkdir()
    ask(folder, "take", str(folder))
    return Site(folder)


def ask(folder: Path, *words: str) -> str:
    """Let the product's own Python make something; `folder` holds the user's settings and keys."""
    environment = {**_plain(), "PHOTODOUBLE_USER": str(folder / "user.toml")}
    command = [PRODUCT, str(FAKES / "panel_site_maker.py"), *words]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=300, env=environment, cwd=str(folder)
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout.strip()


def _plain() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PHOTODOUBLE_", "PYTHON"))}
    return {**kept, "OMP_NUM_THREADS": "1", "PHOTODOUBLE_ENGINE": PRODUCT}
