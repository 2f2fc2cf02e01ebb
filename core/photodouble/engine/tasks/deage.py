"""The tasks of de-ageing: follow a face, name the frames to paint, compare the performance of a take."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .takes import ROOT, TAKE, opened
from .task import Task

if TYPE_CHECKING:
    from photodouble.engine.tracking import Plate
    from photodouble.ops.deage.followed import Sought
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]

_PLATE = (
    Argument("plate", "path", "The plate, such as plate.####.exr."),
    Argument("frames", "text", "The frames; empty: the whole plate.", ""),
    Argument("colourspace", "text", "The plate's colour space; empty: as its files say.", ""),
    Argument("track", "path", "Points to start from, or a track; empty: the face is found by itself.", ""),
    Argument(
        "tracker",
        "text",
        "How the face is followed.",
        "automatic",
        choices=("automatic", "landmarks", "points", "import"),
    ),
    Argument("face", "text", "Which face, by its id, where there are several.", ""),
    Argument("performer", "text", "Whose face it is.", ""),
)


def _track(values: Values, _settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.deage_track import write_face_track

    output = Path(values["output"])
    return write_face_track(
        _plate(values), output, _sought(values), report, overwrite=values["overwrite"]
    ).to_json()


def _suggest(values: Values, _settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.deage_suggest import suggest
    from photodouble_client.frames import FrameRange

    already = tuple(FrameRange.from_text(values["already"]))
    return suggest(_plate(values), values["count"], _sought(values), report, already=already)


def _performance(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.deage_performance import performance

    picture = Path(values["picture"]) if values["picture"] else None
    return performance(opened(values, settings)[1], report, picture=picture)


def _keys(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.deage_keys import send_out_keys
    from photodouble_client.frames import FrameRange

    return send_out_keys(
        opened(values, settings)[1],
        Path(values["to"]),
        settings,
        report,
        frames=tuple(FrameRange.from_text(values["frames"])),
        kind=values["kind"],
        encoding=values["encoding"],
        overwrite=values["overwrite"],
    )


def _save(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.deage_look import save_look

    take = opened(values, settings)[1]
    return save_look(take, values["name"], Path(values["to"]), report, frame=values["frame"])


def _drift(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.deage_look import look_drift

    return look_drift(opened(values, settings)[1], Path(values["look"]), report)


def _plate(values: Values) -> Plate:
    from photodouble.engine.tracking import Plate

    return Plate.find(values["plate"], values["frames"], colourspace=values["colourspace"])


def _sought(values: Values) -> Sought:
    from photodouble.ops.deage.followed import Sought

    file = Path(values["track"]) if values["track"] else None
    return Sought(values["tracker"], file, values["face"], values["performer"])


DEAGE = (
    Task(
        "deage.track",
        "Follow the faces of a plate, show them, and write the track of one.",
        (
            *_PLATE,
            Argument("output", "path", "The track to write, a JSON file; beside it a picture."),
            Argument("overwrite", "flag", "Replace existing files.", False),
        ),
        _track,
    ),
    Task(
        "deage.suggest-keys",
        "Name the frames of a plate that are worth painting, and what each would gain.",
        (
            *_PLATE,
            Argument("count", "whole", "How many frames.", 3, minimum=1, maximum=1000),
            Argument("already", "text", "Frames that are painted already.", ""),
        ),
        _suggest,
    ),
    Task(
        "deage.performance",
        "Compare mouth, lids and brows of a take's plate and result, and draw their movements.",
        (TAKE, ROOT, Argument("picture", "path", "The PNG to write; empty: none.", "")),
        _performance,
    ),
    Task(
        "deage.keys",
        "Write the key frames of a take as pictures to paint on, such as those that a model painted.",
        (
            TAKE,
            ROOT,
            Argument("to", "path", "The folder to write into."),
            Argument("frames", "text", "Which frames; empty: every key.", ""),
            Argument("kind", "text", "What is written.", "tif", choices=("tif", "png", "exr")),
            Argument("encoding", "text", "The colour space to paint in; empty: sRGB.", ""),
            Argument("overwrite", "flag", "Replace existing files.", False),
        ),
        _keys,
    ),
    Task(
        "deage.look.save",
        "Save the dials, the age map and the figures of a take's hero frame.",
        (
            TAKE,
            ROOT,
            Argument("name", "text", "What the look is called."),
            Argument("to", "path", "The folder in which looks are kept."),
            Argument("frame", "whole", "The hero frame; 0: the middle one.", 0),
        ),
        _save,
    ),
    Task(
        "deage.look.drift",
        "Say how far a take is from a look, in stops, and in what.",
        (TAKE, ROOT, Argument("look", "path", "The look, such as hero.look.json.")),
        _drift,
    ),
)
