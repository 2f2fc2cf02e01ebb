"""Render with Resolve's Deliver page, and leave that page as the artist had it.

Its settings merge over what was there and cannot be asked for, so they are kept as a preset of their own
for as long as something is rendered. Formats and codecs go by id; what came out is read back by the engine.
"""

from __future__ import annotations

import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterator, Tuple

from photodouble_client.errors import ArtistError

from .calls import LOG, also, ask, has, listed, must, named, refused, text, whole

FORMAT = "exr"
CODECS = ("RGBHalfZIP", "RGBHalfPIZ", "RGBHalfZIP1", "RGBHalf", "RGBHalfRLE")
"""Half float without loss, the smallest first."""
PAUSE = 0.2
SINGLE_CLIP = 1
_KEPT = "Photo Double keeps "
_GONE_AFTER = 3
"""How often in a row Resolve may have nothing to say of a job before it counts as gone."""


Progress = Callable[[int], None]
"""Told how many per cent are done."""


@dataclass(frozen=True)
class Rendering:
    """What is rendered: a folder, a name without number, and the size in pixels."""

    folder: str
    name: str
    size: Tuple[int, int]
    marks: Tuple[int, int] = (-1, -1)
    has_alpha: bool = False


@contextmanager
def kept(project: Any) -> Iterator[str]:
    """Keep the Deliver page as a preset and put it back afterwards, also on failure; gives the preset's name.

    Raises ArtistError `input.host_refused` where it cannot be kept (nothing was changed then) or put back.
    """
    name = _KEPT + uuid.uuid4().hex[:8]
    before = _state(project)
    must(
        project,
        "SaveAsNewRenderPreset",
        name,
        because="The settings of the Deliver page could not be kept, so nothing was rendered.",
    )
    try:
        yield name
    finally:
        _put_back(project, name, before)


def _put_back(project: Any, name: str, before: Dict[str, Any]) -> None:
    ask(project, "LoadRenderPreset", name)
    if has(project, "DeleteRenderPreset"):
        ask(project, "DeleteRenderPreset", name)
        if name in listed(project, "GetRenderPresetList"):
            LOG.warning("the render preset %s stayed behind", name)
    if _state(project) != before:
        lost = "The Deliver page is not as it was. Check its format and settings before the next delivery."
        raise also(refused(lost, "was {!r}, is {!r}".format(before, _state(project))))


def _state(project: Any) -> Dict[str, Any]:
    """Read the little of the Deliver page that can be read."""
    pair = named(project, "GetCurrentRenderFormatAndCodec")
    return {**pair, "mode": whole(project, "GetCurrentRenderMode")}


def render(
    project: Any,
    wanted: Rendering,
    *,
    on_progress: Progress = lambda _percent: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> None:
    """Render the open timeline to half EXR and wait for it; call it inside `kept`.

    Raises ArtistError `input.host_render` where the job fails, `engine.stopped` where it is cancelled, here
    or in Resolve, and `input.host_refused` where it cannot be set up.
    """
    _refuse_busy(project)
    _set_up(project, wanted)
    job = text(project, "AddRenderJob")
    if not job:
        raise refused("The clip could not be added to the render queue.", "AddRenderJob gave no id")
    try:
        must(project, "StartRendering", [job], False, because="Resolve did not start to render the clip.")
        _wait(project, job, on_progress, should_stop)
    except BaseException:  # the engine may be gone, too: whatever ends the wait ends the render
        _end(project)
        raise
    finally:
        ask(project, "DeleteRenderJob", job)


def _end(project: Any) -> None:
    """Stop the render, which is ours, as another was refused: a job at work cannot be deleted."""
    if ask(project, "IsRenderingInProgress"):
        ask(project, "StopRendering")


def _refuse_busy(project: Any) -> None:
    if ask(project, "IsRenderingInProgress"):
        raise refused("Resolve is rendering already. Wait for its render queue to end, then ask again.")


def _set_up(project: Any, wanted: Rendering) -> None:
    codec = _codec(project)
    must(
        project,
        "SetCurrentRenderFormatAndCodec",
        FORMAT,
        codec,
        because="Resolve did not take EXR (half float) as the format to render.",
    )
    if named(project, "GetCurrentRenderFormatAndCodec").get("codec") != codec:
        raise refused("Resolve kept another codec than {}.".format(codec))
    ask(project, "SetCurrentRenderMode", SINGLE_CLIP)
    if whole(project, "GetCurrentRenderMode") != SINGLE_CLIP:
        raise refused("Resolve renders individual clips and could not be set to a single one.")
    because = "Resolve did not take the settings of the render."
    must(project, "SetRenderSettings", _settings(wanted), because=because)


def _codec(project: Any) -> str:
    """Choose among the codecs that this Resolve has, by id; descriptions differ by version and language."""
    known = set(named(project, "GetRenderCodecs", FORMAT).values())
    found = [codec for codec in CODECS if codec in known]
    if not found:
        raise refused(
            "This Resolve renders no EXR in half float without loss.", "it has {}".format(sorted(known))
        )
    return found[0]


def _settings(wanted: Rendering) -> Dict[str, Any]:
    """Name every setting that matters: what is not named stays as the artist left it."""
    first, last = wanted.marks
    settings: Dict[str, Any] = {
        "SelectAllFrames": first < 0,
        "TargetDir": wanted.folder,
        "CustomName": wanted.name,
        "UniqueFilenameStyle": 0,
        "ExportVideo": True,
        "ExportAudio": False,
        "FormatWidth": wanted.size[0],
        "FormatHeight": wanted.size[1],
        "ExportAlpha": wanted.has_alpha,
    }
    if first >= 0:
        settings.update(MarkIn=first, MarkOut=last)
    return settings


def _wait(
    project: Any, job: str, on_progress: Callable[[int], None], should_stop: Callable[[], bool]
) -> None:
    silent = 0
    while True:
        if should_stop():
            raise _stopped("It was cancelled.")
        status = named(project, "GetRenderJobStatus", job)
        word = str(status.get("JobStatus") or "").lower()
        if word.startswith("complete"):
            return
        if word.startswith("fail"):
            raise _failed(str(status.get("Error") or "Resolve gives no reason."))
        if word.startswith("cancel"):
            raise _stopped("It was cancelled in Resolve.")
        silent = 0 if word else silent + 1
        if silent >= _GONE_AFTER:
            raise _failed("Resolve no longer knows the job: it was removed from the queue, or Resolve quit.")
        on_progress(int(float(status.get("CompletionPercentage") or 0)))
        time.sleep(PAUSE)


def _failed(reason: str) -> ArtistError:
    return ArtistError(
        "input.host_render",
        "Resolve could not render the clip",
        reason,
        "Play the clip through in Resolve, mend what it shows, and ask again.",
    )


def _stopped(reason: str) -> ArtistError:
    return ArtistError(
        "engine.stopped", "The clip was not rendered", reason, "Ask again when it may be rendered."
    )
