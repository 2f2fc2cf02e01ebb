"""Measure what propagation costs at 1K, 2K and 4K: seconds a frame and peak memory, each in its own process.

Plates are the bar clip enlarged (the face is 45 % of their width), three keys, five frames in a row. Seconds
are of one frame after another, with all cores on each; the machine's count of cores is told along.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

SIZES = {"1K": 1024, "2K": 2048, "4K": 4096}


def costs() -> dict[str, object]:
    """Measure every size; the figures by its name."""
    found: dict[str, object] = {"cores": os.cpu_count()}
    for name, side in SIZES.items():
        line = [sys.executable, str(Path(__file__).resolve()), str(side)]
        done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=1800)
        found[name] = json.loads(done.stdout.splitlines()[-1])
        print(name, found[name], flush=True)
    return found


def main() -> int:
    """Measure one size and print its figures as JSON."""
    import cv2
    from _deage_clip import BAR, EVEN_KEYS, Clip

    from photodouble.image.window import Box
    from photodouble.ops.deage.keys import key_of_delta
    from photodouble.ops.deage.landmarks import track_faces
    from photodouble.ops.deage.measured import motion_track
    from photodouble.ops.deage.motion import Motions
    from photodouble.ops.deage.propagate import drawn, key_ring, measured

    side, clip = int(sys.argv[1]), Clip(BAR)
    shot = (6, 14, 15, 16, 17, 18, 22, 40)
    plates = {t: cv2.resize(clip.plate[t], (side, side), interpolation=cv2.INTER_CUBIC) for t in shot}
    deltas = {t: cv2.resize(clip.delta[t], (side, side), interpolation=cv2.INTER_CUBIC) for t in EVEN_KEYS}
    del clip
    before = _peak_mb()
    track = track_faces(plates.__getitem__, list(shot))[0]
    ring = key_ring([key_of_delta(t, deltas[t]) for t in EVEN_KEYS], track, plates.__getitem__)
    motions = Motions(motion_track(track), plates.__getitem__, memory_mb=1024)
    measured(ring, 14, motions)
    start, used = time.perf_counter(), time.process_time()
    near = {t: measured(ring, t, motions) for t in (15, 16, 17)}
    looked, look_cpu = time.perf_counter(), time.process_time() - used
    for t in near:
        drawn(ring, near, t, Box(0, 0, side, side))
    ended = time.perf_counter()
    print(
        json.dumps(
            {
                "look_s_frame": round((looked - start) / 3, 2),
                "look_cpu_s_frame": round(look_cpu / 3, 2),
                "draw_s_frame": round((ended - looked) / 3, 2),
                "peak_mb": round(_peak_mb()),
                "plates_mb": round(before),
                "face_space": track.size,
            }
        )
    )
    return 0


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    sys.exit(main())
