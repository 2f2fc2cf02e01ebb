"""All that is known of one take: who made it from what, what was decided, and how it came out."""

from __future__ import annotations

from typing import Any

from .review import status
from .standing import decisions, standing
from .store import Take, TakeStore
from .summary import figures_so_far, summary
from .words import WORDS


def take_story(store: TakeStore, take: Take) -> dict[str, Any]:
    """Return what `takes show` shows of a take, as plain JSON values; only values that are no defaults."""
    request = take.request()
    defaults = request.spec.defaults
    marks, review = decisions(store.root), status(take, store)
    return {
        **summary(take, standing(marks), review).to_json(),
        "parent": request.parent,
        "parent_name": _parent_name(store, request.parent),
        "decisions": [one.to_json() for one in review.decisions],
        "marks": [
            {"word": one.word, "person": one.person}
            for one in marks
            if one.take_id == take.take_id and one.word in WORDS
        ],
        "inputs": {key: stored.path for key, stored in request.inputs.items()},
        "overrides": {str(frame): path for frame, path in sorted(request.overrides.items())},
        "locks": {str(frame): path for frame, path in sorted(request.locks.items())},
        "values": {key: value for key, value in request.values.items() if value != defaults.get(key)},
        "figures": figures_so_far(take),
    }


def _parent_name(store: TakeStore, take_id: str) -> str:
    parent = next((take for take in store.all() if take.take_id == take_id), None)
    if parent is not None:
        return parent.label
    return f"{take_id[:8]}, which is not here any more" if take_id else ""
