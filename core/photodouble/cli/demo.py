"""`photodouble demo`: render a plate with known truth, remove the person, measure the result."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError

from .jobs import absolute, stopping
from .reading import number_from
from .telling import tell, tell_json, telling

_LARGEST = 16384
_PLATES = ("wire", "stand", "face", "cut")


def add(commands: Any) -> None:
    """Add the command to the command line."""
    text = (
        "Render a moving plate, take a person out of it, put up a new sign, fill it with a crowd, or follow "
        "a changing cut, and show the result."
    )
    parser = commands.add_parser("demo", help=text, description=text)
    parser.add_argument(
        "what",
        nargs="?",
        choices=("person", "sign", "crowd", "model", "deage", "edit", *_PLATES),
        default="person",
        help="What is shown: person removes someone, sign replaces a sign, crowd fills a stadium (needs the "
        "crowd extra), model lets a tiny model drawn at random change the plate by its presets, to show the "
        "way (needs the models extra), deage makes an aged portrait younger by three painted frames (needs "
        "the face extra and scikit-image), edit follows a cut that changes and keeps its takes; wire, "
        "stand, face and cut only photograph the plates of the five-minute tasks; default: person.",
    )
    parser.add_argument(
        "--output",
        default="photodouble_demo",
        metavar="FOLDER",
        help="Where everything is written; default: photodouble_demo. The plate of an earlier "
        "demo is replaced.",
    )
    parser.add_argument(
        "--frames",
        type=number_from(1),
        metavar="N",
        help="How many frames; default 48, of the crowd and of deage 24, of the model 4, of edit and cut "
        "always 20, of the other plates 6 to 8.",
    )
    parser.add_argument(
        "--size",
        metavar="WxH",
        help="The size of the plate; default 960x540, of the crowd 1280x720, of the model 320x180, of deage "
        "640x640, of edit and cut 320x180, of wire and stand 640x360, of face 400x400.",
    )
    parser.add_argument("--quiet", action="store_true", help="Say nothing but notes, errors and the result.")
    parser.add_argument(
        "--json", action="store_true", help="Print every event as one JSON line, then the figures."
    )
    parser.set_defaults(call=_demo)


def _demo(namespace: argparse.Namespace) -> int:
    import dataclasses

    from photodouble.demo.run import run_demo
    from photodouble.takes.copies import check_writable

    folder = Path(absolute(namespace.output))
    if namespace.what in _PLATES:
        return _plates(namespace, folder)
    if namespace.what == "model":
        return _model(namespace, folder)
    check_writable(folder / "contact_sheet.png")
    if namespace.what == "crowd":
        return _crowd(namespace, folder)
    if namespace.what == "deage":
        return _deage(namespace, folder)
    if namespace.what == "edit":
        return _edit(namespace, folder)
    size = _size(namespace.size or "960x540")
    if namespace.what == "sign":
        return _sign(namespace, folder, size)
    with stopping() as stop, telling(quiet=namespace.quiet, as_json=namespace.json) as say:
        report = run_demo(folder, frames=namespace.frames or 48, size=size, on_event=say, stop=stop)
    if namespace.json:
        figures = {name: dataclasses.asdict(found) for name, found in report.figures.items()}
        tell_json({"contact_sheet": str(report.sheet), "take": str(report.take), "figures": figures})
        return 0
    for line in report.lines():
        tell(line)
    tell(f"Take: {report.take}")
    tell(f"Look at: {report.sheet}")
    return 0


def _plates(namespace: argparse.Namespace, folder: Path) -> int:
    from photodouble.demo.task_plates import photograph_task
    from photodouble.takes.copies import check_writable

    check_writable(folder / "plates" / "plate.exr")
    size = _size(namespace.size) if namespace.size else None
    with stopping() as stop, telling(quiet=namespace.quiet, as_json=namespace.json) as say:
        lines = photograph_task(
            namespace.what, folder, frames=namespace.frames, size=size, on_event=say, stop=stop
        )
    if namespace.json:
        tell_json({"folder": str(folder), "lies_there": lines})
        return 0
    for line in lines:
        tell(line)
    return 0


def _sign(namespace: argparse.Namespace, folder: Path, size: tuple[int, int]) -> int:
    import dataclasses

    from photodouble.demo.sign import run_sign_demo

    with stopping() as stop, telling(quiet=namespace.quiet, as_json=namespace.json) as say:
        report = run_sign_demo(
            folder, frames=max(namespace.frames or 48, 2), size=size, on_event=say, stop=stop
        )
    if namespace.json:
        figures = dataclasses.asdict(report)
        tell_json({**figures, "sheet": str(report.sheet), "take": str(report.take)})
        return 0
    for line in report.lines():
        tell(line)
    tell(f"Take: {report.take}")
    tell(f"Look at: {report.sheet}")
    return 0


def _crowd(namespace: argparse.Namespace, folder: Path) -> int:
    import dataclasses

    from photodouble.demo.crowd import run_crowd_demo

    size = _size(namespace.size or "1280x720")
    with stopping() as stop, telling(quiet=namespace.quiet, as_json=namespace.json) as say:
        made = run_crowd_demo(folder, frames=namespace.frames or 24, size=size, on_event=say, stop=stop)
    if namespace.json:
        paths = {name: str(getattr(made, name)) for name in ("sheet", "picture", "ids", "take")}
        tell_json({**dataclasses.asdict(made), **paths})
        return 0
    for line in made.lines():
        tell(line)
    tell(f"Take: {made.take}")
    tell(f"Every person in a colour of their own: {made.ids}")
    tell(f"Frames beside their plates: {made.sheet}")
    tell(f"Look at: {made.picture}")
    return 0


def _deage(namespace: argparse.Namespace, folder: Path) -> int:
    import dataclasses

    from photodouble.demo.deage import run_deage_demo

    frames, side = max(namespace.frames or 24, 3), min(_size(namespace.size or "640x640"))
    with stopping() as stop, telling(quiet=namespace.quiet, as_json=namespace.json) as say:
        made = run_deage_demo(folder, frames=frames, size=side, on_event=say, stop=stop)
    if namespace.json:
        tell_json({**dataclasses.asdict(made), "sheet": str(made.sheet), "take": str(made.take)})
        return 0
    for line in made.lines():
        tell(line)
    tell(f"Take: {made.take}")
    tell(f"Look at: {made.sheet}")
    return 0


def _edit(namespace: argparse.Namespace, folder: Path) -> int:
    from photodouble.demo.edit import run_edit_demo

    size = _size(namespace.size or "320x180")
    with stopping() as stop, telling(quiet=namespace.quiet, as_json=namespace.json) as say:
        made = run_edit_demo(folder, size=size, on_event=say, stop=stop)
    if namespace.json:
        changes = [change.to_json() for change in made.changes]
        cuts = [str(cut) for cut in made.cuts]
        tell_json({"sheet": str(made.sheet), "cuts": cuts, "changes": changes})
        return 0
    for line in made.lines():
        tell(line)
    tell(f"The cuts: {', '.join(str(cut) for cut in made.cuts)}")
    tell(f"Look at: {made.sheet}")
    return 0


def _model(namespace: argparse.Namespace, folder: Path) -> int:
    from photodouble.demo.model import run_model_demo
    from photodouble.takes.copies import check_writable

    check_writable(folder / "models_sheet.png")
    size = _size(namespace.size or "320x180")
    with stopping() as stop, telling(quiet=namespace.quiet, as_json=namespace.json) as say:
        made = run_model_demo(folder, frames=namespace.frames or 4, size=size, on_event=say, stop=stop)
    if namespace.json:
        takes = {name: str(path) for name, path in made.takes.items()}
        tell_json({"sheet": str(made.sheet), "takes": takes})
        return 0
    tell("The model was drawn at random and knows nothing: the way is shown, and no picture to keep.")
    tell(f"Look at: {made.sheet}")
    return 0


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if all(side.isdecimal() and len(side) < 6 and 64 <= int(side) <= _LARGEST for side in (width, height)):
        return int(width), int(height)
    raise ArtistError(
        "usage.bad_value",
        "The size is not understood",
        f"{text!r} is not a width, an x and a height of 64 to {_LARGEST} pixels each.",
        "Write it as 960x540.",
    )
