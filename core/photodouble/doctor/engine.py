"""The engine: which Python hosts start, whether it runs, whether its folder is safe. It is not started."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from photodouble_client import launcher
from photodouble_client.detached import scrubbed
from photodouble_client.runtime import runtime_folder, runtime_place
from photodouble_client.settings import engine_interpreter, load_client_settings
from photodouble_client.version import VERSION

from .disks import nearest
from .place import Place
from .row import BAD, GOOD, LOOK, NOTE, Row

AREA = "engine"
_PATIENCE = 20.0
_USE = "Run 'photodouble engine use' in the environment of the engine."


def interpreter(place: Place) -> Iterator[Row]:
    """Say which Python hosts start the engine with, and whether Photo Double of this version is in it."""
    chosen = load_client_settings(place.variables)
    if not chosen.engine:
        said = "nobody told the hosts which Python is the engine's"
        yield Row(AREA, "Engine's Python", LOOK, said, _USE)
        return
    python = engine_interpreter(chosen)
    script = "import photodouble; print(photodouble.__version__)"
    done = subprocess.run(
        [python, "-I", "-c", script],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_PATIENCE,
        stdin=subprocess.DEVNULL,
        env=scrubbed(place.variables),
        check=False,
    )
    version = done.stdout.strip()
    if done.returncode:
        said = f"{python} is a Python without Photo Double"
        yield Row(AREA, "Engine's Python", BAD, said, _USE, done.stderr[-2000:])
    elif version != VERSION:
        yield Row(AREA, "Engine's Python", LOOK, f"{python} holds {version}, this is {VERSION}", _USE)
    else:
        yield Row(AREA, "Engine's Python", GOOD, f"{python}, {version}")


def running(place: Place) -> Iterator[Row]:
    """Say whether the engine answers; one that does not run is no fault."""
    address = Path(runtime_place(place.variables))
    found = launcher.find(str(address)) if address.is_dir() else None
    if found is None:
        yield Row(AREA, "Engine", NOTE, "it does not run; it starts when a host first needs it")
        return
    version = str(found.hello.get("version", ""))
    said = f"it runs and answers: version {version}, process {found.endpoint.pid}"
    if version == VERSION:
        yield Row(AREA, "Engine", GOOD, said)
    else:
        fix = "End it when its jobs are done: photodouble engine stop. The next one is the new one."
        yield Row(AREA, "Engine", LOOK, f"{said}; this is {VERSION}", fix)


def folder(place: Place) -> Iterator[Row]:
    """Say whether the folder of the engine's address is, or can become, this user's alone."""
    path = runtime_place(place.variables)
    if os.path.lexists(path):
        yield Row(AREA, "Runtime folder", GOOD, f"{runtime_folder(place.variables)}, yours alone")
        return
    there = nearest(Path(path))
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        yield Row(AREA, "Runtime folder", GOOD, f"{path}, made when the engine starts")
    else:
        fix = "Name a folder of your own in PHOTODOUBLE_RUNTIME, or have the rights changed."
        yield Row(
            AREA, "Runtime folder", BAD, f"{path} cannot be made: nothing can be written to {there}", fix
        )
