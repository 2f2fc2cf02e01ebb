"""`photodouble crowd layout`, `edit`, `score`, `export`, `check`: the crowd file, the crowd of a take."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError
from photodouble_client.events import Warned

from .crowd_camera import add_camera
from .crowd_lock import add_lock
from .crowd_words import areas_from_flags, change_from_flags, ground_from_flags
from .finding import TAKE_HELP, add_root_flag, found_take, store_of
from .jobs import absolute, stopping
from .telling import tell, tell_json, telling


def add_actions(actions: Any) -> None:
    """Add the actions to `photodouble crowd`."""
    add_camera(actions)
    _add_layout(actions)
    _add_edit(actions)
    _add_score(actions)
    add_lock(actions)
    _add_exchange(actions)


def _add_layout(actions: Any) -> None:
    text = "Begin a crowd file, or add an area to one, and draw where everybody would be in the plate."
    parser = actions.add_parser("layout", help=text, description=text)
    parser.add_argument("crowd", metavar="FILE", help="The crowd file, such as crowd.json; made if missing.")
    parser.add_argument("--plate", required=True, metavar="PATTERN", help="The plate.")
    parser.add_argument("--camera", default="", metavar="FILE", help="The camera of the shot.")
    parser.add_argument(
        "--corners",
        nargs=4,
        metavar="X,Y",
        help="Four corners of a rectangle on the ground, in order around, in plate pixels.",
    )
    for name, what in (
        ("width", "The length from the first corner to the second"),
        ("depth", "The length from the second corner to the third"),
    ):
        parser.add_argument(f"--{name}", type=float, metavar="METRES", help=f"{what}; one may be left out.")
    parser.add_argument("--focal", type=float, metavar="MM", help="The focal length; default: solved.")
    parser.add_argument("--frame", type=int, metavar="FRAME", help="The frame of corners and areas.")
    parser.add_argument("--id", default="", metavar="NAME", help="The name of the area that is added.")
    parser.add_argument(
        "--area",
        nargs="+",
        metavar="X,Y",
        help="Ground to stand on, drawn on the plate.",
    )
    parser.add_argument("--spacing", type=float, metavar="METRES", help="How far apart people stand there.")
    parser.add_argument(
        "--seats", metavar="SECTIONSxROWSxSEATS", help="A stand, such as 4x30x20; see --at and --facing."
    )
    parser.add_argument("--at", metavar="X,Y,Z", help="The middle of the stand's first row, in metres.")
    parser.add_argument("--facing", type=float, metavar="DEGREES", help="Where people look: 0 is along +z.")
    parser.add_argument("--picture", default="", metavar="FILE", help="The PNG; default: beside FILE.")
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_layout)


def _add_edit(actions: Any) -> None:
    text = "Remove, swap, move, retime or deal people anew in a crowd file, or undo the last edit."
    parser = actions.add_parser("edit", help=text, description=text)
    parser.add_argument("crowd", metavar="FILE", help="The crowd file.")
    parser.add_argument("--do", choices=("kill", "swap", "nudge", "retime", "redeal"), help="What is done.")
    text = "Take the last edit off, or as many as STEPS says."
    parser.add_argument("--undo", nargs="?", const=1, type=int, metavar="STEPS", help=text)
    parser.add_argument("--agents", nargs="+", metavar="NAME", help="The people, such as north/3/12/27.")
    parser.add_argument("--region", metavar="AREA", help="All people of an area instead; * for everybody.")
    parser.add_argument("--polygon", nargs="+", metavar="X,Z", help="Only those in this part of the ground.")
    parser.add_argument("--element", metavar="NAME", help="swap: whom they become.")
    text = "The library, so that an element it lacks is refused."
    parser.add_argument("--library", default="", metavar="FOLDER", help=text)
    parser.add_argument("--by", metavar="X,Y,Z", help="nudge: metres.")
    parser.add_argument("--scale", type=float, metavar="FACTOR", help="nudge: how much larger.")
    parser.add_argument("--shift", type=float, metavar="SECONDS", help="retime: how much earlier they are.")
    parser.add_argument("--speed", type=float, metavar="FACTOR", help="retime: how much faster.")
    parser.add_argument("--seed", type=int, metavar="NUMBER", help="redeal: another deal.")
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_edit)


def _add_score(actions: Any) -> None:
    text = "Say how much the crowd of a take repeats itself, and who gives it away."
    parser = actions.add_parser("score", help=text, description=text)
    parser.add_argument("take", metavar="TAKE", help=TAKE_HELP)
    parser.add_argument("--redeal", action="store_true", help="Deal the worst anew, in the crowd file.")
    add_root_flag(parser)
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_score)


def _add_exchange(actions: Any) -> None:
    text = "Hand the crowd of a take to other programs: as a USD point instancer, or as cards in JSON."
    parser = actions.add_parser("export", help=text, description=text)
    parser.add_argument("take", metavar="TAKE", help=TAKE_HELP)
    parser.add_argument("--usd", default="", metavar="FILE", help="The USD file, such as crowd.usda.")
    parser.add_argument("--cards", default="", metavar="FILE", help="The JSON file of cards.")
    parser.add_argument("--overwrite", action="store_true", help="Let it replace a file that is there.")
    add_root_flag(parser)
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_export)
    text = "Check a USD crowd for what makes people vanish or move, which other checkers pass."
    parser = actions.add_parser("check", help=text, description=text)
    parser.add_argument("usd", metavar="FILE", help="The USD file.")
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    parser.set_defaults(call=_check)


def _layout(namespace: argparse.Namespace) -> int:
    from photodouble.engine.crowd_files import lay_out

    crowd = Path(absolute(namespace.crowd))
    picture = Path(absolute(namespace.picture)) if namespace.picture else crowd.with_suffix(".png")
    made = lay_out(
        crowd,
        absolute(namespace.plate),
        camera=absolute(namespace.camera) if namespace.camera else "",
        ground=ground_from_flags(namespace, namespace.plate),
        areas=areas_from_flags(namespace),
        picture=picture,
    )
    if namespace.json:
        tell_json(made.to_json())
        return 0
    for name, count in made.places.items():
        tell(f"{name}: {count:,} places")
    tell(f"{made.taken:,} people; focal length {made.focal:.1f} mm")
    tell(f"Crowd file: {made.crowd}")
    tell(f"Look at: {made.picture}")
    return 0


def _edit(namespace: argparse.Namespace) -> int:
    from photodouble.engine.crowd_edit import edit

    if namespace.undo is not None and namespace.do:
        raise ArtistError(
            "usage.arguments",
            "The edit was not understood",
            "Both --undo and --do are given.",
            "Give one of them at a time.",
        )
    change = None if namespace.undo is not None else change_from_flags(namespace)
    library = Path(absolute(namespace.library)) if namespace.library else None
    made = edit(Path(absolute(namespace.crowd)), change, undo=namespace.undo or 0, library=library)
    count = len(made.document.edits)
    if namespace.json:
        tell_json({"crowd": absolute(namespace.crowd), "edits": count, "people": made.people})
        return 0
    if made.people is not None:
        people = "1 person" if made.people == 1 else f"{made.people:,} people"
        tell(f"This {change['do'] if change else 'edit'} is about {people}.")
    if change and change.get("element") and library is None:
        tell(f"Whether there is an element {change['element']!r} is seen with --library.")
    edits = "1 edit" if count == 1 else f"{count} edits"
    tell(f"{namespace.crowd} holds {edits} now; render again to see it.")
    return 0


def _score(namespace: argparse.Namespace) -> int:
    from photodouble.engine.crowd_take import score
    from photodouble.ops.operation import Reporter

    take = found_take(namespace.take, store_of(namespace))
    with stopping() as stop, telling(quiet=True) as say:
        report = Reporter(should_stop=stop.is_set, on_warning=lambda said: say(Warned(said)))
        found = score(take, report, redeal=namespace.redeal)
    if namespace.json:
        tell_json(found)
        return 0
    tell(found["sentence"])
    for one in found["worst"]:
        tell(f"{one['name']} and {one['copy']}: {one['element']}, {one['distance']:.1f} m apart")
    if namespace.redeal:
        said = "The worst were dealt anew" if found["edits_added"] else "No deal is better; nothing changed"
        tell(f"{said}: {found['crowd']}")
    return 0


def _export(namespace: argparse.Namespace) -> int:
    from photodouble.engine.crowd_take import export
    from photodouble.ops.operation import Reporter

    named = ((namespace.usd, ".usda"), (namespace.cards, ".json"))
    wanted = [(Path(absolute(name)), ending) for name, ending in named if name]
    if not wanted:
        raise ArtistError(
            "usage.arguments",
            "The crowd needs a place to go",
            "Neither a USD file nor a file of cards was named.",
            "Give --usd, --cards, or both.",
        )
    for path, ending in wanted:
        _check_ending(path, ending)
    take = found_take(namespace.take, store_of(namespace))
    written: list[Path] = []
    with stopping() as stop, telling(quiet=True) as say:
        report = Reporter(should_stop=stop.is_set, on_warning=lambda said: say(Warned(said)))
        for path, _ in wanted:
            written += export(take, path, report, overwrite=namespace.overwrite)
    if namespace.json:
        tell_json({"files": [str(path) for path in written]})
        return 0
    tell(f"Wrote {len(written)} files. Open: {written[0]}")
    return 0


def _check_ending(path: Path, ending: str) -> None:
    if path.suffix.lower() != ending:
        raise ArtistError(
            "usage.arguments",
            "The name does not fit what is written",
            f"{path.name} does not end in {ending}.",
            f"Choose a name such as crowd{ending}.",
        )


def _check(namespace: argparse.Namespace) -> int:
    from photodouble.ops.crowd.exchange.usd_check import check_usd

    problems = check_usd(Path(absolute(namespace.usd)))
    if namespace.json:
        tell_json({"usd": absolute(namespace.usd), "problems": list(problems)})
    for problem in problems if not namespace.json else ():
        tell(problem)
    if not problems and not namespace.json:
        tell("The crowd is sound.")
    return 3 if problems else 0
