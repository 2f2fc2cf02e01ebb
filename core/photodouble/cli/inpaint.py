"""What runs an operation from the command line: its flags, its request, its take."""

from __future__ import annotations

import argparse
import itertools
import math
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from photodouble.generate.flags import add_flags, add_port_flags, inputs_from_flags, values_from_flags
from photodouble.settings import ResolvedSettings, load_settings
from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange
from photodouble_client.opspec import OpSpec
from photodouble_client.request import USES, JobRequest, PortInput, new_take_id
from photodouble_client.specs import INPAINT

from .finding import default_root, found_take, open_root
from .jobs import absolute, add_job_flags, check_pattern, run_and_tell
from .names import add_name_flags, shot_names
from .telling import tell, tell_json

_USE = "temp"


def add_operation(commands: Any, spec: OpSpec, name: str = "") -> None:
    """Add the command that runs an operation, its flags made from the declaration."""
    parser = commands.add_parser(name or spec.key, help=spec.summary, description=spec.summary)
    add_port_flags(parser, spec)
    add_frame_flags(parser)
    _add_take_flags(parser)
    add_name_flags(parser)
    if spec.consent != "none":
        add_likeness_flags(parser)
    add_job_flags(parser)
    add_flags(parser, spec)
    parser.set_defaults(call=call, spec=spec)


def add_frame_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags that say which frames are meant, and which of them are the artist's own."""
    parser.add_argument(
        "--frames",
        default=None,
        metavar="FRAMES",
        help="The frames to fill and to analyse; default: the whole plate. Chunks of one take are made with "
        "'photodouble run REQUEST --frames'.",
    )
    parser.add_argument(
        "--override",
        action="append",
        default=[],
        metavar="FRAME=PATH",
        help="This frame is mine: use the picture as it is, and let the others follow it. May be repeated.",
    )
    parser.add_argument(
        "--lock",
        action="append",
        default=[],
        metavar="FRAME=PATH",
        help="Keep this frame as it was in an earlier take. May be repeated.",
    )


def add_likeness_flags(parser: argparse.ArgumentParser) -> None:
    """Add the flags that say whose likeness is touched and what for: their consent is asked for both."""
    group = parser.add_argument_group("Consent")
    group.add_argument(
        "--performer",
        action="append",
        default=[],
        metavar="ID",
        help="Whose likeness it is, by the id in 'photodouble consent list'. May be repeated.",
    )
    group.add_argument("--use", choices=USES, default=_USE, help="What the take is for.")


def _add_take_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--save-request",
        default="",
        metavar="FILE",
        help="Check everything, write the request to this file and run nothing: for a farm.",
    )
    parser.add_argument(
        "--parent", default="", metavar="TAKE", help="The take that this one changes: its name, folder or id."
    )
    parser.add_argument(
        "--root",
        default="",
        metavar="FOLDER",
        help="Where takes are kept; default: the setting takes_root, the folder 'takes' of the show, "
        "or 'takes' beside the output.",
    )
    parser.add_argument(
        "--view",
        default="",
        metavar="NAMES",
        help="The eye to work on, or both: left,right. %%V in paths is its name.",
    )


def call(namespace: argparse.Namespace) -> int:
    """Make the request from the flags and run it."""
    check_pattern(namespace.output)
    near = namespace.root or namespace.output or namespace.port_plate or "."
    resolved = load_settings(Path(near).expanduser())
    request = request_from_flags(namespace, resolved)
    if namespace.save_request:
        return _save_request(request, namespace)
    return run_and_tell(request, resolved.settings, namespace, "")


def _save_request(request: JobRequest, namespace: argparse.Namespace) -> int:
    """Check a request and write it to the file of --save-request; nothing is run."""
    from photodouble.engine.prepare import prepare
    from photodouble.takes.files import write_json

    path = Path(absolute(namespace.save_request))
    if path.exists() and not namespace.overwrite:
        raise ArtistError(
            "input.output_exists",
            "The request already exists",
            f"{path} is already there.",
            "Choose another name, or add --overwrite.",
        )
    prepared = prepare(request if request.take else request.with_take(new_take_id()))
    write_json(path, prepared.request.to_json())
    for message in prepared.warnings:
        print(f"Note: {message}", file=sys.stderr)
    if namespace.json:
        tell_json({"request": str(path), "take": prepared.request.take, "range": request.range.to_text()})
    elif not namespace.quiet:
        copy = f" --output '{namespace.output}'" if namespace.output else ""
        tell(f"Make the take with: photodouble run '{path}'{copy}")
        tell(f"or a chunk of it with: photodouble run '{path}' --frames {request.range.first}")
    return 0


