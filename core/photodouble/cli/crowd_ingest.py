"""`photodouble crowd ingest`: filmed people become elements of a crowd."""

from __future__ import annotations

import argparse
from typing import Any

from .jobs import absolute, stopping
from .telling import tell, tell_json, telling


def add_ingest(actions: Any) -> None:
    """Add the command to the group `crowd`."""
    text = "Turn filmed people into elements: cut out, keyed, looped, filed in a library."
    parser = actions.add_parser("ingest", help=text, description=text)
    _add_pictures(parser)
    _add_people(parser)
    _add_loop(parser)
    parser.add_argument("--overwrite", action="store_true", help="Replace elements of the same name.")
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_ingest)
    text = "Take elements out of a library."
    remove = actions.add_parser("remove", help=text, description=text)
    remove.add_argument("--library", required=True, metavar="FOLDER", help="The library.")
    remove.add_argument("--name", required=True, metavar="NAMES", help="Their names, with commas.")
    remove.add_argument("--json", action="store_true", help="Answer as JSON.")
    remove.set_defaults(call=_remove)


def _add_pictures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--plate",
        required=True,
        metavar="PATTERN",
        help="The plate with the people, such as people.####.exr.",
    )
    parser.add_argument(
        "--library", required=True, metavar="FOLDER", help="The library; it is made where it is not there."
    )
    parser.add_argument(
        "--frames", default="", metavar="FRAMES", help="The frames; default: the whole plate."
    )
    parser.add_argument(
        "--colourspace", "--colorspace", default="", metavar="NAME", help="The plate's colour space."
    )
    parser.add_argument(
        "--key",
        default="screen",
        choices=("screen", "green", "blue", "alpha", "matte", "difference"),
        help="How people are cut out. screen finds green or blue by itself. Default: screen.",
    )
    parser.add_argument("--matte", default="", metavar="PATTERN", help="A roto matte of the people.")
    parser.add_argument(
        "--clean", default="", metavar="PATTERN", help="A clean plate; people are where the plate differs."
    )
    parser.add_argument(
        "--wardrobe",
        default="",
        metavar="PATTERN",
        help="A matte of the clothes, or none. Default: guessed from colour.",
    )
    parser.add_argument("--fast", action="store_true", help="Key by colour difference alone.")


def _add_people(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--name",
        required=True,
        metavar="NAMES",
        help="Names of the elements, from left to right, with commas.",
    )
    parser.add_argument(
        "--box",
        default=[],
        action="extend",
        nargs="+",
        metavar="X0,Y0,X1,Y1",
        help="A box around each person on the first frame, in pixels. Default: found.",
    )
    parser.add_argument(
        "--person", default="", metavar="IDS", help="The performers' ids; default: the names."
    )
    parser.add_argument("--consent", default="", metavar="IDS", help="References of their consents.")
    parser.add_argument(
        "--extras", action="store_true", help="Nobody on the plate can be recognised, so none is needed."
    )
    parser.add_argument(
        "--state",
        default="idle",
        metavar="WORDS",
        help="What is played: idle, clap, cheer, sit, stand, walk or a word of yours. Default: idle.",
    )
    parser.add_argument(
        "--facing",
        default="0",
        metavar="DEGREES",
        help="Where they look: 0 into the camera, 90 to the picture's right. Default: 0.",
    )
    parser.add_argument(
        "--height", default="1.75", metavar="METRES", help="How tall they are standing. Default: 1.75."
    )
    parser.add_argument(
        "--metre",
        "--meter",
        type=float,
        default=0.0,
        metavar="PIXELS",
        help="How many pixels a metre has where they stand; heights then come from the plate.",
    )


def _add_loop(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rate", type=float, default=25.0, metavar="FPS", help="Frames a second of the plate. Default: 25."
    )
    parser.add_argument(
        "--loop",
        default="find",
        choices=("find", "whole"),
        help="Find the part that loops best, or keep the whole take. Default: find.",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=0.0,
        metavar="S",
        help="How long a loop should be at least. Default: 0.",
    )


def _ingest(namespace: argparse.Namespace) -> int:
    from photodouble.engine.crowd_ingest import IngestAsked, ingest_plate
    from photodouble.ops.operation import Reporter, Stopped
    from photodouble.settings import load_settings
    from photodouble_client.errors import ArtistError
    from photodouble_client.events import Progress, Warned

    asked = IngestAsked(
        plate=absolute(namespace.plate),
        library=absolute(namespace.library),
        names=namespace.name,
        frames=namespace.frames,
        colourspace=namespace.colourspace,
        key=namespace.key,
        matte=absolute(namespace.matte) if namespace.matte else "",
        clean=absolute(namespace.clean) if namespace.clean else "",
        wardrobe=absolute(namespace.wardrobe)
        if namespace.wardrobe not in ("", "none")
        else namespace.wardrobe,
        boxes=" ".join(namespace.box),
        persons=namespace.person,
        consents=namespace.consent,
        states=namespace.state,
        facings=namespace.facing,
        heights=namespace.height,
        metre=namespace.metre,
        rate=namespace.rate,
        loop=namespace.loop,
        seconds=namespace.seconds,
        extras=namespace.extras,
        fast=namespace.fast,
        overwrite=namespace.overwrite,
    )
    with stopping() as stop, telling(quiet=namespace.json) as say:
        report = Reporter(
            on_progress=lambda done, of, note: say(Progress(done, of, note)),
            should_stop=stop.is_set,
            on_warning=lambda message: say(Warned(message)),
        )
        try:
            answer = ingest_plate(asked, report, load_settings().settings)
        except Stopped:
            raise ArtistError(
                "engine.stopped",
                "The work was stopped",
                "What was half-written is removed; elements that were filed stay.",
                "Start it again.",
            ) from None
    if namespace.json:
        tell_json(answer)
        return 0
    for one in answer["elements"]:
        seam = f"seam {one['seam']:.2f} steps" + (
            f", {one['blended']} cards blended" if one["blended"] else ""
        )
        tell(f"{one['name']}: {one['frames']} frames, {one['height']:.2f} m, {seam}")
    tell(f"Library: {answer['library']}")
    tell(f"Look at: {answer['sheet']}")
    return 0


def _remove(namespace: argparse.Namespace) -> int:
    from photodouble.engine.crowd_ingest import remove_elements
    from photodouble.settings import load_settings

    answer = remove_elements(absolute(namespace.library), namespace.name, load_settings().settings)
    if namespace.json:
        tell_json(answer)
        return 0
    tell(f"Taken out: {', '.join(answer['removed'])}")
    tell(f"Look at: {answer['sheet']}" if answer["sheet"] else "The library is empty now.")
    return 0
