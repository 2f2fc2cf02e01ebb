"""Which Resolve this is: product, version, and what its objects can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, FrozenSet, Tuple

from .calls import ask, listed, text


@dataclass(frozen=True)
class Edition:
    """Name the product and version. `has` holds names such as `Timeline.GetSelectedClips`."""

    product: str
    version: Tuple[int, ...]
    is_studio: bool
    has: FrozenSet[str]

    @property
    def words(self) -> str:
        """Say it as its About window does."""
        return "{} {}".format(self.product, ".".join(str(number) for number in self.version))


def probe(resolve: Any) -> Edition:
    """Ask Resolve what it is. Nothing that only Studio has is called: that opens a window in the free one."""
    product = text(resolve, "GetProductName")
    numbers = [one for one in listed(resolve, "GetVersion") if isinstance(one, int)][:3]
    manager = ask(resolve, "GetProjectManager")
    project = ask(manager, "GetCurrentProject")
    timeline = ask(project, "GetCurrentTimeline")
    things = {
        "Resolve": resolve,
        "ProjectManager": manager,
        "Project": project,
        "MediaPool": ask(project, "GetMediaPool"),
        "Timeline": timeline,
        "TimelineItem": ask(timeline, "GetCurrentVideoItem"),
    }
    names = {
        "{}.{}".format(kind, name)
        for kind, thing in things.items()
        if thing is not None
        for name in dir(thing)
        if not name.startswith("_")
    }
    return Edition(product, tuple(numbers), product.endswith("Studio"), frozenset(names))
