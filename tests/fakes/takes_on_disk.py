"""What takes on disk hold, read from their files alone and without the code that is tested."""

from __future__ import annotations

import json
from pathlib import Path


def pixels(folder: Path) -> dict[str, str]:
    """Return the pixel hash of every picture of a take by its frame and output, such as `1001 result`."""
    records = [json.loads(path.read_text(encoding="utf-8")) for path in (folder / "frames").glob("*.json")]
    return {
        f"{record['frame']} {output}": written["pixel_sha256"]
        for record in records
        for output, written in record["files"].items()
    }
