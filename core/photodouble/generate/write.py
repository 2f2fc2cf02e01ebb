"""Writing the reference to disk, and finding what is stale there."""

from __future__ import annotations

import argparse
from pathlib import Path

from .reference import pages

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"


def write_all(folder: Path) -> list[Path]:
    """Write every page that differs and remove pages that are no longer made; return what changed."""
    changed = []
    made = pages(command_parser())
    for name in stale(folder):
        path = folder / name
        if name in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[name], encoding="utf-8", newline="\n")
        else:
            path.unlink()
        changed.append(path)
    return changed


def stale(folder: Path) -> list[str]:
    """List the pages that are missing, differ from what would be made now, or are made no longer."""
    made = pages(command_parser())
    found = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return sorted(name for name in made.keys() | found.keys() if made.get(name) != found.get(name))


def command_parser() -> argparse.ArgumentParser:
    """Fetch the parser of the command line; late, because its flags are made by this package."""
    from photodouble.cli.main import parser

    return parser()
