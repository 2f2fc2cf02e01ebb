"""The methods to beat, written for the bench alone: still inpainting, homography median, outside programs."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Clip = list[NDArray[np.uint8]]
Method = Callable[[Clip, Clip], Clip]


def available() -> dict[str, Method]:
    """Name every peer that runs on this machine, cheapest first."""
    peers: dict[str, Method] = {
        "NS": _each(_ns),
        "Telea": _each(_telea),
        "homography median": homography_median,
    }
    if importlib.util.find_spec("patchmatch") is not None:
        peers["pypatchmatch"] = _each(_patchmatch)
    if shutil.which("gmic"):
        peers["G'MIC"] = _each(_gmic)
    return peers


def homography_median(frames: Clip, holes: Clip, nearest: int = 5) -> Clip:
    """Median of the nearest frames that see the pixel over chained homographies; Telea for the rest."""
    grey = [cv2.cvtColor(f, cv2.COLOR_RGB2GRAY) for f in frames]
    steps = [homography(grey[i], grey[i + 1], holes[i], holes[i + 1]) for i in range(len(frames) - 1)]
    chain = [np.eye(3)]
    for step in steps:
        chain.append(step @ chain[-1])
    return [_median_frame(frames, holes, chain, t, nearest) for t in range(len(frames))]


def homography(
    a: NDArray[np.uint8], b: NDArray[np.uint8], hole_a: NDArray[np.uint8], hole_b: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """Fit the plane most tracks between two grey frames agree on, outside both holes; identity if few."""
    start = cv2.goodFeaturesToTrack(a, 800, 0.005, 5, mask=((1 - hole_a) * 255).astype(np.uint8))
    if start is None or len(start) < 12:
        return np.eye(3)
    end, ok, _ = cv2.calcOpticalFlowPyrLK(a, b, start, None, winSize=(15, 15), maxLevel=4)
    back, ok_back, _ = cv2.calcOpticalFlowPyrLK(b, a, end, None, winSize=(15, 15), maxLevel=4)
    kept = (ok[:, 0] > 0) & (ok_back[:, 0] > 0) & (np.abs(back - start).reshape(-1, 2).max(1) < 0.7)
    h, w = hole_b.shape
    x, y = np.rint(end.reshape(-1, 2)).astype(int).T
    kept &= (x >= 0) & (x < w) & (y >= 0) & (y < h)
    kept[kept] &= hole_b[y[kept], x[kept]] == 0
    if kept.sum() < 12:
        return np.eye(3)
    plane, _ = cv2.findHomography(start[kept], end[kept], cv2.RANSAC, 1.0)
    return np.eye(3) if plane is None else plane


def _median_frame(
    frames: Clip, holes: Clip, chain: list[NDArray[np.float64]], t: int, nearest: int
) -> NDArray[np.uint8]:
    ys, xs = np.nonzero(holes[t])
    out = frames[t].copy()
    if not len(ys):
        return out
    h, w = holes[t].shape
    points = np.stack([xs, ys, np.ones(len(xs))])
    samples = np.full((len(ys), nearest, 3), np.nan, np.float32)
    count = np.zeros(len(ys), int)
    for s in sorted(range(len(frames)), key=lambda s: abs(s - t)):
        if s == t or (count >= nearest).all():
            continue
        q = chain[s] @ np.linalg.inv(chain[t]) @ points
        x, y = (q[:2] / q[2]).astype(np.float32)[:, None, :]
        closed = cv2.remap(holes[s].astype(np.float32), x, y, cv2.INTER_LINEAR, borderValue=1)[0]
        colour = cv2.remap(frames[s].astype(np.float32), x, y, cv2.INTER_CUBIC)[0]
        inside = (x[0] >= 0) & (x[0] <= w - 1) & (y[0] >= 0) & (y[0] <= h - 1)
        take = np.nonzero((closed <= 0) & (count < nearest) & inside)[0]
        samples[take, count[take]] = colour[take]
        count[take] += 1
    seen = count > 0
    if seen.any():
        out[ys[seen], xs[seen]] = np.clip(np.nanmedian(samples[seen], 1), 0, 255).round()
    rest = np.zeros_like(holes[t])
    rest[ys[~seen], xs[~seen]] = 1
    return _telea(out, rest) if rest.any() else out


def _each(method: Callable[[NDArray[np.uint8], NDArray[np.uint8]], NDArray[np.uint8]]) -> Method:
    return lambda frames, holes: [method(f, m) if m.any() else f for f, m in zip(frames, holes)]


def _ns(frame: NDArray[np.uint8], hole: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return cv2.inpaint(frame, hole * 255, 5, cv2.INPAINT_NS)


def _telea(frame: NDArray[np.uint8], hole: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return cv2.inpaint(frame, hole * 255, 5, cv2.INPAINT_TELEA)


def _patchmatch(frame: NDArray[np.uint8], hole: NDArray[np.uint8]) -> NDArray[np.uint8]:
    from patchmatch import patch_match

    return np.asarray(patch_match.inpaint(frame * (1 - hole[..., None]), hole * 255, patch_size=5))


def _gmic(frame: NDArray[np.uint8], hole: NDArray[np.uint8]) -> NDArray[np.uint8]:
    with tempfile.TemporaryDirectory() as folder:
        plate, matte, result = (str(Path(folder) / name) for name in ("plate.png", "matte.png", "result.png"))
        cv2.imwrite(plate, frame[..., ::-1])
        cv2.imwrite(matte, hole * 255)
        words = ["gmic", "-v", "0", plate, matte, "-inpaint_matchpatch[0]", "[1],0,9,10,5,1,0"]
        words += ["-k[0]", "-c", "0,255", "-o", result]
        subprocess.run(words, capture_output=True, timeout=240, check=True)
        return np.ascontiguousarray(cv2.imread(result)[..., ::-1])
