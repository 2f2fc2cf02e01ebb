"""Every link and every picture leads to something that is there, headings included."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from documenting.pages import Page, read

_PICTURES = (".png", ".jpg", ".svg")


def faults(pages: Iterable[Page]) -> list[str]:
    """List the links that lead nowhere, one sentence each; links to other machines are faults, too."""
    return [f"{page.name}: {said}" for page in pages for link in page.links if (said := _fault(page, link))]


def unused_pictures(folder: Path, pages: Iterable[Page]) -> list[str]:
    """List the pictures in a folder that no page shows or links to."""
    used = {_target(page, link)[0] for page in pages for link in page.links}
    return [path.name for path in sorted(folder.iterdir()) if path.suffix in _PICTURES and path not in used]


def _fault(page: Page, link: str) -> str:
    if "://" in link or link.startswith("mailto:"):
        return f"{link} leads to another machine"
    path, heading = _target(page, link)
    if not path.exists():
        return f"{link} leads nowhere"
    if heading and (path.suffix != ".md" or heading not in read(path).anchors):
        return f"{link}: there is no heading of that name"
    return ""


def _target(page: Page, link: str) -> tuple[Path, str]:
    name, _, heading = unquote(link).partition("#")
    return (page.path.parent / name).resolve() if name else page.path, heading
