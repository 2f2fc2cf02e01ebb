"""Golden files: `tests/golden/KEY.vN.json` freezes what scripts store of an operation's version N."""

from __future__ import annotations

import json
from pathlib import Path

from photodouble_client.opspec import frozen
from photodouble_client.specs import SPECS

GOLDEN = Path(__file__).resolve().parents[3] / "tests" / "golden"


def write_golden(folder: Path = GOLDEN) -> list[Path]:
    """Write the file of every version that has none, and return what was written.

    One that is there is never changed: who renames a control steps the version, and gets a new file.
    """
    written = []
    for spec in SPECS.values():
        path = folder / f"{spec.key}.v{spec.version}.json"
        if folder.is_dir() and not path.exists():
            text = json.dumps(frozen(spec), indent=2, sort_keys=True) + "\n"
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
    return written
