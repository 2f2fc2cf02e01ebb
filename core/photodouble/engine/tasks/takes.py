"""Tasks about takes: list, show, check, measure, archive, prune, decide."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photodouble.takes.words import WORDS

from .arguments import Argument
from .task import Task

if TYPE_CHECKING:
    from photodouble.ops.operation import Reporter
    from photodouble.settings import Settings
    from photodouble.takes.store import Take, TakeStore

Values = Mapping[str, Any]

ROOT = Argument("root", "path", "Where takes are kept; empty: where the take lies, or the settings say.", "")
TAKE = Argument("take", "text", "The take: its folder, its name in the list, or the beginning of its id.")


def opened(values: Values, settings: Settings) -> tuple[TakeStore, Take]:
    """Return the store and the take that a task names; raises ArtistError `engine.no_take`."""
    from photodouble.takes.finding import found_take

    store = store_of(values, settings)
    return store, found_take(values["take"], store)


def store_of(values: Values, settings: Settings) -> TakeStore:
    """Return the store that a task names.

    The engine works in no folder of the artist's: without a root and a take's folder the settings say it.
    """
    from photodouble.takes.finding import store_at
    from photodouble_client.errors import ArtistError

    take = values.get("take", "")
    if values["root"] or Path(take).is_absolute():
        return store_at(values["root"], take)
    if not settings.takes_root:
        raise ArtistError(
            "usage.arguments",
            "Nothing says where the takes are",
            "The task names no root, and the settings have no takes_root.",
            "Give the root, or the folder of the take.",
        )
    return store_at(str(Path(settings.takes_root).expanduser().absolute()))


def _list(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.takes.summary import summaries

    return [row.to_json() for row in summaries(store_of(values, settings))]


def _show(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.takes.story import take_story

    return take_story(*opened(values, settings))


def _check(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.takes.check import check_json, check_take
    from photodouble_client.request import JobRequest

    _, take = opened(values, settings)
    against = JobRequest.from_json(values["against"]) if values["against"] else None
    changes = check_take(take, against, report=report)
    return check_json(take, changes)


def _advise(values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.takes.advice import advice_of

    _, take = opened(values, settings)
    return {"take": take.take_id, **advice_of(take).to_json()}


def _size(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.takes.prune import take_size

    if values["take"]:
        takes = [opened(values, settings)[1]]
    else:
        takes = list(store_of(values, settings).all())
    rows = []
    for number, take in enumerate(takes):
        size = take_size(take)
        rows.append(size.to_json(take))
        report.progress(number + 1, len(takes), "measuring takes")
    return rows


def _archive(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.takes.archive import archive_take

    _, take = opened(values, settings)
    target = Path(values["target"])
    count = archive_take(
        take,
        target,
        with_analysis=values["with_analysis"],
        overwrite=values["overwrite"],
        report=report,
    )
    return {"take": take.take_id, "files": count, "archive": str(target)}


def _prune(values: Values, settings: Settings, report: Reporter) -> Any:
    from photodouble.takes.prune import plan_prune, prune

    plan = plan_prune(store_of(values, settings), keep=values["keep"], shot=values["shot"])
    room = plan.room
    report.check()
    if values["yes"]:
        prune(plan)
    return plan.to_json(room, is_done=values["yes"])


def _decide(word: str, values: Values, settings: Settings, _report: Reporter) -> Any:
    from photodouble.settings import load_settings
    from photodouble.takes.artist import artist_name
    from photodouble.takes.standing import Decision, decide

    store, take = opened(values, settings)
    person = artist_name(values["by"], load_settings(store.root).settings)
    decide(store.root, Decision(take.take_id, word, person))
    return {"take": take.take_id, "word": word, "person": person}


_BY = Argument("by", "text", "The person who decides; empty: as the settings and the system say.", "")

TAKES = (
    Task("takes.list", "List the takes, newest first.", (ROOT,), _list),
    Task(
        "takes.show",
        "Show one take: range, inputs, overrides, values, decisions and figures.",
        (TAKE, ROOT),
        _show,
    ),
    Task(
        "takes.check",
        "Compare a take with its inputs and say which changed.",
        (
            TAKE,
            ROOT,
            Argument("against", "document", "A request whose values and range are compared, too.", {}),
        ),
        _check,
    ),
    Task(
        "takes.advise",
        "Say what is wrong with a take, where to look, and which frame to paint.",
        (TAKE, ROOT),
        _advise,
    ),
    Task(
        "takes.size",
        "Say how much room takes use, and how much of it is theirs alone.",
        (Argument("take", "text", f"{TAKE.help} Empty: all.", ""), ROOT),
        _size,
    ),
    Task(
        "takes.archive",
        "Pack a finished take into one .tar or .zip file and verify it.",
        (
            TAKE,
            ROOT,
            Argument("target", "path", "The archive to write."),
            Argument("overwrite", "flag", "Replace an existing archive.", False),
            Argument("with_analysis", "flag", "Pack the analysis, too.", False),
        ),
        _archive,
    ),
    Task(
        "takes.prune",
        "Remove old takes; without yes only say which would go.",
        (
            ROOT,
            Argument("keep", "whole", "Keep the newest so many finished takes of each shot.", 1, minimum=0),
            Argument("shot", "text", "Look at this shot only.", ""),
            Argument("yes", "flag", "Remove them.", False),
        ),
        _prune,
    ),
    *(
        Task(f"takes.{name}", word.help, (TAKE, ROOT, _BY), functools.partial(_decide, name))
        for name, word in WORDS.items()
    ),
)
