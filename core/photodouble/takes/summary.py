"""What a take says about itself in a list: its name, its state, and its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble_client.errors import ArtistError
from photodouble_client.frames import FrameRange

from .figures import take_figures
from .review import standings
from .review_words import SUGGESTION, Standing
from .standing import decisions, standing
from .store import Take, TakeStore

DAMAGED = "records damaged"


@dataclass(frozen=True)
class TakeSummary:
    """One take as a list shows it; `review` is where it stands, `words` are its marks."""

    name: str
    take_id: str
    folder: Path
    range: FrameRange
    finished: int
    is_sealed: bool
    person: str
    words: tuple[str, ...]
    review: str = SUGGESTION

    @property
    def status(self) -> str:
        """Say the state in words: `finished, approved` or `unfinished, 3 of 8`."""
        state = "finished" if self.is_sealed else f"unfinished, {self.finished} of {len(self.range)}"
        said = [self.review.replace("_", " ")] if self.review != SUGGESTION else []
        return ", ".join([state, *said, *self.words])

    def to_json(self) -> dict[str, Any]:
        """Return the plain form."""
        return {
            "name": self.name,
            "take": self.take_id,
            "status": self.status,
            "review": self.review,
            "range": self.range.to_text(),
            "person": self.person,
            "folder": str(self.folder),
        }


def summaries(store: TakeStore) -> tuple[TakeSummary, ...]:
    """Return every take of a store, by shot and operation, newest first.

    Where the show's records are not as they were signed, every take says so, and none counts as approved.
    """
    words = dict(standing(decisions(store.root)))
    takes = store.all()
    try:
        states = standings(store, takes)
    except ArtistError as problem:
        if problem.code != "input.tampered":
            raise
        states = {}
        words = {take.take_id: words.get(take.take_id, frozenset()) | {DAMAGED} for take in takes}
    return tuple(summary(take, words, states.get(take.take_id, Standing())) for take in takes)


def summary(take: Take, words: Mapping[str, frozenset[str]], review: Standing) -> TakeSummary:
    """Return the summary of one take; `words` as `standing.standing` gives them."""
    request = take.request()
    done = len(request.range) if take.is_sealed else len(take.finished(tuple(request.range)))
    return TakeSummary(
        name=take.label,
        take_id=take.take_id,
        folder=take.folder,
        range=request.range,
        finished=done,
        is_sealed=take.is_sealed,
        person=request.person,
        words=tuple(sorted(words.get(take.take_id, ()))),
        review=review.state,
    )


def figures_so_far(take: Take) -> dict[str, float]:
    """Return the figures of a take over its finished frames; see `figures.take_figures`."""
    records = (take.record(frame) for frame in take.request().range)
    return take_figures(record for record in records if record is not None)
