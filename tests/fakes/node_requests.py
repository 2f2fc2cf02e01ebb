"""Requests as the node leaves them in the engine's inbox, and the answers as it reads them."""

from __future__ import annotations

import secrets
from pathlib import Path


def note(staged: Path) -> dict[str, str]:
    """Read the note beside staged pictures as the node does."""
    lines = (staged / "node.txt").read_text(encoding="utf-8").split("\n")
    assert lines[0] == "photodouble_stage 1"
    return {key: value for key, _, value in (line.partition(" ") for line in lines[1:] if line)}


def request_text(folder: Path, **changes: str) -> str:
    """Write what the node writes when its button is pressed."""
    words = {
        "take": note(folder)["take"],
        "staged": str(folder),
        "frame": "1001",
        "host": "DaVinciResolve",
        "wanted": "analyse",
        **changes,
    }
    return "\n".join(["photodouble_request 1", *(f"{key} {value}" for key, value in words.items())]) + "\n"


def leave(inbox: Path, text: str) -> Path:
    """Leave a request: written whole under another name first."""
    name = secrets.token_hex(8)
    part = inbox / f"{name}.part"
    part.write_text(text, encoding="utf-8")
    return part.rename(inbox / f"{name}.request")


def answer(staged: Path) -> dict[str, str]:
    """Read how the request stands; empty where nobody answered yet."""
    path = Path(note(staged)["status"])
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").split("\n")
    return {key: value for key, _, value in (line.partition(" ") for line in lines if line)}
