"""The table of tasks, and the one door through which a task is run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from photodouble_client.errors import ArtistError
from photodouble_client.param import did_you_mean

from .arguments import checked_arguments
from .companion import COMPANION
from .consent import CONSENT
from .crowd import CROWD
from .crowd_ingest import CROWD_INGEST
from .deage import DEAGE
from .delivery import DELIVERY
from .doctor import DOCTOR
from .edit import EDIT
from .edit_conform import EDIT_CONFORM
from .edit_pull import EDIT_PULL
from .edit_push import EDIT_PUSH
from .edit_sequencer import EDIT_SEQUENCER
from .farm import FARM
from .fusion import FUSION
from .keeping import KEEPING
from .layers import LAYERS
from .ledger import LEDGER
from .media import MEDIA
from .models import MODELS
from .movie import MOVIE
from .nuke import NUKE
from .painting import PAINTING
from .pictures import PICTURES
from .review import REVIEW
from .stage import STAGE
from .takes import TAKES
from .task import Task
from .tracking import TRACKING
from .variants import VARIANTS

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings

TASKS: Mapping[str, Task] = {
    task.name: task
    for task in sorted(
        (
            *TAKES,
            *KEEPING,
            *LEDGER,
            *MEDIA,
            *MODELS,
            *MOVIE,
            *NUKE,
            *PAINTING,
            *PICTURES,
            *FARM,
            *FUSION,
            *REVIEW,
            *STAGE,
            *CONSENT,
            *CROWD,
            *CROWD_INGEST,
            *DEAGE,
            *COMPANION,
            *LAYERS,
            *VARIANTS,
            *DELIVERY,
            *DOCTOR,
            *EDIT,
            *EDIT_CONFORM,
            *EDIT_PULL,
            *EDIT_PUSH,
            *EDIT_SEQUENCER,
            *TRACKING,
        ),
        key=lambda task: task.name,
    )
}


def run_task(name: str, arguments: Any, settings: Settings, report: Reporter) -> Any:
    """Run a task and return its answer as plain JSON values.

    Raises ArtistError: `usage.arguments` for an unknown task or argument, `usage.bad_value` for a value of
    the wrong kind, `engine.stopped` when `report` says so, and whatever the task itself raises.
    """
    from photodouble.ops.operation import Stopped

    task = task_named(name)
    values = checked_arguments(name, task.arguments, arguments)
    try:
        report.check()
        return task.call(values, settings, report)
    except Stopped:
        raise ArtistError(
            "engine.stopped", "The task was stopped", f"{name} was not finished.", "Start it again."
        ) from None


def task_named(name: str) -> Task:
    """Return a task; raises ArtistError `usage.arguments` for an unknown one."""
    if name in TASKS:
        return TASKS[name]
    fix = f"{did_you_mean(name, TASKS)}Use one of: {', '.join(TASKS)}."
    raise ArtistError("usage.arguments", "There is no such task", f"There is no task {name!r}.", fix)
