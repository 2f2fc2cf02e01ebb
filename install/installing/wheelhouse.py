"""Collect every wheel that an engine needs for a named platform, on a machine that has a network."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Optional

from installing.options import ROOT
from installing.payload import project_version
from installing.problems import InstallError
from installing.receipt import write_whole

FILE = "wheelhouse.json"
PLATFORMS = {
    # From the newest that the lock files are made for down to the oldest that wheels are named after.
    "linux": (
        *(f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)),
        *("manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64"),
    ),
    "windows": ("win_amd64",),
    "macos": (
        *(f"macosx_{major}_0_{machine}" for major in (14, 13, 12, 11) for machine in ("arm64", "universal2")),
        *(f"macosx_10_{minor}_universal2" for minor in (15, 13, 9)),
    ),
}


def main(arguments: Optional[list[str]] = None) -> int:
    """Fill the folder; what lies there already is not fetched again."""
    parser = argparse.ArgumentParser(
        prog="install/wheelhouse",
        description="Collect the engine's packages for a machine without a network.",
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help="Where the wheels go.")
    parser.add_argument("--platform", choices=tuple(PLATFORMS), default="linux", help="The machine's system.")
    parser.add_argument(
        "--python", choices=("3.11", "3.12", "3.13"), default="3.11", help="The Python of that machine."
    )
    parser.add_argument("--engine", choices=("cpu", "cuda"), default="cpu", help="As for install.py.")
    parser.add_argument(
        "--extra",
        action="append",
        choices=("models",),
        default=[],
        help="Also what learned models need (torch).",
    )
    parser.add_argument("--torch-index", metavar="URL", default="", help="As for install.py.")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    lock = lock_file(given.root / "install" / "locks" / "engine", given.platform, given.engine, given.extra)
    given.folder.mkdir(parents=True, exist_ok=True)
    print(f"Collecting {lock.name} for Python {given.python} in {given.folder} ...", flush=True)
    index = ["--extra-index-url", given.torch_index] if given.torch_index else []
    _pip(*download_words(given.platform, given.python, lock, given.folder), *index)
    for older in given.folder.glob("photodouble-*.whl"):
        older.unlink()
    _pip("wheel", "--no-deps", "--wheel-dir", str(given.folder), str(given.root))
    facts = {
        "version": project_version(given.root),
        "platform": given.platform,
        "python": given.python,
        "lock": lock.name,
        "lock_sha256": hashlib.sha256(lock.read_bytes()).hexdigest(),
    }
    write_whole(str(given.folder / FILE), (json.dumps(facts, indent=1, sort_keys=True) + "\n").encode())
    wheels = list(given.folder.glob("*.whl"))
    size = sum(wheel.stat().st_size for wheel in wheels) / 2**20
    print(f"{len(wheels)} wheels, {size:.0f} MB. On that machine: install.py --wheelhouse {given.folder}")
    return 0


def lock_file(locks: Path, system: str, engine: str, extras: list[str]) -> Path:
    """Name the lock file of an engine for a system."""
    kind = "-models" if engine == "cuda" or "models" in extras else ""
    return locks / f"{system}{'-cuda' if engine == 'cuda' and system == 'linux' else kind}.txt"


def check_wheelhouse(folder: str, lock: Path, python: str) -> None:
    """See that a wheelhouse was made for this lock file and Python; raises InstallError where not."""
    try:
        facts = json.loads((Path(folder) / FILE).read_text(encoding="utf-8"))
        made_for = (facts["lock"], facts["lock_sha256"], facts["python"])
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise InstallError(
            f"{folder} is no wheelhouse, or it was not finished.",
            "Make it with install/wheelhouse.",
            str(problem),
        ) from problem
    if made_for != (lock.name, hashlib.sha256(lock.read_bytes()).hexdigest(), python):
        raise InstallError(
            f"The wheelhouse was made for {made_for[0]} of another version, or for Python {made_for[2]}; "
            f"here it is {lock.name} and Python {python}.",
            "Make it again from this version with install/wheelhouse, or name another Python with --python.",
        )


def download_words(platform: str, python: str, lock: Path, folder: Path) -> list[str]:
    """Give the words for pip that fetch every wheel of a lock file for another machine than this one."""
    words = [
        "download",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--dest",
        str(folder),
        "--requirement",
        str(lock),
    ]
    words += ["--implementation", "cp", "--python-version", python, "--abi", f"cp{python.replace('.', '')}"]
    for each in ("abi3", "none"):
        words += ["--abi", each]
    for each in (*PLATFORMS[platform], "any"):
        words += ["--platform", each]
    return words


def _pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    ran = subprocess.run(
        command, env={**os.environ, "PIP_USER": "0"}, stderr=subprocess.PIPE, text=True, check=False
    )
    said = "\n".join(
        line for line in ran.stderr.splitlines() if line.strip() and not line.startswith("WARNING: Location")
    )
    if ran.returncode:
        print(said, file=sys.stderr)
        sys.exit("The packages could not be collected; see what pip said, above.")


if __name__ == "__main__":
    sys.exit(main())
