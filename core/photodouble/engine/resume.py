"""Finding the take that a --resume means: the newest one that asks for the same pixels."""

from __future__ import annotations

import dataclasses

from photodouble.takes.store import TakeStore, names_of
from photodouble_client.errors import ArtistError
from photodouble_client.pathmap import PathMap
from photodouble_client.request import JobRequest

_HERE = PathMap()


def find_resumable(request: JobRequest, store: TakeStore, roots: PathMap = _HERE) -> JobRequest:
    """Return the stored request to go on with, its paths as this machine writes them by `roots`.

    That is the take with the request's own id, otherwise the newest unfinished take that differs in
    nothing but its id, otherwise a finished one. Raises ArtistError `engine.no_take` when there is none.
    """
    names = names_of(request)
    wanted = request.checked()
    if request.take:
        found = store.find(request.take, names)
        if found is not None:
            return roots.localise(found.request())
    alike = [take for take in store.versions(names) if is_same_work(roots.localise(take.request()), wanted)]
    for take in sorted(alike, key=lambda take: (take.is_sealed, -take.version)):
        return roots.localise(take.request())
    raise ArtistError(
        "engine.no_take",
        "There is nothing to resume",
        f"No take of {names.shot or 'this shot'} was started with the same inputs and values.",
        "Start a new take, without resuming (--resume).",
        detail=str(store.naming.takes_folder(store.root, names)),
    )


def is_same_work(one: JobRequest, other: JobRequest) -> bool:
    """Whether two requests ask for the same pixels; the take id and who asked do not matter."""
    return _work_of(one) == _work_of(other)


def _work_of(request: JobRequest) -> JobRequest:
    return dataclasses.replace(
        request, take="", person="", host="", host_version="", script="", node="", output_root=""
    )
