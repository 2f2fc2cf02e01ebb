"""The tasks of crowds: begin a crowd file, edit it, score the crowd of a take, hand it on, check it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .arguments import Argument
from .crowd_camera import CROWD_CAMERA
from .takes import ROOT, TAKE, opened
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

Values = Mapping[str, Any]

_CROWD = Argument("crowd", "path", "The crowd file, such as crowd.json.")


def _layout(values: Values, _settings: Settings, _report: Reporter) -> Any:
    from photodouble.engine.crowd_files import lay_out
    from photodouble.ops.crowd.areas import GroundRectangle

    ground = values["ground"]
    return lay_out(
        Path(values["crowd"]),
        values["plate"],
        camera=values["camera"],
        ground=GroundRectangle.from_json(ground, "task", "ground") if ground else None,
        areas=_areas(values),
        without=tuple(one.strip() for one in values["without"].split(",") if one.strip()),
        picture=Path(values["picture"]) if values["picture"] else None,
    ).to_json()


def _areas(values: Values) -> tuple[dict[str, Any], ...]:
    more = [{**dict(area), "id": name} for name, area in values["areas"].items()]
    return ((dict(values["area"]),) if values["area"] else ()) + tuple(more)


def _points(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.crowd_points import points_of_request, points_of_take

    folder = Path(values["folder"])
    if values["request"]:
        return points_of_request(dict(values["request"]), folder, report).to_json()
    return points_of_take(opened(values, settings)[1], folder, report).to_json()


def _edit(values: Values, _settings: Settings, _report: Reporter) -> Any:
    from photodouble.engine.crowd_edit import edit

    change = dict(values["edit"]) if values["edit"] else None
    library = Path(values["library"]) if values["library"] else None
    made = edit(Path(values["crowd"]), change, undo=values["undo"], library=library)
    return {"crowd": values["crowd"], "edits": len(made.document.edits), "people": made.people}


def _score(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.crowd_take import score

    return score(opened(values, settings)[1], report, redeal=values["redeal"], most=values["most"])


def _lock(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.crowd_lock import lock_as_asked, lock_people

    names = [name.strip() for name in values["agents"].split(",") if name.strip()]
    if values["request"]:
        return lock_as_asked(values["request"], names, report)
    return lock_people(opened(values, settings)[1], names, report)


def _export(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.engine.crowd_take import export

    take = opened(values, settings)[1]
    written = export(take, Path(values["file"]), report, overwrite=values["overwrite"])
    return {"files": [str(path) for path in written]}


def _check(values: Values, _settings: Settings, _report: Reporter) -> Any:
    from photodouble.ops.crowd.exchange.usd_check import check_usd

    return {"usd": values["usd"], "problems": list(check_usd(Path(values["usd"])))}


CROWD = (
    Task(
        "crowd.layout",
        "Begin a crowd file or add an area to one, and draw where everybody would be.",
        (
            _CROWD,
            Argument("plate", "path", "The plate, such as plate.####.exr."),
            Argument("camera", "path", "The camera of the shot; empty: by the corners on the ground.", ""),
            Argument("ground", "document", "The rectangle on the ground, as the crowd file stores it.", {}),
            Argument("area", "document", "An area to add, as the crowd file stores it.", {}),
            Argument("areas", "document", "More areas to add, by id, as the crowd file stores them.", {}),
            Argument("without", "text", "Ids or patterns of areas that go first, parted by commas.", ""),
            Argument("picture", "path", "The PNG to write; empty: none.", ""),
        ),
        _layout,
    ),
    Task(
        "crowd.edit",
        "Put an edit on top of a crowd file's stack, or take the last one off.",
        (
            _CROWD,
            Argument("edit", "document", "The edit, as the crowd file stores it; empty: undo.", {}),
            Argument("undo", "whole", "How many edits an undo takes off.", 1, minimum=1, maximum=100000),
            Argument("library", "path", "The library that has the elements; empty: not looked at.", ""),
        ),
        _edit,
    ),
    Task(
        "crowd.score",
        "Say how much the crowd of a take repeats itself, and who gives it away.",
        (
            TAKE,
            ROOT,
            Argument("redeal", "flag", "Deal the worst anew, in the crowd file.", False),
            Argument("most", "whole", "How many of the worst are named.", 10, minimum=1, maximum=1000),
        ),
        _score,
    ),
    Task(
        "crowd.lock",
        "Keep people of a take as they are, in its crowd file, whatever the seed becomes.",
        (
            Argument("agents", "text", "Their names, parted by commas."),
            Argument("take", "text", "The take that shows them; empty: the request's crowd.", ""),
            ROOT,
            Argument("request", "document", "The request of a crowd that no take was made of yet.", {}),
        ),
        _lock,
    ),
    Task(
        "crowd.export",
        "Hand the crowd of a take on, as a USD point instancer or as cards in JSON.",
        (
            TAKE,
            ROOT,
            Argument("file", "path", "The file to write: .usda, or .json for cards."),
            Argument("overwrite", "flag", "Let it replace a file that is there.", False),
        ),
        _export,
    ),
    Task(
        "crowd.points",
        "Lay out and cast a crowd, and write it as points and tiles for a 3D program to show.",
        (
            Argument("folder", "path", "The folder to write people.json, people.bin and the cards into."),
            Argument("request", "document", "The request of a crowd to lay out; empty: the take's.", {}),
            Argument("take", "text", "The take whose crowd is shown, in place of a request.", ""),
            ROOT,
        ),
        _points,
    ),
    Task(
        "crowd.check",
        "Check a USD crowd for what makes people vanish or move.",
        (Argument("usd", "path", "The USD file."),),
        _check,
    ),
    CROWD_CAMERA,
)
