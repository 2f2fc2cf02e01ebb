"""Type the pages of the five-minute tasks, each in an empty home, and say what is not as it says."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from documenting.pages import ROOT, Page
from documenting.tasks import Desk, TaskError, empty_home, task_pages

BLENDER = ROOT / ".venv-bpy-4.5" / "bin" / "python"
CONSOLE = "Python Console"
HOSTS = Path(__file__).resolve().with_name("hosts")


def main(arguments: list[str] | None = None) -> int:
    """Type the tasks; status 1 where one is not as its page says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="Names of pages, without .md; default: all.")
    parser.add_argument("--keep", type=Path, help="Work in this folder and keep it.")
    given = parser.parse_args(arguments)
    failed = 0
    for page in task_pages():
        if given.names and page.path.stem not in given.names:
            continue
        print(f"== {page.name}", flush=True)
        if is_for_blender(page) and not BLENDER.exists():
            failed = 1
            print("Blender as a module is not here. Make it: install/blender --environment 4.5")
            continue
        with desk(page, given.keep / page.path.stem if given.keep else None) as made:
            try:
                made.work_through(page)
            except TaskError as error:
                failed = 1
                print(error)
    return failed


@contextlib.contextmanager
def desk(page: Page, kept: Path | None = None) -> Iterator[Desk]:
    """Give a desk in an empty home, with what stands for the hosts of a page; all is ended afterwards."""
    folder = kept.absolute() if kept else Path(tempfile.mkdtemp(prefix="pd-"))
    (folder / "work").mkdir(parents=True)
    resolve = [sys.executable, str(HOSTS / "in_resolve.py")]
    hosts = {
        "Script Editor": [sys.executable, str(HOSTS / "in_nuke.py")],
        "Resolve": resolve,
        "Photo Double": resolve,
        **(blender(folder) if is_for_blender(page) else {}),
    }
    environment = {**empty_home(folder), "BLENDER_USER_RESOURCES": str(folder / "blender")}
    made = Desk(folder / "work", environment, hosts, lambda line: print(line, flush=True))
    try:
        yield made
    finally:
        made.close()
        end_engine(folder / "run")
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def is_for_blender(page: Page) -> bool:
    """Say whether a page has lines to be typed into Blender."""
    return any(CONSOLE in block.kind for block in page.blocks)


def blender(folder: Path) -> dict[str, list[str]]:
    """Name what stands for Blender: itself as a module, with the zip of this checkout."""
    if not BLENDER.exists():
        return {}
    subprocess.run(
        ["bash", str(ROOT / "install" / "blender"), str(folder / "dist")],
        check=True,
        capture_output=True,
        timeout=900,
    )
    archive = next((folder / "dist").glob("*.zip"))
    return {CONSOLE: [str(BLENDER), str(HOSTS / "in_blender.py"), str(archive)]}


def end_engine(runtime: Path) -> None:
    """End the engine that a task started."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        os.kill(int(json.loads((runtime / "engine.json").read_text("utf-8"))["pid"]), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
