"""The review page of a take: one HTML file with its pictures and its history inside, for any browser."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photodouble.image.storage import write_whole
from photodouble.ops.operation import Reporter
from photodouble.settings import Settings
from photodouble_client.errors import ArtistError

from .advice import advice_of
from .compare import GAIN, Comparison
from .finding import found_take
from .page_pictures import PageFrame, chosen_frames, page_frames
from .page_policy import TEMPLATES, policy
from .page_story import provenance
from .picture_folder import keep_room, kept_pictures, picture_folder
from .review_words import Standing
from .sheet import KINDS, kinds_of
from .store import Take, TakeStore

LONG_SIDE = 960
MOST_FRAMES = 96
_FASTEST = 24.0


@dataclass(frozen=True)
class PageOptions:
    """How a page is made: the longer side of its pictures, and how many frames at most.

    `live` names the people (id and name) who may decide on a page that an engine serves; None makes a plain
    file, which decides nothing.
    """

    size: int = LONG_SIDE
    most: int = MOST_FRAMES
    live: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True)
class ReviewPage:
    """Write the review page of one take of a store."""

    store: TakeStore
    take: Take
    settings: Settings
    standing: Standing
    options: PageOptions = PageOptions()

    def write(self, target: Path | None = None, report: Reporter | None = None) -> Path:
        """Write the page and return its path: `target`, or a name beside the take's other pictures."""
        path = target or page_path(self.take, self.settings)
        text = self.text(report)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode("utf-8"))
        keep_room(kept_pictures(self.settings), path)
        return path

    def text(self, report: Reporter | None = None) -> str:
        """Return the page; raises ArtistError `engine.no_take` where no frame is finished."""
        request = self.take.request()
        finished = self.take.finished(tuple(request.range))
        if not finished:
            raise ArtistError(
                "engine.no_take",
                "There is nothing to review yet",
                f"{self.take.label} has no finished frame.",
                "Wait for its first frame, or resume its job.",
            )
        frames = chosen_frames(finished, self.options.most)
        comparison = Comparison(
            self.take, lambda name: found_take(name, self.store), self.settings, self.options.size
        )
        shown = tuple(page_frames(comparison, frames, report))
        return filled({**self._words(finished, shown), **self._pictures(shown, len(finished))})

    def _words(self, finished: Sequence[int], shown: Sequence[PageFrame]) -> dict[str, Any]:
        request = self.take.request()
        facts = [
            f"frames {request.range.to_text()}",
            f"{request.operation}, {request.use or 'no use named'}",
            f"take {self.take.take_id[:8]}",
        ]
        notices = []
        if len(shown) < len(finished):
            notices.append(f"This page shows {len(shown)} of {len(finished)} frames, evenly spread.")
        if len(finished) < len(request.range):
            notices.append(f"Unfinished: {len(finished)} of {len(request.range)} frames are there.")
        return {
            "name": self.take.label,
            "state": self.standing.state,
            "status_text": self.standing.text,
            "facts": " · ".join(facts),
            "notices": notices,
            "decisions": [one.told() for one in reversed(self.standing.decisions)],
            "provenance": provenance(self.store, self.take),
            "advice": _advice(self.take),
            "live": self.options.live is not None,
            "people": self.options.live or (),
        }

    def _pictures(self, shown: Sequence[PageFrame], finished: int) -> dict[str, Any]:
        layers = set.intersection(*({*one.pictures} for one in shown))
        rate = max(_FASTEST * len(shown) / finished, 2.0)
        first = _most_filled(shown)
        story = {
            "frames": [_frame(one) for one in shown],
            "rate": round(rate, 3),
            "gain": f"{GAIN:g}",
            "first": first,
            "middle": shown[first].middle,
        }
        kinds = [(name, f"rgb{colour}") for name, colour in kinds_of(self.take.request().operation)[1:]]
        return {"layers": layers, "story": story, "kinds": kinds, "last": len(shown) - 1}


def _advice(take: Take) -> Mapping[str, Any] | None:
    """Return what is wrong with the take, for the list that leads to its frames; None if nobody knows."""
    try:
        return advice_of(take).to_json()
    except ArtistError:
        return None


def page_path(take: Take, settings: Settings, *, is_live: bool = False) -> Path:
    """Return where the page of a take goes unless a person says otherwise."""
    return picture_folder(take, settings) / f"{take.stem}.review{'-live' if is_live else ''}.html"


def filled(content: Mapping[str, Any]) -> str:
    """Return the page made of its parts; every text is escaped, and only its own script may run."""
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    script = (TEMPLATES / "review.js").read_bytes().decode("utf-8")
    story = json.dumps(content["story"], separators=(",", ":")).replace("<", "\\u003c")
    return environment.get_template("review.html").render(
        {
            **content,
            "css": Markup((TEMPLATES / "review.css").read_text(encoding="utf-8")),
            "js": Markup(script),
            "story": Markup(story),
            "policy": policy(is_live=content["live"]),
        }
    )


def _frame(shown: PageFrame) -> dict[str, Any]:
    names = ("share_plate", "share_real", "share_interpolated", "share_synthesised", "share_artist")
    shares = [
        (shown.figures.get(name, 0.0), f"rgb{colour}")
        for name, (_, colour) in zip(names, KINDS, strict=False)
    ]
    return {
        "frame": shown.frame,
        "pictures": dict(shown.pictures),
        "size": list(shown.size),
        "shares": [list(share) for share in shares if share[0] > 0],
    }


def _most_filled(shown: Sequence[PageFrame]) -> int:
    """Return the place of the frame where most was filled, which the page opens with."""
    return max(range(len(shown)), key=lambda place: shown[place].figures.get("filled_pixels", 0.0))
