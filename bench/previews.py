"""Measure how long previews take: from nothing, and after each kind of control changes.

    python bench/long_plates.py FOLDER --size 1920x1080 --frames 40 --only plate,matte
    python bench/previews.py FOLDER/plate/plate.####.exr FOLDER/matte/matte.####.exr --frame 1020

The last line is JSON: wall and processor seconds of the best of three of each, and what the store holds.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from photodouble.engine.preview import PreviewStore, make_preview
from photodouble.image.sequence import Sequence
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble_client.frames import FrameRange
from photodouble_client.request import JobRequest, PortInput
from photodouble_client.wire import PreviewWanted, new_id

CHANGES: dict[str, list[dict[str, Any]]] = {
    "nothing": [{}, {}, {}],
    "grain": [{"grain": share} for share in (0.4, 0.5, 0.6)],
    "detail": [{"detail": share} for share in (0.4, 0.5, 0.6)],
    "seam": [{"seam": width} for width in (6.0, 7.0, 8.0)],
    "reach": [{"reach": reach} for reach in (20, 21, 22)],
    "matte_grow": [{"matte_grow": pixels} for pixels in (3, 4, 5)],
    "matte_feather": [{"matte_feather": width} for width in (3.0, 4.0, 5.0)],
}


def main() -> None:
    """Make previews and print their times."""
    options = _options()
    frames = FrameRange(Sequence.find(options.plate).frames)
    ports = {"plate": PortInput(options.plate), "matte": PortInput(options.matte)}
    store = PreviewStore()
    with tempfile.TemporaryDirectory() as folder:

        def seconds(values: dict[str, Any]) -> tuple[float, float]:
            request = JobRequest("inpaint", ports, values, frames, output_root=folder, shot="bench")
            began, worked = time.perf_counter(), time.process_time()
            wanted = PreviewWanted(request, options.frame, new_id())
            make_preview(wanted, Path(folder), Settings(cache_folder=folder), Reporter(), store)
            return time.perf_counter() - began, time.process_time() - worked

        told = {"first": seconds({})}
        for name, changes in CHANGES.items():
            told[name] = min(seconds(values) for values in changes)
            print(f"{name:<14} {told[name][0]:.2f} s, {told[name][1]:.2f} s of processor")
    rounded = {name: [round(one, 2) for one in pair] for name, pair in told.items()}
    print(json.dumps({**rounded, "held_mb": round(store.held_bytes / 1e6)}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("plate")
    parser.add_argument("matte")
    parser.add_argument("--frame", type=int, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
