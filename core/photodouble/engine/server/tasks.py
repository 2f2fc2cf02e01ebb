"""Tasks: whatever the command line can do, by the same name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from photodouble_client.wire import checked_id

from .answers import answer
from .bodies import fields
from .jobs import AFTER, events
from .schemas import ANYTHING, ID, ID_OR_NONE, TEXT, named, record
from .streams import KIND
from .table import Answered, Asked, Route

if TYPE_CHECKING:
    from .reception import Reception


def tasks(_reception: Reception, _asked: Asked) -> Answered:
    """List the tasks with what each needs."""
    from photodouble.engine.tasks import TASKS

    return answer(
        {
            "tasks": {
                name: {"help": task.help, "arguments": dict(task.arguments_schema)}
                for name, task in TASKS.items()
            }
        }
    )


def begin(reception: Reception, asked: Asked) -> Answered:
    """Begin a task."""
    wanted = fields(asked.body, task="", arguments={})
    name, arguments = asked.places["name"], wanted["arguments"]
    check_task(name, arguments)
    ident = checked_id(wanted["task"]) if wanted["task"] else ""
    return answer({"task": reception.queue.task(name, arguments, ident)}, 201)


def check_task(name: str, arguments: Mapping[str, Any]) -> None:
    """Refuse a task that does not exist, or arguments it does not have, before a worker is troubled."""
    from photodouble.engine.tasks.arguments import checked_arguments
    from photodouble.engine.tasks.run import task_named

    checked_arguments(name, task_named(name).arguments, arguments)


def cancel(reception: Reception, asked: Asked) -> Answered:
    """Cancel a task."""
    ident = checked_id(asked.places["task"])
    reception.queue.cancel_other(ident)
    return answer({"task": ident})


_TASK = record("task", task=ID)
_KNOWN = {"type": "object", "additionalProperties": record("help arguments", help=TEXT, arguments=ANYTHING)}
ROUTES = (
    Route(
        "GET", "/tasks", "List the tasks and what each needs.", tasks, {200: record("tasks", tasks=_KNOWN)}
    ),
    Route(
        "POST",
        "/tasks/{name}",
        "Begin a task.",
        begin,
        {201: _TASK},
        body=record(task=ID_OR_NONE, arguments=ANYTHING),
        failures=(409, 422),
    ),
    Route(
        "GET",
        "/tasks/{task}/events",
        "Follow a task to its answer.",
        events,
        {200: named("Event")},
        query=AFTER,
        failures=(404,),
        kind=KIND,
    ),
    Route("POST", "/tasks/{task}/cancel", "Cancel a task.", cancel, {200: _TASK}, failures=(404, 409)),
)
