"""Bench the crowd's rasteriser beside what a compositor would script: agents per CPU second and wall time.

    python bench/crowd.py [--counts 1000,10000,100000] [--sample 1000] [--rounds 3]

Cards of 64 x 128 texels, people of 6 to 110 pixels in HD by their distance of 10 to 200 m, most of them far
and small, mirrored and with a gain of their own. Every figure is the best of some rounds, peers and ours in
turn, so that a busy machine touches both alike; sorting, planning and binning are counted, making the deck is
not. Peers draw a sample of the same people. `layout` are 2 x 25 sections of 40 rows with 50 seats: places,
who is whose neighbour and casting with 24 elements, in CPU seconds. The last line is JSON.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

import _crowd_peers as peers

from photodouble.ops.crowd.areas import Seats
from photodouble.ops.crowd.cards import deck_of
from photodouble.ops.crowd.cast import cast
from photodouble.ops.crowd.deck import Deck
from photodouble.ops.crowd.document import CrowdDocument
from photodouble.ops.crowd.element import Element
from photodouble.ops.crowd.places import places
from photodouble.ops.crowd.raster import raster
from photodouble.ops.crowd.residual import lost_coverage
from photodouble.ops.crowd.splats import Splats

SIZES = {"HD": (1080, 1920), "4K": (2160, 4096)}
RANKS = 6
_CARDS, _WIDE, _TALL = 24, 64, 128


@dataclass(frozen=True)
class Row:
    """The figures of one count on one size: seconds of processor and of wall clock."""

    size: str
    count: int
    ranks: int
    cpu_s: float
    wall_s: float
    peers_cpu_s: dict[str, float]

    def line(self) -> str:
        others = "  ".join(
            f"{name} {self.count / value / 1e3:7.1f}k" for name, value in self.peers_cpu_s.items()
        )
        own = f"{self.count / self.cpu_s / 1e3:7.1f}k agents a CPU second, wall {self.wall_s * 1e3:6.0f} ms"
        return f"{self.size} {self.count:7d} {'ids' if self.ranks else '   '} {own}   {others}"


def main() -> int:
    """Print a table and, last, the figures as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--counts", default="1000,10000,100000")
    parser.add_argument("--sample", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    cards = figures()
    deck = deck_of(cards, [(_WIDE / 2, float(_TALL))] * _CARDS, [float(_TALL)] * _CARDS)
    rows = []
    for name, size in SIZES.items():
        for count in (int(part) for part in options.counts.split(",")):
            for row in measure(name, size, count, cards, deck, options):
                rows.append(row)
                print(row.line(), flush=True)
    layout = layout_seconds()
    print(f"layout of 100000 seats with neighbours and casting: {layout:.2f} CPU s")
    print(json.dumps(figures_of(rows, layout)))
    return 0


def measure(
    name: str,
    size: tuple[int, int],
    count: int,
    cards: list[peers.Card],
    deck: Deck,
    options: argparse.Namespace,
) -> list[Row]:
    """Measure one count on one size, with ids and without, beside the peers."""
    people = crowd(count, size)
    chains = peers.pyramids(cards)
    chosen = np.linspace(0, count - 1, min(options.sample, count)).astype(np.intp)
    placed = peers.places_of(people, chosen, chains, size)
    best: dict[str, float] = {}
    walls: dict[str, float] = {}
    for turn in range(options.rounds + 1):
        for ranks in (0, RANKS):
            begun = time.perf_counter()
            cpu = peers.cpu_seconds(
                lambda ranks=ranks: raster(
                    people, deck, size, ranks=ranks, group_ranks=0, threads=options.threads
                )
            )
            wall = time.perf_counter() - begun
            if turn:
                key = f"ours {ranks}"
                best[key], walls[key] = min(best.get(key, cpu), cpu), min(walls.get(key, wall), wall)
        for peer, draw in peers.PEERS.items():
            cpu = peers.cpu_seconds(lambda draw=draw: draw(placed, chains, size)) * count / len(chosen)
            if turn:
                best[peer] = min(best.get(peer, cpu), cpu)
    told = {peer: best[peer] for peer in peers.PEERS}
    if count >= 100000:
        drawn = raster(people, deck, size, ranks=RANKS, group_ranks=0, threads=options.threads)
        lost = lost_coverage(drawn.beauty[..., 3], drawn.people.coverage) if drawn.people else None
        if lost:
            print(
                f"{name} {count} people: {RANKS} ranks lose {lost.most:.3f} at most, > 1% in {lost.share:.2%}"
            )
    return [
        Row(name, count, ranks, best[f"ours {ranks}"], walls[f"ours {ranks}"], told if not ranks else {})
        for ranks in (0, RANKS)
    ]


def figures_of(rows: list[Row], layout: float) -> dict[str, float | None]:
    """Pick the figures of the last line."""
    found = {(row.size, row.count, row.ranks): row for row in rows}
    hd, wide = found.get(("HD", 100000, 0)), found.get(("4K", 100000, RANKS))
    return {
        "agents_per_cpu_s_hd_100k": round(100000 / hd.cpu_s) if hd else None,
        "cv2_agents_per_cpu_s_hd_100k": round(100000 / hd.peers_cpu_s["cv2"]) if hd else None,
        "wall_s_4k_100k_ids": round(wide.wall_s, 3) if wide else None,
        "layout_cpu_s_100k": round(layout, 3),
    }


def figures() -> list[peers.Card]:
    """Draw bodies and heads with soft edges, premultiplied (h, w, 4) float32."""
    make = np.random.default_rng(0)
    y, x = np.mgrid[0:_TALL, 0:_WIDE].astype(np.float32)
    cards = []
    for _ in range(_CARDS):
        wide = 15 + 4 * make.random()
        body = np.clip(1.5 - (np.hypot((x - 31.5) / wide, (y - 80) / 46) - 1) * 12, 0, 1)
        head = np.clip(1.5 - (np.hypot((x - 31.5) / 10, (y - 22) / 14) - 1) * 8, 0, 1)
        alpha = np.maximum(body, head)
        alpha[:2] = alpha[-2:] = alpha[:, :2] = alpha[:, -2:] = 0
        colour = make.random(3) * 0.8 + 0.05
        texture = 0.7 + 0.3 * make.random((_TALL, _WIDE, 1))
        cards.append(
            np.concatenate([colour * texture * alpha[..., None], alpha[..., None]], 2).astype(np.float32)
        )
    return cards


def crowd(count: int, size: tuple[int, int]) -> Splats:
    """Spread people over ground seen in perspective."""
    make = np.random.default_rng(0)
    height, width = size
    depth = make.uniform(10, 200, count)
    tall = np.maximum(110 * height / 1080 * 10 / depth, 6).astype(np.float32)
    horizon = height * 0.3
    foot = np.stack(
        [make.uniform(-20, width + 20, count), horizon + (height * 0.95 - horizon) * 10 / depth], 1
    )
    none, card = np.zeros(count, np.float32), make.integers(0, _CARDS, count).astype(np.int32)
    pair = np.zeros((count, 2), np.float32)
    return Splats(
        foot.astype(np.float32),
        np.stack([tall, none], 1),
        np.stack([none, -tall], 1),
        depth.astype(np.float32),
        card,
        make.random(count) < 0.5,
        make.uniform(0.8, 1.2, (count, 3)).astype(np.float32),
        np.ones((count, 3), np.float32),
        none,
        np.arange(count, dtype=np.int32),
        card,
        (np.arange(count) % 40).astype(np.int32),
        pair,
        pair,
        none,
    )


def layout_seconds() -> float:
    """Measure a stand of 100,000 seats laid out and cast, with everybody's neighbours; the second time."""
    elements = [
        Element(
            f"e{n:02d}", f"p{n:02d}", "sit", 25.0, 48, (_WIDE, _TALL), (32.0, 128.0), 1.3, 90.0, loop_last=47
        )
        for n in range(_CARDS)
    ]
    sides = {"north": -40.0, "south": 40.0}
    areas = [
        Seats(id=name, sections=25, rows=40, seats=50, origin=(0.0, 0.0, far), states={"sit": 1.0})
        for name, far in sides.items()
    ]
    document = CrowdDocument(areas=tuple(areas))
    spent = []
    for _ in range(2):
        spent.append(peers.cpu_seconds(lambda: cast(places(document.areas), elements, document)))
    return spent[-1]


if __name__ == "__main__":
    raise SystemExit(main())