def request_from_flags(namespace: argparse.Namespace, resolved: ResolvedSettings) -> JobRequest:
    """Return the request which the flags ask for; raises ArtistError for what cannot be understood."""
    spec: OpSpec = getattr(namespace, "spec", INPAINT)
    inputs = {
        key: PortInput(absolute(stored.path)) for key, stored in inputs_from_flags(namespace, spec).items()
    }
    for key in (port.key for port in spec.inputs if port.required):
        if key not in inputs:
            raise ArtistError(
                "usage.arguments",
                f"There is no {key}",
                f"The command needs a {key}.",
                f"Add --{key} and the path of its files, such as {key}.####.exr.",
            )
    values = values_from_flags(namespace, spec)
    plate_frames = _plate_frames(inputs["plate"].path, namespace.view)
    if namespace.frames is None:
        wanted = _without_gaps(inputs["plate"].path, plate_frames)
    else:
        wanted = FrameRange.from_text(namespace.frames)
    names = shot_names(namespace, inputs["plate"].path, resolved.settings)
    return JobRequest(
        operation=spec.key,
        spec_version=spec.version,
        inputs=inputs,
        values=spec.validate(values),
        range=wanted,
        source_range=plate_frames,
        take="" if namespace.resume else new_take_id(),
        parent=_parent(namespace, resolved),
        overrides=frame_paths(namespace.override),
        locks=frame_paths(namespace.lock),
        output_root=takes_root(namespace, resolved),
        show=names.show or resolved.settings.name,
        sequence=names.sequence,
        shot=names.shot,
        task=names.task,
        person=names.person,
        view=namespace.view,
        host="command line",
        performers=tuple(getattr(namespace, "performer", ())),
        use=getattr(namespace, "use", _USE),
    )


def takes_root(namespace: argparse.Namespace, resolved: ResolvedSettings) -> str:
    """Return where the takes go: --root, the settings, the show, or `takes` beside the output."""
    beside = Path(namespace.output).parent if namespace.output else Path()
    return str(default_root(namespace.root, resolved, otherwise=beside))


def frame_paths(given: Iterable[str]) -> dict[int, str]:
    """Read `FRAME=PATH` flags; raises ArtistError `usage.arguments`."""
    found = {}
    for text in given:
        frame, equals, path = text.partition("=")
        try:
            number = int(frame)
        except ValueError:
            equals = ""
        if not equals or not path:
            raise ArtistError(
                "usage.arguments",
                "A frame and its picture are not understood",
                f"{text!r} is not a frame number, an equals sign and a path.",
                "Write it as 1012=painted.1012.exr.",
            )
        found[number] = absolute(path)
    return found


def _plate_frames(pattern: str, view: str) -> FrameRange:
    from photodouble.image.sequence import Sequence

    return FrameRange(Sequence.find(pattern, view=view.partition(",")[0].strip()).frames)


def _without_gaps(pattern: str, found: FrameRange) -> FrameRange:
    """Return the whole plate's frames; one on twos may be so, other gaps raise `input.missing_frames`.

    A range that is written in the pattern is what the plate should hold.
    """
    from photodouble.image.pattern import parse_pattern

    there = tuple(found)
    steps = {after - before for before, after in itertools.pairwise(there)}
    whole = parse_pattern(pattern).frames or (
        found if len(steps) < 2 else FrameRange(range(found.first, found.last + 1, math.gcd(*steps)))
    )
    missing = FrameRange(frame for frame in whole if frame not in found)
    if not len(missing):
        return found
    raise ArtistError(
        "input.missing_frames",
        "Frames of the plate are missing",
        f"{Path(pattern).name} has no frame {missing.to_text()}.",
        f"Bring the missing frames back, or use --frames {found.to_text()}.",
        detail=pattern,
    )


def _parent(namespace: argparse.Namespace, resolved: ResolvedSettings) -> str:
    """Return the take id that --parent means: a whole id as it is, otherwise that of the take it names."""
    if not namespace.parent or re.fullmatch("[0-9a-f]{32}", namespace.parent):
        return str(namespace.parent)
    root = Path(takes_root(namespace, resolved))
    return found_take(namespace.parent, open_root(root, resolved)).take_id
