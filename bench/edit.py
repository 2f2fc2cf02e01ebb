"""Measure listing the shots of a cut of 2,000 clips: seconds of processor time and memory.

Run with `python bench/edit.py [CLIPS]`: a table, and on the last line the same as JSON. The cut has four
tracks, two references a clip, metadata as Resolve writes it, retimes, dissolves and reverse clips. What is
measured is the whole command as an artist types it, so starting Python counts.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import opentimelineio as otio

RATE = 24.0
LENGTH = 60


def main() -> None:
    """Write a cut, list its shots, and tell what that took."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feature.otio"
        otio.adapters.write_to_file(_cut(count, Path(folder)), str(path))
        megabytes = path.stat().st_size / 1e6
        rows = [_measured("table", path), _measured("json", path, "--json")]
    print(f"{count} clips, {megabytes:.1f} MB of OTIO, {os.cpu_count()} processors")
    print(f"{'answer':<8}{'CPU s':>8}{'MB':>8}{'shots':>8}")
    for row in rows:
        print(f"{row['answer']:<8}{row['cpu_s']:>8.2f}{row['memory_mb']:>8.0f}{row['shots']:>8}")
    print(json.dumps({"clips": count, "otio_mb": round(megabytes, 1), "runs": rows}))


def _measured(answer: str, path: Path, *flags: str) -> dict[str, Any]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "photodouble.cli.main", "edit", "shots", str(path), "--handles", "8"]
    done = subprocess.run([*command, *flags], capture_output=True, check=True, timeout=300)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    rows = [line for line in done.stdout.splitlines() if line.startswith(b"sh") and b": " not in line]
    shots = len(json.loads(done.stdout)) if flags else len(rows)
    return {
        "answer": answer,
        "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2),
        "memory_mb": round(after.ru_maxrss / 1024, 1),
        "shots": shots,
    }


def _cut(count: int, folder: Path) -> otio.schema.Timeline:
    cut = otio.schema.Timeline("feature", global_start_time=otio.opentime.RationalTime(86400, RATE))
    for number in range(4):
        track = otio.schema.Track(f"V{number + 1}", kind="Video")
        for place in range(count // 4):
            track.append(_clip(number * (count // 4) + place, folder))
            if place % 10 == 3:
                offset = otio.opentime.RationalTime(6, RATE)
                kind = otio.schema.TransitionTypes.SMPTE_Dissolve
                track.append(otio.schema.Transition("dissolve", kind, offset, offset))
        cut.tracks.append(track)
    return cut


def _clip(number: int, folder: Path) -> otio.schema.Clip:
    name = f"sh{number:04d}"
    start = 86400 + number * 7
    references = {
        key: otio.schema.ImageSequenceReference(
            f"{folder}/{name}/{key}/",
            f"{name}.",
            ".exr",
            start_frame=1001,
            rate=RATE,
            frame_zero_padding=4,
            available_range=_range(start, 400),
            metadata={"vendor": {"reel": f"A{number:03d}", "look": [0.1] * 9}},
        )
        for key in ("DEFAULT_MEDIA", "temp")
    }
    clip = otio.schema.Clip(name, source_range=_range(start + 120, LENGTH))
    clip.set_media_references(references, "DEFAULT_MEDIA")
    clip.metadata["Resolve_OTIO"] = {"Link Group ID": number, "Flags": ["Blue", "Red"], "Note": "x" * 200}
    if number % 5 == 0:
        clip.effects.append(otio.schema.LinearTimeWarp("speed", (2.0, -1.0, 0.7, -1.5)[number // 5 % 4]))
    return clip


def _range(start: float, length: float) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(
        otio.opentime.RationalTime(start, RATE), otio.opentime.RationalTime(length, RATE)
    )


if __name__ == "__main__":
    main()
