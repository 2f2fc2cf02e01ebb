"""Load a built node in every profile of our own host and let it show a frame: a process of its own, because a
node that is broken may take its host with it. Started by `checking` alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from .host import Host
from .made import FIRST, write_made
from .profiles import PROFILES


def main(binary: str, folder: str) -> int:
    """Try a file; print what was seen as JSON and leave the plate and what was shown in the folder."""
    place = Path(folder)
    stage = write_made(place / "staged")
    np.save(place / "plate.npy", stage.plate())
    seen = [_tried(Path(binary), name, place, stage) for name in PROFILES]
    print(json.dumps(seen))  # noqa: T201, the answer of this process
    return 0


def _tried(binary: Path, name: str, place: Path, stage: Any) -> dict[str, Any]:
    plate, truth = stage.plate(), stage.truth()
    with Host(binary, PROFILES[name]) as host:
        with host.instance("filter", {"take": str(stage.folder)}) as node:
            shown = node.render(plate, time=float(FIRST))
            label = str(node.value("label"))
        told = host.description
        complaints = list(host.complaints)
    np.save(place / "shown.npy", shown)
    box = stage.box
    outside = np.ones(plate.shape[:2], bool)
    outside[box.y0 : box.y1, box.x0 : box.x1] = False
    return {
        "profile": name,
        "identifier": told.identifier,
        "label": label,
        "complaints": complaints,
        "error": float(np.abs(shown - truth).max()),
        "outside_same": bool((shown.view(np.uint32)[outside] == plate.view(np.uint32)[outside]).all()),
        "changed": int((shown != plate).any(axis=-1).sum()),
    }


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
