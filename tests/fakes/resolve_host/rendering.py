"""How a job renders: real pictures, a few with every question that is asked about it."""

from __future__ import annotations

import os
from typing import Any, Dict, List, Optional, Tuple

from . import colour
from .compositing import composed


class Failed(Exception):
    """Say why a picture cannot be rendered."""


def begin(jobs: List[Any]) -> None:
    """Lay out the frames of each job: (timeline frame, path)."""
    for job in jobs:
        job.status, job.done, job.error, job.written = "Rendering", 0, "", []
        job.frames = _single(job) if job.state["mode"] else _individual(job)


def _range(job: Any) -> Tuple[int, int]:
    """Give the frames of a job; MarkOut is inclusive (facts section 5)."""
    settings, timeline = job.state["settings"], job.timeline
    if settings.get("SelectAllFrames"):
        return timeline._start, timeline._end() - 1
    return max(timeline._start, settings["MarkIn"]), min(timeline._end() - 1, settings["MarkOut"])


def _single(job: Any) -> List[Any]:
    first, last = _range(job)
    stem = job.state["settings"].get("CustomName") or job.timeline._name
    return [(frame, _path(job, stem, frame)) for frame in range(first, last + 1)]


def _individual(job: Any) -> List[Any]:
    first, last = _range(job)
    found = []
    for item in job.timeline._items("video"):
        stem = job.state["settings"].get("CustomName") or os.path.splitext(item._name)[0]
        for frame in range(max(first, item._record), min(last, item._record + item._length - 1) + 1):
            found.append((frame, _path(job, stem, item._media_frame(frame))))
    return found


def _path(job: Any, stem: str, number: int) -> str:
    """Name a file; how the number is written differs between versions (facts section 5)."""
    version = job.timeline._host._version
    mark = "" if version < (19,) else "_"
    extension = {"exr": "exr", "dpx": "dpx", "tif": "tif"}.get(job.state["format"], job.state["format"])
    return os.path.join(job.state["settings"]["TargetDir"], f"{stem}{mark}{number:08d}.{extension}")


def advance(host: Any, project: Any) -> None:
    """Render the next few frames of the first job in the queue."""
    for _ in range(host.frames_per_poll):
        if not project._queue:
            return
        job = project._queue[0]
        if job.done >= len(job.frames):
            _end(project, job, "Complete")
            continue
        if host.cancel_at is not None and job.done >= host.cancel_at:
            host.cancel_at = None
            project.StopRendering()
            return
        try:
            _frame(host, project, job)
        except (Failed, OSError) as found:
            _end(project, job, "Failed", str(found))
    if project._queue and project._queue[0].done >= len(project._queue[0].frames):
        _end(project, project._queue[0], "Complete")


def _end(project: Any, job: Any, status: str, error: str = "") -> None:
    job.status, job.error = status, error
    project._queue.remove(job)


def _frame(host: Any, project: Any, job: Any) -> None:
    if host.fail_at is not None and job.done >= host.fail_at[0]:
        raise Failed(host.fail_at[1])
    if job.state["format"] not in ("exr", "dpx", "tif"):
        raise Failed("The encoder could not be initialized")
    if not project._tell_folder(job):
        raise Failed("Failed to write to the target folder")
    from . import pictures

    frame, path = job.frames[job.done]
    settings = job.state["settings"]
    size = (
        settings.get("FormatWidth") or int(job.timeline._setting("timelineResolutionWidth")),
        settings.get("FormatHeight") or int(job.timeline._setting("timelineResolutionHeight")),
    )
    pixels = pictures.sized(delivered(job.timeline, frame, settings), size)
    if not settings.get("ExportAlpha"):
        pixels = pixels[..., :3]
    told = {"pixel_aspect": 1.0}
    pictures.write(path, pixels, job.state["format"], job.state["codec"], told)
    job.written.append(path)
    host.rendered.append(path)
    job.done += 1


def size_of(timeline: Any) -> Tuple[int, int]:
    """Give width and height of a timeline."""
    width, height = (timeline._setting(f"timelineResolution{side}") for side in ("Width", "Height"))
    return int(width), int(height)


def source(item: Any, frame: int) -> Any:
    """Return what an item brings at a timeline frame: its file's code values after its compositions."""
    from . import pictures

    clip, place = item._used()[0], item._media_frame(frame)
    if clip is None:
        raise Failed(f"{item._name} has no pictures that are made up here")
    if clip._timeline is not None:
        inner = clip._timeline
        shown = shown_at(inner, inner._start + place)
        pixels = source(shown, inner._start + place) if shown else _black(inner)
    else:
        pixels = pictures.read(clip, place)
    for comp in item._comps[-1:]:
        if not comp._is_rooted():
            raise Failed("Fusion: MediaOut1 is not connected to MediaIn1")
        pixels = composed(comp, pixels, frame - item._record)
    return pixels


def _black(timeline: Any) -> Any:
    import numpy as np

    width, height = size_of(timeline)
    return np.zeros((height, width, 3), np.float32)


def shown_at(timeline: Any, frame: int) -> Optional[Any]:
    """Find the topmost clip that is seen at a frame."""
    found = timeline._items_at(frame)
    return found[0] if found else None


def head(item: Any, frame: int) -> Any:
    """Return what enters the first node of an item at a timeline frame: (H, W, 3 or 4) float32."""
    import numpy as np

    pixels = np.asarray(source(item, frame), np.float32)
    project, clip = item._timeline._project, _innermost(item, frame)
    if clip is None:
        return pixels
    rgb = colour.convert(pixels[..., :3], colour.input_space(project, clip), colour.working_space(project))
    return np.concatenate([rgb, pixels[..., 3:]], axis=2)


def _innermost(item: Any, frame: int) -> Any:
    """Find the clip whose input space counts: inside a compound that of what is shown there."""
    clip = item._used()[0]
    if clip is not None and clip._timeline is not None:
        inner_frame = clip._timeline._start + item._media_frame(frame)
        shown = shown_at(clip._timeline, inner_frame)
        return _innermost(shown, inner_frame) if shown else None
    return clip


def delivered(timeline: Any, frame: int, settings: Dict[str, Any]) -> Any:
    """Return the picture of a timeline as it leaves: sized, graded, in the space of the output."""
    import numpy as np

    from . import pictures

    item = shown_at(timeline, frame)
    if item is None:
        return _black(timeline)
    project = timeline._project
    pixels = pictures.sized(head(item, frame), size_of(timeline), item._properties)
    rgb = pixels[..., :3]
    group = [item._group._before, item._group._after] if item._group else []
    for grade in [*group[:1], item._grade, *group[1:], timeline._grade]:
        rgb = pictures.graded(rgb, grade.nodes)
    rgb = colour.convert(rgb, colour.working_space(project), colour.output_space(project, settings))
    return np.concatenate([rgb, pixels[..., 3:]], axis=2).astype(np.float32)


def still(timeline: Any, path: str) -> bool:
    """Write the picture under the playhead; the ending of the path says as what."""
    from . import pictures

    extension = os.path.splitext(path)[1][1:].lower()
    if extension not in ("png", "tif", "jpg", "dpx", "exr") or not timeline._host.is_writable(path):
        return False
    if not os.path.isdir(os.path.dirname(path)):
        return False
    try:
        pixels = delivered(timeline, timeline._playhead, {})
    except Failed:
        return False
    codec = {"exr": "RGBHalfZIP", "dpx": "RGB10", "jpg": "RGB8"}.get(extension, "RGB16")
    pictures.write(path, pixels[..., :3], extension, codec, {})
    return True
