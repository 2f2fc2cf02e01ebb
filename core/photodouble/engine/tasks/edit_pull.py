"""The task that makes work of a shot of a cut."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble_client.specs import SPECS

from .arguments import Argument
from .edit_finding import FINDING, finder_of, naming_of
from .task import Task

if TYPE_CHECKING:
    from photodouble.edit.pull import PullWish
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]


def _pull(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.edit.choose import shot_meant
    from photodouble.edit.pull_file import plate_shots, pull_to
    from photodouble.edit.read import read_edit

    edit = read_edit(Path(values["edit"]), rate=values["rate"])
    shots = plate_shots(
        edit, handles=values["handles"], names=naming_of(values), finder=finder_of(values, settings)
    )
    shot = shot_meant(shots, values["shot"], _number("at", values["at"]))
    output = Path(values["output"] or Path(values["edit"]).parent / "pulled")
    pulled, path = pull_to(edit, shot, _wish(values, settings, output), output, report)
    return {"document": pulled.request.to_json(), "request": str(path), "shot": shot.name, **pulled.to_json()}


def _wish(values: Values, settings: Settings, output: Path) -> PullWish:
    from photodouble.edit.pull import PullWish
    from photodouble_client.request import PortInput

    spec = SPECS[values["operation"]]
    inputs = {spec.port(name).key: PortInput.from_json(one) for name, one in values["inputs"].items()}
    spec.validate(values["values"])
    return PullWish(
        values["operation"],
        output,
        output_root=values["root"] or settings.takes_root or str(output / "takes"),
        handles=values["handles"],
        first=_number("first", values["first"]),
        plate=values["plate"],
        offset=_number("offset", values["offset"]),
        shown_only=values["shown"],
        colourspace=values["colourspace"],
        inputs=inputs,
        values=values["values"],
        names={"show": settings.name},
        performers=tuple(name.strip() for name in values["performers"].split(",") if name.strip()),
        use=values["use"],
        overwrite=values["overwrite"],
    )


def _number(name: str, text: str) -> int | None:
    """Read a frame number that may be left empty, because 0 is one too."""
    from photodouble_client.errors import ArtistError

    try:
        return int(text) if text.strip() else None
    except ValueError:
        raise ArtistError(
            "usage.bad_value",
            "The task cannot take this value",
            f"edit.pull: {name} was given {text!r}.",
            "Give a whole number as text, or nothing.",
        ) from None


EDIT_PULL = (
    Task(
        "edit.pull",
        "Make work of a shot of a cut: the request of an operation on its plate, with handles.",
        (
            Argument("edit", "path", "The cut: OTIO, EDL, Final Cut XML, FCPXML, AAF or ALE."),
            Argument("operation", "text", "The operation.", choices=tuple(SPECS)),
            Argument("shot", "text", "The shot, as edit.shots names it.", ""),
            Argument("at", "text", "A frame of the cut at which the shot is seen; empty: any.", ""),
            Argument("handles", "whole", "Frames of the cut beyond both ends.", 8, minimum=0, maximum=10000),
            Argument("shown", "flag", "Leave out frames that a retime skips.", False),
            Argument("output", "path", "Where it goes; empty: 'pulled' beside the cut.", ""),
            Argument("root", "path", "Where takes are kept; empty: as the settings say.", ""),
            Argument("overwrite", "flag", "Replace what was pulled there before.", False),
            Argument("first", "text", "Number the plate anew from here, such as 1001; empty: do not.", ""),
            Argument("plate", "path", "A plate that somebody has pulled and numbered.", ""),
            Argument(
                "offset", "text", "What is added to a media frame for the plate's; empty: by timecode.", ""
            ),
            Argument("colourspace", "text", "The plate's colour space; empty: as cut and files say.", ""),
            Argument("inputs", "document", "Other inputs by name, each as in a request.", {}),
            Argument("values", "document", "Controls by name.", {}),
            Argument("performers", "text", "Whose likeness it is, by id, with commas between.", ""),
            Argument("use", "text", "What the take is for.", "temp", choices=("ideation", "temp", "final")),
            *FINDING,
            Argument("rate", "text", "Frames per second, for a cut that does not say it.", ""),
        ),
        _pull,
    ),
)
