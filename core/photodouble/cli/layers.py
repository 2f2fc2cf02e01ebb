"""`photodouble layers`: the light and the motion of a take, as pictures to edit and to give back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import load_settings

from .finding import TAKE_HELP, add_root_flag, found_take, store_of
from .jobs import absolute, check_pattern, stopping
from .telling import tell, tell_json, telling

if TYPE_CHECKING:
    from photodouble.engine.layers import LayersWritten


def add(commands: Any) -> None:
    """Add the command and its sub-commands to the command line."""
    text = "Write what a take knows of light and motion, to edit and to give back."
    parser = commands.add_parser("layers", help=text, description=text)
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _action(
        actions,
        "lighting",
        "Write the light that falls on the fill: layers gain and offset, scene-linear, frame by frame.",
        "PATTERN",
        "The layer to write, such as lighting.####.exr.",
    )
    _action(
        actions,
        "motion",
        "Write the motion as ST maps: to the next and previous frame, and where each filled pixel is from.",
        "FOLDER",
        "The folder to write next.####.exr, previous.####.exr and source.####.exr into.",
    )
    _whole_action(actions)


def _whole_action(actions: Any) -> None:
    text = (
        "Write fill and matte over the whole frame, for programs that place no data window, such as Blender."
    )
    parser = actions.add_parser("whole", help=text, description=text)
    parser.add_argument("take", metavar="TAKE", help=TAKE_HELP)
    add_root_flag(parser)
    parser.add_argument("--to", default="", metavar="FOLDER", help="The folder; otherwise beside the take.")
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_whole)


def _whole(namespace: argparse.Namespace) -> int:
    from photodouble.ops.operation import Reporter
    from photodouble.takes.whole import whole_folder, write_whole
    from photodouble_client.events import Progress

    take = found_take(namespace.take, store_of(namespace))
    folder = Path(absolute(namespace.to)) if namespace.to else whole_folder(take)
    with stopping() as stop, telling(quiet=namespace.json) as say:
        report = Reporter(
            on_progress=lambda done, of, note: say(Progress(done, of, note)), should_stop=stop.is_set
        )
        written = write_whole(take, folder, report)
    if namespace.json:
        tell_json(written.to_json())
        return 0
    tell(f"Wrote {written.fill} (fill in R, G, B, matte in A)")
    tell(f"Wrote {written.told} (kind of origin in R, its frame in G, confidence in B)")
    return 0


def _action(actions: Any, name: str, text: str, metavar: str, output: str) -> None:
    parser = actions.add_parser(name, help=text, description=text)
    parser.add_argument("take", metavar="TAKE", help=TAKE_HELP)
    add_root_flag(parser)
    parser.add_argument("--output", required=True, metavar=metavar, help=output)
    parser.add_argument("--overwrite", action="store_true", help="Replace existing files.")
    parser.add_argument("--view", default="", metavar="NAME", help="The eye of a stereo take.")
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_layers, layer=name)


def _layers(namespace: argparse.Namespace) -> int:
    from photodouble.ops.operation import Reporter
    from photodouble_client.events import Progress, Warned

    if namespace.layer == "lighting":
        check_pattern(namespace.output)
    with stopping() as stop, telling(quiet=namespace.json) as say:
        report = Reporter(
            on_progress=lambda done, of, note: say(Progress(done, of, note)),
            should_stop=stop.is_set,
            on_warning=lambda text: say(Warned(text)),
        )
        written = _written(namespace, report)
    if namespace.json:
        tell_json(written.to_json())
        return 0
    if written.steady:
        tell("No change of light is used in this take: its light is 1 everywhere.")
    for pattern in written.patterns.values():
        tell(f"Wrote {pattern}")
    tell(f"Look at: {written.sheet}")
    flag = "--lighting" if namespace.layer == "lighting" else "--motion-map"
    given = written.patterns.get("lighting" if namespace.layer == "lighting" else "next")
    if given:
        tell(f"Edit it, then give it back: photodouble inpaint ... {flag} '{given}'")
    return 0


def _written(namespace: argparse.Namespace, report: Any) -> LayersWritten:
    from photodouble.engine.layers import write_lighting, write_motion

    take = found_take(namespace.take, store_of(namespace))
    output = absolute(namespace.output)
    settings = load_settings(take.folder).settings
    wish = {"view": namespace.view, "overwrite": namespace.overwrite}
    if namespace.layer == "lighting":
        return write_lighting(take, output, settings, report, **wish)
    return write_motion(take, Path(output), settings, report, **wish)
