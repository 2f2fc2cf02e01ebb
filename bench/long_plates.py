"""Write rendered plates for the benches, so that no bench process ever holds the renderer.

    python bench/long_plates.py FOLDER [--kind long] [--frames 500] [--size 960x540] [--only plate,matte]

Kinds: person, wire, markers, clean (the clean pass of the person's street), long (a matte of a tenth for
as long as you like) and wide (4096x2160 unless a size is given).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from photodouble.demo.plate import (
    clean_pass,
    long_plate,
    markers_plate,
    person_plate,
    wide_plate,
    wire_plate,
)
from photodouble.demo.slate import KINDS, write_plate

PLATES = {
    "person": (person_plate, 48),
    "wire": (wire_plate, 48),
    "markers": (markers_plate, 48),
    "clean": (clean_pass, 30),
    "long": (long_plate, 500),
    "wide": (wide_plate, 12),
}


def main() -> None:
    """Write one plate; the last line is JSON with the patterns of its sequences."""
    options = _options()
    make, frames = PLATES[options.kind]
    size = options.size or ((4096, 2160) if options.kind == "wide" else (960, 540))
    plate = make(size=size, frames=options.frames or frames)
    kinds = tuple(options.only.split(","))
    files = write_plate(plate, options.folder, kinds=kinds)
    print(json.dumps({kind: files.pattern(kind) for kind in kinds}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kind", choices=PLATES, default="long")
    parser.add_argument("--frames", type=int, default=0)
    parser.add_argument("--size", type=_size, default=None)
    parser.add_argument("--only", default=",".join(KINDS))
    return parser.parse_args()


def _size(text: str) -> tuple[int, int]:
    width, height = text.split("x")
    return int(width), int(height)


if __name__ == "__main__":
    main()
