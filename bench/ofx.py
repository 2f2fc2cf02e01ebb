"""Measure the node: a whole staged 4K frame, one that is cropped to its matte, and the question of identity.

    python bench/ofx.py [--repeats 5]

The node is built here as `photodouble ofx build` does and loaded in our own host, on one core, best of the
repeats. "full": the matte's box is the whole picture; "cropped": a tenth of its area. What is timed is the
action alone. Prints a table; the last line is JSON: full_4k_s, cropped_4k_s, identity_us.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from photodouble.ofx.building import build
from photodouble.ofx.frames import Frame, Wish
from photodouble.ofx.host import Host
from photodouble.ofx.instance import Instance
from photodouble.ofx.made import FIRST, MadeStage, write_made
from photodouble.ofx.profiles import RESOLVE
from photodouble.ofx.targets import this_machine

WIDTH, HEIGHT = 3840, 2160
BARS = {"full_4k_s": 0.25, "cropped_4k_s": 0.1, "identity_us": 50.0}


class Timed(Host):
    """A host that keeps the time of every action."""

    def act(self, action: str, *given: object, **named: object) -> int:  # type: ignore[override]
        begun = time.perf_counter()
        try:
            return super().act(action, *given, **named)  # type: ignore[arg-type]
        finally:
            self.times = {**getattr(self, "times", {}), action: time.perf_counter() - begun}


def render_s(node: Instance, stage: MadeStage, host: Timed, repeats: int) -> float:
    """Give the shortest time of one rendered frame, in seconds, once it is seen to be right."""
    source, found = stage.plate(), []
    for _ in range(repeats):
        shown = Frame(node, Wish(time=float(FIRST))).render(source, None).pixels
        found.append(host.times["OfxImageEffectActionRender"])
    if float(abs(shown - stage.truth()).max()) > 1e-4:
        raise SystemExit("the node does not show the take, so its time says nothing")
    return min(found)


def identity_us(node: Instance, stage: MadeStage, host: Timed, repeats: int) -> float:
    """Time the question as the host asks it, Python's part of it with it."""
    node.set("mix", 0.0)
    source, found = stage.plate()[:8, :8].copy(), []
    for _ in range(repeats * 20):
        Frame(node, Wish(time=float(FIRST))).render(source, None)
        found.append(host.times["OfxImageEffectActionIsIdentity"])
    return min(found) * 1e6


def main() -> int:
    """Measure, print the table, and the figures as JSON last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    figures = {}
    with tempfile.TemporaryDirectory() as made:
        bundle = build(Path(made)).bundle
        binary = bundle / "Contents" / this_machine().folder / "PhotoDouble.ofx"
        for name, share in (("full_4k_s", 1.0), ("cropped_4k_s", 0.1**0.5)):
            stage = write_made(Path(made) / name, WIDTH, HEIGHT, share=share)
            with Timed(binary, RESOLVE) as host, host.instance("filter", {"take": str(stage.folder)}) as node:
                figures[name] = round(render_s(node, stage, host, repeats), 4)
                if name == "cropped_4k_s":
                    figures["identity_us"] = round(identity_us(node, stage, host, repeats), 1)
    for name, bar in BARS.items():
        print(f"{name:<14} {figures[name]:>9}   at most {bar}")
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
