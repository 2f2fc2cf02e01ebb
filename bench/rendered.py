"""Bench the whole job on rendered plates whose truth is exact: a wire, tracking markers, a clean plate.

    python bench/rendered.py [--rows wire,markers,clean] [--frames 48] [--size 960x540] [--pictures DIR]

Ours is the take that the job seals, without grain (`grain 0`) and once more with it; the peers see 8-bit
frames with the hole greyed and are laid over the plate by the same soft matte. Everything is measured on
8-bit frames of the working encoding inside the matte. For the wire the difference is searched for a line,
amplified 8 times. The clean row is a person who hardly moves, with and without a clean pass of another
camera path, length, exposure and focus. The last line is JSON.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import dataclasses
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent))

import _metrics
import _peers

from photodouble.demo.action import PersonWalks, WireSways
from photodouble.demo.line import find_line
from photodouble.demo.person import Walk
from photodouble.demo.plate import Plate, clean_pass, markers_plate, person_plate, wire_plate
from photodouble.demo.removal import Removal, read_moment, remove
from photodouble.demo.sheet import show_difference, to_display
from photodouble.demo.slate import PlateFiles, write_plate
from photodouble.image.encoding import decode, encode

Clip = list[NDArray[np.uint8]]
PEERS = ("NS", "homography median")


@dataclasses.dataclass(frozen=True)
class Shot:
    """A rendered plate on disk and what every method needs of it, 8-bit in the working encoding."""

    name: str
    plate: Plate
    files: PlateFiles
    seen: Clip
    truth: Clip
    mattes: list[NDArray[np.float32]]

    @property
    def holes(self) -> Clip:
        """Give the pixels that may change, 0 or 1."""
        return [(matte > 0).astype(np.uint8) for matte in self.mattes]

    @property
    def greyed(self) -> Clip:
        """Give the plate as the peers see it."""
        return [np.where(h[..., None] > 0, 127, s).astype(np.uint8) for h, s in zip(self.holes, self.seen)]


def main() -> None:
    """Run the rows asked for, print the tables, write the pictures."""
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="photodouble-rendered-"))
    figures: dict[str, float] = {}
    try:
        for name in options.rows.split(","):
            figures.update(ROWS[name](folder / name, options))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(figures))


def _wire(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    shot = _shoot("wire", wire_plate(size=options.size, frames=options.frames), folder)
    return _against_peers(shot, folder, options)


def _markers(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    shot = _shoot("markers", markers_plate(size=options.size, frames=options.frames), folder)
    return _against_peers(shot, folder, options)


def _clean(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    """A person treads on the spot: what is behind is only in the clean pass."""
    action = PersonWalks(walk=Walk(start=-0.15, speed=0.08))
    plate = dataclasses.replace(person_plate(size=options.size, frames=options.frames), action=action)
    shot = _shoot("clean", plate, folder)
    other = write_plate(clean_pass(size=options.size), folder / "clean_pass", kinds=("plate",))
    without = _ours(shot, folder / "without", {"grain": 0.0})[0]
    with_it = _ours(shot, folder / "with", {"grain": 0.0}, {"clean_plate": other.plate})[0]
    return _table(shot, {"without clean plate": without, "with clean plate": with_it}, options)


ROWS: dict[str, Callable[[Path, argparse.Namespace], dict[str, float]]] = {
    "wire": _wire,
    "markers": _markers,
    "clean": _clean,
}


def _shoot(name: str, plate: Plate, folder: Path) -> Shot:
    files = write_plate(plate, folder / "plate")
    moments = [read_moment(files, number) for number in plate.numbers]
    seen, truth = ([_codes(getattr(m, kind)) for m in moments] for kind in ("plate", "truth"))
    mattes = [m.matte for m in moments]
    print(
        f"\n{name}: {len(seen)} frames, matte {100 * np.mean([m.mean() for m in mattes]):.1f} %", flush=True
    )
    return Shot(name, plate, files, seen, truth, mattes)


def _against_peers(shot: Shot, folder: Path, options: argparse.Namespace) -> dict[str, float]:
    made = {"photodouble": _ours(shot, folder / "bare", {"grain": 0.0})[0]}
    made["photodouble, grain"] = _ours(shot, folder / "grain", {})[0]
    for name, method in _peers.available().items():
        if name in PEERS:
            made[name] = [
                _laid(*each) for each in zip(shot.seen, method(shot.greyed, shot.holes), shot.mattes)
            ]
    return _table(shot, made, options)


def _ours(
    shot: Shot, folder: Path, values: Mapping[str, Any], inputs: Mapping[str, str] | None = None
) -> tuple[Clip, Removal]:
    began = time.monotonic()
    done = remove(shot.files, shot.plate.numbers, folder, values=values, inputs=inputs, shot=shot.name)
    print(f"  job {folder.name}: {(time.monotonic() - began) / shot.plate.frames:.2f} s a frame", flush=True)
    return [_codes(moment.result) for moment in done.moments(shot.plate.numbers)], done


def _table(shot: Shot, made: Mapping[str, Clip], options: argparse.Namespace) -> dict[str, float]:
    flows = _metrics.true_flows(shot.truth)
    figures: dict[str, float] = {}
    print(f"  {'':22}{'masked PSNR':>12}{'SSIM':>7}{'warp x1e-3':>12}{'line x8':>9}{'of it visible':>15}")
    for name, clip in made.items():
        score = _metrics.score(shot.truth, clip, shot.holes, flows)
        key = f"{shot.name}_{name.replace(', ', '_').replace(' ', '_').lower()}"
        figures |= {f"{key}_psnr": round(score.psnr_m, 2), f"{key}_warp": round(score.warp * 1e3, 3)}
        words = f"  {name:22}{score.psnr_m:12.2f}{score.ssim_m:7.3f}{score.warp * 1e3:12.3f}"
        if isinstance(shot.plate.action, WireSways):
            line, visible = _line(shot, clip)
            figures |= {f"{key}_line": round(line, 4), f"{key}_visible": round(visible, 4)}
            words += f"{line:9.4f}{visible:15.4f}"
        print(words, flush=True)
        if options.pictures:
            _picture(shot, clip, options.pictures / f"{key}.png")
    return figures


def _line(shot: Shot, clip: Clip) -> tuple[float, float]:
    """Give the strength of the line, mean over the frames, and the share of stretches where it shows."""
    assert isinstance(shot.plate.action, WireSways)
    found = []
    for number, truth, result in zip(shot.plate.numbers, shot.truth, clip):
        path = shot.plate.action.wire.path(shot.plate.camera(number), shot.plate.seconds(number))
        difference = (result.astype(np.float32) - truth) / 255
        found.append(find_line(difference, path, core=2, reach=7))
    strength = float(np.mean([abs(line.strength) for line in found]))
    return strength, float(np.mean([line.visible for line in found]))


def _picture(shot: Shot, clip: Clip, path: Path) -> None:
    """Plate, result, truth and the difference amplified 8 times, of the middle frame."""
    middle = len(clip) // 2
    seen, result, truth = (_linear(c[middle]) for c in (shot.seen, clip, shot.truth))
    pictures = [to_display(p) for p in (seen, result, truth)]
    rows = [np.hstack(pictures[:2]), np.hstack([pictures[2], show_difference(result, truth)])]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.vstack(rows)[..., ::-1])


def _laid(
    seen: NDArray[np.uint8], filled: NDArray[np.uint8], matte: NDArray[np.float32]
) -> NDArray[np.uint8]:
    alpha = matte[..., None]
    return _codes((_linear(seen) * (1 - alpha) + _linear(filled) * alpha).astype(np.float32))


def _codes(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.asarray(np.rint(np.clip(encode(linear), 0, 1) * 255), np.uint8)


def _linear(codes: NDArray[np.uint8]) -> NDArray[np.float32]:
    return decode(codes.astype(np.float32) / 255)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--frames", type=int, default=48)
    parser.add_argument(
        "--size", type=lambda text: tuple(int(n) for n in text.split("x")), default=(960, 540)
    )
    parser.add_argument("--pictures", type=Path, help="write plate, result, truth and difference x8 here")
    return parser.parse_args()


if __name__ == "__main__":
    main()
