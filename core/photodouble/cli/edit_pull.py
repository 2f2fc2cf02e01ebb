"""`photodouble edit pull`: make work of a shot of a cut."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.settings import load_settings
from photodouble_client.errors import ArtistError
from photodouble_client.request import USES, PortInput
from photodouble_client.specs import SPECS

from .edit_finding import add_cut, add_finding_flags, finder_of, naming_of
from .finding import default_root
from .jobs import absolute, stopping
from .reading import number_from, whole_number
from .telling import tell, tell_json

if TYPE_CHECKING:
    from photodouble.edit.pull import Pulled, PullWish

_WORDS = {"matte": "--matte PATTERN"}


def add(actions: Any) -> None:
    """Add `pull` to `photodouble edit`."""
    text = "Make work of a shot: the request of an operation on its plate, at the right frames with handles."
    parser = actions.add_parser("pull", help=text, description=text)
    add_cut(parser)
    parser.add_argument("--shot", default="", metavar="NAME", help="The shot, as 'edit shots' names it.")
    parser.add_argument(
        "--at",
        type=whole_number,
        default=None,
        metavar="FRAME",
        help="The shot that is seen at this frame of the cut, where names are double or missing.",
    )
    parser.add_argument("--op", required=True, choices=tuple(SPECS), help="The operation.")
    parser.add_argument(
        "--handles",
        type=number_from(0),
        default=8,
        metavar="N",
        help="Frames of the cut beyond both ends; default: 8.",
    )
    parser.add_argument("--shown", action="store_true", help="Leave out frames that a retime skips.")
    parser.add_argument(
        "--output",
        default="",
        metavar="FOLDER",
        help="Where the request goes, and the plate if it is numbered anew: into a folder of the shot's "
        "name. Default: 'pulled' beside the cut.",
    )
    parser.add_argument("--root", default="", metavar="FOLDER", help="Where takes are kept.")
    parser.add_argument("--overwrite", action="store_true", help="Replace what was pulled there before.")
    parser.add_argument("--json", action="store_true", help="Answer as JSON.")
    _add_plate(parser)
    _add_inputs(parser)
    add_finding_flags(parser)
    parser.set_defaults(call=_pull)


def _add_plate(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("The plate's numbers")
    group.add_argument(
        "--first",
        type=whole_number,
        default=None,
        metavar="FRAME",
        help="Pull the plate into the output under numbers that begin here, such as 1001, handles included.",
    )
    group.add_argument(
        "--plate",
        default="",
        metavar="PATTERN",
        help="Use this plate, which somebody has pulled and numbered: it is matched by the timecode in its "
        "headers.",
    )
    group.add_argument(
        "--offset",
        type=whole_number,
        default=None,
        metavar="N",
        help="What is added to a media frame of the cut for the plate's, where no timecode tells.",
    )
    group.add_argument(
        "--colourspace", "--colorspace", default="", metavar="NAME", help="The plate's colour space."
    )


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("What a cut cannot know")
    group.add_argument("--matte", default="", metavar="PATTERN", help="The matte, numbered as the plate.")
    group.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="NAME=PATTERN",
        help="Another input of the operation, such as keys=painted.####.exr. May be repeated.",
    )
    group.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="A control of the operation, such as matte_grow=2. May be repeated.",
    )
    group.add_argument(
        "--performer",
        action="append",
        default=[],
        metavar="ID",
        help="Whose likeness it is, by the id in 'photodouble consent list'. May be repeated.",
    )
    group.add_argument("--use", choices=USES, default="temp", help="What the take is for.")


def _pull(namespace: argparse.Namespace) -> int:
    from photodouble.edit.choose import shot_meant
    from photodouble.edit.pull_file import plate_shots, pull_to
    from photodouble.edit.read import read_edit
    from photodouble.ops.operation import Reporter

    resolved = load_settings(Path(namespace.file).expanduser().absolute().parent)
    edit = read_edit(Path(absolute(namespace.file)), rate=namespace.rate)
    shots = plate_shots(
        edit,
        handles=namespace.handles,
        names=naming_of(namespace),
        finder=finder_of(namespace, resolved.settings),
    )
    shot = shot_meant(shots, namespace.shot, namespace.at)
    output = Path(absolute(namespace.output or str(edit.path.parent / "pulled")))
    root = default_root(namespace.root, resolved, otherwise=output)
    wish = dataclasses.replace(
        _wish(namespace, output), output_root=str(root), names={"show": resolved.settings.name}
    )
    with stopping() as stop:
        pulled, path = pull_to(edit, shot, wish, output, Reporter(should_stop=stop.is_set))
    if namespace.json:
        tell_json({"request": str(path), "shot": shot.name, **pulled.to_json()})
        return 0
    _tell(pulled, path)
    return 0


def _wish(namespace: argparse.Namespace, output: Path) -> PullWish:
    from photodouble.edit.pull import PullWish

    inputs = {
        name: PortInput(absolute(path)) for name, path in _pairs(namespace.input, "keys=painted.####.exr")
    }
    if namespace.matte:
        inputs["matte"] = PortInput(absolute(namespace.matte))
    spec = SPECS[namespace.op]
    for name in inputs:
        spec.port(name)
    values = {name: _value(text) for name, text in _pairs(namespace.set, "matte_grow=2")}
    spec.validate(values)
    return PullWish(
        namespace.op,
        output,
        handles=namespace.handles,
        first=namespace.first,
        plate=absolute(namespace.plate) if namespace.plate else "",
        offset=namespace.offset,
        shown_only=namespace.shown,
        colourspace=namespace.colourspace,
        inputs=inputs,
        values=values,
        performers=tuple(namespace.performer),
        use=namespace.use,
        overwrite=namespace.overwrite,
    )


def _pairs(given: list[str], example: str) -> list[tuple[str, str]]:
    pairs = []
    for text in given:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise ArtistError(
                "usage.arguments",
                "A name and its value are not understood",
                f"{text!r} is not a name, an equals sign and a value.",
                f"Write it as {example}.",
            )
        pairs.append((name.replace("-", "_"), value))
    return pairs


def _value(text: str) -> Any:
    """Read a control's value: a number, true or false, a list, else the text itself."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return text if isinstance(value, Mapping) and "frames" not in value else value


def _tell(pulled: Pulled, path: Path) -> None:
    request = pulled.request
    for note in pulled.notes:
        print(f"Note: {note}", file=sys.stderr)
    tell(f"Plate: {request.inputs['plate'].path}, frames {request.range.to_text()}, {pulled.how}.")
    tell(f"Cut in {pulled.cut_in}, cut out {pulled.cut_out}.")
    if pulled.missing:
        words = [_WORDS.get(key, f"--input {key}=PATTERN") for key in pulled.missing]
        needs = f"Before it runs it needs its {' and '.join(pulled.missing)}"
        tell(f"{needs}: pull again with --overwrite and {' '.join(words)}.")
    tell(f"{'Then make' if pulled.missing else 'Make'} the take with: photodouble run '{path}'")
